import { type Lens, openLens, project } from './camera.ts'
import { BODY, CENTRE, enterBody, packBodies, REACH, ROWS } from './intersect.ts'
import { halfExtents, type Scene } from './scene.ts'
import type { BodyState, Motion } from './simulate.ts'

/** What one body does and how it is seen, frame by frame. Units: metres, seconds, radians, shares of a whole. */
export interface Track {
  /** Height of its lowest point over the floor. */
  readonly clearance: readonly number[]
  /** Vertical part of its own upward axis: 1 upright, 0 lying, -1 upside down. */
  readonly upright: readonly number[]
  /** How far its own upward axis turned since the frame before. */
  readonly tumbling: readonly number[]
  /** How far it turned in all since the frame before, and around the vertical axis alone (left is positive). */
  readonly turning: readonly number[]
  readonly yaw: readonly number[]
  /** How far it came since the frame before along the camera's axes of that frame, and along the floor. */
  readonly steps: readonly { readonly right: number; readonly away: number; readonly flat: number }[]
  /** Column and row of its centre, and its radius, in shares of the shorter side of the picture. */
  readonly seen: readonly { readonly x: number; readonly y: number; readonly radius: number }[]
  /** Share of its outline that is inside the picture. */
  readonly inView: readonly number[]
  /** By other body: the share of its outline that this one covers. */
  readonly hiddenBy: readonly (readonly number[])[]
}

/** Height of the lowest point of a body; the upward axis has the vertical part `up`. */
function lowest(
  scene: Scene,
  body: number,
  { position: [, y] }: BodyState,
  rows: Float64Array,
  at: number,
): number {
  const { shape } = scene.bodies[body]
  const [across, half] = halfExtents(scene.bodies[body])
  const [a, up, c] = [rows[at + 1], rows[at + 4], rows[at + 7]]
  const lying = Math.sqrt(Math.max(0, 1 - up * up))
  if (shape === 'ball') return y - across
  if (shape === 'cube') return y - across * (Math.abs(a) + Math.abs(up) + Math.abs(c))
  if (shape === 'cylinder') return y - half * Math.abs(up) - across * lying
  return y + Math.min(half * up, -half * up - across * lying)
}

/** Angle between two orientations, and its part around the vertical axis. */
function turned(
  { orientation: [a, b, c, d] }: BodyState,
  { orientation: [x, y, z, w] }: BodyState,
): [number, number] {
  // q = now * conjugate(before), vertical part and real part.
  const real = w * d + x * a + y * b + z * c
  const vertical = -w * b + y * d - z * a + x * c
  const sign = real < 0 ? -1 : 1
  return [2 * Math.acos(Math.min(1, Math.abs(real))), 2 * Math.atan2(sign * vertical, Math.abs(real))]
}

const GRID = 5
const ray = new Float64Array(6)
const hit = new Float64Array(4)

interface Outline {
  readonly inView: number
  readonly hiddenBy: readonly number[]
}

/** Casts a small grid of rays at a body: which of them meet it, inside the picture, before any other body. */
function castOutline(packed: Float64Array, body: number, lens: Lens): Outline {
  const count = packed.length / BODY
  const centre = packed.subarray(body * BODY + CENTRE, body * BODY + CENTRE + 3)
  const reach = packed[body * BODY + REACH]
  const hidden = new Array<number>(count).fill(0)
  let [rays, inside] = [0, 0]
  for (let i = 0; i < GRID * GRID; i++) {
    const u = (((i % GRID) + 0.5) / GRID) * 2 - 1
    const v = ((Math.floor(i / GRID) + 0.5) / GRID) * 2 - 1
    const point = [0, 1, 2].map(axis => centre[axis] + reach * (u * lens.right[axis] + v * lens.up[axis]))
    const way = point.map((p, axis) => p - lens.position[axis])
    const length = Math.hypot(...way)
    ray.set(lens.position)
    ray.set(
      way.map(w => w / length),
      3,
    )
    hit[0] = Infinity
    if (enterBody(packed, body * BODY, ray, 0, hit, 0) === 0) continue
    rays++
    const [column, row] = project(lens, point[0], point[1], point[2])
    if (column >= 0 && row >= 0 && column < lens.width && row < lens.height) inside++
    for (let other = 0; other < count; other++) {
      const nearest = hit[0]
      if (other !== body && enterBody(packed, other * BODY, ray, 0, hit, 0) > 0) hidden[other]++
      hit[0] = nearest
    }
  }
  return { inView: rays > 0 ? inside / rays : 0, hiddenBy: hidden.map(n => (rays > 0 ? n / rays : 0)) }
}

