import { ALBEDO, BODY, HALF, leaveBody, MATERIAL, TAKEN } from './intersect.ts'
import { illuminate } from './light.ts'
import { hiddenShare, openness } from './lightShadow.ts'
import type { Stage } from './renderStage.ts'

/** Direction to the source (3), its light (3), its distance: of the point that is being lit. */
const source = new Float64Array(7)

/** The point that is being lit (3). */
const point = new Float64Array(3)

/**
 * Lights `point` from the source: what arrives of its light, after what other bodies hide and glass colours.
 * @param candidates bits of the bodies that may be in the way
 * @param skip number of the body that the point lies on, or -1
 * @param out light on a surface that faces the source (3)
 */
function lightPoint(stage: Stage, candidates: number, skip: number, out: Float64Array) {
  const { lighting, bodies, count } = stage
  illuminate(lighting, point, source)
  out[0] = source[3]
  out[1] = source[4]
  out[2] = source[5]
  for (let i = 0; i < count; i++) {
    if (i === skip || !((candidates >> i) & 1)) continue
    const hidden = hiddenShare(bodies, i * BODY, lighting, point, source)
    if (hidden === 0) continue
    const taken = i * BODY + TAKEN
    out[0] *= 1 - hidden * bodies[taken]
    out[1] *= 1 - hidden * bodies[taken + 1]
    out[2] *= 1 - hidden * bodies[taken + 2]
  }
}

// Powers multiplied out: `**` with such exponents costs as much as the rest of a surface's light.

/** cos^40. */
function widePeak(cos: number): number {
  const square = cos * cos
  const eighth = square * square * square * square
  const sixteenth = eighth * eighth
  return sixteenth * sixteenth * eighth
}

/** cos^208. */
function sharpPeak(cos: number): number {
  const wide = widePeak(cos)
  const square = cos * cos
  const eighth = square * square * square * square
  return wide * wide * wide * wide * wide * eighth
}

const arriving = new Float64Array(3)

/**
 * The diffuse light that a place on the floor sends back for a reflectance of 1: sun or lamp, and the sky as far as
 * bodies leave it open.
 * @param place x and z
 * @param candidates bits of the bodies that may darken it
 */
export function lightFloor(stage: Stage, place: Float64Array, candidates: number, out: Float64Array): void {
  const { lighting, bodies, count, openFloor } = stage
  if (candidates === 0 && openFloor) {
    out[0] = openFloor[0]
    out[1] = openFloor[1]
    out[2] = openFloor[2]
    return
  }
  const { sky } = lighting
  point[0] = place[0]
  point[1] = 1e-3
  point[2] = place[1]
  if (candidates === 0) {
    illuminate(lighting, point, source)
    out[0] = source[3] * source[1] + sky[0]
    out[1] = source[4] * source[1] + sky[1]
    out[2] = source[5] * source[1] + sky[2]
    return
  }
  lightPoint(stage, candidates, -1, arriving)
  point[1] = 0
  let open = 1
  for (let i = 0; i < count; i++) {
    if ((candidates >> i) & 1) open *= openness(bodies, i * BODY, point)
  }
  const facing = Math.max(0, source[1])
  out[0] = arriving[0] * facing + sky[0] * open
  out[1] = arriving[1] * facing + sky[1] * open
  out[2] = arriving[2] * facing + sky[2] * open
}

/**
 * The light of a body's surface that does not come from a mirror image: sun or lamp, sky from above, the floor's
 * light from below, and a highlight.
 * @param ray where the viewing ray stands in stage.rays
 * @param hit where the hit stands in stage.hits: distance and normal
 * @param out light of the diffuse surface (3), of the highlight (3)
 */
