import { type Body, colours, halfExtents, type Scene } from './scene.ts'
import type { BodyState } from './simulate.ts'

// Bodies are packed into one array, so that rays read numbers and nothing is allocated for a pixel.
// Closed forms in each body's own coordinates: a quadratic for ball, cylinder and cone, slabs for cube and caps.

/** Numbers of one packed body. */
export const BODY = 28
// Where its parts are.
/** Which shape it has: 0 ball, 1 cube, 2 cylinder, 3 cone. */
export const KIND = 0
/** Its centre (3). */
export const CENTRE = 1
/** The matrix that turns the world's axes into its own, by rows (9). */
export const ROWS = 4
/** Half its extents (3). */
export const HALF = 13
/** Radius of a sphere around the whole of it. */
export const REACH = 16
/** Linear reflectance (3). */
export const ALBEDO = 17
/** What it is made of: 0 matte, METAL or GLASS. */
export const MATERIAL = 20
/** What it takes of the light that it hides (3): all, or of glass what its tint does not let through. */
export const TAKEN = 21
/** Natural logarithms of the tint of glass (3). */
export const TINT = 24

const kinds = { ball: 0, cube: 1, cylinder: 2, cone: 3 } as const satisfies Record<Body['shape'], number>
/** The number of metal. */
export const METAL = 1
/** The number of glass. */
export const GLASS = 2
const materialNumbers = { matte: 0, metal: METAL, glass: GLASS } as const satisfies Record<
  Body['material'],
  number
>

/** What glass lets through of each colour, at the thickness of a body. */
function glassTint([red, green, blue]: readonly [number, number, number]): number[] {
  const most = Math.max(red, green, blue)
  return [red, green, blue].map(colour => 0.06 + 0.94 * Math.sqrt(colour / most))
}

/** Packs the bodies of one frame into `packed` (bodies x BODY). */
export function packBodies(scene: Scene, states: readonly BodyState[], packed: Float64Array): void {
  scene.bodies.forEach((body, i) => {
    const {
      position,
      orientation: [x, y, z, w],
    } = states[i]
    const half = halfExtents(body)
    const reach =
      body.shape === 'ball'
        ? half[0]
        : body.shape === 'cube'
          ? Math.hypot(...half)
          : Math.hypot(half[0], half[1])
    packed[i * BODY + KIND] = kinds[body.shape]
    packed.set(position, i * BODY + CENTRE)
    packed.set(
      [
        1 - 2 * (y * y + z * z),
        2 * (x * y + z * w),
        2 * (x * z - y * w),
        2 * (x * y - z * w),
        1 - 2 * (x * x + z * z),
        2 * (y * z + x * w),
        2 * (x * z + y * w),
        2 * (y * z - x * w),
        1 - 2 * (x * x + y * y),
      ],
      i * BODY + ROWS,
    )
    packed.set(half, i * BODY + HALF)
    packed[i * BODY + REACH] = reach
    packed.set(colours[body.colour], i * BODY + ALBEDO)
    packed[i * BODY + MATERIAL] = materialNumbers[body.material]
    const tint = glassTint(colours[body.colour])
    const isGlass = body.material === 'glass'
    packed.set(isGlass ? tint.map(share => 0.88 - 0.7 * share * share) : [1, 1, 1], i * BODY + TAKEN)
    packed.set(tint.map(Math.log), i * BODY + TINT)
  })
}

const NEAR = 1e-4
/** The ray in a body's own coordinates: origin, direction. */
const own = new Float64Array(6)

function toOwn(
  b: Float64Array,
  at: number,
  px: number,
  py: number,
  pz: number,
  rays: Float64Array,
  ray: number,
): void {
  const dx = rays[ray + 3]
  const dy = rays[ray + 4]
  const dz = rays[ray + 5]
  const r = at + ROWS
  own[0] = b[r] * px + b[r + 1] * py + b[r + 2] * pz
  own[1] = b[r + 3] * px + b[r + 4] * py + b[r + 5] * pz
  own[2] = b[r + 6] * px + b[r + 7] * py + b[r + 8] * pz
  own[3] = b[r] * dx + b[r + 1] * dy + b[r + 2] * dz
  own[4] = b[r + 3] * dx + b[r + 4] * dy + b[r + 5] * dz
  own[5] = b[r + 6] * dx + b[r + 7] * dy + b[r + 8] * dz
}

/** Writes a hit: its distance, and its normal turned from the body's axes to the world's. */
function setHit(
  b: Float64Array,
  at: number,
  hits: Float64Array,
  hit: number,
  t: number,
  x: number,
  y: number,
  z: number,
): void {
  const r = at + ROWS
  hits[hit] = t
  hits[hit + 1] = b[r] * x + b[r + 3] * y + b[r + 6] * z
  hits[hit + 2] = b[r + 1] * x + b[r + 4] * y + b[r + 7] * z
  hits[hit + 3] = b[r + 2] * x + b[r + 5] * y + b[r + 8] * z
}

