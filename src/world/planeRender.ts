import { PLANE_EXTENT, type PlaneScene, planeColours } from './planeScene.ts'
import type { PlaneMotion, PlaneState } from './planeSimulate.ts'
import type { Pictures } from './render.ts'

/** PhyWorld draws at this size; smaller pictures are the area mean of it, larger ones are drawn as large as they are. */
const CANVAS = 256
/** Share of the squared radius over which a ball's edge fades into the ground. */
const EDGE = 0.03
/** The rod of a pendulum: half its width in units, and its grey. */
const ROD = { half: 0.05, grey: 110 }
/** The radius of the point that it hangs from. */
const PIVOT = 0.16

/**
 * Where the centre of a pixel lies on an axis of the plane, in units from the left (or the top): pixel i of n at
 * i / (n - 1) as PhyWorld has it, and what area averaging makes of that in a picture smaller than 256.
 */
export function pixelToPlane(pixel: number, size: number): number {
  const canvas = Math.max(size, CANVAS)
  return ((((pixel + 0.5) * canvas) / size - 0.5) / (canvas - 1)) * PLANE_EXTENT
}

/** A square picture in which things are drawn: RGB bytes, the first row on top. */
interface Canvas {
  readonly size: number
  readonly pixels: Uint8Array
}

/** Pixels [left, top, right, bottom] of a canvas, ends excluded. */
type Box = readonly [number, number, number, number]

/** The pixels of a canvas that lie within `reach` (in pixels) of a line between two points. */
function boxOf(size: number, x0: number, y0: number, x1: number, y1: number, reach: number): Box {
  const clamp = (value: number) => Math.max(0, Math.min(size, value))
  return [
    clamp(Math.floor(Math.min(x0, x1) - reach)),
    clamp(Math.floor(Math.min(y0, y1) - reach)),
    clamp(Math.ceil(Math.max(x0, x1) + reach) + 1),
    clamp(Math.ceil(Math.max(y0, y1) + reach) + 1),
  ]
}

/**
 * Draws a ball: clip((r^2 - d^2) / (0.03 r^2), 0, 1) of its colour over what is there, cut to whole bytes as
 * PhyWorld does. All in pixels, y down.
 */
function drawBall({ size, pixels }: Canvas, x: number, y: number, r: number, colour: readonly number[]): Box {
  const box = boxOf(size, x, y, x, y, r)
  const [left, top, right, bottom] = box
  const [red, green, blue] = colour
  const square = r * r
  for (let row = top; row < bottom; row++) {
    const across = square - (row - y) ** 2
    if (across <= 0) continue
    for (let column = left; column < right; column++) {
      const mask = (across - (column - x) ** 2) / (square * EDGE)
      if (mask <= 0) continue
      const at = (row * size + column) * 3
      if (mask >= 1) {
        pixels[at] = red
        pixels[at + 1] = green
        pixels[at + 2] = blue
      } else {
        pixels[at] += mask * (red - pixels[at])
        pixels[at + 1] += mask * (green - pixels[at + 1])
        pixels[at + 2] += mask * (blue - pixels[at + 2])
      }
    }
  }
  return box
}

/** Draws a line with round ends, one pixel of soft edge, in a grey. All in pixels, y down. */
function drawRod(canvas: Canvas, from: readonly number[], to: readonly number[], half: number): Box {
  const { size, pixels } = canvas
  const [[x0, y0], [x1, y1]] = [from, to]
  const box = boxOf(size, x0, y0, x1, y1, half + 1)
  const [dx, dy] = [x1 - x0, y1 - y0]
  const square = dx * dx + dy * dy
  for (let row = box[1]; row < box[3]; row++) {
    for (let column = box[0]; column < box[2]; column++) {
      const along = square > 0 ? ((column - x0) * dx + (row - y0) * dy) / square : 0
      const t = Math.max(0, Math.min(1, along))
      const mask = Math.min(1, half + 0.5 - Math.hypot(column - x0 - t * dx, row - y0 - t * dy))
      if (mask <= 0) continue
      const at = (row * size + column) * 3
      for (let c = 0; c < 3; c++) pixels[at + c] += mask * (ROD.grey - pixels[at + c])
    }
  }
  return box
}

/** For each pixel of a row of `size` the pixels of a row of `canvas` that it covers, and how much of each. */
interface Coverage {
  readonly first: Int32Array
  /** `taps` weights a pixel; they sum to 1. */
  readonly weights: Float64Array
  readonly taps: number
}

const coverages = new Map<string, Coverage>()

function coverageOf(canvas: number, size: number): Coverage {
  const key = `${canvas} ${size}`
  const known = coverages.get(key)
  if (known) return known
  const scale = canvas / size
  const taps = Number.isInteger(scale) ? scale : Math.ceil(scale) + 1
  const first = new Int32Array(size)
  const weights = new Float64Array(size * taps)
  for (let i = 0; i < size; i++) {
    first[i] = Math.min(Math.floor(i * scale), canvas - taps)
    for (let k = 0; k < taps; k++) {
      const covered = Math.min((i + 1) * scale, first[i] + k + 1) - Math.max(i * scale, first[i] + k)
      weights[i * taps + k] = Math.max(0, covered) / scale
    }
  }
  const coverage = { first, weights, taps }
  coverages.set(key, coverage)
  return coverage
}

