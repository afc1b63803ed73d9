import { CENTRE, HALF, REACH, ROWS } from './intersect.ts'
import type { Lighting } from './light.ts'

const direction = new Float64Array(3)
const aside = new Float64Array(3)

/**
 * How far the line through a point along `direction` (a unit vector in the body's axes) passes by a body, negative
 * where it goes through: the signed distance to the body's silhouette, which is a circle, a hexagon, or the hull of
 * ellipses. Exact in sign; `aside` goes from the line to the body's centre, at right angles to the line.
 */
function clearance(b: Float64Array, at: number): number {
  const qx = aside[0]
  const qy = aside[1]
  const qz = aside[2]
  const kind = b[at]
  const r = b[at + HALF]
  const h = b[at + HALF + 1]
  const u = direction[0]
  const v = direction[1]
  const w = direction[2]
  if (kind === 1) {
    // Separating axes of a line and a box are at right angles to both.
    const d = b[at + HALF + 2]
    const x = Math.sqrt(v * v + w * w) + 1e-9
    const y = Math.sqrt(u * u + w * w) + 1e-9
    const z = Math.sqrt(u * u + v * v) + 1e-9
    const a = (Math.abs(w * qy - v * qz) - h * Math.abs(w) - d * Math.abs(v)) / x
    const e = (Math.abs(w * qx - u * qz) - r * Math.abs(w) - d * Math.abs(u)) / y
    const f = (Math.abs(v * qx - u * qy) - r * Math.abs(v) - h * Math.abs(u)) / z
    return Math.max(a, e, f)
  }
  const s = Math.sqrt(u * u + w * w)
  if (s < 1e-4) return Math.sqrt(qx * qx + qz * qz) - r
  const across = Math.abs((u * qz - w * qx) / s)
  const along = -qy / s
  if (kind === 2) {
    const beyond = Math.abs(along) - h * s
    return beyond <= 0 ? across - r : ellipseDistance(across, beyond, r, r * Math.abs(v) + 1e-6)
  }
  const m = along + h * s
  const tip = 2 * h * s
  const short = r * Math.abs(v) + 1e-6
  if (tip > short) {
    // Beside the tangents from the tip to the ellipse of the base.
    const touch = (short * short) / tip
    if (m > touch) {
      const slope = Math.sqrt(1 - touch / tip) / r
      return (across * slope + m / tip - 1) / Math.sqrt(slope * slope + 1 / (tip * tip))
    }
  }
  return ellipseDistance(across, m, r, short)
}

/** Distance to an ellipse, to first order. */
function ellipseDistance(x: number, y: number, a: number, b: number): number {
  const k = Math.sqrt((x / a) ** 2 + (y / b) ** 2)
  return (k * (k - 1)) / (Math.sqrt((x / (a * a)) ** 2 + (y / (b * b)) ** 2) + 1e-12)
}

/** Share of the source that a body hides from a point (3), with soft edges as wide as its disc seems from there. */
export function hiddenShare(
  b: Float64Array,
  at: number,
  lighting: Lighting,
  point: Float64Array,
  toward: Float64Array,
): number {
  const cx = b[at + CENTRE] - point[0]
  const cy = b[at + CENTRE + 1] - point[1]
  const cz = b[at + CENTRE + 2] - point[2]
  const dx = toward[0]
  const dy = toward[1]
  const dz = toward[2]
  const along = cx * dx + cy * dy + cz * dz
  const reach = b[at + REACH]
  if (along < -0.5 * reach || along > toward[6] + reach) return 0
  const qx = cx - along * dx
  const qy = cy - along * dy
  const qz = cz - along * dz
  const far = Math.max(0.05, along)
  const soft =
    0.012 +
    (lighting.isLamp ? (lighting.radius * far) / Math.max(0.3, toward[6] - far) : lighting.radius * far)
  const square = qx * qx + qy * qy + qz * qz
  const outer = reach + soft
  if (square > outer * outer) return 0
  let distance: number
  if (b[at] === 0) distance = Math.sqrt(square) - reach
  else {
    const r = at + ROWS
    direction[0] = b[r] * dx + b[r + 1] * dy + b[r + 2] * dz
    direction[1] = b[r + 3] * dx + b[r + 4] * dy + b[r + 5] * dz
    direction[2] = b[r + 6] * dx + b[r + 7] * dy + b[r + 8] * dz
    aside[0] = b[r] * qx + b[r + 1] * qy + b[r + 2] * qz
    aside[1] = b[r + 3] * qx + b[r + 4] * qy + b[r + 5] * qz
    aside[2] = b[r + 6] * qx + b[r + 7] * qy + b[r + 8] * qz
    distance = clearance(b, at)
  }
  const share = Math.min(1, Math.max(0, 0.5 - distance / (2 * soft)))
  const facing = Math.min(1, Math.max(0, along / reach + 0.5) * 2)
  return share * share * (3 - 2 * share) * facing
}

/** Distance from a point outside (3) to a packed body, at least 0; of a cone, to the cylinder that narrows with it. */
function distanceTo(b: Float64Array, at: number, point: Float64Array): number {
  const px = point[0] - b[at + CENTRE]
  const py = point[1] - b[at + CENTRE + 1]
  const pz = point[2] - b[at + CENTRE + 2]
  const kind = b[at]
  if (kind === 0) return Math.max(0, Math.sqrt(px * px + py * py + pz * pz) - b[at + REACH])
  const r = at + ROWS
  const ox = b[r] * px + b[r + 1] * py + b[r + 2] * pz
  const oy = b[r + 3] * px + b[r + 4] * py + b[r + 5] * pz
  const oz = b[r + 6] * px + b[r + 7] * py + b[r + 8] * pz
  const radius = b[at + HALF]
  const h = b[at + HALF + 1]
  const dy = Math.max(0, Math.abs(oy) - h)
  if (kind === 1) {
    const dx = Math.max(0, Math.abs(ox) - radius)
    const dz = Math.max(0, Math.abs(oz) - radius)
    return Math.sqrt(dx * dx + dy * dy + dz * dz)
  }
  const level = kind === 2 ? 1 : Math.min(1, Math.max(0, (h - oy) / (2 * h)))
  const side = Math.max(0, Math.sqrt(ox * ox + oz * oz) - radius * level)
  return Math.sqrt(side * side + dy * dy)
}

/** How far from a body the floor is darker, in radii of the body. */
export const DARK_REACH = 1.1

/** What a body leaves of the sky's light at a point of the floor (3): less the nearer it is. */
export function openness(b: Float64Array, at: number, point: Float64Array): number {
  const range = DARK_REACH * b[at + HALF + 1]
  const near = 1 - distanceTo(b, at, point) / range
  return near <= 0 ? 1 : 1 - 0.72 * near * near
}
