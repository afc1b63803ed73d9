import { frameSize, type Window } from './denoise.ts'
import type { Model } from './model.ts'

// Shapes: f latent frames, Z latent channels, h w latent grid; a frame is Z h w numbers.

/** Mean and deviation of each latent channel over some frames. */
export type ChannelStatistics = readonly { readonly mean: number; readonly deviation: number }[]

/** How far statistics are brought back with every window. */
const PULL = 0.5
/** How far cells that are what they were are brought back with every window, and how unlike cells are that are not. */
const HOLD = { pull: 0.8, reach: 0.5 } as const
/** The same reach beside frames that were given: what moves on from them must not be held. */
const REACH_BESIDE = 0.25
/** How unlike two latent frames are at most, anywhere, between which nothing moves: 0.2 at rest, 0.4 and more for slow balls. */
const REST = 0.25

/** Measures the channels of latents (f x Z x h x w). */
export function measureChannels(model: Model, latents: Float32Array): ChannelStatistics {
  const { latentChannels } = model.autoencoder
  const [size, area] = [frameSize(model), frameSize(model) / latentChannels]
  return Array.from({ length: latentChannels }, (_, z) => {
    let [sum, squares, count] = [0, 0, 0]
    for (let start = z * area; start < latents.length; start += size) {
      for (let i = start; i < start + area; i++) {
        sum += latents[i]
        squares += latents[i] ** 2
        count++
      }
    }
    const mean = sum / count
    return { mean, deviation: Math.sqrt(Math.max(0, squares / count - mean ** 2)) }
  })
}

/**
 * Brings the statistics of new latent frames half of the way back to those of a film's beginning: without it every
 * window adds a little colour and contrast to what it was shown, and a minute is enough to see it.
 * @param latents f x Z x h x w, changed in place
 */
export function steadyChannels(model: Model, latents: Float32Array, anchor: ChannelStatistics): void {
  const { latentChannels } = model.autoencoder
  const area = frameSize(model) / latentChannels
  const now = measureChannels(model, latents)
  for (let i = 0; i < latents.length; i++) {
    const z = Math.floor(i / area) % latentChannels
    const scale = anchor[z].deviation / Math.max(1e-6, now[z].deviation)
    const steady = (latents[i] - now[z].mean) * scale + anchor[z].mean
    latents[i] += PULL * (steady - latents[i])
  }
}

/** Mean square difference of one cell of two latent frames, each Z x h x w. */
function compareCell(model: Model, a: Float32Array, b: Float32Array, cell: number): number {
  const { latentChannels } = model.autoencoder
  const area = frameSize(model) / latentChannels
  let sum = 0
  for (let i = cell; i < a.length; i += area) sum += (a[i] - b[i]) ** 2
  return sum / latentChannels
}

/** Whether nothing moves between two latent frames (2 x Z x h x w, normalised). */
export function isAtRest(model: Model, latents: Float32Array): boolean {
  const size = frameSize(model)
  const [before, now] = [latents.subarray(0, size), latents.subarray(size)]
  for (let cell = 0; cell < size / model.autoencoder.latentChannels; cell++)
    if (compareCell(model, before, now, cell) > REST ** 2) return false
  return true
}

/**
 * Brings cells of new latent frames back to those of an earlier one, the more the less they differ: what has moved since stays where it
 * is, and what stands still keeps its shape. Without it a window passes its small errors on to the next, which adds to them.
 * @param latents f x Z x h x w, normalised; changed in place
 * @param anchor the earlier latent frame
 * @param reach how unlike cells are, root mean square, of which 0.6 of the pull is left
 */
export function holdStill(
  model: Model,
  latents: Float32Array,
  anchor: Float32Array,
  reach: number = HOLD.reach,
): void {
  const [size, area] = [frameSize(model), frameSize(model) / model.autoencoder.latentChannels]
  for (let start = 0; start < latents.length; start += size) {
    const frame = latents.subarray(start, start + size)
    for (let cell = 0; cell < area; cell++) {
      const unlike = compareCell(model, frame, anchor, cell)
      const pull = HOLD.pull * Math.exp(-unlike / (2 * reach ** 2))
      for (let i = cell; i < size; i += area) frame[i] += pull * (anchor[i] - frame[i])
    }
  }
}

/**
 * Brings what stands still in the new latent frames of a window back to the known ones on both sides: else the whole floor flickers where
 * a film is joined to what was made.
 */
export function holdBeside(model: Model, { latents, known }: Pick<Window, 'latents' | 'known'>): void {
  const size = frameSize(model)
  const [first, behind] = [known.indexOf(false), known.lastIndexOf(false) + 1]
  const made = latents.subarray(first * size, behind * size)
  for (const beside of [first - 1, behind]) {
    const anchor = latents.subarray(beside * size, (beside + 1) * size)
    if (known[beside]) holdStill(model, made, anchor, REACH_BESIDE)
  }
}
