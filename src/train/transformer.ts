import {
  add,
  div,
  linear,
  mean,
  mul,
  type Random,
  reshape,
  rmsNorm,
  square,
  sub,
  sum,
  type Tensor,
  type Value,
} from '../array/index.ts'
import { sampleNoiseMap, velocityWeight } from '../flow/index.ts'
import {
  encodeText,
  filled,
  type LearnedGrids,
  nestValues,
  type TransformerConfig,
  tokenize,
  transformer,
  transformerSpecs,
} from '../model/index.ts'
import { findAttributes } from '../world/index.ts'
import type { LatentSet, LatentSets, LatentWindow } from './latents.ts'
import { fanInFactor, type Rule, type Values } from './optimizer.ts'
import { drawSaid, SAID_FEATURES } from './said.ts'
import type { Schedule } from './schedule.ts'
import type { Batch, Training } from './training.ts'
import { spreadBodies, sumBodies, TRUTH_FEATURES, truthOfTokens } from './truth.ts'
import { type Visibility, weighChannels } from './visibility.ts'

// Shapes: B batch, f latent frames of a window, Z latent channels, h w latent grid, S text tokens.

/** What the training of the transformer can vary. */
export interface TransformerTrainingOptions {
  readonly config: TransformerConfig
  /** Every batch is of one shape; a set is as likely as it has clips. */
  readonly data: LatentSets
  readonly schedule: Schedule
  readonly batchSize: number
  /** Latent frames of a window. */
  readonly frames: number
  /** How much errors of latents are seen: alike when absent. */
  readonly visibility?: Visibility
  /** Share of captions that are left out, so that guidance has something to compare with. */
  readonly dropText?: number
  /** Share of detailed captions that are the captioner's, where a clip has another one too: 0.95 (DALL-E 3's) when absent. */
  readonly captionerShare?: number
}

/** Share of windows from within a clip, where there is an earlier frame for it, whose first frame is an anchor. */
const ANCHORED_SHARE = 0.7

/** A window whose first latent frame comes from earlier in the clip, but is not the first: what a long film goes back to. */
function drawAnchored(
  random: Random,
  data: LatentSet,
  clip: number,
  start: number,
  frames: number,
): LatentWindow {
  const window = data.window(clip, start, frames)
  const anchor = data.window(clip, 1 + random.integer(start - 1), 1)
  window.latents.set(anchor.latents)
  window.coverage.set(anchor.coverage)
  window.velocity.set(anchor.velocity)
  return window
}

/** One of the sets: every clip is as likely as any other. */
function drawSet(random: Random, sets: LatentSets): LatentSet {
  const [own, ...others] = sets
  if (others.length === 0) return own
  let clip = random.integer(sets.reduce((sum, { clips }) => sum + clips.length, 0))
  for (const set of sets) {
    if (clip < set.clips.length) return set
    clip -= set.clips.length
  }
  return own
}

/** The grids of tokens of all sets. */
export function gridsOf([own, ...others]: LatentSets, { patch }: TransformerConfig): LearnedGrids {
  const gridOf = ({ shape: [, , height, width] }: LatentSet) => ({
    rows: height / patch,
    columns: width / patch,
  })
  return [gridOf(own), ...others.map(gridOf)]
}

/** Draws windows of latents of one shape, half of them from a clip's start, with captions, noise, noise maps and what is true. */
export function drawTransformerBatch(
  random: Random,
  options: Omit<TransformerTrainingOptions, 'schedule'>,
): Record<string, Tensor> {
  const { batchSize: batch, frames, config, dropText = 0.1, captionerShare = 0.95 } = options
  const data = drawSet(random, options.data)
  const [clipFrames, channels, height, width] = data.shape
  const [rows, columns] = [height / config.patch, width / config.patch]
  const numbers = (...shape: number[]) => ({ shape, data: new Float32Array(shape.reduce((a, b) => a * b)) })
  const latents = numbers(batch, frames, channels, height, width)
  const bodies = numbers(batch, frames, 1, height, width)
  const truth = numbers(batch, frames, rows * columns, TRUTH_FEATURES)
  const levels = numbers(batch, frames)
  const weights = numbers(batch, frames, 1, 1, 1)
  const first = numbers(batch, frames)
  const ids = { shape: [batch, config.text.length], data: new Int32Array(batch * config.text.length) }
  for (let b = 0; b < batch; b++) {
    const clip = random.integer(data.clips.length)
    const { caption, originalCaption, shortCaption, looks } = data.clips[clip]
    const start = random.uniform() < 0.5 ? 0 : random.integer(clipFrames - frames + 1)
    const isAnchored = start > 1 && random.uniform() < ANCHORED_SHARE
    const window = isAnchored
      ? drawAnchored(random, data, clip, start, frames)
      : data.window(clip, start, frames)
    const place = (into: { data: Float32Array }, part: Float32Array) => into.data.set(part, b * part.length)
    place(latents, window.latents)
    place(bodies, spreadBodies(sumBodies(window.coverage), height, width))
    place(truth, truthOfTokens(window, looks, width, config.patch))
    first.data[b * frames] = isAnchored ? -1 : start === 0 ? 1 : 0
    const map = sampleNoiseMap(random, frames, isAnchored)
    map.levels.forEach((level, i) => {
      levels.data[b * frames + i] = level
      weights.data[b * frames + i] = map.known[i] ? 0 : velocityWeight(level)
    })
    const kind = random.uniform()
    const isOriginal = originalCaption !== undefined && random.uniform() >= captionerShare
    const detailed = isOriginal ? originalCaption : caption
    const text = kind < dropText ? '' : kind < dropText + 0.3 ? shortCaption : detailed
    ids.data.set(tokenize(text, config.text).ids, b * config.text.length)
  }
  const noise = { shape: latents.shape, data: random.fillNormal(new Float32Array(latents.data.length)) }
  return { latents, noise, levels, weights, first, ids, bodies, truth }
}

