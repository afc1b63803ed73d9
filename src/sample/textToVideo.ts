import { createRandom } from '../array/index.ts'
import { FRAMES_PER_LATENT, tokenize } from '../model/index.ts'
import { decodeLatents } from './decode.ts'
import { denoise, frameSize } from './denoise.ts'
import type { Model } from './model.ts'

/** How a film is made. */
export interface TextToVideoOptions {
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

/** A film in memory. */
export interface Film {
  /** F x H x W x 3, sRGB. */
  readonly frames: Uint8Array
  readonly frameCount: number
  readonly width: number
  readonly height: number
  readonly fps: number
  /** Words of the prompt that the model does not know. */
  readonly unknownWords: readonly string[]
  readonly timings: { readonly denoise: number; readonly decode: number }
}

/** Latent frames of the film so far that the next window is shown. */
const HISTORY = 3

/** The smallest number of windows that make `frames` latent frames: the first makes all of its own, the others what follows its history. */
function countWindows(frames: number, window: number): number {
  return 1 + Math.max(0, Math.ceil((frames - window) / (window - HISTORY)))
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

/** Makes a film from words. The same model, prompt, seed and options give the same film on the same machine. */
export async function textToVideo(
  model: Model,
  prompt: string,
  options: TextToVideoOptions = {},
): Promise<Film> {
  const {
    seconds = 4,
    seed = 0,
    numInferenceSteps = 20,
    guidanceScale = 2.5,
    negativePrompt = '',
    signal,
  } = options
  expectWhole('seconds', seconds, 1, 60)
  expectWhole('seed', seed, 0, 2 ** 31 - 1)
  expectWhole('numInferenceSteps', numInferenceSteps, 1, 1000)
  if (!(guidanceScale >= 0 && guidanceScale <= 30)) {
    throw new RangeError(`\`guidanceScale\` must be from 0 to 30, got ${guidanceScale}`)
  }
  const { ids, unknownWords } = tokenize(prompt, model.transformer.text)
  const negativeIds = tokenize(negativePrompt, model.transformer.text).ids
  const size = frameSize(model)
  const frames = 1 + Math.ceil((seconds * model.fps) / FRAMES_PER_LATENT)
  const windows = countWindows(frames, model.window)
  const steps = windows * numInferenceSteps
  const random = createRandom(seed)
  const latents = new Float32Array((model.window + (windows - 1) * (model.window - HISTORY)) * size)
  const started = performance.now()
  for (let i = 0; i < windows; i++) {
    const start = i * (model.window - HISTORY) * size
    const part = latents.subarray(start, start + model.window * size)
    const known = Array.from({ length: model.window }, (_, f) => i > 0 && f < HISTORY)
    const onStep = (step: number) => options.onProgress?.({ step: i * numInferenceSteps + step, steps })
    const made = await denoise(
      model,
      { latents: part, known, isStart: i === 0, ids, negativeIds },
      { numInferenceSteps, guidanceScale, random, signal, onStep },
    )
    part.set(made)
  }
  const denoised = performance.now()
  const { width, height } = model.size
  const frameCount = Math.round(seconds * model.fps)
  const pixels = new Uint8Array(frameCount * width * height * 3)
  let f = 0
  for await (const frame of decodeLatents(model, latents.subarray(0, frames * size))) {
    if (f < frameCount) pixels.set(frame, f++ * frame.length)
  }
  const timings = { denoise: denoised - started, decode: performance.now() - denoised }
  return { frames: pixels, frameCount, width, height, fps: model.fps, unknownWords, timings }
}
