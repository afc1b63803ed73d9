import { ALBEDO, BODY, enterBody, GLASS, MATERIAL, METAL, TINT } from './intersect.ts'
import { horizonLight, skyLight } from './lightSky.ts'
import { readFloor } from './renderFloor.ts'
import { HIT, LEVELS, RAY, type Stage } from './renderStage.ts'
import { lightFloor, lightSurface, passGlass } from './renderSurface.ts'
import { readWater } from './renderWater.ts'

/** What a ray meets: 0 the sky, 1 the floor, from 2 on the faces of bodies; what mirrors adds what is seen in it times 64. */
export type Tag = number

/** The tag of a floor that mirrors nothing. */
export const FLOOR: Tag = 1

/** Faces that a body can have. */
const FACES = 7

/** The number of the body that a tag's ray meets first, from 1, or 0 for none. */
export const bodyOfTag = (tag: Tag) => ((tag & 63) < 2 ? 0 : 1 + Math.floor(((tag & 63) - 2) / FACES))

/** Of the floor where it is met: x, z, distance from the camera, metres that a pixel sees of it across and along. */
const place = new Float64Array(5)
const floorPaint = new Float64Array(4)
const floorLight = new Float64Array(3)
const horizon = new Float64Array(3)
const slope = new Float64Array(3)
const surface = new Float64Array(6)

const fresnel = (least: number, cos: number) => {
  const away = 1 - Math.min(1, Math.max(0, cos))
  const square = away * away
  return least + (1 - least) * square * square * away
}

/** Metres of clear air, and entries of the table for each metre beyond them. */
const CLEAR = 8
const FINE = 16
/** What haze covers at each of those distances: an exponential that is too slow for every pixel. */
const HAZE = Float64Array.from({ length: 160 * FINE }, (_, i) => 1 - Math.exp(-i / FINE / 14))

/** Air between here and there takes the colour of the horizon. */
function haze(distance: number): number {
  if (distance <= CLEAR) return 0
  const at = (distance - CLEAR) * FINE
  if (at >= HAZE.length - 1) return 1
  const i = at | 0
  return HAZE[i] + (HAZE[i + 1] - HAZE[i]) * (at - i)
}

/**
 * Follows the ray at `level` and writes its light to the same level of stage.light.
 * @param candidates bits of the bodies it may meet
 * @param shadows bits of the bodies that may darken the floor where it meets that, or be mirrored there
 */
export function trace(stage: Stage, level: number, candidates: number, shadows: number): Tag {
  const tag = candidates === 0 ? 0 : meetBody(stage, level, candidates)
  if (tag > 0) return traceBody(stage, level, tag)
  const { rays, hits, light } = stage
  const ray = level * RAY
  if (rays[ray + 4] < -1e-3) return traceFloor(stage, level, shadows)
  skyLight(stage.sky, rays, ray, true, light, level * 3)
  hits[level * HIT] = Infinity
  return 0
}

/** Finds the nearest body that the ray at `level` meets; its hit is in stage.hits. */
export function meetBody({ rays, hits, bodies, count }: Stage, level: number, candidates: number): Tag {
  const ray = level * RAY
  const hit = level * HIT
  hits[hit] = Infinity
  let tag = 0
  for (let i = 0; i < count; i++) {
    if (!((candidates >> i) & 1)) continue
    const face = enterBody(bodies, i * BODY, rays, ray, hits, hit)
    if (face > 0) tag = 1 + i * FACES + face
  }
  return tag
}

/** Writes the ray of a mirror image to the next level: from the hit, into the direction mirrored at its normal. */
function aimMirror({ rays, hits }: Stage, level: number): void {
  const ray = level * RAY
  const next = ray + RAY
  const hit = level * HIT
  const t = hits[hit]
  const nx = hits[hit + 1]
  const ny = hits[hit + 2]
  const nz = hits[hit + 3]
  const along = 2 * (nx * rays[ray + 3] + ny * rays[ray + 4] + nz * rays[ray + 5])
  rays[next] = rays[ray] + t * rays[ray + 3] + nx * 1e-3
  rays[next + 1] = rays[ray + 1] + t * rays[ray + 4] + ny * 1e-3
  rays[next + 2] = rays[ray + 2] + t * rays[ray + 5] + nz * 1e-3
  rays[next + 3] = rays[ray + 3] - along * nx
  rays[next + 4] = rays[ray + 4] - along * ny
  rays[next + 5] = rays[ray + 5] - along * nz
  rays[next + 6] = rays[ray + 6]
  rays[next + 7] = rays[ray + 7] + t
}

