import type { ConvolutionAttributes, DType, OpAttributes, OpName, Value } from './op.ts'
import { broadcastShapes, formatShape, type Shape, sameShape, sizeOf } from './shape.ts'

/** What an op makes: checked when the graph is built, so that a wrong shape fails where it was written. */
export type ShapeRule<K extends OpName> = (
  inputs: readonly Value[],
  attributes: OpAttributes[K],
) => { shape: Shape; dtype: DType }

/** What an op's arguments are called in errors; `a`, `b`, `c` where nothing is said. */
const argumentNames: { readonly [K in OpName]?: readonly string[] } = {
  where: ['condition', 'a', 'b'],
  attention: ['query', 'key', 'value'],
  conv2d: ['image', 'weights'],
  conv2dImage: ['dy', 'weights'],
  conv2dKernel: ['image', 'dy'],
  rotary: ['a', 'cos', 'sin'],
  gather: ['table', 'indices'],
  scatterAdd: ['updates', 'indices'],
}

const nameOf = (op: OpName, argument: number) =>
  argumentNames[op]?.[argument] ??
  (argument < 26 ? String.fromCharCode(97 + argument) : `argument ${argument}`)

function fail(op: OpName, inputs: readonly Value[], problem: string): never {
  const shapes = inputs.map((value, i) => `${nameOf(op, i)} ${value.dtype}${formatShape(value.shape)}`)
  throw new TypeError(`${op}: ${problem}, got ${shapes.join(' and ')}`)
}

function expectType(op: OpName, inputs: readonly Value[], dtype: DType): void {
  const wrong = inputs.findIndex(value => value.dtype !== dtype)
  if (wrong >= 0) fail(op, inputs, `argument ${nameOf(op, wrong)} must be ${dtype}`)
}

const expectFloat = (op: OpName, inputs: readonly Value[]) => expectType(op, inputs, 'float32')

const isAxisOf = ({ shape }: Value, axis: number) =>
  Number.isInteger(axis) && axis >= 0 && axis < shape.length

type Rule = (inputs: readonly Value[]) => { shape: Shape; dtype: DType }

const elementwise =
  (op: OpName, dtype: DType = 'float32'): Rule =>
  inputs => {
    expectType(op, inputs, dtype)
    return { shape: inputs[0].shape, dtype }
  }

/** Over the last axis, which must be there. */
const alongLast =
  (op: OpName): Rule =>
  inputs => {
    if (inputs[0].shape.length === 0) fail(op, inputs, 'argument a needs an axis')
    return elementwise(op)(inputs)
  }

/** Of numbers, or of bools where `of` says so. */
const broadcasting =
  (op: OpName, result?: DType, of: 'numbers' | 'bools' = 'numbers'): Rule =>
  inputs => {
    const [a, b] = inputs
    if (a.dtype !== b.dtype) fail(op, inputs, 'arguments must have one dtype')
    if ((a.dtype === 'bool') !== (of === 'bools')) fail(op, inputs, `arguments must be ${of}`)
    const shape = broadcastShapes(a.shape, b.shape)
    if (!shape) fail(op, inputs, 'arguments must broadcast')
    return { shape, dtype: result ?? a.dtype }
  }

/** Over some axes, which stay with size 1. */
const reducing =
  (op: 'sum' | 'max') =>
  (inputs: readonly Value[], { axes }: { axes: readonly number[] }): { shape: Shape; dtype: DType } => {
    expectFloat(op, inputs)
    const [a] = inputs
    if (!axes.every(axis => isAxisOf(a, axis))) fail(op, inputs, `argument a has no axes [${axes}]`)
    return { shape: a.shape.map((size, axis) => (axes.includes(axis) ? 1 : size)), dtype: 'float32' }
  }

/** Places of a kernel along height and width. */
function convolutionPlaces(
  op: OpName,
  inputs: readonly Value[],
  { stride, padding }: ConvolutionAttributes,
  image: Shape,
  kernel: Shape,
): number[] {
  const places = image.map((size, axis) => Math.floor((size + 2 * padding - kernel[axis]) / stride) + 1)
  if (places.some(size => size < 1)) fail(op, inputs, 'the kernel is larger than the padded image')
  return places
}

