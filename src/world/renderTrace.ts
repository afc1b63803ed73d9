import { ALBEDO, BODY, enterBody, GLASS, MATERIAL, METAL } from './intersect.ts'
import { skyLight } from './lightSky.ts'
import { readFloor } from './renderFloor.ts'
import { HIT, LEVELS, RAY, type Stage } from './renderStage.ts'
import { glassTint, lightFloor, lightSurface, passGlass } from './renderSurface.ts'
import { readWater } from './renderWater.ts'

/** What a ray meets: 0 the sky, 1 the floor, from 2 on the faces of bodies; what mirrors adds what is seen in it times 64. */
export type Tag = number

/** Faces that a body can have. */
const FACES = 7

/** The number of the body that a tag's ray meets first, from 1, or 0 for none. */
export const bodyOfTag = (tag: Tag) => ((tag & 63) < 2 ? 0 : 1 + Math.floor(((tag & 63) - 2) / FACES))

const floorPaint = new Float64Array(4)
const floorLight = new Float64Array(3)
const slope = new Float64Array(3)
const surface = new Float64Array(6)

const fresnel = (least: number, cos: number) => {
  const away = 1 - Math.min(1, Math.max(0, cos))
  const square = away * away
  return least + (1 - least) * square * square * away
}

/** Air between here and there takes the colour of the horizon. */
const haze = (distance: number) => 1 - Math.exp(-Math.max(0, distance - 8) / 14)

/**
 * Follows the ray at `level` and writes its light to the same level of stage.light.
 * @param candidates bits of the bodies it may meet
 * @param shadows bits of the bodies that may darken the floor where it meets that
 */
export function trace(stage: Stage, level: number, candidates: number, shadows: number): Tag {
  const { rays, hits, bodies, count, light } = stage
  const ray = level * RAY
  const hit = level * HIT
  hits[hit] = Infinity
  let met = -1
  let face = 0
  for (let i = 0; i < count; i++) {
    if (!((candidates >> i) & 1)) continue
    const entered = enterBody(bodies, i * BODY, rays, ray, hits, hit)
    if (entered > 0) {
      met = i
      face = entered
    }
  }
  if (met >= 0) return traceBody(stage, level, met, face)
  if (rays[ray + 4] < -1e-3) return traceFloor(stage, level, shadows)
  skyLight(stage.sky, rays[ray + 3], rays[ray + 4], rays[ray + 5], rays[ray + 6], light, level * 3)
  hits[hit] = Infinity
  return 0
}

