import { constant, isValue, makeValue, topologicalOrder } from './graph.ts'
import type { OpName, Value } from './op.ts'
import {
  add,
  broadcast,
  cast,
  conv2d,
  cos,
  div,
  equal,
  exp,
  gather,
  less,
  matmul,
  mul,
  neg,
  pad,
  relu,
  reshape,
  reverse,
  sigmoid,
  sin,
  slice,
  softmax,
  sub,
  sum,
  transpose,
  where,
} from './ops.ts'
import { formatShape, type Shape, sameShape, sizeOf } from './shape.ts'
import { flattenTree, mapTree, type Tree } from './tree.ts'

/**
 * The vector-Jacobian product of an op: from the node y and dL/dy to dL/d(input), one for each input.
 * A null entry stops there; a null rule means that the op has no gradient.
 */
type GradientRule<K extends OpName> = (y: Value<K>, dy: Value) => (Value | null)[]

/** Sums dy over the axes along which `of` was stretched. */
function unbroadcast(dy: Value, of: Value): Value {
  if (sameShape(dy.shape, of.shape)) return dy
  const added = dy.shape.length - of.shape.length
  const axes = dy.shape
    .map((_, axis) => axis)
    .filter(axis => {
      return axis < added || (of.shape[axis - added] === 1 && dy.shape[axis] !== 1)
    })
  return reshape(axes.length > 0 ? sum(dy, axes) : dy, of.shape)
}

const toFloat = (condition: Value) => cast(condition, 'float32')