/** Follows the ray that was written to the next level; after the last one it is guessed. */
function follow(stage: Stage, level: number, candidates: number): Tag {
  if (level + 1 < LEVELS) return trace(stage, level + 1, candidates, 15)
  guess(stage, level + 1)
  return 0
}

/** The light of the sky, or of the floor's mean, where a ray goes: enough for what is hardly seen. */
function guess({ sky, rays, bounce, light }: Stage, level: number): void {
  const ray = level * RAY
  const at = level * 3
  skyLight(sky, rays, ray, false, light, at)
  const down = Math.min(1, Math.max(0, 0.5 - rays[ray + 4] * 6))
  for (let c = 0; c < 3; c++) light[at + c] += (bounce[c] * 2.6 - light[at + c]) * down
}

function traceFloor(stage: Stage, level: number, shadows: number): Tag {
  stage.hits[level * HIT] = -stage.rays[level * RAY + 1] / stage.rays[level * RAY + 4]
  return shadeFloor(stage, level, shadows)
}

/** Lights the floor where the ray at `level` meets it, at a distance that is in stage.hits. */
export function shadeFloor(stage: Stage, level: number, shadows: number): Tag {
  const { rays, hits, light, ground } = stage
  const ray = level * RAY
  const at = level * 3
  const t = hits[level * HIT]
  const distance = rays[ray + 7] + t
  place[0] = rays[ray] + t * rays[ray + 3]
  place[1] = rays[ray + 2] + t * rays[ray + 5]
  place[2] = distance
  place[3] = distance * rays[ray + 6]
  place[4] = place[3] / -rays[ray + 4]
  readFloor(ground, place, floorPaint)
  lightFloor(stage, place, shadows, floorLight)
  horizonLight(stage.sky, rays, ray, horizon)
  if (floorPaint[3] > 0) return mirrorFloor(stage, level, shadows)
  const air = haze(distance)
  const clear = 1 - air
  light[at] = floorPaint[0] * floorLight[0] * clear + horizon[0] * air
  light[at + 1] = floorPaint[1] * floorLight[1] * clear + horizon[1] * air
  light[at + 2] = floorPaint[2] * floorLight[2] * clear + horizon[2] * air
  return FLOOR
}

/** Adds the mirror image to a wet floor, whose paint, light and horizon are at hand. */
function mirrorFloor(stage: Stage, level: number, shadows: number): Tag {
  const { rays, hits, light, ground, water } = stage
  const ray = level * RAY
  const hit = level * HIT
  const at = level * 3
  const isWater = ground.floor === 'water'
  slope[0] = slope[1] = slope[2] = 0
  if (isWater) readWater(water, place, slope)
  const ny = 1 / Math.sqrt(1 + slope[0] * slope[0] + slope[1] * slope[1])
  const nx = -slope[0] * ny
  const nz = -slope[1] * ny
  const cos = -(nx * rays[ray + 3] + ny * rays[ray + 4] + nz * rays[ray + 5])
  const air = haze(place[2])
  const clear = 1 - air
  const share = floorPaint[3] * fresnel(isWater ? 0.17 : 0.13, cos) * clear
  const focus = Math.min(2.2, Math.max(0.5, 1 - 0.6 * slope[2])) * (clear - share)
  const red = floorPaint[0] * floorLight[0] * focus + horizon[0] * air
  const green = floorPaint[1] * floorLight[1] * focus + horizon[1] * air
  const blue = floorPaint[2] * floorLight[2] * focus + horizon[2] * air
  hits[hit + 1] = nx
  hits[hit + 2] = ny
  hits[hit + 3] = nz
  aimMirror(stage, level)
  const next = (level + 1) * RAY
  // A steep wave must not send the ray under the water.
  if (rays[next + 4] < 0.01) rays[next + 4] = 0.01
  let tag = FLOOR
  // Waves scatter the mirror image beyond the box of a body at rest.
  if (level === 0) tag += 64 * (1 + (follow(stage, level, isWater && !water.calm ? 15 : shadows) & 63))
  else guess(stage, level + 1)
  const from = (level + 1) * 3
  light[at] = red + light[from] * share
  light[at + 1] = green + light[from + 1] * share
  light[at + 2] = blue + light[from + 2] * share
  return tag
}