/**
 * Meets a ray with the outside of the body at `at`, when that is nearer than hits[hit].
 * @param rays origin (3) and unit direction (3) at `ray`
 * @param hits distance and outward unit normal (3) at `hit`, changed by a nearer hit
 * @returns 0 without a nearer hit, else the number of the face from 1
 */
export function enterBody(
  b: Float64Array,
  at: number,
  rays: Float64Array,
  ray: number,
  hits: Float64Array,
  hit: number,
): number {
  const px = rays[ray] - b[at + CENTRE]
  const py = rays[ray + 1] - b[at + CENTRE + 1]
  const pz = rays[ray + 2] - b[at + CENTRE + 2]
  const reach = b[at + REACH]
  const along = px * rays[ray + 3] + py * rays[ray + 4] + pz * rays[ray + 5]
  const square = along * along - (px * px + py * py + pz * pz - reach * reach)
  // A ray that misses the sphere around a body, leaves it behind, or meets it beyond the hit, does not count.
  if (square < 0 || along > reach) return 0
  const t = -along - Math.sqrt(square)
  if (t >= hits[hit]) return 0
  const kind = b[at]
  if (kind === 0) {
    if (t < NEAR) return 0
    hits[hit] = t
    hits[hit + 1] = (px + t * rays[ray + 3]) / reach
    hits[hit + 2] = (py + t * rays[ray + 4]) / reach
    hits[hit + 3] = (pz + t * rays[ray + 5]) / reach
    return 1
  }
  toOwn(b, at, px, py, pz, rays, ray)
  if (kind === 1) return enterBox(b, at, hits, hit)
  return kind === 2 ? enterCylinder(b, at, hits, hit) : enterCone(b, at, hits, hit)
}

function enterBox(b: Float64Array, at: number, hits: Float64Array, hit: number): number {
  const x = own[0]
  const y = own[1]
  const z = own[2]
  const u = own[3] || 1e-12
  const v = own[4] || 1e-12
  const w = own[5] || 1e-12
  const hx = b[at + HALF]
  const hy = b[at + HALF + 1]
  const hz = b[at + HALF + 2]
  const tx = ((u > 0 ? -hx : hx) - x) / u
  const ty = ((v > 0 ? -hy : hy) - y) / v
  const tz = ((w > 0 ? -hz : hz) - z) / w
  const enter = Math.max(tx, ty, tz)
  if (enter < NEAR || enter >= hits[hit]) return 0
  if (tx !== enter && Math.abs(x + enter * u) > hx) return 0
  if (ty !== enter && Math.abs(y + enter * v) > hy) return 0
  if (tz !== enter && Math.abs(z + enter * w) > hz) return 0
  if (enter === tx) setHit(b, at, hits, hit, enter, u > 0 ? -1 : 1, 0, 0)
  else if (enter === ty) setHit(b, at, hits, hit, enter, 0, v > 0 ? -1 : 1, 0)
  else setHit(b, at, hits, hit, enter, 0, 0, w > 0 ? -1 : 1)
  return enter === tx ? (u > 0 ? 1 : 2) : enter === ty ? (v > 0 ? 3 : 4) : w > 0 ? 5 : 6
}

function enterCylinder(b: Float64Array, at: number, hits: Float64Array, hit: number): number {
  const x = own[0]
  const y = own[1]
  const z = own[2]
  const u = own[3]
  const v = own[4] || 1e-12
  const w = own[5]
  const r = b[at + HALF]
  const h = b[at + HALF + 1]
  const cap = ((v > 0 ? -h : h) - y) / v
  if (cap > NEAR && cap < hits[hit]) {
    const cx = x + cap * u
    const cz = z + cap * w
    if (cx * cx + cz * cz <= r * r) {
      setHit(b, at, hits, hit, cap, 0, v > 0 ? -1 : 1, 0)
      return v > 0 ? 2 : 3
    }
  }
  const a = u * u + w * w
  const half = x * u + z * w
  const square = half * half - a * (x * x + z * z - r * r)
  if (square <= 0 || a < 1e-12) return 0
  const t = (-half - Math.sqrt(square)) / a
  if (t < NEAR || t >= hits[hit] || Math.abs(y + t * v) > h) return 0
  setHit(b, at, hits, hit, t, (x + t * u) / r, 0, (z + t * w) / r)
  return 1
}

