import {
  add,
  linear,
  log,
  mean,
  mul,
  neg,
  type Random,
  reshape,
  sigmoid,
  slice,
  square,
  sub,
  type Tensor,
  type Value,
} from '../array/index.ts'
import {
  type BytePairs,
  type CaptionerConfig,
  captionerSpecs,
  countFilmTokens,
  crossEntropy,
  judgePairs,
  matrix,
  nestValues,
  rmsNorm,
  tellFilm,
  writeTargets,
} from '../model/index.ts'
import { type Attributes, findAttributes, writeCaptions } from '../world/index.ts'
import { alterAttributes } from './alter.ts'
import type { LatentSet } from './latents.ts'
import type { Training } from './loop.ts'
import type { MadeFilms } from './madeFilms.ts'
import { fanInFactor, type Values } from './optimizer.ts'
import type { Schedule } from './schedule.ts'
import { transformerRule } from './transformer.ts'
import { TRUTH_FEATURES, truthOfTokens } from './truth.ts'

// Shapes: B batch, f latent frames, Z latent channels, h w latent grid, P tokens of a film, S tokens of a caption.

/** What the training of a captioner can vary. */
export interface CaptionerTrainingOptions {
  readonly config: CaptionerConfig
  readonly tokenizer: BytePairs
  readonly data: LatentSet
  /** Films that a model has made, which are told from true ones. */
  readonly made: MadeFilms
  readonly schedule: Schedule
  readonly batchSize: number
}

/** Noise on what it looks at, at most: latents of films that it was not trained on are a little others. */
const MOST_NOISE = 0.3
/** Weight of the truth that the last block must tell of every token of the film. */
const TRUTH_WEIGHT = 10

/** Of all pairs of films and captions: those that a captioner learns to write from, other true ones, made ones, altered ones. */
const SHARES = [0.3, 0.25, 0.3, 0.15] as const

/** How many of a batch are of each kind. */
function splitBatch(batchSize: number): number[] {
  const [written, truly, invented] = SHARES.map(share => Math.max(1, Math.round(share * batchSize)))
  return [written, truly, invented, Math.max(0, batchSize - written - truly - invented)]
}

/** A caption with what it tells, in other words; an altered one tells one thing wrong. */
function tellAgain(random: Random, told: Attributes | undefined, caption: string, kind: Pair): string {
  if (!told) return caption
  const write = (attributes: Attributes) => writeCaptions(attributes, random.integer(2 ** 31))
  if (kind === 'written') return write(told).caption
  for (let tries = 0; tries < 20; tries++) {
    try {
      const both = write(kind === 'altered' ? alterAttributes(random, told) : told)
      return random.uniform() < 0.5 ? both.caption : both.shortCaption
    } catch {
      // What was altered cannot be told; something else may.
    }
  }
  return caption
}

/** What a film and a caption are to one another: only the first are written from, the first two belong together. */
type Pair = 'written' | 'true' | 'made' | 'altered'
const pairs: readonly Pair[] = ['written', 'true', 'made', 'altered']

/** Latent frames of a window that is judged, when the rest of a film is not there yet. */
const BEGINNING = 8

/** The same latents with what comes after the beginning standing still. */
function holdStill(latents: Float32Array, frames: number): Float32Array {
  const size = latents.length / frames
  const held = latents.slice()
  const last = latents.subarray((BEGINNING - 1) * size, BEGINNING * size)
  for (let f = BEGINNING; f < frames; f++) held.set(last, f * size)
  return held
}