/** Lights the body that was met at `level`. */
export function traceBody(stage: Stage, level: number, tag: Tag): Tag {
  const { bodies, light } = stage
  const index = bodyOfTag(tag) - 1
  const at = level * 3
  lightSurface(stage, index, level * RAY, level * HIT, surface)
  const material = bodies[index * BODY + MATERIAL]
  light[at] = surface[0] + surface[3]
  light[at + 1] = surface[1] + surface[4]
  light[at + 2] = surface[2] + surface[5]
  if (material === METAL) return traceMetal(stage, level, index, tag)
  return material === GLASS ? traceGlass(stage, level, index, tag) : tag
}

function cosAt({ rays, hits }: Stage, level: number): number {
  const ray = level * RAY
  const hit = level * HIT
  return -(hits[hit + 1] * rays[ray + 3] + hits[hit + 2] * rays[ray + 4] + hits[hit + 3] * rays[ray + 5])
}

/** Metal: a mirror of its colour over a little of its own shade. */
function traceMetal(stage: Stage, level: number, index: number, tag: Tag): Tag {
  const { bodies, light } = stage
  const at = level * 3
  const own = index * BODY + ALBEDO
  for (let c = 0; c < 3; c++) light[at + c] = surface[3 + c] + 0.32 * surface[c]
  const cos = cosAt(stage, level)
  aimMirror(stage, level)
  const seen = follow(stage, level, 15)
  for (let c = 0; c < 3; c++) {
    light[at + c] += light[at + 3 + c] * fresnel(Math.min(1, 0.05 + 1.1 * bodies[own + c]), cos)
  }
  // Floor and sky melt into one another and make no edge.
  return tag + 64 * Math.max(1, seen & 63)
}

/** Glass: a mirror image on top, and what is behind, bent and tinted by the way inside. */
function traceGlass(stage: Stage, level: number, index: number, tag: Tag): Tag {
  const { rays, hits, bodies, light } = stage
  const ray = level * RAY
  const hit = level * HIT
  const at = level * 3
  for (let c = 0; c < 3; c++) light[at + c] = surface[3 + c] + 0.2 * surface[c]
  const share = fresnel(0.05, cosAt(stage, level))
  aimMirror(stage, level)
  if (share > 0.12 && level === 0) follow(stage, level, 15)
  else guess(stage, level + 1)
  for (let c = 0; c < 3; c++) light[at + c] += light[at + 3 + c] * share
  const through = ray + RAY
  for (let i = 0; i < 3; i++) {
    rays[through + i] = rays[ray + i] + hits[hit] * rays[ray + 3 + i]
    rays[through + 3 + i] = rays[ray + 3 + i]
  }
  rays[through + 7] = rays[ray + 7] + hits[hit]
  const inside = passGlass(stage, index, through, hit)
  follow(stage, level, 15)
  const tint = index * BODY + TINT
  const depth = 0.35 + 1.3 * inside
  const rest = 1 - share
  // The tint to the power of the depth.
  light[at] += light[at + 3] * rest * Math.exp(bodies[tint] * depth)
  light[at + 1] += light[at + 4] * rest * Math.exp(bodies[tint + 1] * depth)
  light[at + 2] += light[at + 5] * rest * Math.exp(bodies[tint + 2] * depth)
  return tag
}
