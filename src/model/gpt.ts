import {
  add,
  constant,
  gather,
  gelu,
  layerNorm,
  matmul,
  mul,
  reshape,
  slice,
  transpose,
  type Value,
} from '../array/index.ts'
import { causalMask } from './languageModel.ts'
import { affine, attend, project, transposeHeads } from './layers.ts'
import { filled, type Traced } from './parameters.ts'

// Shapes: B batch, S tokens, D width, V tokens of the vocabulary.

/**
 * GPT-1 (Radford et al. 2018) as published: learned positions, biases, LayerNorm behind each half of a block, one
 * table of tokens for input and output. The house's language model descends from it (languageModel.ts); it stands
 * here so that the builder can be checked against the published size (`gptSize`, languageModel.test.ts).
 */
export interface GptConfig {
  readonly vocabulary: number
  /** Positions that there are. */
  readonly context: number
  readonly width: number
  readonly depth: number
  readonly heads: number
}

const norm = (width: number) => ({ gain: filled([width], 1), bias: filled([width], 0) })

/** The parameters of a GPT-1. */
export function gptSpecs({ vocabulary, context, width, depth }: GptConfig) {
  const block = () => ({
    queryKeyValue: affine(width, 3 * width),
    out: affine(width, width),
    afterAttention: norm(width),
    up: affine(width, 4 * width),
    down: affine(4 * width, width),
    afterFeedForward: norm(width),
  })
  return {
    tokens: { shape: [vocabulary, width], start: { deviation: 0.02 } },
    positions: { shape: [context, width], start: { deviation: 0.02 } },
    blocks: Array.from({ length: depth }, block),
  }
}

/** The traced parameters of a GPT-1. */
export type GptParams = Traced<ReturnType<typeof gptSpecs>>

const normalize = (x: Value, { gain, bias }: Traced<ReturnType<typeof norm>>) =>
  add(mul(layerNorm(x), gain), bias)

function gptBlock(block: GptParams['blocks'][number], x: Value, mask: Value, heads: number): Value {
  const width = x.shape[2]
  const joint = project(x, block.queryKeyValue) // (B, S, 3 D)
  const [query, key, value] = [0, 1, 2].map(i =>
    transposeHeads(slice(joint, 2, i * width, (i + 1) * width), heads),
  )
  const attended = project(attend(query, key, value, mask), block.out)
  const y = normalize(add(x, attended), block.afterAttention)
  return normalize(add(y, project(gelu(project(y, block.up)), block.down)), block.afterFeedForward)
}

/** Traces one pass: token numbers (B, S) to the logits of the next tokens (B, S, V). */
export function gpt(params: GptParams, ids_BS: Value, { heads }: GptConfig): Value {
  const [batch, length] = ids_BS.shape
  const width = params.tokens.shape[1]
  const mask = constant(causalMask(length), [length, length])
  let x = add(gather(params.tokens, ids_BS), slice(params.positions, 0, 0, length)) // (B, S, D)
  for (const block of params.blocks) x = gptBlock(block, x, mask, heads)
  const logits = matmul(reshape(x, [batch * length, width]), transpose(params.tokens, [1, 0]))
  return reshape(logits, [batch, length, params.tokens.shape[0]])
}

/** The published size: 116,534,784 numbers. */
export const gptSize: GptConfig = { vocabulary: 40_478, context: 512, width: 768, depth: 12, heads: 12 }
