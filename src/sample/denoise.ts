import type { Random } from '../array/index.ts'
import { guide, interpolate, multistep, shiftLevel, timesteps } from '../flow/index.ts'
import { PIXELS_PER_LATENT } from '../model/index.ts'
import type { Model } from './model.ts'

// Shapes: f latent frames of the window, Z latent channels, h w latent grid; a frame is Z h w numbers.

/** One window to make: every task of the model is a choice of what is known. */
export interface Window {
  /** f x Z x h x w, normalised; of unknown frames it is read what `strength` leaves of them. */
  readonly latents: Float32Array
  /** Which latent frames are known. */
  readonly known: readonly boolean[]
  /** Cells that are known of frames that are not: f x h x w, 1 is known. */
  readonly kept?: Uint8Array
  /** Whether the window begins a film, with the latent frame that holds its first picture alone. */
  readonly isStart: boolean
  /** Whether its first latent frame is an anchor: one from earlier in the film than the known ones behind it. */
  readonly isAnchored?: boolean
  /** Whether its first frame comes behind its last: it may be longer or shorter then than what the model sees at once. */
  readonly isRound?: boolean
  /** The noise level at which unknown frames begin: 1 makes them new, less keeps something of what was there. */
  readonly strength?: number
  readonly ids: Int32Array
  /** Tokens that guidance leads away from: the empty prompt, or a negative one. */
  readonly negativeIds: Int32Array
}

/** How a window is denoised. */
export interface DenoiseOptions {
  readonly numInferenceSteps: number
  readonly guidanceScale: number
  readonly random: Random
  readonly signal?: AbortSignal
  /** @param data the whole window as the model now believes it to be */
  readonly onStep?: (step: number, data: Float32Array) => void
}

/** Noise that is put on known frames: the model has learned not to trust its own history too much. */
export const KNOWN_LEVEL = 0.05
/** Shift of the sampler's noise levels. */
export const SAMPLING_SHIFT = 2.5
/** The level that half of the steps lead to. */
export const HALF_WAY = shiftLevel(0.5, SAMPLING_SHIFT)
/** How many of so many steps lead on from there. */
export const stepsFromHalfWay = (steps: number) => Math.ceil(steps / 2)

/**
 * THE loop: from noise to data along the straight path, steps of second order, with classifier-free guidance; by a model of few steps
 * from each belief noised anew to the next (2303.01469, algorithm 1).
 * Known frames stay as they are, a little noised and labelled so; known cells of other frames are put back at each
 * step, as noisy as the rest (RePaint, 2201.09865, equation 8).
 * @returns the window with its unknown frames made, normalised latents
 * @throws DOMException AbortError when the signal aborts.
 */
export async function denoise(model: Model, window: Window, options: DenoiseOptions): Promise<Float32Array> {
  const { numInferenceSteps, random, signal, onStep } = options
  const { known, latents } = window
  const size = frameSize(model)
  const kept = spreadKept(model, window)
  const noise = random.fillNormal(new Float32Array(known.length * size))
  const predict = window.isRound ? predictRound : predictGuided
  const schedule = timesteps(numInferenceSteps, SAMPLING_SHIFT, window.strength)
  const x = noise.map((value, i) =>
    interpolate(latents[i], value, known[Math.floor(i / size)] ? KNOWN_LEVEL : schedule[0]),
  )
  let last: Float32Array = new Float32Array(x.length)
  for (let step = 0; step < numInferenceSteps; step++) {
    signal?.throwIfAborted()
    const [t, next] = [schedule[step], schedule[step + 1]]
    const levels = known.map(isKnown => (isKnown ? KNOWN_LEVEL : t))
    const data = await predict(model, x, levels, window, options)
    // A model of few steps noises what it believes anew, and so can take back at each what it got wrong before.
    if (model.fewSteps && next > 0) random.fillNormal(noise)
    const { keep, now, before } = multistep(t, next, schedule[step - 1])
    for (let f = 0; f < known.length; f++) {
      if (known[f]) continue
      for (let i = f * size; i < (f + 1) * size; i++) {
        // Known cells go along the path from their noise to what they are, so that the others see them at every level.
        if (kept?.[i]) x[i] = interpolate(latents[i], noise[i], next)
        else if (model.fewSteps) x[i] = interpolate(data[i], noise[i], next)
        else x[i] = keep * x[i] + now * data[i] + before * last[i]
      }
    }
    last = data
    onStep?.(step + 1, data)
  }
  for (let i = 0; i < x.length; i++) if (known[Math.floor(i / size)]) x[i] = latents[i]
  return x
}

