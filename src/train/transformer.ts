import { add, div, mean, mul, type Random, reshape, square, sub, sum, type Tensor } from '../array/index.ts'
import { sampleNoiseMap, velocityWeight } from '../flow/index.ts'
import {
  nestValues,
  type TransformerConfig,
  tokenize,
  transformer,
  transformerSpecs,
} from '../model/index.ts'
import type { LatentSet } from './latents.ts'
import type { Training } from './loop.ts'
import { fanInFactor, type Rule, type Values } from './optimizer.ts'
import type { Schedule } from './schedule.ts'

// Shapes: B batch, f latent frames of a window, Z latent channels, h w latent grid, S text tokens.

/** What the training of the transformer can vary. */
export interface TransformerTrainingOptions {
  readonly config: TransformerConfig
  readonly data: LatentSet
  readonly schedule: Schedule
  readonly batchSize: number
  /** Latent frames of a window. */
  readonly frames: number
  /** Share of captions that are left out, so that guidance has something to compare with. */
  readonly dropText?: number
}

/** Draws windows of latents, half of them from a clip's start, with captions, noise and noise maps. */
export function drawTransformerBatch(
  random: Random,
  options: TransformerTrainingOptions,
): Record<string, Tensor> {
  const { data, batchSize: batch, frames, config, dropText = 0.1 } = options
  const [clips, clipFrames, channels, height, width] = data.shape
  const size = channels * height * width
  const shape = [batch, frames, channels, height, width]
  const latents = new Float32Array(batch * frames * size)
  const noise = random.fillNormal(new Float32Array(latents.length))
  const levels = new Float32Array(batch * frames)
  const weights = new Float32Array(batch * frames)
  const first = new Float32Array(batch * frames)
  const ids = new Int32Array(batch * config.text.length)
  for (let b = 0; b < batch; b++) {
    const clip = random.integer(clips)
    const start = random.uniform() < 0.5 ? 0 : random.integer(clipFrames - frames + 1)
    const from = (clip * clipFrames + start) * size
    latents.set(data.latents.subarray(from, from + frames * size), b * frames * size)
    first[b * frames] = start === 0 ? 1 : 0
    const map = sampleNoiseMap(random, frames)
    map.levels.forEach((level, i) => {
      levels[b * frames + i] = level
      weights[b * frames + i] = map.known[i] ? 0 : velocityWeight(level)
    })
    const { caption, shortCaption } = data.truths[clip]
    const kind = random.uniform()
    const text = kind < dropText ? '' : kind < dropText + 0.3 ? shortCaption : caption
    ids.set(tokenize(text, config.text).ids, b * config.text.length)
  }
  return {
    latents: { shape, data: latents },
    noise: { shape, data: noise },
    levels: { shape: [batch, frames], data: levels },
    weights: { shape: [batch, frames, 1, 1, 1], data: weights },
    first: { shape: [batch, frames], data: first },
    ids: { shape: [batch, config.text.length], data: ids },
  }
}

/** Muon for the matrices inside the blocks of transformer and text encoder (2502.16982), AdamW for the rest. */
export function transformerRule(path: string, shape: readonly number[]): Rule {
  return path.includes('blocks.') && shape.length === 2 && Math.min(...shape) > 6 ? 'muon' : 'adamw'
}

/** The training of the transformer: the data is predicted, its error counts as the velocity's (rectified flow, 2209.03003). */
export function transformerTraining(options: TransformerTrainingOptions): Training {
  const { config, schedule, batchSize } = options
  const specs = transformerSpecs(config)
  return {
    specs,
    config,
    schedule,
    emaDecay: 0.9985,
    itemsPerStep: batchSize,
    rule: transformerRule,
    rateFactor: (path, shape) =>
      path.includes('odulation') || path.includes('text.') ? 1 / 16 : fanInFactor(shape),
    nextBatch: random => drawTransformerBatch(random, options),
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
      const predicted = transformer(nestValues(specs, values), inputs, config)
      const error = mean(square(sub(predicted, batch.latents)), [2, 3, 4]) // (B, f, 1, 1, 1)
      const loss = div(sum(mul(error, batch.weights)), size * frames)
      return { loss: reshape(loss, []), watch: { data: reshape(mean(error), []) } }
    },
  }
}
