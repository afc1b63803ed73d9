import type { Lens } from './camera.ts'
import { expose } from './light.ts'
import { skyLight } from './lightSky.ts'
import { candidatesOf, shadowsOf } from './renderBoxes.ts'
import { RAY, type Stage } from './renderStage.ts'
import { meetBody, shadeFloor, traceBody } from './renderTrace.ts'

/** One picture in the making. */
export interface Canvas {
  readonly lens: Lens
  /** H x W x 3, exposed light 0 to 1. */
  readonly light: Float32Array
  /** H x W. */
  readonly tags: Uint16Array
  /** H x W: the bodies that each pixel can have to do with, now and in the frame before. */
  readonly marks: Uint16Array
  readonly before: Uint16Array
  readonly depth: Float32Array | undefined
}

/** Writes the ray through a place of the picture, in pixels from its left upper corner. */
export function aim({ rays }: Stage, lens: Lens, column: number, row: number): void {
  const { position, right, up, forward, pixel, width, height } = lens
  const x = (column - width / 2) * pixel
  const y = (height / 2 - row) * pixel
  const scale = 1 / Math.sqrt(1 + x * x + y * y)
  rays[0] = position[0]
  rays[1] = position[1]
  rays[2] = position[2]
  rays[3] = (forward[0] + x * right[0] + y * up[0]) * scale
  rays[4] = (forward[1] + x * right[1] + y * up[1]) * scale
  rays[5] = (forward[2] + x * right[2] + y * up[2]) * scale
  rays[6] = pixel
  rays[RAY - 1] = 0
}

/** Casts one ray through the middle of each pixel of a row, or only of those that are marked. */
export function castRow(stage: Stage, canvas: Canvas, row: number, onlyMarked: boolean): void {
  const { lens, marks } = canvas
  const { width } = lens
  let from = 0
  for (let column = 0; column < width; column++) {
    const mark = marks[row * width + column]
    const isEmpty = candidatesOf(mark) === 0 || !castBody(stage, canvas, row, column)
    if (isEmpty && !(onlyMarked && mark === 0)) continue
    layRow(stage, canvas, row, from, column)
    from = column + 1
  }
  layRow(stage, canvas, row, from, width)
}

/** Draws the body that is seen in a pixel, if there is one. */
function castBody(stage: Stage, canvas: Canvas, row: number, column: number): boolean {
  const { lens, light, tags, marks, depth } = canvas
  const pixel = row * lens.width + column
  aim(stage, lens, column + 0.5, row + 0.5)
  const met = meetBody(stage, 0, candidatesOf(marks[pixel]))
  if (met === 0) return false
  tags[pixel] = traceBody(stage, 0, met)
  if (depth) {
    const [x, y, z] = lens.forward
    depth[pixel] = stage.hits[0] * (stage.rays[3] * x + stage.rays[4] * y + stage.rays[5] * z)
  }
  light[pixel * 3] = expose(stage.light[0])
  light[pixel * 3 + 1] = expose(stage.light[1])
  light[pixel * 3 + 2] = expose(stage.light[2])
  return true
}

/**
 * Draws the pixels `from` to `to` of a row, in which no body is seen: sky, or floor with shadows and mirror images.
 * The camera never rolls, so a row of the floor is equally deep all along.
 */
function layRow(stage: Stage, canvas: Canvas, row: number, from: number, to: number): void {
  const { light, tags, marks, depth } = canvas
  const { position, right, up, forward, pixel: size, width, height } = canvas.lens
  const { rays, hits, light: seen } = stage
  const y = (height / 2 - row - 0.5) * size
  const [dx, dy, dz] = [forward[0] + y * up[0], forward[1] + y * up[1], forward[2] + y * up[2]]
  const isSky = dy >= -1e-3
  const deep = isSky ? Infinity : -position[1] / dy
  rays[0] = position[0]
  rays[1] = position[1]
  rays[2] = position[2]
  rays[6] = size
  rays[RAY - 1] = 0
  for (let column = from; column < to; column++) {
    const pixel = row * width + column
    const x = (column + 0.5 - width / 2) * size
    const length = Math.sqrt(1 + x * x + y * y)
    rays[3] = (dx + x * right[0]) / length
    rays[4] = dy / length
    rays[5] = (dz + x * right[2]) / length
    if (depth) depth[pixel] = deep
    if (isSky) {
      skyLight(stage.sky, rays, 0, true, seen, 0)
      tags[pixel] = 0
    } else {
      hits[0] = deep * length
      tags[pixel] = shadeFloor(stage, 0, shadowsOf(marks[pixel]))
    }
    light[pixel * 3] = expose(seen[0])
    light[pixel * 3 + 1] = expose(seen[1])
    light[pixel * 3 + 2] = expose(seen[2])
  }
}