/** For every number of a window whether its cell is known; undefined where none is. */
function spreadKept(model: Model, { kept, known }: Window): Uint8Array | undefined {
  if (!kept) return undefined
  const size = frameSize(model)
  const area = size / model.autoencoder.latentChannels
  const spread = new Uint8Array(known.length * size)
  return spread.map((_, i) => kept[Math.floor(i / size) * area + (i % area)])
}

/** Numbers in one latent frame: Z h w. */
export function frameSize({ autoencoder, size }: Pick<Model, 'autoencoder' | 'size'>): number {
  return (autoencoder.latentChannels * size.width * size.height) / PIXELS_PER_LATENT ** 2
}

/** Predicts the data with and without the prompt in one pass, and moves away from the second; at a scale of 1 with it alone. */
async function predictGuided(
  model: Model,
  x: Float32Array,
  levels: readonly number[],
  { isStart, isAnchored, ids, negativeIds }: Window,
  { guidanceScale }: DenoiseOptions,
): Promise<Float32Array> {
  const frames = levels.length
  const { latentChannels } = model.autoencoder
  const [h, w] = [model.size.height / PIXELS_PER_LATENT, model.size.width / PIXELS_PER_LATENT]
  const first = levels.map((_, i) => (i > 0 ? 0 : isStart ? 1 : isAnchored ? -1 : 0))
  const batch = guidanceScale === 1 ? 1 : 2
  const repeat = (values: ArrayLike<number>) => {
    const data = new Float32Array(batch * values.length)
    for (let row = 0; row < batch; row++) data.set(values, row * values.length)
    return data
  }
  const tokens = batch === 1 ? ids : Int32Array.of(...ids, ...negativeIds)
  const told = await model.predict({
    latents: { shape: [batch, frames, latentChannels, h, w], data: repeat(x) },
    levels: { shape: [batch, frames], data: repeat(levels) },
    first: { shape: [batch, frames], data: repeat(first) },
    ids: { shape: [batch, ids.length], data: tokens },
  })
  return batch === 1 ? told : x.map((_, i) => guide(told[i], told[x.length + i], guidanceScale))
}

/**
 * Predicts the data of a film whose end leads to its beginning: views as long as a window, all the way round from anywhere,
 * of which each frame lies in two, most heard where it lies in the middle (MultiDiffusion, 2302.08113, equation 5; that they lie elsewhere
 * in every step is Mobius' latent shift, 2502.20307).
 */
async function predictRound(
  model: Model,
  x: Float32Array,
  levels: readonly number[],
  window: Window,
  options: DenoiseOptions,
): Promise<Float32Array> {
  const [size, frames] = [frameSize(model), levels.length]
  const [sums, shares] = [new Float32Array(x.length), new Float32Array(frames)]
  const first = options.random.integer(frames)
  for (let start = 0; start < frames; start += Math.floor(model.window / 2)) {
    const places = Array.from({ length: model.window }, (_, i) => (first + start + i) % frames)
    const view = new Float32Array(model.window * size)
    for (const [i, place] of places.entries())
      view.set(x.subarray(place * size, (place + 1) * size), i * size)
    const seen = places.map(place => levels[place])
    const data = await predictGuided(model, view, seen, window, options)
    for (const [i, place] of places.entries()) {
      const share = Math.min(i + 1, model.window - i)
      shares[place] += share
      for (let j = 0; j < size; j++) sums[place * size + j] += share * data[i * size + j]
    }
  }
  return sums.map((sum, i) => sum / shares[Math.floor(i / size)])
}
