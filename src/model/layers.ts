import {
  attention,
  broadcast,
  concatenate,
  inverseRms,
  linear,
  mul,
  reluSquared,
  reshape,
  rotary,
  transpose,
  type Value,
} from '../array/index.ts'

// Shapes: B batch, L tokens, D width, N heads, K head size, M keys (tokens and text).

/** Root-mean-square normalisation along `axis` (1910.07467), without a gain: what follows has its own. */
export function rmsNorm(x: Value, axis = -1): Value {
  return mul(x, inverseRms(x, { axis }))
}

/** Splits the width into heads: (B, L, D) to (B, L, N, K). */
export function splitHeads(x_BLD: Value, heads: number): Value {
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

/** softmax(Q K^T / sqrt(K)) V (1706.03762, equation 1), with the heads joined again: (B, L, D). */
export function attend(query_BNLK: Value, key_BNMK: Value, value_BNMK: Value): Value {
  const [batch, heads, length, size] = query_BNLK.shape
  const mixed_BNLK = attention(query_BNLK, key_BNMK, value_BNMK)
  return reshape(transpose(mixed_BNLK, [0, 2, 1, 3]), [batch, length, heads * size]) // (B, L, D)
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

/** Two layers with a squared ReLU between them. */
export function feedForward(x: Value, up_DM: Value, down_MD: Value): Value {
  return linear(reluSquared(linear(x, up_DM)), down_MD)
}