/** One shape rule an op. */
export const shapeRules: { readonly [K in OpName]: ShapeRule<K> } = {
  input: (_, { shape, dtype }) => ({ shape, dtype }),
  constant: (_, { shape, dtype }) => ({ shape, dtype }),
  add: broadcasting('add'),
  sub: broadcasting('sub'),
  mul: broadcasting('mul'),
  div: broadcasting('div'),
  maximum: broadcasting('maximum'),
  minimum: broadcasting('minimum'),
  less: broadcasting('less', 'bool'),
  equal: broadcasting('equal', 'bool'),
  and: broadcasting('and', 'bool', 'bools'),
  or: broadcasting('or', 'bool', 'bools'),
  not: elementwise('not', 'bool'),
  where: inputs => {
    const [condition, a, b] = inputs
    if (condition.dtype !== 'bool') fail('where', inputs, 'argument condition must be bool')
    const branches = broadcastShapes(a.shape, b.shape)
    const shape = branches && broadcastShapes(condition.shape, branches)
    if (!shape || a.dtype !== b.dtype) fail('where', inputs, 'branches must broadcast and have one dtype')
    return { shape, dtype: a.dtype }
  },
  cast: ([a], { dtype }) => ({ shape: a.shape, dtype }),
  neg: elementwise('neg'),
  abs: elementwise('abs'),
  exp: elementwise('exp'),
  log: elementwise('log'),
  sqrt: elementwise('sqrt'),
  sin: elementwise('sin'),
  cos: elementwise('cos'),
  tanh: elementwise('tanh'),
  sigmoid: elementwise('sigmoid'),
  silu: elementwise('silu'),
  relu: elementwise('relu'),
  reluSquared: elementwise('reluSquared'),
  softmax: alongLast('softmax'),
  logSoftmax: alongLast('logSoftmax'),
  sum: reducing('sum'),
  max: reducing('max'),
  inverseRms: (inputs, { axis }) => {
    expectFloat('inverseRms', inputs)
    const [a] = inputs
    if (!(axis in a.shape)) fail('inverseRms', inputs, `no axis ${axis}`)
    return { shape: a.shape.map((size, i) => (i === axis ? 1 : size)), dtype: 'float32' }
  },
  attention: inputs => {
    expectFloat('attention', inputs)
    const [query, key, value] = inputs.map(({ shape }) => shape)
    const fits =
      query.length === 4 &&
      sameShape(key, [query[0], query[1], key[2], query[3]]) &&
      sameShape(value.slice(0, 3), key.slice(0, 3)) &&
      value.length === 4
    if (!fits) fail('attention', inputs, 'expected [B, N, L, K], [B, N, M, K] and [B, N, M, V]')
    return { shape: [...query.slice(0, 3), value[3]], dtype: 'float32' }
  },
  matmul: (inputs, { transposeA, transposeB }) => {
    expectFloat('matmul', inputs)
    const [a, b] = inputs
    if (a.shape.length < 2 || b.shape.length < 2) fail('matmul', inputs, 'arguments need two axes or more')
    const [rows, innerA] = transposeA ? a.shape.slice(-2).reverse() : a.shape.slice(-2)
    const [innerB, columns] = transposeB ? b.shape.slice(-2).reverse() : b.shape.slice(-2)
    const batch = broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2))
    if (innerA !== innerB || !batch) {
      const how = `${transposeA ? 'A transposed' : 'A'}, ${transposeB ? 'B transposed' : 'B'}`
      fail('matmul', inputs, `inner sizes must agree and batches broadcast (${how})`)
    }
    return { shape: [...batch, rows, columns], dtype: 'float32' }
  },
  conv2d: (inputs, attributes) => {
    expectFloat('conv2d', inputs)
    const [image, weights] = inputs
    if (image.shape.length !== 4 || weights.shape.length !== 4 || image.shape[1] !== weights.shape[1]) {
      fail('conv2d', inputs, 'expected [B, C, H, W] and [O, C, kH, kW]')
    }
    const places = convolutionPlaces(
      'conv2d',
      inputs,
      attributes,
      image.shape.slice(2),
      weights.shape.slice(2),
    )
    return { shape: [image.shape[0], weights.shape[0], ...places], dtype: 'float32' }
  },
  conv2dImage: (inputs, attributes) => {
    expectFloat('conv2dImage', inputs)
    const [dy, weights] = inputs
    const places = convolutionPlaces(
      'conv2dImage',
      inputs,
      attributes,
      attributes.size,
      weights.shape.slice(2),
    )
    if (weights.shape.length !== 4 || !sameShape(dy.shape, [dy.shape[0], weights.shape[0], ...places])) {
      fail('conv2dImage', inputs, `expected [B, O, ${places}] and [O, C, kH, kW]`)
    }
    return { shape: [dy.shape[0], weights.shape[1], ...attributes.size], dtype: 'float32' }
  },
  conv2dKernel: (inputs, attributes) => {
    expectFloat('conv2dKernel', inputs)
    const [image, dy] = inputs
    const places = convolutionPlaces(
      'conv2dKernel',
      inputs,
      attributes,
      image.shape.slice(2),
      attributes.size,
    )
    if (image.shape.length !== 4 || !sameShape(dy.shape, [image.shape[0], dy.shape[1], ...places])) {
      fail('conv2dKernel', inputs, `expected [B, C, H, W] and [B, O, ${places}]`)
    }
    return { shape: [dy.shape[1], image.shape[1], ...attributes.size], dtype: 'float32' }
  },
  rotary: inputs => {
    expectFloat('rotary', inputs)
    const [a, cos, sin] = inputs
    const [length, size] = a.shape.slice(-2)
    if (
      a.shape.length !== 4 ||
      !sameShape(cos.shape, [length, size / 2]) ||
      !sameShape(sin.shape, cos.shape)
    ) {
      fail('rotary', inputs, 'expected [B, N, L, K], [L, K/2] and [L, K/2]')
    }
    return { shape: a.shape, dtype: 'float32' }
  },
  gather: inputs => {
    const [table, indices] = inputs
    if (indices.dtype !== 'int32') fail('gather', inputs, 'argument indices must be int32')
    if (table.shape.length === 0) fail('gather', inputs, 'argument table needs an axis')
    return { shape: [...indices.shape, ...table.shape.slice(1)], dtype: table.dtype }
  },
  scatterAdd: (inputs, { rows }) => {
    const [updates, indices] = inputs
    expectFloat('scatterAdd', [updates])
    if (indices.dtype !== 'int32') fail('scatterAdd', inputs, 'argument indices must be int32')
    if (!sameShape(updates.shape.slice(0, indices.shape.length), indices.shape)) {
      fail('scatterAdd', inputs, 'updates must begin with the shape of the indices')
    }
    return { shape: [rows, ...updates.shape.slice(indices.shape.length)], dtype: 'float32' }
  },
  reshape: (inputs, { shape }) => {
    if (sizeOf(shape) !== sizeOf(inputs[0].shape) || shape.some(size => !Number.isInteger(size) || size < 0))
      fail('reshape', inputs, `cannot become ${formatShape(shape)}`)
    return { shape, dtype: inputs[0].dtype }
  },
  broadcast: (inputs, { shape }) => {
    const result = broadcastShapes(inputs[0].shape, shape)
    if (!result || !sameShape(result, shape)) fail('broadcast', inputs, `cannot become ${formatShape(shape)}`)
    return { shape, dtype: inputs[0].dtype }
  },
  transpose: (inputs, { permutation }) => {
    const [a] = inputs
    if (
      [...permutation].sort((x, y) => x - y).some((axis, i) => axis !== i) ||
      permutation.length !== a.shape.length
    ) {
      fail('transpose', inputs, `[${permutation}] is no permutation of the axes`)
    }
    return { shape: permutation.map(axis => a.shape[axis]), dtype: a.dtype }
  },
  reverse: (inputs, { axes }) => {
    const [a] = inputs
    if (!axes.every(axis => isAxisOf(a, axis))) fail('reverse', inputs, `argument a has no axes [${axes}]`)
    return { shape: a.shape, dtype: a.dtype }
  },
  slice: (inputs, { starts, ends }) => {
    const [a] = inputs
    const shape = a.shape.map((_, axis) => ends[axis] - starts[axis])
    if (a.shape.some((size, axis) => !(starts[axis] >= 0 && ends[axis] <= size && shape[axis] > 0))) {
      fail('slice', inputs, `no part [${starts}] to [${ends}]`)
    }
    return { shape, dtype: a.dtype }
  },
  pad: (inputs, { before, after }) => {
    const [a] = inputs
    const sides = [...before, ...after]
    if (
      before.length !== a.shape.length ||
      after.length !== a.shape.length ||
      !sides.every(size => Number.isInteger(size) && size >= 0)
    ) {
      fail('pad', inputs, `zeros [${before}] and [${after}] do not fit the axes of argument a`)
    }
    return { shape: a.shape.map((size, axis) => before[axis] + size + after[axis]), dtype: a.dtype }
  },
  concatenate: (inputs, { axis }) => {
    const [first] = inputs
    if (!isAxisOf(first, axis)) fail('concatenate', inputs, `argument a has no axis ${axis}`)
    const fits = (value: Value) =>
      value.dtype === first.dtype &&
      value.shape.length === first.shape.length &&
      value.shape.every((size, i) => i === axis || size === first.shape[i])
    if (!inputs.every(fits)) fail('concatenate', inputs, `only axis ${axis} may differ`)
    const total = inputs.reduce((sum, value) => sum + value.shape[axis], 0)
    return { shape: first.shape.map((size, i) => (i === axis ? total : size)), dtype: first.dtype }
  },
} satisfies { [K in OpName]: ShapeRule<K> }
