import {
  abs,
  add,
  div,
  maximum,
  mean,
  mul,
  type Random,
  reshape,
  slice,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  type Tree,
  type Value,
} from '../array/index.ts'
import type { Clip, Dataset } from '../dataset/index.ts'
import {
  type AutoencoderConfig,
  autoencoderSpecs,
  blurPlanes,
  decode,
  encode,
  FRAMES_PER_LATENT,
  fixParameters,
  nestValues,
  type ParameterSpec,
  type Parameters,
  PIXELS_PER_LATENT,
} from '../model/index.ts'
import { drawInThread } from './batches.ts'
import { fanInFactor, type Values } from './optimizer.ts'
import type { Schedule } from './schedule.ts'
import type { Training } from './training.ts'

// Shapes: B batch, F pixel frames of a window, H W side of a crop, f h w latent grid, Z latent channels.

/** What the training of the autoencoder can vary. */
export interface AutoencoderTrainingOptions extends Omit<AutoencoderBatchOptions, 'latentNoise'> {
  readonly schedule: Schedule
  /** A trained autoencoder whose encoder stays as it is: only the decoder learns, and latents keep their meaning. */
  readonly kept?: Parameters
  /** A trained autoencoder whose latents those that are learned stay near to: what has learned to read them goes on from there. */
  readonly near?: Parameters
}

/** What a batch of the autoencoder depends on. */
export interface AutoencoderBatchOptions {
  readonly config: AutoencoderConfig
  readonly dataset: Dataset
  readonly batchSize: number
  /** Side of the square crops in pixels, a multiple of 16. */
  readonly crop: number
  /** Frames of a window, a multiple of 4. */
  readonly frames: number
  /** Deviation of the strongest noise that latents are decoded with. */
  readonly latentNoise: number
}

/**
 * Deviation of the strongest noise on latents, which makes those that are learned smooth (a decoder alone needs only to bear what
 * the transformer gets wrong), and weight of squared errors.
 */
const LEARNING = {
  learned: { latentNoise: 0.2, squares: 10 },
  near: { latentNoise: 0.12, squares: 200 },
  kept: { latentNoise: 0.07, squares: 10 },
} as const
/** Weight of the distance to the latents that are stayed near to, and of latents' size where there are none. */
const [NEAR_WEIGHT, SIZE_WEIGHT] = [0.6, 1e-3]

/** Pixels as colours from -1 to 1. */
const toColour = (byte: number) => byte / 127.5 - 1

/** Side of the square over which the weights of bodies fall off outwards: else edges lean that way, and bodies become too large. */
const FALL_OFF = 5

/** How much a body's pixels count: every body as much as the others, at most 10 times the background. */
function bodyWeight(pixels: number, cropPixels: number): number {
  return Math.min(10, Math.max(2, (0.25 * cropPixels) / Math.max(1, pixels)))
}

/** Where a part of one frame of a clip lies, in pixels. */
interface Part extends Readonly<Record<'frame' | 'left' | 'top' | 'width' | 'height', number>> {}

/**
 * Cuts a part out of a frame.
 * @param colours 3 x height x width, is written: from -1 to 1
 * @param weights height x width, is written: how much each pixel counts
 */
export function cutPart(
  clip: Pick<Clip, 'frames' | 'masks' | 'width' | 'height'>,
  { frame, left, top, width, height }: Part,
  colours: Float32Array,
  weights: Float32Array,
): void {
  const { frames, masks } = clip
  const first = frame * clip.width * clip.height
  const area = width * height
  const counts = new Float64Array(16)
  for (let i = 0; i < area; i++) {
    const from = first + (top + Math.floor(i / width)) * clip.width + left + (i % width)
    for (let c = 0; c < 3; c++) colours[c * area + i] = toColour(frames[from * 3 + c])
    weights[i] = masks[from]
    counts[masks[from]]++
  }
  for (let i = 0; i < area; i++) {
    const body = weights[i]
    weights[i] = body === 0 ? 1 : bodyWeight(counts[body], area)
  }
}

/** Left and top of a crop that holds a body, three times in four; anywhere else. */
export function chooseCorner(
  random: Random,
  clip: Pick<Clip, 'width' | 'height' | 'masks'>,
  crop: number,
): [number, number] {
  const { width, height } = clip
  const anywhere: [number, number] = [random.integer(width - crop + 1), random.integer(height - crop + 1)]
  if (random.uniform() < 0.25) return anywhere
  const count = clip.masks.length
  for (let tries = 0; tries < 200; tries++) {
    const at = random.integer(count)
    if (clip.masks[at] === 0) continue
    const [x, y] = [at % width, Math.floor(at / width) % height]
    const place = (centre: number, size: number) => {
      return Math.max(0, Math.min(size - crop, centre - Math.floor(crop / 2) + random.integer(25) - 12))
    }
    return [place(x, width), place(y, height)]
  }
  return anywhere
}

/** A window of a clip: one in four is the first picture alone repeated 4 times and what follows it. */
async function drawWindow(
  random: Random,
  dataset: Dataset,
  frames: number,
): Promise<{ clip: Clip; order: number[] }> {
  // Clips of other shapes could not stand in one batch of the transformer: the most frequent shape is learned.
  const [{ clips, frameCount }] = dataset.shapes
  const index = clips[random.integer(clips.length)]
  if (random.uniform() < 0.25) {
    const clip = await dataset.clip(index, 0, frames - 3)
    return { clip, order: Array.from({ length: frames }, (_, i) => Math.max(0, i - 3)) }
  }
  const start = random.integer(frameCount - frames + 1)
  return {
    clip: await dataset.clip(index, start, frames),
    order: Array.from({ length: frames }, (_, i) => i),
  }
}