export function lightSurface(stage: Stage, index: number, ray: number, hit: number, out: Float64Array): void {
  const { rays, hits, bodies, lighting, bounce } = stage
  const t = hits[hit]
  const nx = hits[hit + 1]
  const ny = hits[hit + 2]
  const nz = hits[hit + 3]
  const dx = rays[ray + 3]
  const dy = rays[ray + 4]
  const dz = rays[ray + 5]
  const y = rays[ray + 1] + t * dy
  const at = index * BODY
  point[0] = rays[ray] + t * dx + nx * 1e-3
  point[1] = y + ny * 1e-3
  point[2] = rays[ray + 2] + t * dz + nz * 1e-3
  lightPoint(stage, 15, index, arriving)
  const facing = Math.max(0, nx * source[0] + ny * source[1] + nz * source[2])
  const hx = source[0] - dx
  const hy = source[1] - dy
  const hz = source[2] - dz
  const half = Math.max(0, (nx * hx + ny * hy + nz * hz) / Math.sqrt(hx * hx + hy * hy + hz * hz))
  const material = bodies[at + MATERIAL]
  // Matte paint shines a little and widely; metal and glass sharply.
  const shine = facing > 0 ? (material === 0 ? 0.28 * widePeak(half) : 1.6 * sharpPeak(half)) : 0
  const up = 0.5 + 0.5 * ny
  // Close to the floor the body hides the floor's light from itself.
  const low = Math.min(1, Math.max(0, y / (0.7 * bodies[at + HALF + 1])))
  const near = 1 - 0.55 * (1 - low) * (1 - low) * (1 - up)
  const { sky } = lighting
  const above = up * near
  const below = (1 - up) * near
  out[0] = bodies[at + ALBEDO] * (arriving[0] * facing + sky[0] * above + bounce[0] * below)
  out[1] = bodies[at + ALBEDO + 1] * (arriving[1] * facing + sky[1] * above + bounce[1] * below)
  out[2] = bodies[at + ALBEDO + 2] * (arriving[2] * facing + sky[2] * above + bounce[2] * below)
  out[3] = shine * arriving[0]
  out[4] = shine * arriving[1]
  out[5] = shine * arriving[2]
}

/** Refractive index of glass. */
const GLASS_INDEX = 1.5

/** Turns a direction at a surface as Snell's law says; false when it is reflected wholly. */
function refract(
  rays: Float64Array,
  ray: number,
  nx: number,
  ny: number,
  nz: number,
  ratio: number,
): boolean {
  const cos = -(nx * rays[ray + 3] + ny * rays[ray + 4] + nz * rays[ray + 5])
  const square = 1 - ratio * ratio * (1 - cos * cos)
  if (square < 0) return false
  const along = ratio * cos - Math.sqrt(square)
  rays[ray + 3] = ratio * rays[ray + 3] + along * nx
  rays[ray + 4] = ratio * rays[ray + 4] + along * ny
  rays[ray + 5] = ratio * rays[ray + 5] + along * nz
  return true
}

const exit = new Float64Array(4)

/**
 * Follows light through a glass body that it meets at `hit`: refraction where it enters, up to two reflections inside,
 * refraction where it leaves. Changes the ray at `ray` into the one that goes on outside.
 * @returns metres of the way inside
 */
export function passGlass(stage: Stage, index: number, ray: number, hit: number): number {
  const { rays, hits, bodies } = stage
  refract(rays, ray, hits[hit + 1], hits[hit + 2], hits[hit + 3], 1 / GLASS_INDEX)
  let inside = 0
  for (let bounce = 0; bounce < 3; bounce++) {
    for (let axis = 0; axis < 3; axis++) rays[ray + axis] += 2e-4 * rays[ray + 3 + axis]
    leaveBody(bodies, index * BODY, rays, ray, exit, 0)
    inside += exit[0]
    for (let axis = 0; axis < 3; axis++) rays[ray + axis] += exit[0] * rays[ray + 3 + axis]
    if (refract(rays, ray, -exit[1], -exit[2], -exit[3], GLASS_INDEX)) break
    const along = 2 * (exit[1] * rays[ray + 3] + exit[2] * rays[ray + 4] + exit[3] * rays[ray + 5])
    for (let axis = 0; axis < 3; axis++) rays[ray + 3 + axis] -= along * exit[1 + axis]
  }
  for (let axis = 0; axis < 3; axis++) rays[ray + axis] += 1e-3 * rays[ray + 3 + axis]
  return inside
}
