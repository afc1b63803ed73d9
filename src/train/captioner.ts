import {
  add,
  linear,
  mean,
  mul,
  type Random,
  reshape,
  rmsNorm,
  square,
  sub,
  type Tensor,
} from '../array/index.ts'
import {
  type BytePairs,
  type CaptionerConfig,
  captionerSpecs,
  countFilmTokens,
  crossEntropy,
  filled,
  nestValues,
  tellFilm,
  writeTargets,
} from '../model/index.ts'
import { fitFrames } from '../sample/index.ts'
import { type Attributes, findAttributes, writeCaptions } from '../world/index.ts'
import type { LatentSet, LatentWindow } from './latents.ts'
import { fanInFactor, type Values } from './optimizer.ts'
import type { Schedule } from './schedule.ts'
import type { Training } from './training.ts'
import { transformerRule } from './transformer.ts'
import { TRUTH_FEATURES, truthOfTokens } from './truth.ts'

// Shapes: B batch, f latent frames, Z latent channels, h w latent grid, P tokens of a film, S tokens of a caption.

/** What the training of a captioner can vary. */
export interface CaptionerTrainingOptions {
  readonly config: CaptionerConfig
  readonly tokenizer: BytePairs
  readonly data: LatentSet
  readonly schedule: Schedule
  readonly batchSize: number
  readonly beginnings?: Beginnings
}

/** Clips that are shown only begun, as a judge sees films: after their first frames they stand still. */
export interface Beginnings {
  /** How many of the clips. */
  readonly share: number
  /** Latent frames that are shown. */
  readonly frames: number
}

/** Noise on what it looks at, at most: latents of films that it was not trained on are a little others. */
const MOST_NOISE = 0.3
/** Weight of the truth that the last block must tell of every token of the film. */
const TRUTH_WEIGHT = 10

/** A window of which only the first frames are shown: the last of them stays, and nothing moves on. */
function begin({ latents, coverage, velocity }: LatentWindow, shown: number, frames: number): LatentWindow {
  const hold = (values: Float32Array) => {
    const size = values.length / frames
    return fitFrames(values.subarray(0, shown * size), frames, size)
  }
  const resting = velocity.slice().fill(0, (shown * velocity.length) / frames)
  return { latents: hold(latents), coverage: hold(coverage), velocity: resting }
}

/** Draws clips from their first frame on, with their captions and what is true of them. */
function drawCaptionerBatch(
  random: Random,
  { config, tokenizer, data, batchSize: batch, beginnings }: CaptionerTrainingOptions,
  attributes: readonly (Attributes | undefined)[],
): Record<string, Tensor> {
  const { latentChannels, frames, height, width, patch, captionLength } = config
  const numbers = (...shape: number[]) => ({ shape, data: new Float32Array(shape.reduce((a, b) => a * b)) })
  const latents = numbers(batch, frames, latentChannels, height, width)
  const truth = numbers(batch, countFilmTokens(config), TRUTH_FEATURES)
  const weights = numbers(batch, captionLength)
  const tokens = () => ({ shape: [batch, captionLength], data: new Int32Array(batch * captionLength) })
  const [ids, targets] = [tokens(), tokens()]
  for (let b = 0; b < batch; b++) {
    const clip = random.integer(data.clips.length)
    const told = attributes[clip]
    const caption = told ? writeCaptions(told, random.integer(2 ** 31)).caption : data.clips[clip].caption
    const whole = data.window(clip, 0, frames)
    const isBegun = beginnings !== undefined && random.uniform() < beginnings.share
    const window = isBegun ? begin(whole, beginnings.frames, frames) : whole
    const noise = MOST_NOISE * random.uniform()
    const noisy = window.latents.map(value => value + noise * random.normal())
    latents.data.set(noisy, b * noisy.length)
    const known = truthOfTokens(window, data.clips[clip].looks, width, patch)
    truth.data.set(known, b * known.length)
    const written = writeTargets(tokenizer, caption, config)
    ids.data.set(written.ids, b * captionLength)
    targets.data.set(written.targets, b * captionLength)
    weights.data.set(written.weights, b * captionLength)
  }
  return { latents, ids, targets, weights, truth }
}

/**
 * The training of a captioner: the next token of captions that tell in new words each time what is true, and, of
 * every token of the film, which bodies it shows and where they go (as the transformer's middle must).
 */
export function captionerTraining(options: CaptionerTrainingOptions): Training {
  const { config, schedule, batchSize, data } = options
  // From nothing, as in the transformer's training.
  const specs = { ...captionerSpecs(config), truth: filled([config.language.width, TRUTH_FEATURES], 0) }
  // What is one of the worlds' captions is told anew in other words each time.
  const attributes = data.clips.map(({ caption }) => findAttributes(caption))
  return {
    specs,
    config,
    schedule,
    emaDecay: 0.998,
    itemsPerStep: batchSize,
    rule: transformerRule,
    rateFactor: (_, shape) => fanInFactor(shape),
    nextBatch: random => drawCaptionerBatch(random, options, attributes),
    loss: (values: Values, batch: Values) => {
      const params = nestValues(specs, values)
      const { logits_BSV, seen_BPD } = tellFilm(params, batch.latents, batch.ids, config)
      const words = crossEntropy(logits_BSV, batch.targets, batch.weights)
      const seen = linear(rmsNorm(seen_BPD), params.truth)
      const truth = mul(mean(square(sub(seen, batch.truth))), TRUTH_FEATURES)
      return {
        loss: reshape(add(words, mul(truth, TRUTH_WEIGHT)), []),
        watch: { words: reshape(words, []), truth: reshape(truth, []) },
      }
    },
  }
}