/** Muon for the matrices inside the blocks of transformer and text encoder (2502.16982), AdamW for the rest. */
export function transformerRule(path: string, shape: readonly number[]): Rule {
  return path.includes('blocks.') && shape.length === 2 && Math.min(...shape) > 6 ? 'muon' : 'adamw'
}

/** How much more the error of a latent counts that a body covers or is beside: bodies are small, and what films are about. */
const BODY_WEIGHT = 3
/** The error of windows, in which bodies and each frame's weight count: `error` (B, f, 1, h, w) is the mean over channels. */
export function weighError(error: Value, { bodies, weights }: Values): Value {
  const [size, frames] = error.shape
  const frameError = mean(mul(error, add(mul(bodies, BODY_WEIGHT), 1)), [3, 4]) // (B, f, 1, 1, 1)
  return div(sum(mul(frameError, weights)), size * frames)
}

/** Weight of the truth that the middle of the network must tell. */
const TRUTH_WEIGHT = 2
/** Weight of what the pooled text must tell, and the captions of a step for each window of it. */
const [SAID_WEIGHT, CAPTIONS_PER_WINDOW] = [0.05, 2]

/**
 * The training of the transformer: the data is predicted, its error counts as the velocity's (rectified flow,
 * 2209.03003). A head in the middle must tell what the simulator knows of every token; it does what REPA
 * (2410.06940) does with a pretrained encoder, and is left behind when the model is written. Another one must tell from the
 * pooled text what a caption says: what films teach of words comes too seldom, and other models come with a text encoder
 * that has read more than they have seen.
 */
export function transformerTraining(options: TransformerTrainingOptions): Training {
  const { config, schedule, batchSize, data, visibility } = options
  const specs = {
    ...transformerSpecs(config),
    // From nothing: a head that is drawn would ask nonsense of a model that is trained on.
    truth: filled([config.width, TRUTH_FEATURES], 0),
    said: filled([config.text.width, SAID_FEATURES], 0),
  }
  const learned = gridsOf(data, config)
  const attributes = data
    .flatMap(({ clips }) => clips)
    .map(({ caption }) => findAttributes(caption))
    .filter(told => told !== undefined)
  return {
    specs,
    config,
    schedule,
    emaDecay: 0.9985,
    itemsPerStep: batchSize,
    rule: transformerRule,
    rateFactor: (path, shape) =>
      path.includes('odulation') || path.includes('text.') ? 1 / 16 : fanInFactor(shape),
    nextBatch: (random): Batch => ({
      ...drawTransformerBatch(random, options),
      ...drawSaid(random, attributes, CAPTIONS_PER_WINDOW * batchSize, config.text),
    }),
    loss: (values: Values, batch: Values) => {
      const [size, frames] = batch.levels.shape
      const level = reshape(batch.levels, [size, frames, 1, 1, 1])
      const noisy = add(mul(batch.latents, sub(1, level)), mul(batch.noise, level))
      const inputs = {
        latents_BfZhw: noisy,
        levels_Bf: batch.levels,
        first_Bf: batch.first,
        ids_BS: batch.ids,
      }
      const params = nestValues(specs, values)
      const { data, middle } = transformer(params, inputs, config, learned)
      const error = sub(data, batch.latents)
      // Where much noise leaves open where a body is, more weight on where it was would teach to guess it everywhere.
      const bodies = mul(batch.bodies, square(sub(1, level)))
      const flow = weighError(weighChannels(error, visibility), { ...batch, bodies })
      const telling = linear(rmsNorm(middle), params.truth) // (B, f, n, TRUTH_FEATURES)
      const truth = mul(mean(square(sub(telling, batch.truth))), TRUTH_FEATURES)
      const { pooled_BD } = encodeText(params.text, batch.captions, config.text)
      const saying = linear(rmsNorm(pooled_BD), params.said) // (captions, SAID_FEATURES)
      const said = mul(mean(square(sub(saying, batch.said))), SAID_FEATURES)
      const told = add(mul(truth, TRUTH_WEIGHT), mul(said, SAID_WEIGHT))
      return {
        loss: reshape(add(flow, told), []),
        watch: {
          data: reshape(mean(square(error)), []),
          flow: reshape(flow, []),
          truth: reshape(truth, []),
          said: reshape(said, []),
        },
      }
    },
  }
}
