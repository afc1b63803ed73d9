import type { ConvolutionAttributes, DType, OpAttributes, OpName, Value } from './op.ts'
import { broadcastShapes, formatShape, type Shape, sameShape, sizeOf } from './shape.ts'

/** What an op makes: checked when the graph is built, so that a wrong shape fails where it was written. */
export type ShapeRule<K extends OpName> = (
  inputs: readonly Value[],
  attributes: OpAttributes[K],
) => { shape: Shape; dtype: DType }

function fail(op: OpName, inputs: readonly Value[], problem: string): never {
  const shapes = inputs.map(value => `${value.dtype}${formatShape(value.shape)}`).join(' and ')
  throw new TypeError(`${op}: ${problem}, got ${shapes}`)
}

function expectFloat(op: OpName, inputs: readonly Value[]): void {
  if (inputs.some(value => value.dtype !== 'float32')) fail(op, inputs, 'arguments must be float32')
}

const elementwise =
  (op: OpName): ((inputs: readonly Value[]) => { shape: Shape; dtype: DType }) =>
  inputs => {
    expectFloat(op, inputs)
    return { shape: inputs[0].shape, dtype: 'float32' }
  }

const broadcasting =
  (op: OpName, dtype?: DType): ((inputs: readonly Value[]) => { shape: Shape; dtype: DType }) =>
  inputs => {
    const [a, b] = inputs
    if (a.dtype !== b.dtype) fail(op, inputs, 'arguments must have one dtype')
    const shape = broadcastShapes(a.shape, b.shape)
    if (!shape) fail(op, inputs, 'arguments must broadcast')
    return { shape, dtype: dtype ?? a.dtype }
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
  where: inputs => {
    const [condition, a, b] = inputs
    if (condition.dtype !== 'bool') fail('where', inputs, 'the condition must be bool')
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
  softmax: elementwise('softmax'),
  sum: (inputs, { axes }) => {
    expectFloat('sum', inputs)
    const [a] = inputs
    if (axes.some(axis => axis < 0 || axis >= a.shape.length)) fail('sum', inputs, `no axes ${axes}`)
    return { shape: a.shape.map((size, axis) => (axes.includes(axis) ? 1 : size)), dtype: 'float32' }
  },
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
    if (indices.dtype !== 'int32') fail('gather', inputs, 'indices must be int32')
    return { shape: [...indices.shape, ...table.shape.slice(1)], dtype: table.dtype }
  },
  scatterAdd: (inputs, { rows }) => {
    const [updates, indices] = inputs
    if (!sameShape(updates.shape.slice(0, indices.shape.length), indices.shape)) {
      fail('scatterAdd', inputs, 'updates must begin with the shape of the indices')
    }
    return { shape: [rows, ...updates.shape.slice(indices.shape.length)], dtype: 'float32' }
  },
  reshape: (inputs, { shape }) => {
    if (sizeOf(shape) !== sizeOf(inputs[0].shape))
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
  reverse: ([a]) => ({ shape: a.shape, dtype: a.dtype }),
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
    return { shape: a.shape.map((size, axis) => before[axis] + size + after[axis]), dtype: a.dtype }
  },
  concatenate: (inputs, { axis }) => {
    const [first] = inputs
    const fits = (value: Value) =>
      value.dtype === first.dtype &&
      value.shape.length === first.shape.length &&
      value.shape.every((size, i) => i === axis || size === first.shape[i])
    if (!inputs.every(fits)) fail('concatenate', inputs, `only axis ${axis} may differ`)
    const total = inputs.reduce((sum, value) => sum + value.shape[axis], 0)
    return { shape: first.shape.map((size, i) => (i === axis ? total : size)), dtype: first.dtype }
  },
} satisfies { [K in OpName]: ShapeRule<K> }