/** Draws clips from their first frame on and films that were made, with captions and what is true of them. */
function drawCaptionerBatch(
  random: Random,
  options: CaptionerTrainingOptions,
  told: {
    readonly clips: readonly (Attributes | undefined)[]
    readonly made: readonly (Attributes | undefined)[]
  },
): Record<string, Tensor> {
  const { config, tokenizer, data, made, batchSize: batch } = options
  const { latentChannels, frames, height, width, patch, captionLength } = config
  const numbers = (...shape: number[]) => ({ shape, data: new Float32Array(shape.reduce((a, b) => a * b)) })
  const kinds = splitBatch(batch).flatMap((count, kind) => Array<Pair>(count).fill(pairs[kind]))
  const written = kinds.filter(kind => kind === 'written').length
  const latents = numbers(batch, frames, latentChannels, height, width)
  const truth = numbers(written, countFilmTokens(config), TRUTH_FEATURES)
  const [weights, last] = [numbers(batch, captionLength), numbers(batch, captionLength, 1)]
  const genuine = numbers(batch, 1)
  const tokens = () => ({ shape: [batch, captionLength], data: new Int32Array(batch * captionLength) })
  const [ids, targets] = [tokens(), tokens()]
  for (const [b, kind] of kinds.entries()) {
    const from = kind === 'made' ? made : data.clips
    const at = random.integer('captions' in from ? from.captions.length : from.length)
    const caption = 'captions' in from ? from.captions[at] : from[at].caption
    const attributes = told[kind === 'made' ? 'made' : 'clips'][at]
    const window = kind === 'made' ? { latents: made.latents(at) } : data.window(at, 0, frames)
    const isShort = kind !== 'written' && frames > BEGINNING && random.uniform() < 0.5
    const seen = isShort ? holdStill(window.latents, frames) : window.latents
    const noise = MOST_NOISE * random.uniform()
    latents.data.set(
      seen.map(value => value + noise * random.normal()),
      b * seen.length,
    )
    if ('coverage' in window && kind === 'written') {
      const known = truthOfTokens(window, data.clips[at].looks, width, patch)
      truth.data.set(known, b * known.length)
    }
    const row = writeTargets(tokenizer, tellAgain(random, attributes, caption, kind), config)
    ids.data.set(row.ids, b * captionLength)
    targets.data.set(row.targets, b * captionLength)
    if (kind === 'written') weights.data.set(row.weights, b * captionLength)
    last.data.set(row.last, b * captionLength)
    genuine.data[b] = kind === 'written' || kind === 'true' ? 1 : 0
  }
  return { latents, ids, targets, weights, last, truth, genuine }
}

/** Mean of -log p of what is true, from the logarithm of its odds (B, 1). */
function binaryCrossEntropy(logits: Value, isTrue: Value): Value {
  const probability = sigmoid(logits)
  const [yes, no] = [probability, sub(1, probability)].map(value => log(add(value, 1e-6)))
  return neg(mean(add(mul(isTrue, yes), mul(sub(1, isTrue), no))))
}

/**
 * The training of a captioner: the next token of captions that tell in new words each time what is true, and, of
 * every token of the film, which bodies it shows and where they go (as the transformer's middle must). Also
 * whether a film and a caption are a true pair: some films are made up by a model, some captions tell one thing wrong.
 */
export function captionerTraining(options: CaptionerTrainingOptions): Training {
  const { config, schedule, batchSize, data, made } = options
  const [written] = splitBatch(batchSize)
  const specs = { ...captionerSpecs(config), truth: matrix(config.language.width, TRUTH_FEATURES, 0.1) }
  // What is one of the worlds' captions is told anew in other words each time.
  const told = {
    clips: data.clips.map(({ caption }) => findAttributes(caption)),
    made: made.captions.map(caption => findAttributes(caption)),
  }
  return {
    specs,
    config,
    schedule,
    emaDecay: 0.998,
    itemsPerStep: batchSize,
    rule: transformerRule,
    rateFactor: (_, shape) => fanInFactor(shape),
    nextBatch: random => drawCaptionerBatch(random, options, told),
    loss: (values: Values, batch: Values) => {
      const params = nestValues(specs, values)
      const { logits_BSV, seen_BPD, read_BSD } = tellFilm(params, batch.latents, batch.ids, config)
      const words = crossEntropy(logits_BSV, batch.targets, batch.weights)
      const seen = linear(rmsNorm(slice(seen_BPD, 0, 0, written)), params.truth)
      const truth = mul(mean(square(sub(seen, batch.truth))), TRUTH_FEATURES)
      const loss = add(words, mul(truth, TRUTH_WEIGHT))
      const genuine = binaryCrossEntropy(judgePairs(params, read_BSD, batch.last), batch.genuine)
      return {
        loss: reshape(add(loss, genuine), []),
        watch: { words: reshape(words, []), truth: reshape(truth, []), genuine: reshape(genuine, []) },
      }
    },
  }
}
