import { type Random, reshape, type Tensor } from '../array/index.ts'
import type { Dataset } from '../dataset/index.ts'
import { timesteps } from '../flow/index.ts'
import {
  type AutoencoderConfig,
  autoencoderSpecs,
  decode,
  FRAMES_PER_LATENT,
  nestValues,
  tokenize,
} from '../model/index.ts'
import { denoise, frameSize, type Model, restoreLatents, SAMPLING_SHIFT } from '../sample/index.ts'
import { cutPart, pixelLoss } from './autoencoder.ts'
import { drawInThread } from './batches.ts'
import type { LatentSet } from './latents.ts'
import { fanInFactor, type Values } from './optimizer.ts'
import type { Schedule } from './schedule.ts'
import type { Training } from './training.ts'

// Shapes: B batch, f latent frames of a part, F = 4 f pixel frames, Z latent channels, h w latent grid, H W pixels.

/** What the training of a decoder for a transformer can vary. */
export interface DecoderTrainingOptions {
  readonly config: AutoencoderConfig
  readonly schedule: Schedule
  readonly worker: DecoderWorkerData
}

/** What the thread that draws its batches is started with. */
export interface DecoderWorkerData {
  /** The model whose guesses are painted. */
  readonly model: string
  readonly dataset: string
  /** The folder of its latents, and what they are. */
  readonly latents: string
  readonly shape: LatentSet['shape']
  readonly batchSize: number
  /** Latent frames that are painted of each window. */
  readonly frames: number
}

/** Share of windows that are painted as the encoder tells them. */
const TOLD = 0.5
/** Deviation of the strongest noise on latents. */
const NOISE = 0.07
/** The last noise levels at which the sampler of four steps looks at a film: before them shapes are not settled yet. */
const LEVELS = timesteps(4, SAMPLING_SHIFT).slice(2, 4)
/** Weight of squared errors: few, or what a guess leaves uncertain would be painted soft. */
const SQUARES_WEIGHT = 3

/** A window as the model would have made it: noised to a level that its sampler visits, and denoised from there. */
async function guess(
  model: Model,
  latents: Float32Array,
  { caption, isStart, random }: { caption: string; isStart: boolean; random: Random },
): Promise<Float32Array> {
  if (random.uniform() < TOLD) return latents
  const at = random.integer(LEVELS.length)
  const { ids } = tokenize(caption, model.transformer.text)
  const known = new Array<boolean>(model.window).fill(false)
  return denoise(
    model,
    { latents, known, isStart, strength: LEVELS[at], ids, negativeIds: ids },
    { numInferenceSteps: LEVELS.length - at, guidanceScale: 1, random },
  )
}

/** Draws parts of windows as the model guesses them (with a latent frame before and behind each), and what they truly show. */
export async function drawDecoderBatch(
  random: Random,
  model: Model,
  dataset: Dataset,
  data: LatentSet,
  { batchSize: batch, frames }: Pick<DecoderWorkerData, 'batchSize' | 'frames'>,
): Promise<Record<string, Tensor>> {
  const { width, height } = model.size
  const [size, area] = [frameSize(model), width * height]
  const [, channels, h, w] = data.shape
  const latents = new Float32Array(batch * (frames + 2) * size)
  const shown = frames * FRAMES_PER_LATENT
  const video = new Float32Array(batch * shown * 3 * area)
  const weights = new Float32Array(batch * shown * area)
  for (let b = 0; b < batch; b++) {
    const index = random.integer(data.clips.length)
    const start = random.uniform() < 0.5 ? 0 : random.integer(data.shape[0] - model.window + 1)
    const window = data.window(index, start, model.window).latents
    const { caption } = data.clips[index]
    const guessed = restoreLatents(
      model,
      await guess(model, window, { caption, isStart: start === 0, random }),
    )
    // A window from within a clip has nothing before its first latent frame; that of a film is black.
    const first =
      start === 0 ? random.integer(model.window - frames + 1) : 1 + random.integer(model.window - frames)
    const noise = NOISE * random.uniform()
    const from = Math.max(0, first - 1)
    const told = guessed.subarray(from * size, (first + frames + 1) * size)
    latents.set(
      told.map(value => value + noise * random.normal()),
      (b * (frames + 2) + from - first + 1) * size,
    )
    // The first picture of a clip is a latent frame of its own, the same four times.
    const begin = (start + first - 1) * FRAMES_PER_LATENT + 1
    const opening = Math.max(0, begin)
    const clip = await dataset.clip(dataset.shapes[0].clips[index], opening, begin + shown - opening)
    for (let f = 0; f < shown; f++) {
      const frame = Math.max(0, begin + f - opening)
      const at = (b * shown + f) * area
      const part = { frame, left: 0, top: 0, width, height }
      cutPart(clip, part, video.subarray(at * 3, (at + area) * 3), weights.subarray(at, at + area))
    }
  }
  return {
    latents: { shape: [batch, frames + 2, channels, h, w], data: latents },
    video: { shape: [batch, shown, 3, height, width], data: video },
    weights: { shape: [batch, shown, 1, height, width], data: weights },
  }
}

/**
 * Teaches a decoder to paint what the transformer means: true films from latents that were noised and guessed again. Where those
 * are wrong in their details (a ball with the corners of the latent grid), it knows what was meant.
 */
export function decoderTraining({ config, schedule, worker }: DecoderTrainingOptions): Training {
  const { decoder } = autoencoderSpecs(config)
  const specs = { decoder }
  return {
    specs,
    config: { ...config, learns: 'decoder of guesses' },
    schedule,
    emaDecay: 0.998,
    itemsPerStep: worker.batchSize * worker.frames * FRAMES_PER_LATENT,
    rule: () => 'adamw',
    rateFactor: (_, shape) => fanInFactor(shape),
    ...drawInThread(new URL('./decoderWorker.ts', import.meta.url), worker),
    loss: (values: Values, batch: Values) => {
      const params = nestValues(specs, values)
      const painted = decode(params, batch.latents, config, { before: 1, after: 1 })
      const { pixels, watch } = pixelLoss(painted, batch, SQUARES_WEIGHT)
      return { loss: reshape(pixels, []), watch }
    },
  }
}