/** Draws crops of windows, with the weight of every pixel and noise for the latents. */
export async function drawAutoencoderBatch(
  random: Random,
  options: AutoencoderBatchOptions,
): Promise<Record<string, Tensor>> {
  const { dataset, batchSize: batch, crop, frames, config, latentNoise } = options
  const area = crop * crop
  const video = new Float32Array(batch * frames * 3 * area)
  const weights = new Float32Array(batch * frames * area)
  for (let b = 0; b < batch; b++) {
    const { clip, order } = await drawWindow(random, dataset, frames)
    const [left, top] = chooseCorner(random, clip, crop)
    order.forEach((frame, f) => {
      const at = (b * frames + f) * area
      const colours = video.subarray(at * 3, (at + area) * 3)
      const part = { frame, left, top, width: crop, height: crop }
      cutPart(clip, part, colours, weights.subarray(at, at + area))
    })
  }
  const side = crop / PIXELS_PER_LATENT
  const latents = [batch, frames / FRAMES_PER_LATENT, config.latentChannels, side, side]
  const noise = random.fillNormal(new Float32Array(latents.reduce((a, b) => a * b)))
  const sigma = Float32Array.from({ length: batch }, () => latentNoise * random.uniform())
  return {
    video: { shape: [batch, frames, 3, crop, crop], data: video },
    weights: { shape: [batch, frames, 1, crop, crop], data: weights },
    noise: { shape: latents, data: noise },
    sigma: { shape: [batch, 1, 1, 1, 1], data: sigma },
  }
}

const charbonnier = (difference: Value) => sqrt(add(square(difference), 1e-4))

/** Differences of neighbours along one axis. */
function differences(x: Value, axis: number): Value {
  const size = x.shape[axis]
  return sub(slice(x, axis, 1, size), slice(x, axis, 0, size - 1))
}

/**
 * The error of a film that was painted: Charbonnier and squared loss on colours, weighted, squares of what errors change by from
 * frame to frame, which is seen as flicker, and differences in space and time.
 * @param painted B x F x 3 x H x W, like `video`
 * @param squaresWeight of squared errors, in which an edge at a wrong place counts more than many small faults; what is
 * uncertain becomes soft by them
 */
export function pixelLoss(painted: Value, { video, weights: own }: Values, squaresWeight: number) {
  const error = sub(painted, video)
  const weights = maximum(own, blurPlanes(own, FALL_OFF))
  const total = mul(sum(weights), 3)
  const colour = div(sum(mul(charbonnier(error), weights)), total)
  const squares = div(sum(mul(square(error), weights)), total)
  const [changes, ...across] = [1, 3, 4].map(axis => differences(error, axis))
  const flicker = div(sum(mul(square(changes), slice(weights, 1, 1, weights.shape[1]))), total)
  const edges = [changes, ...across].map(step => mean(abs(step))).reduce(add)
  const pixels = add(add(colour, mul(add(squares, flicker), squaresWeight)), mul(edges, 0.5))
  const scalar = (value: Value) => reshape(value, [])
  return {
    pixels,
    watch: {
      colour: scalar(colour),
      squares: scalar(squares),
      flicker: scalar(flicker),
      edges: scalar(edges),
    },
  }
}

/** The training of the autoencoder. */
export function autoencoderTraining(options: AutoencoderTrainingOptions): Training {
  const { config, schedule, dataset, batchSize, crop, frames, kept, near } = options
  const all = autoencoderSpecs(config)
  const specs: Tree<ParameterSpec> = kept ? { decoder: all.decoder } : all
  const [keptParams, nearParams] = [kept, near].map(given => given && fixParameters(all, given))
  const { latentNoise, squares } = LEARNING[kept ? 'kept' : near ? 'near' : 'learned']
  return {
    specs,
    config: kept ? { ...config, learns: 'decoder' } : config,
    schedule,
    emaDecay: 0.998,
    itemsPerStep: batchSize * frames,
    rule: () => 'adamw',
    rateFactor: (_, shape) => fanInFactor(shape),
    ...drawInThread(new URL('./batchWorker.ts', import.meta.url), {
      folder: dataset.folder,
      config,
      batchSize,
      crop,
      frames,
      latentNoise,
    } satisfies Omit<AutoencoderBatchOptions, 'dataset'> & { folder: string }),
    loss: (values: Values, batch: Values) => {
      const params = keptParams
        ? { ...keptParams, ...nestValues({ decoder: all.decoder }, values) }
        : nestValues(all, values)
      const latents = encode(params, batch.video, config)
      const noisy = add(latents, mul(batch.noise, batch.sigma))
      const { pixels, watch } = pixelLoss(decode(params, noisy, config), batch, squares)
      const told = nearParams && encode(nearParams, batch.video, config)
      // Without others to stay near to they keep near unit size, so that the noise above means something.
      const apart = mean(square(told ? sub(latents, told) : latents))
      return {
        loss: reshape(add(pixels, mul(apart, told ? NEAR_WEIGHT : SIZE_WEIGHT)), []),
        watch: { ...watch, [told ? 'latentsMoved' : 'latentSquare']: reshape(apart, []) },
      }
    },
  }
}
