import { constant, makeValue } from './graph.ts'
import type { DType, NoAttributes, OpAttributes, OpName, Value } from './op.ts'
import { formatShape, normalizeAxis, type Shape, sameShape, sizeOf } from './shape.ts'

type NoAttributeOp = { [K in OpName]: NoAttributes extends OpAttributes[K] ? K : never }[OpName]

/** An array of the graph, or a number standing for a scalar constant. */
export type Operand = Value | number

function toValue(operand: Operand): Value {
  return typeof operand === 'number' ? constant(operand) : operand
}

const unary =
  (op: NoAttributeOp) =>
  (a: Operand): Value =>
    makeValue(op, [toValue(a)], {})
const binary =
  (op: NoAttributeOp) =>
  (a: Operand, b: Operand): Value =>
    makeValue(op, [toValue(a), toValue(b)], {})

/** a + b, broadcasting. */
export const add = binary('add')
/** a - b, broadcasting. */
export const sub = binary('sub')
/** a * b, broadcasting. */
export const mul = binary('mul')
/** a / b, broadcasting. */
export const div = binary('div')
/** The larger of a and b, broadcasting; at a tie the gradient goes to b. */
export const maximum = binary('maximum')
/** The smaller of a and b, broadcasting; at a tie the gradient goes to b. */
export const minimum = binary('minimum')
/** a < b as bool, broadcasting. */
export const less = binary('less')
/** a = b as bool, broadcasting. */
export const equal = binary('equal')
/** a > b as bool, broadcasting. */
export const greater = (a: Operand, b: Operand): Value => less(b, a)
/** Both of two bools, broadcasting. */
export const and = binary('and')
/** At least one of two bools, broadcasting. */
export const or = binary('or')
/** The other bool. */
export const not = unary('not')
/** -a */
export const neg = unary('neg')
/** |a| */
export const abs = unary('abs')
/** e^a */
export const exp = unary('exp')
/** Natural logarithm. */
export const log = unary('log')
/** Square root. */
export const sqrt = unary('sqrt')
/** Sine, radians. */
export const sin = unary('sin')
/** Cosine, radians. */
export const cos = unary('cos')
/** Hyperbolic tangent. */
export const tanh = unary('tanh')
/** 1 / (1 + e^-a) */
export const sigmoid = unary('sigmoid')
/** a * sigmoid(a) (Swish, 1710.05941). */
export const silu = unary('silu')
/** max(a, 0) */
export const relu = unary('relu')
/** max(a, 0)^2 (Primer, 2109.08668): its gradient needs two passes over memory where SiLU's needs five. */
export const reluSquared = unary('reluSquared')
/** Softmax over the last axis. */
export const softmax = unary('softmax')
/** The logarithm of the softmax over the last axis, exact where the softmax itself would be 0. */
export const logSoftmax = unary('logSoftmax')
/** a^2 */
export const square = (a: Value): Value => mul(a, a)

/** `a` where the condition holds, else `b`; broadcasting. */
export function where(condition: Value, a: Operand, b: Operand): Value {
  return makeValue('where', [condition, toValue(a), toValue(b)], {})
}

/** Changes the element type; bool becomes 0 and 1. */
export function cast(a: Value, dtype: DType): Value {
  return makeValue('cast', [a], { dtype })
}

/** Sum over `axes` (all when absent), which stay with size 1. */
export function sum(a: Value, axes: readonly number[] = a.shape.map((_, axis) => axis)): Value {
  return makeValue('sum', [a], { axes: axes.map(axis => normalizeAxis(axis, a.shape.length)) })
}

/** The largest over `axes` (all when absent), which stay with size 1; a tie shares the gradient evenly. */
export function max(a: Value, axes: readonly number[] = a.shape.map((_, axis) => axis)): Value {
  return makeValue('max', [a], { axes: axes.map(axis => normalizeAxis(axis, a.shape.length)) })
}

/** Mean over `axes` (all when absent), which stay with size 1. */
export function mean(a: Value, axes: readonly number[] = a.shape.map((_, axis) => axis)): Value {
  const total = sum(a, axes)
  return mul(total, sizeOf(total.shape) / sizeOf(a.shape))
}

/** Numbers of a root-mean-square normalisation. */
export interface RmsOptions {
  readonly axis?: number
  /** Added to the mean square, so that zeros stay zeros. */
  readonly epsilon?: number
}

/** 1 / sqrt(mean(a^2) + epsilon) along one axis, which stays with size 1. */
export function inverseRms(a: Value, { axis = -1, epsilon = 1e-6 }: RmsOptions = {}): Value {
  return makeValue('inverseRms', [a], { axis: normalizeAxis(axis, a.shape.length), epsilon })
}

/** Root-mean-square normalisation along one axis, without a gain (1910.07467). */
export function rmsNorm(a: Value, options: RmsOptions = {}): Value {
  return mul(a, inverseRms(a, options))
}

/** Normalisation to mean 0 and variance 1 along one axis, without gain and bias (1607.06450). */
export function layerNorm(a: Value, { axis = -1, epsilon = 1e-5 }: RmsOptions = {}): Value {
  return rmsNorm(sub(a, mean(a, [axis])), { axis, epsilon })
}

/** a times the share of a normal distribution below it, by its tanh formula (1606.08415). */
export function gelu(a: Value): Value {
  const inner = mul(add(a, mul(mul(a, square(a)), 0.044715)), Math.sqrt(2 / Math.PI))
  return mul(mul(a, 0.5), add(tanh(inner), 1))
}

/** How a matrix product takes its arguments: transposed (their last two axes), and the result times a number. */
export interface MatmulOptions {
  readonly transposeA?: boolean
  readonly transposeB?: boolean
  readonly scale?: number
}

