import { add, gather, linear, matmul, mul, reshape, rmsNorm, slice, type Value } from '../array/index.ts'
import { constantRotation, MASKED } from './languageModel.ts'
import { blockSpecs, tokenBlock } from './layers.ts'
import { filled, matrix, type Traced } from './parameters.ts'

// Shapes: B batch, L places of a text, D width, T tables, N numbers of a place, V labels, H size of a pointer.

/**
 * A transformer that reads a text in both directions (1810.04805) and says of every place what it is, and to which
 * place it belongs: labels, and two pointers each with a product of two vectors (1611.01734, without biases).
 */
export interface TaggerConfig {
  /** Rows of the tables whose vectors are added up to what is known of a place (T of them). */
  readonly tables: readonly number[]
  /** Numbers that are known of a place besides (N). */
  readonly numbers: number
  readonly labels: number
  readonly width: number
  readonly depth: number
  readonly heads: number
  readonly pointer: number
}

/** The parameters of a tagger. */
export function taggerSpecs({ tables, numbers, labels, width, depth, heads, pointer }: TaggerConfig) {
  return {
    tables: tables.map(rows => ({ shape: [rows, width], start: { deviation: 0.5 } })),
    numbers: matrix(numbers, width, 2),
    blocks: Array.from({ length: depth }, () => blockSpecs(width, heads)),
    lastGain: filled([width], 1),
    labels: matrix(width, labels, 0.1),
    pointers: matrix(width, 4 * pointer, 0.5),
  }
}

/** The traced parameters of a tagger. */
export type TaggerParams = Traced<ReturnType<typeof taggerSpecs>>

/** What a tagger reads. */
export interface TaggerInputs {
  /** A row of each table for every place, int32 (B, L) each. */
  readonly rows: readonly Value[]
  /** (B, L, N). */
  readonly numbers_BLN: Value
  /** 1 where there is something to read, 0 where there is nothing, (B, L). */
  readonly isThere_BL: Value
}

/** What a tagger says: logits of labels (B, L, V), and of the places that the two pointers may mean (B, L, L). */
export interface TaggerOutputs {
  readonly labels_BLV: Value
  readonly first_BLL: Value
  readonly second_BLL: Value
}

/** Traces one pass over texts. */
export function tagger(
  params: TaggerParams,
  { rows, numbers_BLN, isThere_BL }: TaggerInputs,
  { width, heads, pointer }: TaggerConfig,
): TaggerOutputs {
  const [batch, length] = isThere_BL.shape
  const mask = mul(add(isThere_BL, -1), -MASKED)
  const mask_B11L = reshape(mask, [batch, 1, 1, length])
  const rotation = constantRotation(length, width / heads)
  const known = rows.map((row, i) => gather(params.tables[i], row))
  let x = known.reduce(add, linear(numbers_BLN, params.numbers)) // (B, L, D)
  for (const block of params.blocks) x = tokenBlock(block, x, { heads, rotation, mask_LM: mask_B11L }).x
  const hidden_BLD = mul(rmsNorm(x), params.lastGain)
  const ends_BLH = linear(hidden_BLD, params.pointers)
  const end = (i: number) =>
    reshape(slice(ends_BLH, 2, i * pointer, (i + 1) * pointer), [batch, length, pointer])
  const point = (i: number) => {
    const scores_BLL = matmul(end(i), end(i + 1), { transposeB: true, scale: 1 / Math.sqrt(pointer) })
    return add(scores_BLL, reshape(mask, [batch, 1, length]))
  }
  return { labels_BLV: linear(hidden_BLD, params.labels), first_BLL: point(0), second_BLL: point(2) }
}
