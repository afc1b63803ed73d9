import { type Lens, project } from './camera.ts'
import { BODY, CENTRE, HALF, REACH, ROWS } from './intersect.ts'
import { illuminate } from './light.ts'
import { DARK_REACH } from './lightShadow.ts'
import type { Stage } from './renderStage.ts'

// Which bodies a pixel can have to do with, as bits: the low four for being met (or mirrored in the floor) by its
// rays, the next four for darkening the floor that it shows (or being mirrored there), one more where waves change the
// floor. Where all are 0, nothing but the empty scene is seen.

/** The bodies that a pixel's rays may meet. */
export const candidatesOf = (mark: number) => mark & 15
/** The bodies that may darken the floor in a pixel, or be mirrored there. */
export const shadowsOf = (mark: number) => (mark >> 4) & 15
const WAVES = 256

/** Pixels that antialiasing and soft edges need around a box. */
const MARGIN = 2

/** left, top, right, bottom of the points added so far; whether one was behind the camera. */
interface Bounds {
  left: number
  top: number
  right: number
  bottom: number
  behind: boolean
}

const emptyBounds = (): Bounds => ({
  left: Infinity,
  top: Infinity,
  right: -Infinity,
  bottom: -Infinity,
  behind: false,
})

function addPoint(bounds: Bounds, lens: Lens, x: number, y: number, z: number): void {
  const [column, row, depth] = project(lens, x, y, z)
  if (depth < 0.2) bounds.behind = true
  bounds.left = Math.min(bounds.left, column)
  bounds.right = Math.max(bounds.right, column)
  bounds.top = Math.min(bounds.top, row)
  bounds.bottom = Math.max(bounds.bottom, row)
}

function markBox(marks: Uint16Array, { width, height }: Lens, box: Bounds, bits: number): void {
  const clamp = (value: number, size: number) => Math.max(0, Math.min(size, value))
  const left = box.behind ? 0 : clamp(Math.floor(box.left) - MARGIN, width)
  const right = box.behind ? width : clamp(Math.ceil(box.right) + MARGIN, width)
  const top = box.behind ? 0 : clamp(Math.floor(box.top) - MARGIN, height)
  const bottom = box.behind ? height : clamp(Math.ceil(box.bottom) + MARGIN, height)
  for (let row = top; row < bottom; row++) {
    for (let pixel = row * width + left; pixel < row * width + right; pixel++) marks[pixel] |= bits
  }
}

const toward = new Float64Array(7)
const corner = new Float64Array(3)

/** The corners of the box around a body, in the world. */
function* corners(b: Float64Array, at: number): Generator<readonly [number, number, number]> {
  const r = at + ROWS
  for (let i = 0; i < 8; i++) {
    const x = i & 1 ? b[at + HALF] : -b[at + HALF]
    const y = i & 2 ? b[at + HALF + 1] : -b[at + HALF + 1]
    const z = i & 4 ? b[at + HALF + 2] : -b[at + HALF + 2]
    yield [
      b[at + CENTRE] + b[r] * x + b[r + 3] * y + b[r + 6] * z,
      b[at + CENTRE + 1] + b[r + 1] * x + b[r + 4] * y + b[r + 7] * z,
      b[at + CENTRE + 2] + b[r + 2] * x + b[r + 5] * y + b[r + 8] * z,
    ]
  }
}

/** The box of a ball: corners around it would be too generous. */
function addBall(bounds: Bounds, lens: Lens, x: number, y: number, z: number, radius: number): void {
  const [column, row, depth] = project(lens, x, y, z)
  if (depth < radius + 0.2) bounds.behind = true
  const reach = radius / (Math.max(1e-3, depth - radius) * lens.pixel)
  bounds.left = Math.min(bounds.left, column - reach)
  bounds.right = Math.max(bounds.right, column + reach)
  bounds.top = Math.min(bounds.top, row - reach)
  bounds.bottom = Math.max(bounds.bottom, row + reach)
}

/** The box in which a body is seen, or its mirror image when `up` is -1. */
function bodyBounds(b: Float64Array, at: number, lens: Lens, up: 1 | -1): Bounds {
  const bounds = emptyBounds()
  if (b[at] === 0)
    addBall(bounds, lens, b[at + CENTRE], up * b[at + CENTRE + 1], b[at + CENTRE + 2], b[at + REACH])
  else for (const [x, y, z] of corners(b, at)) addPoint(bounds, lens, x, up * y, z)
  return bounds
}

/** The box in which a body's shadow falls on the floor. */
function shadowBounds({ bodies, lighting }: Stage, at: number, lens: Lens): Bounds {
  const bounds = emptyBounds()
  const soft = 1 + lighting.radius * (lighting.isLamp ? 1 : 3.5)
  for (const [x, y, z] of corners(bodies, at)) {
    corner.set([x, y, z])
    illuminate(lighting, corner, toward)
    // A body above a lamp throws no shadow on the floor; the whole picture is the safe answer.
    if (toward[1] < 0.05) bounds.behind = true
    const t = Math.max(0, y) / Math.max(0.05, toward[1])
    const [cx, cz] = [bodies[at + CENTRE], bodies[at + CENTRE + 2]]
    const [sx, sz] = [x - toward[0] * t, z - toward[2] * t]
    addPoint(bounds, lens, sx + (sx - cx) * (soft - 1), 0, sz + (sz - cz) * (soft - 1))
  }
  return bounds
}

/** The box of the floor around a body's foot, which is darker than the rest. */
function footBounds(b: Float64Array, at: number, lens: Lens): Bounds | undefined {
  const range = DARK_REACH * b[at + HALF + 1]
  if (b[at + CENTRE + 1] - b[at + REACH] > range) return undefined
  const bounds = emptyBounds()
  const reach = Math.max(b[at + HALF], b[at + HALF + 1]) * (b[at] === 0 ? 1 : 1.25) + range
  for (const [x, z] of [
    [-1, -1],
    [1, -1],
    [-1, 1],
    [1, 1],
  ]) {
    addPoint(bounds, lens, b[at + CENTRE] + x * reach, 0, b[at + CENTRE + 2] + z * reach)
  }
  return bounds
}

/** Marks every pixel with the bodies that it can have to do with (H x W). */
export function markPixels(stage: Stage, lens: Lens, marks: Uint16Array): void {
  const { bodies, count, mirrors, water } = stage
  marks.fill(0)
  for (let i = 0; i < count; i++) {
    const at = i * BODY
    markBox(marks, lens, bodyBounds(bodies, at, lens, 1), 1 << i)
    markBox(marks, lens, shadowBounds(stage, at, lens), 16 << i)
    const foot = footBounds(bodies, at, lens)
    if (foot) markBox(marks, lens, foot, 16 << i)
    if (mirrors) markBox(marks, lens, bodyBounds(bodies, at, lens, -1), 16 << i)
  }
  // Waves change the floor everywhere.
  if (!water.calm) for (let pixel = 0; pixel < marks.length; pixel++) marks[pixel] |= WAVES
}
