import { createRandom, type Random } from '../array/index.ts'
import { FRAMES_PER_LATENT, tokenize } from '../model/index.ts'
import { decodeLatents } from './decode.ts'
import { type DenoiseOptions, denoise, frameSize, type Window } from './denoise.ts'
import type { Model } from './model.ts'

/** How a film is made. */
export interface FilmOptions {
  /** Whole seconds, from 1 to 60. */
  readonly seconds?: number
  readonly seed?: number
  readonly numInferenceSteps?: number
  readonly guidanceScale?: number
  readonly negativePrompt?: string
  readonly signal?: AbortSignal
  /** Called after each denoising step: steps done and steps in all. */
  readonly onProgress?: (progress: { readonly step: number; readonly steps: number }) => void
}

/** Moving pictures in memory. */
export interface Footage {
  /** F x H x W x 3, sRGB. */
  readonly frames: Uint8Array
  readonly frameCount: number
  readonly width: number
  readonly height: number
  readonly fps: number
}

/** Everything that is needed to make a film again. */
export interface Origin {
  readonly task: 'text to video' | 'image to video' | 'extend' | 'edit'
  readonly prompt: string
  readonly negativePrompt: string
  readonly seed: number
  readonly seconds: number
  readonly numInferenceSteps: number
  readonly guidanceScale: number
  readonly strength?: number
  /** Fingerprint of the model's weights. */
  readonly model: string
}

/** A film that the model has made. */
export interface Film extends Footage {
  readonly origin: Origin
  /** Words of the prompt that the model does not know. */
  readonly unknownWords: readonly string[]
  /** Milliseconds. */
  readonly timings: { readonly denoise: number; readonly decode: number }
}

/** What a film begins with: every task is a choice of this. */
export interface Beginning {
  readonly task: Origin['task']
  /** Known latent frames, normalised (n x Z x h x w, n less than a window); empty when there are none. */
  readonly known: Float32Array
  /** Whether the first latent frame is the film's first, which holds one picture alone. */
  readonly isStart: boolean
  /** A film to change, as latents from its first on, and how much of it: 1 leaves nothing. */
  readonly source?: { readonly latents: Float32Array; readonly strength: number }
}

/** Latent frames of the film so far that the next window is shown. */
export const HISTORY = 3

/**
 * Checks that a film has the model's size.
 * @throws RangeError with both sizes.
 */
export function expectSize({ size }: Model, film: Footage): void {
  if (film.width === size.width && film.height === size.height) return
  throw new RangeError(`the film must be ${size.width}x${size.height}, got ${film.width}x${film.height}`)
}

/**
 * Checks an option that must be a whole number within bounds.
 * @throws RangeError naming the field, the rule and the value received.
 */
function expectWhole(name: string, value: number, low: number, high: number): void {
  if (!Number.isInteger(value) || value < low || value > high) {
    throw new RangeError(`\`${name}\` must be a whole number from ${low} to ${high}, got ${value}`)
  }
}

const defaults = { seconds: 4, seed: 0, numInferenceSteps: 20, guidanceScale: 2.5, negativePrompt: '' }

function checkOptions(options: FilmOptions) {
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
  const checked: FilmOptions & typeof defaults = { ...defaults, ...given }
  expectWhole('seconds', checked.seconds, 1, 60)
  expectWhole('seed', checked.seed, 0, 2 ** 31 - 1)
  expectWhole('numInferenceSteps', checked.numInferenceSteps, 1, 1000)
  if (!(checked.guidanceScale >= 0 && checked.guidanceScale <= 30)) {
    throw new RangeError(`\`guidanceScale\` must be from 0 to 30, got ${checked.guidanceScale}`)
  }
  return checked
}

/** The first windows' number that cover `frames` latent frames: each shows the next one its last HISTORY frames. */
function countWindows(frames: number, window: number): number {
  return 1 + Math.max(0, Math.ceil((frames - window) / (window - HISTORY)))
}

/** Denoises window after window; what is known of each is what came before. */
async function rollWindows(
  model: Model,
  { known, isStart, source }: Beginning,
  frames: number,
  words: Pick<Window, 'ids' | 'negativeIds'>,
  options: Omit<DenoiseOptions, 'onStep'> & Pick<FilmOptions, 'onProgress'>,
): Promise<Float32Array> {
  const size = frameSize(model)
  const windows = countWindows(frames, model.window)
  const steps = windows * options.numInferenceSteps
  const latents = new Float32Array((model.window + (windows - 1) * (model.window - HISTORY)) * size)
  if (source) latents.set(source.latents.subarray(0, latents.length))
  latents.set(known)
  for (let i = 0; i < windows; i++) {
    const start = i * (model.window - HISTORY) * size
    const part = latents.subarray(start, start + model.window * size)
    const given = i === 0 ? known.length / size : HISTORY
    const window = {
      ...words,
      latents: part,
      known: Array.from({ length: model.window }, (_, f) => f < given),
      isStart: isStart && i === 0,
      strength: source?.strength,
    }
    const onStep = (step: number) =>
      options.onProgress?.({ step: i * options.numInferenceSteps + step, steps })
    part.set(await denoise(model, window, { ...options, onStep }))
  }
  return latents.subarray(0, frames * size)
}

function describeOrigin(
  model: Model,
  prompt: string,
  { task, source }: Beginning,
  { negativePrompt, seed, seconds, numInferenceSteps, guidanceScale }: typeof defaults,
): Origin {
  const settings = { negativePrompt, seed, seconds, numInferenceSteps, guidanceScale }
  const strength = source ? { strength: source.strength } : {}
  return { task, prompt, ...settings, ...strength, model: model.fingerprint }
}

/**
 * Makes a film that goes on from a beginning.
 * @returns the frames after those that were known (with the first picture, when it starts the film)
 * @throws RangeError naming the option that is out of bounds.
 */
export async function makeFilm(
  model: Model,
  prompt: string,
  beginning: Beginning,
  given: FilmOptions,
): Promise<Film> {
  const options = checkOptions(given)
  const { ids, unknownWords } = tokenize(prompt, model.transformer.text)
  const negativeIds = tokenize(options.negativePrompt, model.transformer.text).ids
  const { width, height } = model.size
  const frameCount = Math.round(options.seconds * model.fps)
  const before = beginning.isStart ? 1 : beginning.known.length / frameSize(model)
  const frames = before + Math.ceil(frameCount / FRAMES_PER_LATENT)
  const random: Random = createRandom(options.seed)
  const started = performance.now()
  const latents = await rollWindows(model, beginning, frames, { ids, negativeIds }, { ...options, random })
  const denoised = performance.now()
  const pixels = new Uint8Array(frameCount * width * height * 3)
  let f = beginning.isStart ? 0 : -before * FRAMES_PER_LATENT
  for await (const frame of decodeLatents(model, latents, beginning.isStart)) {
    if (f >= 0 && f < frameCount) pixels.set(frame, f * frame.length)
    f++
  }
  const timings = { denoise: denoised - started, decode: performance.now() - denoised }
  const origin = describeOrigin(model, prompt, beginning, options)
  return { frames: pixels, frameCount, width, height, fps: model.fps, origin, unknownWords, timings }
}
