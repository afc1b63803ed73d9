import { halfExtents, type Scene } from './scene.ts'
import type { BodyState, Motion } from './simulate.ts'

// The surface of a shallow pool as the wave equation on a grid: d2h/dt2 = c^2 laplacian(h), damped.
// Bodies that touch it press a dent into it; a dent that moves makes waves.

const CELLS = 176
/** Metres of the side of the square that has waves, around the middle. */
const SIDE = 13
const CELL = SIDE / CELLS
/** Metres a second. */
const WAVE_SPEED = 1.35
/** The longest step that is stable: c dt / dx stays under 1 / sqrt(2). */
const LONGEST_STEP = 1 / 40
/** Depth in metres of what a body at rest presses into the water. */
const DENT = 0.07
/** How much steeper waves are shown than they are. */
const STEEPNESS = 2

/** What a step leaves of the waves in a row or a column: at the border they are swallowed. */
const KEPT = Float64Array.from({ length: CELLS }, (_, i) =>
  Math.min(1, 0.9 + 0.01 * Math.min(i, CELLS - 1 - i)),
)

/** The surface of the water. */
export interface Water {
  /** CELLS x CELLS heights and vertical speeds. */
  readonly heights: Float32Array
  readonly speeds: Float32Array
  /** Whether anything of it still moves. */
  calm: boolean
}

/** Water at rest. */
export function stillWater(): Water {
  return { heights: new Float32Array(CELLS * CELLS), speeds: new Float32Array(CELLS * CELLS), calm: true }
}

/** Adds (or takes away) the dent of a body where it touches the water. */
function dent(water: Water, x: number, height: number, z: number, radius: number, sign: number): void {
  const immersion = Math.min(1, Math.max(0, 1 - height / 0.08))
  if (immersion === 0) return
  const [column, row] = [(x / SIDE + 0.5) * CELLS, (z / SIDE + 0.5) * CELLS]
  const reach = Math.ceil((radius * 2.2) / CELL)
  for (let j = Math.max(1, Math.floor(row) - reach); j <= Math.min(CELLS - 2, Math.floor(row) + reach); j++) {
    for (
      let i = Math.max(1, Math.floor(column) - reach);
      i <= Math.min(CELLS - 2, Math.floor(column) + reach);
      i++
    ) {
      const square = ((i + 0.5 - column) ** 2 + (j + 0.5 - row) ** 2) * CELL * CELL
      water.heights[j * CELLS + i] -= sign * DENT * immersion * Math.exp(-square / (radius * radius))
    }
  }
  water.calm = false
}

/** One step of the wave equation; waves fade everywhere and are swallowed at the border. */
function step({ heights, speeds }: Water, dt: number): number {
  const k = (WAVE_SPEED / CELL) ** 2 * dt
  const keep = Math.exp(-0.5 * dt)
  let largest = 0
  for (let j = 1; j < CELLS - 1; j++) {
    for (let at = j * CELLS + 1; at < (j + 1) * CELLS - 1; at++) {
      const around = heights[at - 1] + heights[at + 1] + heights[at - CELLS] + heights[at + CELLS]
      speeds[at] = (speeds[at] + k * (around - 4 * heights[at])) * keep
    }
  }
  for (let j = 1; j < CELLS - 1; j++) {
    const row = KEPT[j]
    for (let i = 1; i < CELLS - 1; i++) {
      const at = j * CELLS + i
      const height = (heights[at] + speeds[at] * dt) * Math.min(row, KEPT[i])
      heights[at] = height
      if (height > largest || -height > largest) largest = Math.abs(height)
    }
  }
  return largest
}

/** Moves the water from one frame to the next, with the bodies moving evenly between their two states. */
export function flow(water: Water, scene: Scene, motion: Motion, frame: number): void {
  const [before, now] = [motion.frames[Math.max(0, frame - 1)], motion.frames[frame]]
  const steps = Math.ceil(1 / scene.fps / LONGEST_STEP)
  const radii = scene.bodies.map(body => halfExtents(body)[0] * (body.shape === 'ball' ? 0.45 : 0.75))
  const bottoms = scene.bodies.map(body => halfExtents(body)[1])
  const at = (state: BodyState[] | readonly BodyState[], other: readonly BodyState[], i: number, s: number) =>
    state[i].position.map((p, axis) => p + (other[i].position[axis] - p) * s)
  for (let s = 1; s <= steps; s++) {
    scene.bodies.forEach((_, i) => {
      const [from, to] = [at(before, now, i, (s - 1) / steps), at(before, now, i, s / steps)]
      const still = Math.abs(from[0] - to[0]) + Math.abs(from[1] - to[1]) + Math.abs(from[2] - to[2]) < 1e-4
      if (still) return
      dent(water, from[0], Math.max(0, from[1] - bottoms[i]), from[2], radii[i], -1)
      dent(water, to[0], Math.max(0, to[1] - bottoms[i]), to[2], radii[i], 1)
    })
    if (!water.calm) water.calm = step(water, 1 / scene.fps / steps) < 4e-4
  }
}

/**
 * The water's slope along x and z, and how much it focuses light.
 * @param place x and z
 * @param out slope along x, slope along z, curvature
 */
export function readWater({ heights, calm }: Water, place: Float64Array, out: Float64Array): void {
  out[0] = out[1] = out[2] = 0
  if (calm) return
  const column = (place[0] / SIDE + 0.5) * CELLS - 0.5
  const row = (place[1] / SIDE + 0.5) * CELLS - 0.5
  if (column < 2 || row < 2 || column > CELLS - 4 || row > CELLS - 4) return
  const i = Math.floor(column)
  const j = Math.floor(row)
  const fx = column - i
  const fy = row - j
  for (let corner = 0; corner < 4; corner++) {
    const at = (j + (corner >> 1)) * CELLS + i + (corner & 1)
    const weight = (corner & 1 ? fx : 1 - fx) * (corner >> 1 ? fy : 1 - fy)
    const left = heights[at - 1]
    const right = heights[at + 1]
    const top = heights[at - CELLS]
    const bottom = heights[at + CELLS]
    out[0] += (weight * STEEPNESS * (right - left)) / (2 * CELL)
    out[1] += (weight * STEEPNESS * (bottom - top)) / (2 * CELL)
    out[2] += (weight * (left + right + top + bottom - 4 * heights[at])) / (CELL * CELL)
  }
}