/** Shrinks one box of a canvas into a picture of `size`, each pixel the area mean of what it covers. */
function shrink({ size: from, pixels }: Canvas, box: Box, picture: Uint8Array, size: number): void {
  const { first, weights, taps } = coverageOf(from, size)
  const scale = size / from
  const [left, top] = [Math.floor(box[0] * scale), Math.floor(box[1] * scale)]
  const [right, bottom] = [Math.ceil(box[2] * scale), Math.ceil(box[3] * scale)]
  for (let row = top; row < bottom; row++) {
    for (let column = left; column < right; column++) {
      let [red, green, blue] = [0, 0, 0]
      for (let i = 0; i < taps; i++) {
        const vertical = weights[row * taps + i]
        for (let k = 0; k < taps; k++) {
          const weight = vertical * weights[column * taps + k]
          const at = ((first[row] + i) * from + first[column] + k) * 3
          red += weight * pixels[at]
          green += weight * pixels[at + 1]
          blue += weight * pixels[at + 2]
        }
      }
      const at = (row * size + column) * 3
      picture[at] = red + 0.5
      picture[at + 1] = green + 0.5
      picture[at + 2] = blue + 0.5
    }
  }
}

/** Draws all of a scene into a white canvas; returns the boxes outside of which it stayed white. */
function drawScene(scene: PlaneScene, states: readonly PlaneState[], canvas: Canvas): Box[] {
  const unit = (canvas.size - 1) / PLANE_EXTENT
  const place = ([x, y]: readonly [number, number]) => [x * unit, (PLANE_EXTENT - y) * unit]
  const boxes: Box[] = []
  if (scene.pivot) {
    const pivot = place(scene.pivot)
    boxes.push(drawRod(canvas, pivot, place(states[0].position), ROD.half * unit))
    boxes.push(drawRod(canvas, pivot, pivot, PIVOT * unit))
  }
  scene.bodies.forEach(({ radius, colour }, i) => {
    const [x, y] = place(states[i].position)
    boxes.push(drawBall(canvas, x, y, radius * unit, planeColours[colour]))
  })
  return boxes
}

/** Writes the numbers of the balls, counted from 1, where at least half of a pixel is theirs. */
function drawMask(scene: PlaneScene, states: readonly PlaneState[], mask: Uint8Array): void {
  const size = scene.width
  const origin = pixelToPlane(0, size)
  const unit = 1 / (pixelToPlane(1, size) - origin)
  scene.bodies.forEach(({ radius }, i) => {
    const [x, y] = states[i].position
    const [px, py] = [(x - origin) * unit, (PLANE_EXTENT - y - origin) * unit]
    // Half of the soft edge.
    const square = (radius * unit) ** 2 * (1 - EDGE / 2)
    const reach = Math.sqrt(square)
    const bottom = Math.min(size - 1, Math.floor(py + reach))
    for (let row = Math.max(0, Math.ceil(py - reach)); row <= bottom; row++) {
      const half = Math.sqrt(square - (row - py) ** 2)
      const left = Math.max(0, Math.ceil(px - half))
      const right = Math.min(size, Math.floor(px + half) + 1)
      if (left < right) mask.fill(i + 1, row * size + left, row * size + right)
    }
  })
}

/**
 * Films a scene that has been simulated, as PhyWorld draws: white ground, soft balls, the picture flipped so that y
 * points up. There is no depth in a flat world: a ball drawn later lies over one drawn earlier.
 */
export function renderPlane(scene: PlaneScene, motion: PlaneMotion): Pick<Pictures, 'frames' | 'masks'> {
  const size = scene.width
  const pixels = size * size
  const frames = new Uint8Array(motion.frames.length * pixels * 3).fill(255)
  const masks = new Uint8Array(motion.frames.length * pixels)
  const side = Math.max(size, CANVAS)
  const canvas = { size: side, pixels: new Uint8Array(side * side * 3).fill(255) }
  motion.frames.forEach((states, frame) => {
    const picture = frames.subarray(frame * pixels * 3, (frame + 1) * pixels * 3)
    if (size >= CANVAS) drawScene(scene, states, { size, pixels: picture })
    else {
      const boxes = drawScene(scene, states, canvas)
      for (const box of boxes) shrink(canvas, box, picture, size)
      for (const [left, top, right, bottom] of boxes) {
        for (let row = top; row < bottom; row++) {
          canvas.pixels.fill(255, (row * side + left) * 3, (row * side + right) * 3)
        }
      }
    }
    drawMask(scene, states, masks.subarray(frame * pixels, (frame + 1) * pixels))
  })
  return { frames, masks }
}
