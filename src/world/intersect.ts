import { type Body, sizes } from './scene.ts'
import type { BodyState } from './simulate.ts'

/** A body placed in the world, ready to be hit by rays: its centre, its axes as rows, its half extents. */
export interface Placed {
  readonly shape: Body['shape']
  readonly centre: readonly [number, number, number]
  /** Rows of the matrix that turns world directions into the body's own. */
  readonly rows: Float64Array
  /** Radius of a ball; half sides of a cube; radius and half height of a cylinder. */
  readonly half: readonly [number, number, number]
  /** Radius of a sphere around the whole body. */
  readonly reach: number
}

/** Places a body by its simulated state. */
export function placeBody(body: Body, { position, orientation: [x, y, z, w] }: BodyState): Placed {
  const s = sizes[body.size]
  const rows = Float64Array.of(
    1 - 2 * (y * y + z * z),
    2 * (x * y + z * w),
    2 * (x * z - y * w),
    2 * (x * y - z * w),
    1 - 2 * (x * x + z * z),
    2 * (y * z + x * w),
    2 * (x * z + y * w),
    2 * (y * z - x * w),
    1 - 2 * (x * x + y * y),
  )
  const half =
    body.shape === 'ball'
      ? ([s, s, s] as const)
      : body.shape === 'cube'
        ? ([s * 0.86, s * 0.86, s * 0.86] as const)
        : ([s * 0.8, s, s * 0.8] as const)
  const reach = body.shape === 'ball' ? s : Math.hypot(...half)
  return { shape: body.shape, centre: position, rows, half, reach }
}

/** The last hit's outward normal in world coordinates; valid after `intersect` returned a finite distance. */
export const hitNormal = new Float64Array(3)
const own = new Float64Array(3)

function setNormal(rows: Float64Array): void {
  const [a, b, c] = own
  hitNormal[0] = rows[0] * a + rows[3] * b + rows[6] * c
  hitNormal[1] = rows[1] * a + rows[4] * b + rows[7] * c
  hitNormal[2] = rows[2] * a + rows[5] * b + rows[8] * c
}

/**
 * Distance along a ray (unit direction) to a body, Infinity without a hit; closed forms in the body's own
 * coordinates: a quadratic for ball and cylinder, slabs for cube and caps. Sets `hitNormal`.
 */
export function intersect(
  { shape, centre, rows, half, reach }: Placed,
  ox: number,
  oy: number,
  oz: number,
  dx: number,
  dy: number,
  dz: number,
): number {
  const px = ox - centre[0],
    py = oy - centre[1],
    pz = oz - centre[2]
  const along = px * dx + py * dy + pz * dz
  // A ray that misses the sphere around a body, or leaves it behind, misses the body.
  const root = along * along - (px * px + py * py + pz * pz - reach * reach)
  if (root < 0 || along > reach) return Infinity
  if (shape === 'ball') return intersectBall(-along - Math.sqrt(root), half[0], px, py, pz, dx, dy, dz)
  const x = rows[0] * px + rows[1] * py + rows[2] * pz
  const y = rows[3] * px + rows[4] * py + rows[5] * pz
  const z = rows[6] * px + rows[7] * py + rows[8] * pz
  const u = rows[0] * dx + rows[1] * dy + rows[2] * dz
  const v = rows[3] * dx + rows[4] * dy + rows[5] * dz
  const w = rows[6] * dx + rows[7] * dy + rows[8] * dz
  const distance =
    shape === 'cube' ? intersectBox(half, x, y, z, u, v, w) : intersectCylinder(half, x, y, z, u, v, w)
  if (distance < Infinity) setNormal(rows)
  return distance
}

function intersectBall(
  t: number,
  r: number,
  px: number,
  py: number,
  pz: number,
  dx: number,
  dy: number,
  dz: number,
): number {
  if (t < 1e-4) return Infinity
  hitNormal[0] = (px + t * dx) / r
  hitNormal[1] = (py + t * dy) / r
  hitNormal[2] = (pz + t * dz) / r
  return t
}

function intersectBox(
  half: readonly number[],
  x: number,
  y: number,
  z: number,
  u: number,
  v: number,
  w: number,
): number {
  const tx = (-Math.sign(u || 1) * half[0] - x) / (u || 1e-12)
  const ty = (-Math.sign(v || 1) * half[1] - y) / (v || 1e-12)
  const tz = (-Math.sign(w || 1) * half[2] - z) / (w || 1e-12)
  const enter = Math.max(tx, ty, tz)
  if (enter < 1e-4) return Infinity
  if (Math.abs(x + enter * u) > half[0] + 1e-9 || Math.abs(y + enter * v) > half[1] + 1e-9) return Infinity
  if (Math.abs(z + enter * w) > half[2] + 1e-9) return Infinity
  own[0] = enter === tx ? -Math.sign(u) : 0
  own[1] = enter === ty ? -Math.sign(v) : 0
  own[2] = enter === tz ? -Math.sign(w) : 0
  return enter
}

function intersectCylinder(
  half: readonly number[],
  x: number,
  y: number,
  z: number,
  u: number,
  v: number,
  w: number,
): number {
  const r = half[0]
  const a = u * u + w * w
  const b = x * u + z * w
  const root = b * b - a * (x * x + z * z - r * r)
  let best = Infinity
  if (root > 0 && a > 1e-12) {
    const t = (-b - Math.sqrt(root)) / a
    if (t > 1e-4 && Math.abs(y + t * v) <= half[1]) {
      best = t
      own[0] = (x + t * u) / r
      own[1] = 0
      own[2] = (z + t * w) / r
    }
  }
  const cap = (-Math.sign(v || 1) * half[1] - y) / (v || 1e-12)
  if (cap > 1e-4 && cap < best) {
    const hx = x + cap * u,
      hz = z + cap * w
    if (hx * hx + hz * hz <= r * r) {
      best = cap
      own[0] = own[2] = 0
      own[1] = -Math.sign(v)
    }
  }
  return best
}
