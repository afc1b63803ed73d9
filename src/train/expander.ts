import type { Random, Tensor } from '../array/index.ts'
import { type BytePairs, crossEntropy, languageModel, nestValues } from '../model/index.ts'
import {
  encodeRequest,
  FEATURES,
  featuresOf,
  type Lexicon,
  placeFeatures,
  type ReaderConfig,
  readerSpecs,
  readWords,
  tracePrompt,
} from '../words/index.ts'
import { type PromptWords, writePrompt } from './expanderPrompts.ts'
import { drawRequest } from './expanderRequests.ts'
import type { Training } from './loop.ts'
import { fanInFactor, type Values } from './optimizer.ts'
import type { Schedule } from './schedule.ts'

// Shapes: B batch, P tokens of a prompt, T tokens of a request.

/** What the training of the expander can vary. */
export interface ExpanderTrainingOptions {
  readonly config: ReaderConfig
  readonly lexicon: Lexicon
  readonly tokenizer: BytePairs
  readonly words: PromptWords
  readonly schedule: Schedule
  readonly batchSize: number
  /** Tokens of the longest request (T); what is longer, or has a longer prompt, is drawn again. */
  readonly requestLength: number
}

/** A prompt and the request behind it, both short enough. */
function drawPair(
  random: Random,
  { config, lexicon, tokenizer, words, requestLength }: Omit<ExpanderTrainingOptions, 'schedule'>,
): { readonly features: Int32Array; readonly ids: readonly number[] } {
  for (;;) {
    const request = drawRequest(random)
    const ids = encodeRequest(request)
    const rows = featuresOf(tokenizer, readWords(lexicon, writePrompt(random, request, words)))
    if (ids.length > requestLength || rows.length > config.promptLength) continue
    return { features: placeFeatures(rows, config.promptLength), ids }
  }
}

/** Draws prompts and the requests behind them: features (B, P) each, inputs, targets and weights (B, T). */
export function drawExpanderBatch(
  random: Random,
  options: Omit<ExpanderTrainingOptions, 'schedule'>,
): Record<string, Tensor> {
  const { batchSize: batch, requestLength, config } = options
  const length = config.promptLength
  const integers = (size: number) => ({ shape: [batch, size], data: new Int32Array(batch * size) })
  const features = Array.from({ length: FEATURES }, () => integers(length))
  const [inputs, targets] = [integers(requestLength), integers(requestLength)]
  const weights = { shape: [batch, requestLength], data: new Float32Array(batch * requestLength) }
  for (let b = 0; b < batch; b++) {
    const pair = drawPair(random, options)
    pair.features.forEach((value, i) => {
      features[i % FEATURES].data[b * length + Math.floor(i / FEATURES)] = value
    })
    const at = b * requestLength
    inputs.data.set(pair.ids.slice(0, -1), at + 1)
    targets.data.set(pair.ids, at)
    weights.data.fill(1, at, at + pair.ids.length)
  }
  const [text, first, second, kind] = features
  return { text, first, second, kind, inputs, targets, weights }
}

/** The training of the expander: what a prompt asks for, token by token. */
export function expanderTraining(options: ExpanderTrainingOptions): Training {
  const { config, schedule, batchSize } = options
  const specs = readerSpecs(config)
  return {
    specs,
    config,
    schedule,
    emaDecay: 0.99,
    itemsPerStep: batchSize,
    rule: (path, shape) => (path.includes('blocks.') && shape.length === 2 ? 'muon' : 'adamw'),
    rateFactor: (path, shape) => (/tokens|text|hints|kinds/.test(path) ? 1 / 4 : fanInFactor(shape)),
    nextBatch: random => drawExpanderBatch(random, options),
    loss: (values: Values, batch: Values) => {
      const params = nestValues(specs, values)
      const prefix_BPD = tracePrompt(params, [batch.text, batch.first, batch.second, batch.kind])
      const inputs = { prefix_BPD, ids_BS: batch.inputs, from: config.promptLength }
      const { logits_BLV } = languageModel(params.language, inputs, config.language)
      return { loss: crossEntropy(logits_BLV, batch.targets, batch.weights) }
    },
  }
}