/** Matrix product of the last two axes, `[..., M, K] x [..., K, N] -> [..., M, N]`; leading axes broadcast. */
export function matmul(a: Value, b: Value, options: MatmulOptions = {}): Value {
  const { transposeA = false, transposeB = false, scale = 1 } = options
  return makeValue('matmul', [a, b], { transposeA, transposeB, scale })
}

/**
 * softmax(scale Q K^T) V (1706.03762, equation 1): queries `[B, N, L, K]`, keys `[B, N, M, K]` and values
 * `[B, N, M, V]` to `[B, N, L, V]`; `scale` is 1 / sqrt(K) when absent.
 */
export function attention(query: Value, key: Value, value: Value, { scale }: { scale?: number } = {}): Value {
  const size = query.shape[query.shape.length - 1]
  return makeValue('attention', [query, key, value], { scale: scale ?? 1 / Math.sqrt(size) })
}

/** `x W` over the last axis of x: `[..., I] x [I, O] -> [..., O]`, as one flat product. */
export function linear(x: Value, weights_IO: Value): Value {
  const width = x.shape[x.shape.length - 1]
  const product = matmul(reshape(x, [sizeOf(x.shape) / width, width]), weights_IO)
  return reshape(product, [...x.shape.slice(0, -1), weights_IO.shape[1]])
}

/** 2D cross-correlation, `[B, C, H, W]` with `[O, C, kH, kW]`, zero padding on all four sides. */
export function conv2d(image_BCHW: Value, weights: Value, { stride = 1, padding = 0 } = {}): Value {
  return makeValue('conv2d', [image_BCHW, weights], { stride, padding })
}

/** Rotates pairs (i, i + K/2) of `[B, N, L, K]` by the angles whose cos and sin `[L, K/2]` are given (RoFormer, 2104.09864). */
export function rotary(a_BNLK: Value, cos_LK: Value, sin_LK: Value): Value {
  return makeValue('rotary', [a_BNLK, cos_LK, sin_LK], { inverse: false })
}

/** Rows of a table: `[V, ...]` and int32 indices `[...]`. */
export function gather(table: Value, indices: Value): Value {
  return makeValue('gather', [table, indices], {})
}

/** The same elements in another shape; one size may be -1 and is inferred. */
export function reshape(a: Value, shape: Shape): Value {
  const known = shape.reduce((product, size) => (size < 0 ? product : product * size), 1)
  const full = shape.map(size => (size < 0 ? sizeOf(a.shape) / known : size))
  if (sameShape(full, a.shape)) return a
  return makeValue('reshape', [a], { shape: full })
}

/** Repeats axes of size 1, and adds axes in front, to reach `shape`. */
export function broadcast(a: Value, shape: Shape): Value {
  return sameShape(a.shape, shape) ? a : makeValue('broadcast', [a], { shape })
}

/** Reorders the axes: axis i of the result is axis `permutation[i]` of `a`. */
export function transpose(a: Value, permutation: readonly number[]): Value {
  return makeValue('transpose', [a], { permutation })
}

/** Reverses the order along `axes`. */
export function reverse(a: Value, axes: readonly number[]): Value {
  return makeValue('reverse', [a], { axes: axes.map(axis => normalizeAxis(axis, a.shape.length)) })
}

/** Elements `start` to `end` (excluded) along one axis. */
export function slice(a: Value, axis: number, start: number, end: number): Value {
  const along = normalizeAxis(axis, a.shape.length)
  if (start === 0 && end === a.shape[along]) return a
  const starts = a.shape.map((_, i) => (i === along ? start : 0))
  const ends = a.shape.map((size, i) => (i === along ? end : size))
  return makeValue('slice', [a], { starts, ends })
}

/** Adds zeros: `before[i]` in front of axis i and `after[i]` behind it. */
export function pad(a: Value, before: readonly number[], after: readonly number[]): Value {
  return makeValue('pad', [a], { before, after })
}

/** Joins arrays along one axis. */
export function concatenate(parts: readonly Value[], axis: number): Value {
  if (parts.length === 1) return parts[0]
  return makeValue('concatenate', parts, { axis: normalizeAxis(axis, parts[0].shape.length) })
}

/** Space to channels: `[B, C, H, W] -> [B, C r r, H/r, W/r]` (PixelUnshuffle). */
export function pixelUnshuffle(a_BCHW: Value, r: number): Value {
  const [batch, channels, height, width] = a_BCHW.shape
  const blocks = reshape(a_BCHW, [batch, channels, height / r, r, width / r, r])
  return reshape(transpose(blocks, [0, 1, 3, 5, 2, 4]), [batch, channels * r * r, height / r, width / r])
}

/** Channels to space: `[B, C r r, H, W] -> [B, C, H r, W r]` (PixelShuffle, 1609.05158). */
export function pixelShuffle(a_BCHW: Value, r: number): Value {
  const [batch, channels, height, width] = a_BCHW.shape
  const blocks = reshape(a_BCHW, [batch, channels / (r * r), r, r, height, width])
  return reshape(transpose(blocks, [0, 1, 4, 2, 5, 3]), [batch, channels / (r * r), height * r, width * r])
}

/**
 * Fails at a room's door when an array does not have the expected shape.
 * @throws TypeError naming the array and both shapes.
 */
export function expectShape(name: string, value: { readonly shape: Shape }, expected: Shape): void {
  if (!sameShape(value.shape, expected)) {
    throw new TypeError(`${name} must have shape ${formatShape(expected)}, got ${formatShape(value.shape)}`)
  }
}