/** How a body is seen in one frame; rays are cast only where it is near an edge or another body. */
function seeBody(packed: Float64Array, body: number, lens: Lens) {
  const discs = Array.from({ length: packed.length / BODY }, (_, i) => {
    const at = i * BODY
    const [x, y, depth] = project(lens, packed[at + CENTRE], packed[at + CENTRE + 1], packed[at + CENTRE + 2])
    return { x, y, depth, radius: depth > 0.1 ? packed[at + REACH] / (depth * lens.pixel) : 0 }
  })
  const { x, y, depth, radius } = discs[body]
  const side = Math.min(lens.width, lens.height)
  const seen = { x: x / side, y: y / side, radius: radius / side }
  if (depth <= 0.1) return { seen, inView: 0, hiddenBy: discs.map(() => 0) }
  const edge = Math.min(x, y, lens.width - x, lens.height - y)
  const near = discs.some(
    (disc, i) =>
      i !== body &&
      disc.depth > 0.1 &&
      disc.depth < depth &&
      Math.hypot(disc.x - x, disc.y - y) < disc.radius + radius,
  )
  if (edge <= -radius) return { seen, inView: 0, hiddenBy: discs.map(() => 0) }
  if (edge >= radius && !near) return { seen, inView: 1, hiddenBy: discs.map(() => 0) }
  return { seen, ...castOutline(packed, body, lens) }
}

/** Follows every body through a film: how it moves and how it is seen. */
export function trackBodies(scene: Scene, motion: Motion): Track[] {
  const packed = motion.frames.map(states => {
    const numbers = new Float64Array(scene.bodies.length * BODY)
    packBodies(scene, states, numbers)
    return numbers
  })
  const lenses = motion.camera.map(camera => openLens(camera, scene.width, scene.height))
  return scene.bodies.map((_, body): Track => {
    const at = body * BODY + ROWS
    const states = motion.frames.map(frame => frame[body])
    const before = (frame: number) => Math.max(0, frame - 1)
    const views = packed.map((numbers, frame) => seeBody(numbers, body, lenses[frame]))
    const axis = (frame: number) => packed[frame].subarray(at + 3, at + 6)
    const turns = states.map((state, frame) => turned(states[before(frame)], state))
    return {
      clearance: states.map((state, frame) => lowest(scene, body, state, packed[frame], at)),
      upright: states.map((_, frame) => packed[frame][at + 4]),
      tumbling: states.map((_, frame) => {
        const [a, b] = [axis(before(frame)), axis(frame)]
        return Math.acos(Math.min(1, a[0] * b[0] + a[1] * b[1] + a[2] * b[2]))
      }),
      turning: turns.map(([all]) => all),
      yaw: turns.map(([, yaw]) => yaw),
      steps: states.map(({ position }, frame) => {
        const from = states[before(frame)].position
        const [dx, dz] = [position[0] - from[0], position[2] - from[2]]
        const { right, forward } = lenses[frame]
        const flat = Math.hypot(forward[0], forward[2])
        return {
          right: dx * right[0] + dz * right[2],
          away: (dx * forward[0] + dz * forward[2]) / flat,
          flat: Math.hypot(dx, dz),
        }
      }),
      seen: views.map(({ seen }) => seen),
      inView: views.map(({ inView }) => inView),
      hiddenBy: scene.bodies.map((_, other) => views.map(({ hiddenBy }) => hiddenBy[other])),
    }
  })
}
