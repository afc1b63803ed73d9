import { readFileSync } from 'node:fs'
import path from 'node:path'
import {
  add,
  constant,
  conv2d,
  createRandom,
  gradients,
  input,
  mean,
  mul,
  reshape,
  sizeOf,
  square,
  sum,
  type Value,
} from '../array/index.ts'
import {
  type AutoencoderConfig,
  autoencoderSpecs,
  decode,
  FRAMES_PER_LATENT,
  fixParameters,
  type Parameters,
  PIXELS_PER_LATENT,
  selectParameters,
} from '../model/index.ts'
import { compile } from '../onnx/index.ts'
import { writeAtomically } from '../store/index.ts'
import { fingerprintOf, isMadeFrom } from './fingerprint.ts'
import type { LatentSet, LatentStatistics } from './latents.ts'
import type { RecipeOptions } from './stages.ts'
import { sumBodies } from './truth.ts'

// Shapes: B batch, f latent frames, Z latent channels, h w latent grid, H W pixels.

/** Windows that are looked at, and how much of a latent's pixels bodies must cover for it to count. */
const [WINDOWS, LEAST_COVERED] = [240, 0.15]
/** Latent frames of such a window at most: the one that counts, and those beside it, whose pixels look at it. */
const MOST_FRAMES = 3
/** Share of an error that counts alike in all channels, so that what is hardly seen is learned too. */
const ALIKE = 0.2

/** How much errors of normalised latents are seen: Z x Z, symmetric, of trace Z. */
export type Visibility = Float32Array

/** How a measurement is made and watched. */
interface MeasureOptions {
  readonly threads?: number
  readonly signal?: AbortSignal
  readonly onProgress?: (done: number, of: number) => void
}

/** Traces the slope of pixels, each with a sign, by normalised latents (1, f, Z, h, w). */
function traceSlope(
  latents: Value,
  signs: Value,
  params: Parameters,
  config: AutoencoderConfig,
  data: LatentStatistics,
) {
  const perChannel = (values: Float32Array) => constant(values, [1, 1, values.length, 1, 1])
  const restored = add(mul(latents, perChannel(data.deviation)), perChannel(data.mean))
  const painted = decode(fixParameters(autoencoderSpecs(config), params), restored, config)
  return gradients(sum(mul(painted, signs)), [latents])[0]
}

/**
 * Measures how much errors of latents are seen in what the decoder paints of them: the mean of J'J over latents that bodies cover, J
 * being the slope of all pixels by the channels of one latent (a decoder's metric of its latents, 1710.11379). With pixels r of
 * random signs the mean of (J'r)(J'r)' is J'J, so that one pass back tells it of all latents of a window (Hutchinson's estimator).
 * @param params of the autoencoder whose latents `data` are
 * @throws DOMException AbortError when the signal aborts.
 */
export async function measureVisibility(
  params: Parameters,
  config: AutoencoderConfig,
  data: LatentSet,
  { threads, signal, onProgress }: MeasureOptions = {},
): Promise<Visibility> {
  const [clipFrames, channels, h, w] = data.shape
  const frames = Math.min(MOST_FRAMES, clipFrames)
  const shape = [1, frames, channels, h, w]
  const shown = [1, frames * FRAMES_PER_LATENT, 3, h * PIXELS_PER_LATENT, w * PIXELS_PER_LATENT]
  const slope = traceSlope(input('latents', shape), input('signs', shown), params, config, data)
  const compiled = await compile({ slope }, { threads })
  const random = createRandom(1)
  const total = new Float64Array(channels ** 2)
  for (let i = 0; i < WINDOWS; i++) {
    signal?.throwIfAborted()
    onProgress?.(i, WINDOWS)
    const clip = random.integer(data.clips.length)
    const window = data.window(clip, random.integer(clipFrames - frames + 1), frames)
    const signs = Float32Array.from({ length: sizeOf(shown) }, () => Math.sign(random.normal()))
    const results = await compiled.run({
      latents: { shape, data: window.latents },
      signs: { shape: shown, data: signs },
    })
    // That of the second frame, the one that counts.
    const own = results.slope.data.subarray(channels * h * w, 2 * channels * h * w)
    const covered = sumBodies(window.coverage).subarray(h * w, 2 * h * w)
    for (const [cell, share] of covered.entries()) {
      if (share < LEAST_COVERED) continue
      for (let a = 0; a < channels; a++) {
        for (let b = 0; b < channels; b++)
          total[a * channels + b] += own[a * h * w + cell] * own[b * h * w + cell]
      }
    }
  }
  await compiled.release()
  return normalize(total, channels)
}

/**
 * How much errors are seen, as the run in `folder` has measured it before, or measures it now.
 * @throws DOMException AbortError when the signal aborts.
 */
export async function findVisibility(
  params: Parameters,
  config: AutoencoderConfig,
  data: LatentSet,
  { folder, threads, signal, onProgress }: RecipeOptions,
): Promise<Visibility> {
  const file = path.join(folder, 'visibility.json')
  const { mean, deviation, clips } = data
  const statistics = [mean, deviation].map(numbers => [...numbers])
  const facts = { config, statistics, clips, windows: WINDOWS, share: ALIKE }
  const fingerprint = fingerprintOf(facts, selectParameters(params, 'decoder'))
  if (isMadeFrom(file, fingerprint))
    return Float32Array.from(JSON.parse(readFileSync(file, 'utf8')).visibility as number[])
  const tell = (done: number, of: number) => onProgress?.('visibility', done, of)
  const visibility = await measureVisibility(params, config, data, { threads, signal, onProgress: tell })
  writeAtomically(file, [Buffer.from(JSON.stringify({ fingerprint, visibility: [...visibility] }))])
  return visibility
}

/** Scales a metric to the trace of one, and has a share of every error count alike; where nothing was seen all count alike. */
function normalize(metric: Float64Array, channels: number): Visibility {
  const trace = Array.from({ length: channels }, (_, c) => metric[c * channels + c]).reduce((a, b) => a + b)
  return Float32Array.from(metric, (value, i) => {
    const one = i % (channels + 1) === 0 ? 1 : 0
    return trace > 0 ? ALIKE * one + ((1 - ALIKE) * channels * value) / trace : one
  })
}

/**
 * The mean over channels of squared errors, as much as they are seen: (B, f, Z, h, w) to (B, f, 1, h, w).
 * @param visibility all channels count alike without it
 */
export function weighChannels(error_BfZhw: Value, visibility?: Visibility): Value {
  if (!visibility) return mean(square(error_BfZhw), [2])
  const [batch, frames, channels, h, w] = error_BfZhw.shape
  const kernel = constant(visibility, [channels, channels, 1, 1])
  const seen = conv2d(reshape(error_BfZhw, [batch * frames, channels, h, w]), kernel)
  return mean(mul(error_BfZhw, reshape(seen, error_BfZhw.shape)), [2])
}