/** One gradient rule an op, the mathematics beside each. */
const gradientRules: { readonly [K in OpName]: GradientRule<K> | null } = {
  input: null,
  constant: null,
  add: ({ inputs: [a, b] }, dy) => [unbroadcast(dy, a), unbroadcast(dy, b)],
  sub: ({ inputs: [a, b] }, dy) => [unbroadcast(dy, a), unbroadcast(neg(dy), b)],
  mul: ({ inputs: [a, b] }, dy) => [unbroadcast(mul(dy, b), a), unbroadcast(mul(dy, a), b)],
  // d(a/b) = da/b - (a/b) db/b
  div: (y, dy) => {
    const [a, b] = y.inputs
    const da = div(dy, b)
    return [unbroadcast(da, a), unbroadcast(neg(mul(da, y)), b)]
  },
  maximum: ({ inputs: [a, b] }, dy) => chooseGradient(less(b, a), dy, a, b),
  minimum: ({ inputs: [a, b] }, dy) => chooseGradient(less(a, b), dy, a, b),
  less: null,
  equal: null,
  and: null,
  or: null,
  not: null,
  where: ({ inputs: [condition, a, b] }, dy) => [
    null,
    unbroadcast(where(condition, dy, 0), a),
    unbroadcast(where(condition, 0, dy), b),
  ],
  // To float32 and back from it nothing is lost; other types carry no gradient.
  cast: ({ inputs: [a] }, dy) => [a.dtype === 'float32' ? dy : null],
  neg: (_, dy) => [neg(dy)],
  abs: ({ inputs: [a] }, dy) => [where(less(a, 0), neg(dy), dy)],
  exp: (y, dy) => [mul(dy, y)],
  log: ({ inputs: [a] }, dy) => [div(dy, a)],
  sqrt: (y, dy) => [div(mul(dy, 0.5), y)],
  sin: ({ inputs: [a] }, dy) => [mul(dy, cos(a))],
  cos: ({ inputs: [a] }, dy) => [neg(mul(dy, sin(a)))],
  tanh: (y, dy) => [mul(dy, sub(1, mul(y, y)))],
  sigmoid: (y, dy) => [mul(dy, mul(y, sub(1, y)))],
  // y = a s, y' = s + y (1 - s)
  silu: (y, dy) => {
    const s = sigmoid(y.inputs[0])
    return [mul(dy, add(s, mul(y, sub(1, s))))]
  },
  relu: (y, dy) => [mul(dy, toFloat(less(0, y)))],
  // y = r^2, y' = 2 r, which is already 0 where a < 0; the number stands where a product can take it
  reluSquared: ({ inputs: [a] }, dy) => [mul(mul(dy, 2), relu(a))],
  // dx = y (dy - sum(dy y))
  softmax: (y, dy) => {
    const weighted = mul(dy, y)
    return [sub(weighted, mul(y, sum(weighted, [-1])))]
  },
  // y = a - log(sum(e^a)): dx = dy - softmax(a) sum(dy)
  logSoftmax: (y, dy) => [sub(dy, mul(exp(y), sum(dy, [-1])))],
  // an equal share for each place where the largest is
  max: (y, dy) => {
    const [a] = y.inputs
    const places = toFloat(equal(a, y))
    return [mul(places, div(dy, sum(places, y.attributes.axes)))]
  },
  sum: ({ inputs: [a] }, dy) => [broadcast(dy, a.shape)],
  // r = (sum(a^2) / n + e)^(-1/2): da = -r^3 a / n
  inverseRms: (y, dy) => {
    const [a] = y.inputs
    const count = sizeOf(a.shape) / sizeOf(y.shape)
    return [mul(a, mul(mul(dy, mul(y, mul(y, y))), -1 / count))]
  },
  matmul: (y, dy) => matmulGradient(y, dy),
  attention: (y, dy) => attentionGradient(y, dy),
  // The sum of image * kernel * result over all places is linear in each of the three: the gradient of one is the
  // op that makes it from the other two.
  conv2d: ({ inputs: [image, weights], attributes }, dy) => [
    makeValue('conv2dImage', [dy, weights], { ...attributes, size: sizeOfPlane(image) }),
    makeValue('conv2dKernel', [image, dy], { ...attributes, size: sizeOfPlane(weights) }),
  ],
  conv2dImage: ({ inputs: [dy, weights], attributes: { stride, padding } }, image) => [
    conv2d(image, weights, { stride, padding }),
    makeValue('conv2dKernel', [image, dy], { stride, padding, size: sizeOfPlane(weights) }),
  ],
  conv2dKernel: ({ inputs: [image, dy], attributes: { stride, padding } }, weights) => [
    makeValue('conv2dImage', [dy, weights], { stride, padding, size: sizeOfPlane(image) }),
    conv2d(image, weights, { stride, padding }),
  ],
  // a rotation is undone by its inverse
  rotary: ({ inputs: [, cosine, sine], attributes: { inverse } }, dy) => [
    makeValue('rotary', [dy, cosine, sine], { inverse: !inverse }),
    null,
    null,
  ],
  gather: ({ inputs: [table, indices] }, dy) => [
    makeValue('scatterAdd', [dy, indices], { rows: table.shape[0] }),
    null,
  ],
  scatterAdd: ({ inputs: [, indices] }, dy) => [gather(dy, indices), null],
  reshape: ({ inputs: [a] }, dy) => [reshape(dy, a.shape)],
  broadcast: ({ inputs: [a] }, dy) => [unbroadcast(dy, a)],
  transpose: ({ attributes: { permutation } }, dy) => [
    transpose(
      dy,
      permutation.map((_, axis) => permutation.indexOf(axis)),
    ),
  ],
  reverse: ({ attributes: { axes } }, dy) => [reverse(dy, axes)],
  slice: ({ inputs: [a], attributes: { starts, ends } }, dy) => [
    pad(
      dy,
      starts,
      a.shape.map((size, axis) => size - ends[axis]),
    ),
  ],
  pad: ({ inputs: [a], attributes: { before } }, dy) => [
    makeValue('slice', [dy], { starts: before, ends: a.shape.map((size, axis) => before[axis] + size) }),
  ],
  concatenate: ({ inputs, attributes: { axis } }, dy) => {
    let start = 0
    return inputs.map(part => slice(dy, axis, start, (start += part.shape[axis])))
  },
} satisfies { [K in OpName]: GradientRule<K> | null }

const sizeOfPlane = ({ shape }: Value) => [shape[2], shape[3]] as const

