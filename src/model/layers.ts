import {
  add,
  attention,
  broadcast,
  concatenate,
  constant,
  conv2d,
  linear,
  matmul,
  mul,
  reluSquared,
  reshape,
  rmsNorm,
  rotary,
  softmax,
  transpose,
  type Value,
} from '../array/index.ts'
import { filled, matrix, type Traced } from './parameters.ts'

// Shapes: B batch, L tokens, D width, N heads, K head size, M keys (tokens and text).

/** Every number becomes the mean of the square of `side` (odd) around it, zeros outside: (B, F, 1, H, W) to the same. */
export function blurPlanes(x_BF1HW: Value, side: number): Value {
  const [batch, frames, , height, width] = x_BF1HW.shape
  const box = constant(new Float32Array(side * side).fill(1 / side ** 2), [1, 1, side, side])
  const planes = reshape(x_BF1HW, [batch * frames, 1, height, width])
  return reshape(conv2d(planes, box, { padding: (side - 1) / 2 }), x_BF1HW.shape)
}

/** Splits the width into heads: (B, L, D) to (B, L, N, K). */
function splitHeads(x_BLD: Value, heads: number): Value {
  const [batch, length, width] = x_BLD.shape
  return reshape(x_BLD, [batch, length, heads, width / heads])
}

/** Queries or keys: normalised within each head with a learned gain (QK-norm, 2302.05442), heads in front. */
export function normalizeHeads(x_BLD: Value, gain_K: Value, heads: number): Value {
  const normal_BLNK = rmsNorm(splitHeads(x_BLD, heads))
  // Repeated for every head: elementwise operators are slow along the short axis of one.
  const gain_D = reshape(broadcast(gain_K, [heads, gain_K.shape[0]]), [x_BLD.shape[2]])
  return transposeHeads(mul(reshape(normal_BLNK, x_BLD.shape), gain_D), heads) // (B, N, L, K)
}

/** Values with the heads in front. */
export function transposeHeads(x_BLD: Value, heads: number): Value {
  return transpose(splitHeads(x_BLD, heads), [0, 2, 1, 3]) // (B, N, L, K)
}

/**
 * softmax(Q K^T / sqrt(K)) V (1706.03762, equation 1), with the heads joined again: (B, L, D).
 * @param mask_LM what is added to the scores: 0 where a token sees a key, a large negative number where not
 */
export function attend(query_BNLK: Value, key_BNMK: Value, value_BNMK: Value, mask_LM?: Value): Value {
  const [batch, heads, length, size] = query_BNLK.shape
  const mixed_BNLK = mask_LM
    ? attendMasked(query_BNLK, key_BNMK, value_BNMK, mask_LM)
    : attention(query_BNLK, key_BNMK, value_BNMK)
  return reshape(transpose(mixed_BNLK, [0, 2, 1, 3]), [batch, length, heads * size]) // (B, L, D)
}

function attendMasked(query: Value, key: Value, value: Value, mask_LM: Value): Value {
  const size = query.shape[3]
  const scores_BNLM = matmul(query, key, { transposeB: true, scale: 1 / Math.sqrt(size) })
  return matmul(softmax(add(scores_BNLM, mask_LM)), value) // (B, N, L, K)
}

/** The angles of a rotary position embedding, as cosines and sines (L, K/2). */
export interface Rotation {
  readonly cos_LK: Value
  readonly sin_LK: Value
}

/** Turns queries or keys by their positions. */
export function rotate(x_BNLK: Value, { cos_LK, sin_LK }: Rotation): Value {
  return rotary(x_BNLK, cos_LK, sin_LK)
}

/** Joins the keys (or values) of text and video along the tokens. */
export function joinTokens(first_BNLK: Value, second_BNLK: Value): Value {
  return concatenate([first_BNLK, second_BNLK], 2)
}

/** A layer with a bias: a matrix `[inputs, outputs]`, and zeros to begin with. */
export const affine = (inputs: number, outputs: number, gain = 1) => ({
  weights: matrix(inputs, outputs, gain),
  bias: filled([outputs], 0),
})

/** The traced parameters of a layer with a bias. */
export type Affine = Traced<ReturnType<typeof affine>>

/** A layer with a bias: (..., inputs) to (..., outputs). */
export const project = (x: Value, { weights, bias }: Affine): Value => add(linear(x, weights), bias)

/** Two layers with a squared ReLU between them. */
export function feedForward(x: Value, up_DM: Value, down_MD: Value): Value {
  return linear(reluSquared(linear(x, up_DM)), down_MD)
}

/** The parameters of a block over tokens of one kind: attention, then two layers four times as wide between. */
export function blockSpecs(width: number, heads: number) {
  return {
    query: matrix(width, width),
    key: matrix(width, width),
    value: matrix(width, width),
    queryGain: filled([width / heads], 1),
    keyGain: filled([width / heads], 1),
    out: matrix(width, width, 0.5),
    up: matrix(width, 4 * width),
    down: matrix(4 * width, width, 0.5),
  }
}

/** Keys and values of one block, (B, N, M, K) each. */
export interface KeysAndValues {
  readonly key: Value
  readonly value: Value
}

/** How the tokens of a block see one another: all of them and without positions, where nothing is said. */
export interface BlockView {
  readonly heads: number
  readonly rotation?: Rotation
  /** Added to the scores, (L, M): M counts the past keys first. */
  readonly mask_LM?: Value
  /** What came before. */
  readonly past?: KeysAndValues
}

/** One block: (B, L, D) to the same shape, and the keys and values of these tokens alone. */
export function tokenBlock(
  block: Traced<ReturnType<typeof blockSpecs>>,
  x_BLD: Value,
  { heads, rotation, mask_LM, past }: BlockView,
): KeysAndValues & { readonly x: Value } {
  const turn = (y: Value) => (rotation ? rotate(y, rotation) : y)
  const h = rmsNorm(x_BLD)
  const query = turn(normalizeHeads(linear(h, block.query), block.queryGain, heads))
  const key = turn(normalizeHeads(linear(h, block.key), block.keyGain, heads))
  const value = transposeHeads(linear(h, block.value), heads)
  const keys = past ? joinTokens(past.key, key) : key
  const values = past ? joinTokens(past.value, value) : value
  const x = add(x_BLD, linear(attend(query, keys, values, mask_LM), block.out))
  return { x: add(x, feedForward(rmsNorm(x), block.up, block.down)), key, value }
}