/** Writes the ray of a mirror image to the next level: from a point, into the direction mirrored at a normal. */
function aimMirror(stage: Stage, level: number, nx: number, ny: number, nz: number): void {
  const { rays, hits } = stage
  const ray = level * RAY
  const next = ray + RAY
  const t = hits[level * HIT]
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

/** Follows the ray that was written to the next level; after the last one the sky and the floor's mean are guessed. */
function follow(stage: Stage, level: number, shadows: number): Tag {
  const next = level + 1
  if (next < LEVELS) return trace(stage, next, 15, shadows)
  const { rays, bounce, light } = stage
  const ray = next * RAY
  skyLight(stage.sky, rays[ray + 3], rays[ray + 4], rays[ray + 5], 0, light, next * 3)
  const down = Math.min(1, Math.max(0, 0.5 - rays[ray + 4] * 6))
  for (let c = 0; c < 3; c++) light[next * 3 + c] += (bounce[c] * 2.6 - light[next * 3 + c]) * down
  return 0
}

function traceFloor(stage: Stage, level: number, shadows: number): Tag {
  const { rays, hits, light, ground, water } = stage
  const ray = level * RAY
  const dy = rays[ray + 4]
  const t = -rays[ray + 1] / dy
  hits[level * HIT] = t
  const distance = rays[ray + 7] + t
  const x = rays[ray] + t * rays[ray + 3]
  const z = rays[ray + 2] + t * rays[ray + 5]
  const across = distance * rays[ray + 6]
  readFloor(ground, x, z, distance, across, across / -dy, floorPaint)
  lightFloor(stage, x, z, shadows, floorLight)
  const wet = floorPaint[3]
  let red = floorPaint[0] * floorLight[0]
  let green = floorPaint[1] * floorLight[1]
  let blue = floorPaint[2] * floorLight[2]
  let tag = 1
  if (wet > 0) {
    slope[0] = slope[1] = slope[2] = 0
    if (ground.floor === 'water') readWater(water, x, z, slope)
    const length = 1 / Math.sqrt(1 + slope[0] * slope[0] + slope[1] * slope[1])
    const nx = -slope[0] * length
    const nz = -slope[1] * length
    const cos = -(nx * rays[ray + 3] + length * dy + nz * rays[ray + 5])
    const share = wet * fresnel(ground.floor === 'water' ? 0.17 : 0.13, cos)
    const focus = Math.min(1.9, Math.max(0.55, 1 - 0.045 * slope[2])) * (1 - share)
    const next = (level + 1) * RAY
    aimMirror(stage, level, nx, length, nz)
    // A steep wave must not send the ray under the water.
    if (rays[next + 4] < 0.01) rays[next + 4] = 0.01
    tag += 64 * (1 + (follow(stage, level, 0) & 63))
    const from = (level + 1) * 3
    red = red * focus + light[from] * share
    green = green * focus + light[from + 1] * share
    blue = blue * focus + light[from + 2] * share
  }
  const at = level * 3
  const fade = haze(distance)
  if (fade > 0) {
    skyLight(stage.sky, rays[ray + 3], 0, rays[ray + 5], 0, light, at)
    red += (light[at] - red) * fade
    green += (light[at + 1] - green) * fade
    blue += (light[at + 2] - blue) * fade
  }
  light[at] = red
  light[at + 1] = green
  light[at + 2] = blue
  return tag
}

function traceBody(stage: Stage, level: number, index: number, face: number): Tag {
  const { rays, hits, bodies, light } = stage
  const ray = level * RAY
  const hit = level * HIT
  const at = level * 3
  const tag = 1 + index * FACES + face
  lightSurface(stage, index, ray, hit, surface)
  const material = bodies[index * BODY + MATERIAL]
  if (material !== METAL && material !== GLASS) {
    for (let c = 0; c < 3; c++) light[at + c] = surface[c] + surface[3 + c]
    return tag
  }
  const shineRed = surface[3]
  const shineGreen = surface[4]
  const shineBlue = surface[5]
  const red = surface[0]
  const green = surface[1]
  const blue = surface[2]
  const nx = hits[hit + 1]
  const ny = hits[hit + 2]
  const nz = hits[hit + 3]
  const cos = -(nx * rays[ray + 3] + ny * rays[ray + 4] + nz * rays[ray + 5])
  const next = (level + 1) * 3
  aimMirror(stage, level, nx, ny, nz)
  const seen = follow(stage, level, 15)
  if (material === METAL) {
    const a = index * BODY + ALBEDO
    light[at] = 0.32 * red + light[next] * fresnel(Math.min(1, 0.05 + 1.1 * bodies[a]), cos) + shineRed
    light[at + 1] =
      0.32 * green + light[next + 1] * fresnel(Math.min(1, 0.05 + 1.1 * bodies[a + 1]), cos) + shineGreen
    light[at + 2] =
      0.32 * blue + light[next + 2] * fresnel(Math.min(1, 0.05 + 1.1 * bodies[a + 2]), cos) + shineBlue
    return tag + 64 * (1 + (seen & 63))
  }
  const share = fresnel(0.05, cos)
  light[at] = light[next] * share + shineRed + 0.14 * red
  light[at + 1] = light[next + 1] * share + shineGreen + 0.14 * green
  light[at + 2] = light[next + 2] * share + shineBlue + 0.14 * blue
  const through = (level + 1) * RAY
  for (let i = 0; i < 3; i++) {
    rays[through + i] = rays[ray + i] + hits[hit] * rays[ray + 3 + i]
    rays[through + 3 + i] = rays[ray + 3 + i]
  }
  const inside = passGlass(stage, index, through, nx, ny, nz)
  const behind = follow(stage, level, 15)
  for (let c = 0; c < 3; c++)
    light[at + c] +=
      light[next + c] * (1 - share) * glassTint(bodies, index * BODY, c) ** (0.35 + 1.3 * inside)
  return tag + 64 * (1 + (behind & 63))
}
