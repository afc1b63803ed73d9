import {
  add,
  cast,
  concatenate,
  constant,
  div,
  equal,
  gather,
  linear,
  logSoftmax,
  mul,
  neg,
  reshape,
  rmsNorm,
  slice,
  sum,
  type Value,
} from '../array/index.ts'
import { blockSpecs, type KeysAndValues, type Rotation, tokenBlock } from './layers.ts'
import { filled, matrix, type Traced } from './parameters.ts'

// Shapes: B batch, P vectors of the prefix, S tokens, L = P + S, M past and present keys, D width, N heads,
// K head size, V tokens of the vocabulary.

/** A decoder-only transformer (GPT-1, Radford et al. 2018) of the house's blocks: what comes next, token by token. */
export interface LanguageModelConfig {
  /** Number of tokens that there are (V). */
  readonly vocabulary: number
  readonly width: number
  readonly depth: number
  readonly heads: number
}

/** The parameters of a language model. */
export function languageModelSpecs({ vocabulary, width, depth, heads }: LanguageModelConfig) {
  return {
    tokens: { shape: [vocabulary, width], start: { deviation: 1 } },
    blocks: Array.from({ length: depth }, () => blockSpecs(width, heads)),
    lastGain: filled([width], 1),
    head: matrix(width, vocabulary, 0.1),
  }
}

/** The traced parameters of a language model. */
export type LanguageModelParams = Traced<ReturnType<typeof languageModelSpecs>>

/** What one pass reads: vectors first, then tokens; at least one of the two. */
export interface LanguageModelInputs {
  /** Vectors that stand in front, such as those of a film: (B, P, D). */
  readonly prefix_BPD?: Value
  /** Token numbers, int32 (B, S). */
  readonly ids_BS?: Value
  /** How many positions in front see one another in both directions; P when absent. The rest only looks back. */
  readonly visible?: number
  /** The cache of what came before, for every block; `rotation` and `mask_LM` must then be given. */
  readonly past?: readonly KeysAndValues[]
  /** The angles of these positions; those of 0, 1, 2 ... when absent. */
  readonly rotation?: Rotation
  /** Which keys each position sees (`causalMask`). */
  readonly mask_LM?: Value
  /** The first position whose logits are wanted; 0 when absent. */
  readonly from?: number
}

/** What one pass gives. */
export interface LanguageModelOutputs {
  /** Logarithms of the odds of the next token, (B, L - from, V). */
  readonly logits_BLV: Value
  /** The vectors behind the logits, (B, L, D). */
  readonly hidden_BLD: Value
  /** Keys and values of these positions in every block, (B, N, L, K): what a cache keeps. */
  readonly cache: readonly KeysAndValues[]
}

/** Rotary angles of text: positions times frequencies from 1 down to 1/10000 (2104.09864, equation 15). */
export function textAngles(
  first: number,
  count: number,
  headSize: number,
): { readonly cos: Float32Array; readonly sin: Float32Array } {
  const pairs = headSize / 2
  const angles = Float32Array.from({ length: count * pairs }, (_, i) => {
    return (first + Math.floor(i / pairs)) * 10000 ** (-(i % pairs) / pairs)
  })
  return { cos: angles.map(Math.cos), sin: angles.map(Math.sin) }
}

/** What is added to a score that shall not count. */
export const MASKED = -1e9

/** Each position sees itself and what came before, and the first `visible` see one another: (length, length). */
export function causalMask(length: number, visible = 0): Float32Array {
  return Float32Array.from({ length: length * length }, (_, i) => {
    const [row, column] = [Math.floor(i / length), i % length]
    return column <= row || column < visible ? 0 : MASKED
  })
}

/**
 * Traces one pass over vectors and tokens.
 * @throws TypeError when neither is given, or shapes do not fit
 */
export function languageModel(
  params: LanguageModelParams,
  inputs: LanguageModelInputs,
  { width, heads }: LanguageModelConfig,
): LanguageModelOutputs {
  const { prefix_BPD, ids_BS, past, from = 0 } = inputs
  const parts = [...(prefix_BPD ? [prefix_BPD] : []), ...(ids_BS ? [gather(params.tokens, ids_BS)] : [])]
  if (parts.length === 0) throw new TypeError('a language model needs a prefix or tokens')
  let x = concatenate(parts, 1) // (B, L, D)
  const [batch, length] = x.shape
  const [headSize, visible] = [width / heads, inputs.visible ?? prefix_BPD?.shape[1] ?? 0]
  const rotation = inputs.rotation ?? constantRotation(length, headSize)
  const mask_LM = inputs.mask_LM ?? constant(causalMask(length, visible), [length, length])
  const cache: KeysAndValues[] = []
  for (const [i, block] of params.blocks.entries()) {
    const { key, value, x: next } = tokenBlock(block, x, { heads, rotation, mask_LM, past: past?.[i] })
    cache.push({ key, value })
    x = next
  }
  const hidden_BLD = mul(rmsNorm(x), params.lastGain)
  const asked = reshape(slice(hidden_BLD, 1, from, length), [batch, length - from, width])
  return { logits_BLV: linear(asked, params.head), hidden_BLD, cache }
}

/** The angles of positions 0, 1, 2 ... as a constant. */
export function constantRotation(length: number, headSize: number): Rotation {
  const { cos, sin } = textAngles(0, length, headSize)
  const shape = [length, headSize / 2]
  return { cos_LK: constant(cos, shape), sin_LK: constant(sin, shape) }
}

/**
 * The mean of -log p(target) in nats, a scalar.
 * @param targets_BL int32 token numbers (B, L)
 * @param weights_BL how much each position counts (B, L): 0 for padding
 */
export function crossEntropy(logits_BLV: Value, targets_BL: Value, weights_BL: Value): Value {
  const [batch, length, vocabulary] = logits_BLV.shape
  const tokens = constant(Int32Array.from({ length: vocabulary }, (_, i) => i))
  const isTarget = cast(equal(reshape(targets_BL, [batch, length, 1]), tokens), 'float32')
  const chosen_BL1 = sum(mul(logSoftmax(logits_BLV), isTarget), [2])
  const weighted = mul(reshape(chosen_BL1, [batch, length]), weights_BL)
  return reshape(neg(div(sum(weighted), add(sum(weights_BL), 1e-6))), [])
}