function enterCone(b: Float64Array, at: number, hits: Float64Array, hit: number): number {
  const x = own[0]
  const y = own[1]
  const z = own[2]
  const u = own[3]
  const v = own[4] || 1e-12
  const w = own[5]
  const r = b[at + HALF]
  const h = b[at + HALF + 1]
  const base = (-h - y) / v
  if (v > 0 && base > NEAR && base < hits[hit]) {
    const bx = x + base * u
    const bz = z + base * w
    if (bx * bx + bz * bz <= r * r) {
      setHit(b, at, hits, hit, base, 0, -1, 0)
      return 2
    }
  }
  // x^2 + z^2 = k^2 (h - y)^2 with k = r / 2h.
  const k = r / (2 * h)
  const kk = k * k
  const a = u * u + w * w - kk * v * v
  const half = x * u + z * w + kk * (h - y) * v
  const square = half * half - a * (x * x + z * z - kk * (h - y) * (h - y))
  if (square <= 0 || Math.abs(a) < 1e-12) return 0
  const root = Math.sqrt(square)
  for (let sign = -1; sign <= 1; sign += 2) {
    const t = (-half + (a > 0 ? sign : -sign) * root) / a
    const level = y + t * v
    if (t < NEAR || level > h || level < -h) continue
    if (t >= hits[hit]) return 0
    const nx = x + t * u
    const ny = kk * (h - level)
    const nz = z + t * w
    const length = Math.sqrt(nx * nx + ny * ny + nz * nz) || 1
    setHit(b, at, hits, hit, t, nx / length, ny / length, nz / length)
    return 1
  }
  return 0
}

/**
 * Follows a ray from inside the body at `at` (refracted light in glass) to where it leaves.
 * @param hits receives the distance and the outward unit normal (3) at `hit`
 */
export function leaveBody(
  b: Float64Array,
  at: number,
  rays: Float64Array,
  ray: number,
  hits: Float64Array,
  hit: number,
): void {
  const px = rays[ray] - b[at + CENTRE]
  const py = rays[ray + 1] - b[at + CENTRE + 1]
  const pz = rays[ray + 2] - b[at + CENTRE + 2]
  toOwn(b, at, px, py, pz, rays, ray)
  if (b[at] === 1) leaveBox(b, at, hits, hit)
  else if (b[at] > 1) leaveRound(b, at, hits, hit)
  else leaveBall(b, at, hits, hit)
}

function leaveBall(b: Float64Array, at: number, hits: Float64Array, hit: number): void {
  const r = b[at + HALF]
  const along = own[0] * own[3] + own[1] * own[4] + own[2] * own[5]
  const square = own[0] * own[0] + own[1] * own[1] + own[2] * own[2]
  const t = -along + Math.sqrt(Math.max(0, along * along - square + r * r))
  setHit(b, at, hits, hit, t, (own[0] + t * own[3]) / r, (own[1] + t * own[4]) / r, (own[2] + t * own[5]) / r)
}

function leaveBox(b: Float64Array, at: number, hits: Float64Array, hit: number): void {
  const u = own[3] || 1e-12
  const v = own[4] || 1e-12
  const w = own[5] || 1e-12
  const tx = ((u > 0 ? b[at + HALF] : -b[at + HALF]) - own[0]) / u
  const ty = ((v > 0 ? b[at + HALF + 1] : -b[at + HALF + 1]) - own[1]) / v
  const tz = ((w > 0 ? b[at + HALF + 2] : -b[at + HALF + 2]) - own[2]) / w
  const t = Math.max(0, Math.min(tx, ty, tz))
  if (tx <= ty && tx <= tz) setHit(b, at, hits, hit, t, Math.sign(u), 0, 0)
  else if (ty <= tz) setHit(b, at, hits, hit, t, 0, Math.sign(v), 0)
  else setHit(b, at, hits, hit, t, 0, 0, Math.sign(w))
}

/** Leaves a cylinder or a cone through its side or a cap. */
function leaveRound(b: Float64Array, at: number, hits: Float64Array, hit: number): void {
  const x = own[0]
  const y = own[1]
  const z = own[2]
  const u = own[3]
  const v = own[4] || 1e-12
  const w = own[5]
  const r = b[at + HALF]
  const h = b[at + HALF + 1]
  const isCylinder = b[at] === 2
  const cap = ((v > 0 ? h : -h) - y) / v
  const k = isCylinder ? 0 : r / (2 * h)
  const a = u * u + w * w - k * k * v * v
  const half = x * u + z * w + k * k * (h - y) * v
  const c = x * x + z * z - (isCylinder ? r * r : k * k * (h - y) * (h - y))
  const root = Math.sqrt(Math.max(0, half * half - a * c))
  const side = Math.abs(a) < 1e-9 ? Infinity : (-half + root) / a
  // A cone has no cap above.
  if ((isCylinder || v < 0) && !(side > 0 && side < cap)) {
    setHit(b, at, hits, hit, Math.max(0, cap), 0, Math.sign(v), 0)
    return
  }
  const t = side > 0 && side < 10 ? side : 0
  const nx = x + t * u
  const ny = k * k * (h - y - t * v)
  const nz = z + t * w
  const length = Math.sqrt(nx * nx + ny * ny + nz * nz) || 1
  setHit(b, at, hits, hit, t, nx / length, ny / length, nz / length)
}
