import type { Patch } from './patches.ts'

const GRID = 10
/** Numbers for each silhouette: cells of outline, cells of light, width, height, extent, share of its convex rows. */
export const SILHOUETTE_FEATURES = 2 * GRID * GRID + 4

/** What a silhouette may be; `formless` is what no body of this world looks like. */
export const silhouetteNames = ['ball', 'cube', 'cylinder', 'cone', 'formless'] as const
/** The name of a silhouette. */
export type SilhouetteName = (typeof silhouetteNames)[number]

/**
 * Describes the outline of a patch and the light on it, in a square around it: independent of place, size and colour.
 * @param frame H x W x 3, sRGB
 */
export function describeSilhouette(patch: Patch, frame: Uint8Array, width: number): Float32Array {
  const { pixels, left, right, top, bottom } = patch
  const [w, h] = [right - left + 1, bottom - top + 1]
  const side = Math.max(w, h)
  const [x0, y0] = [(left + right + 1 - side) / 2, (top + bottom + 1 - side) / 2]
  const out = new Float32Array(SILHOUETTE_FEATURES)
  const light = new Float32Array(GRID * GRID)
  const lights = pixels.map(pixel => (frame[pixel * 3] + frame[pixel * 3 + 1] + frame[pixel * 3 + 2]) / 3)
  const mean = lights.reduce((a, b) => a + b, 0) / lights.length
  const deviation = Math.sqrt(lights.reduce((a, b) => a + (b - mean) ** 2, 0) / lights.length) + 4
  const cell = GRID / side
  pixels.forEach((pixel, i) => {
    // Each pixel is shared among the cells that it covers.
    const [u, v] = [((pixel % width) - x0) * cell, (Math.floor(pixel / width) - y0) * cell]
    for (let row = Math.floor(v); row < Math.min(GRID, v + cell); row++) {
      const high = Math.min(v + cell, row + 1) - Math.max(v, row)
      for (let column = Math.floor(u); column < Math.min(GRID, u + cell); column++) {
        const share = high * (Math.min(u + cell, column + 1) - Math.max(u, column))
        if (row < 0 || column < 0 || share <= 0) continue
        out[row * GRID + column] += share
        light[row * GRID + column] += (share * (lights[i] - mean)) / deviation
      }
    }
  })
  out.set(light, GRID * GRID)
  const at = 2 * GRID * GRID
  out[at] = 2 * (w / side) - 1
  out[at + 1] = 2 * (h / side) - 1
  out[at + 2] = (2 * pixels.length) / (w * h) - 1.5
  out[at + 3] = Math.log(side / 20)
  return out
}