function chooseGradient(condition: Value, dy: Value, a: Value, b: Value): Value[] {
  return [unbroadcast(where(condition, dy, 0), a), unbroadcast(where(condition, 0, dy), b)]
}

/** y = s A B: dA = s dy B^T, dB = s A^T dy; a transposed argument gets the transposed gradient. */
function matmulGradient({ inputs: [a, b], attributes }: Value<'matmul'>, dy: Value): Value[] {
  const { transposeA, transposeB, scale } = attributes
  const da = transposeA
    ? matmul(b, dy, { transposeA: transposeB, transposeB: true, scale })
    : matmul(dy, b, { transposeB: !transposeB, scale })
  const db = transposeB
    ? matmul(dy, a, { transposeA: true, transposeB: transposeA, scale })
    : matmul(a, dy, { transposeA: !transposeA, scale })
  return [unbroadcast(da, a), unbroadcast(db, b)]
}

/**
 * y = P V with P = softmax(s Q K^T): dS = P (dy V^T - sum(dy y)), since the sum over the keys of P dP is that of dy y over
 * the values (2205.14135, appendix B.2). P is the forward's own: it is emitted once.
 */
function attentionGradient(y: Value<'attention'>, dy: Value): Value[] {
  const [query, key, value] = y.inputs
  const { scale } = y.attributes
  const weights = softmax(matmul(query, key, { transposeB: true, scale }))
  const dWeights = matmul(dy, value, { transposeB: true })
  const dScores = mul(weights, sub(dWeights, sum(mul(dy, y), [-1])))
  return [
    matmul(dScores, key, { scale }),
    matmul(dScores, query, { transposeA: true, scale }),
    matmul(weights, dy, { transposeA: true }),
  ]
}

/**
 * dL/d(value) for each value of `wrt`, as a graph (reverse-mode differentiation).
 * @param loss a float32 scalar (any shape with one element)
 * @throws TypeError when the loss is no scalar or an op on the way has no gradient.
 */
export function gradients(loss: Value, wrt: readonly Value[]): Value[] {
  if (sizeOf(loss.shape) !== 1) throw new TypeError(`a loss must be a scalar, got ${formatShape(loss.shape)}`)
  const order = topologicalOrder([loss])
  const needed = new Set<Value>(wrt)
  for (const value of order) {
    if (value.dtype === 'float32' && value.inputs.some(part => needed.has(part))) needed.add(value)
  }
  const sums = new Map<Value, Value>([[loss, ones(loss.shape)]])
  for (const value of order.reverse()) {
    const dy = sums.get(value)
    if (!dy || !needed.has(value) || value.inputs.length === 0) continue
    const rule = gradientRules[value.op] as GradientRule<OpName> | null
    if (!rule) throw new TypeError(`${value.op} has no gradient`)
    rule(value, dy).forEach((part, i) => {
      const target = value.inputs[i]
      if (!part || !needed.has(target)) return
      const sofar = sums.get(target)
      sums.set(target, sofar ? add(sofar, part) : part)
    })
  }
  return wrt.map(value => sums.get(value) ?? broadcast(constant(0), value.shape))
}

/**
 * The loss together with its gradient by every parameter of a tree, as a graph: a tree of the same keys.
 * @throws TypeError as `gradients` does.
 */
export function valueAndGrad<Of extends Tree<Value>>(
  loss: (params: Of) => Value,
  params: Of,
): { readonly value: Value; readonly grads: Of } {
  const value = loss(params)
  const leaves = flattenTree<Value>(params, isValue)
  const grads = gradients(value, [...leaves.values()])
  const byPath = new Map([...leaves.keys()].map((path, i) => [path, grads[i]]))
  // The recursive type of any tree is too deep for the compiler; the keys are those of `params`.
  const map = mapTree as (
    tree: unknown,
    isLeaf: typeof isValue,
    change: (leaf: Value, path: string) => Value,
  ) => Of
  return { value, grads: map(params, isValue, (_, path) => byPath.get(path)!) }
}

function ones(shape: Shape): Value {
  return constant(new Float32Array(sizeOf(shape)).fill(1), shape)
}
