import { FRAMES_PER_LATENT, PIXELS_PER_LATENT } from '../model/index.ts'
import { decodePlanes } from './decode.ts'
import { frameSize } from './denoise.ts'
import type { Footage } from './footage.ts'
import type { Model } from './model.ts'

// Shapes: f latent frames, Z latent channels, h w latent grid; P x P preview pixels stand for one latent cell.

/** Preview pixels along each side of a latent cell: with 4, bodies keep their outlines; with 2, they are blots. */
const P = 4
/** Colours of a latent cell: FRAMES_PER_LATENT x P x P x 3. */
const COLOURS = FRAMES_PER_LATENT * P * P * 3
/** Weight of small coefficients beside small errors: a few hundred cells of one film are like one another. */
const RIDGE = 3
/** Latent frames that the map is fitted on. */
const FITTED = 4

/** A linear map from a latent cell to the colours it becomes: (1 + Z) rows of COLOURS numbers; row 0 is added. */
type PreviewMap = readonly Float64Array[]

/** The latents of one cell, behind a 1. */
function readCell(latents: Float32Array, cell: number, channels: number, area: number): Float64Array {
  const start = Math.floor(cell / area) * channels * area + (cell % area)
  return Float64Array.from({ length: 1 + channels }, (_, z) => (z ? latents[start + (z - 1) * area] : 1))
}

/** The colours (-1 to 1) that one cell has become: means of squares of a latent frame's decoded planes (4, 3, H, W). */
function readColours(planes: Float32Array, cell: number, { width, height }: Model['size']): Float64Array {
  const w = width / PIXELS_PER_LATENT
  const [y, x] = [Math.floor(cell / w), cell % w]
  const side = PIXELS_PER_LATENT / P
  return Float64Array.from({ length: COLOURS }, (_, i) => {
    const [c, px, py, k] = [
      i % 3,
      Math.floor(i / 3) % P,
      Math.floor(i / 3 / P) % P,
      Math.floor(i / 3 / P / P),
    ]
    const plane = (k * 3 + c) * width * height
    const start = plane + (y * PIXELS_PER_LATENT + py * side) * width + x * PIXELS_PER_LATENT + px * side
    let sum = 0
    for (let row = 0; row < side; row++)
      for (let column = 0; column < side; column++) sum += planes[start + row * width + column]
    return sum / side ** 2
  })
}

/** Solves `A X = B` for a symmetric positive matrix; each row holds A's and then B's, and is changed. */
function solve(rows: readonly Float64Array[]): Float64Array[] {
  const n = rows.length
  for (const [i, pivot] of rows.entries()) {
    for (const [k, row] of rows.entries()) {
      const factor = k === i ? 0 : row[i] / pivot[i]
      for (let j = i; factor !== 0 && j < row.length; j++) row[j] -= factor * pivot[j]
    }
  }
  return rows.map((row, i) => row.slice(n).map(value => value / row[i]))
}

/**
 * Fits the map by least squares (ridge) on the last latent frames of a window and what the decoder makes of them.
 * It holds for this film and its later steps: R2 of 0.97 to 0.99, 0.75 for a dark film on wet asphalt.
 * @param latents f x Z x h x w, normalised
 */
async function fitPreview(model: Model, latents: Float32Array): Promise<PreviewMap> {
  const { latentChannels } = model.autoencoder
  const size = frameSize(model)
  const area = size / latentChannels
  const first = Math.max(0, latents.length / size - FITTED)
  const rows = Array.from({ length: 1 + latentChannels }, (_, i) => {
    const row = new Float64Array(1 + latentChannels + COLOURS)
    row[i] = i === 0 ? 1e-6 : RIDGE
    return row
  })
  let frame = first
  for await (const planes of decodePlanes(model, latents, { first })) {
    const told = latents.subarray(frame * size, (frame + 1) * size)
    frame++
    for (let cell = 0; cell < area; cell++) {
      const known = readCell(told, cell, latentChannels, area)
      const colours = readColours(planes, cell, model.size)
      for (const [i, row] of rows.entries()) {
        for (let j = 0; j < known.length; j++) row[j] += known[i] * known[j]
        for (let j = 0; j < COLOURS; j++) row[known.length + j] += known[i] * colours[j]
      }
    }
  }
  return solve(rows)
}

/** Draws latents (f x Z x h x w, normalised) through the map: small frames. */
function drawPreview(model: Model, map: PreviewMap, latents: Float32Array, isStart: boolean): Footage {
  const { latentChannels } = model.autoencoder
  const [w, h] = [model.size.width / PIXELS_PER_LATENT, model.size.height / PIXELS_PER_LATENT]
  const count = latents.length / frameSize(model)
  const [width, height] = [w * P, h * P]
  const frames = new Uint8Array(count * FRAMES_PER_LATENT * width * height * 3)
  const colours = new Float64Array(COLOURS)
  for (let cell = 0; cell < count * h * w; cell++) {
    colours.fill(0)
    for (const [i, value] of readCell(latents, cell, latentChannels, h * w).entries())
      for (let j = 0; j < COLOURS; j++) colours[j] += value * map[i][j]
    const [f, y, x] = [Math.floor(cell / (h * w)), Math.floor(cell / w) % h, cell % w]
    for (let k = 0; k < FRAMES_PER_LATENT; k++) {
      for (let py = 0; py < P; py++) {
        const at = (((f * FRAMES_PER_LATENT + k) * height + y * P + py) * width + x * P) * 3
        const from = (k * P + py) * P * 3
        for (let i = 0; i < P * 3; i++) {
          frames[at + i] = Math.max(0, Math.min(255, Math.round((colours[from + i] + 1) * 127.5)))
        }
      }
    }
  }
  // The film's first latent frame holds one picture, 4 times.
  const shown = isStart ? frames.subarray((FRAMES_PER_LATENT - 1) * width * height * 3) : frames
  return { frames: shown, frameCount: shown.length / width / height / 3, width, height, fps: model.fps }
}

/** Draws what the model now believes of a window (f x Z x h x w, normalised) as small frames, 4 x 4 pixels a cell. */
export type DrawPreview = (latents: Float32Array, isStart: boolean) => Promise<Footage>

/**
 * Previews of one film without its decoder: the first one fits a linear map, with one pass of the decoder over a few
 * latent frames; all others cost a few milliseconds.
 */
export function createPreviews(model: Model): DrawPreview {
  let map: Promise<PreviewMap> | undefined
  return async (latents, isStart) => {
    map ??= fitPreview(model, latents)
    return drawPreview(model, await map, latents, isStart)
  }
}
