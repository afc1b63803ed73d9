import { topologicalOrder } from './graph.ts'
import type { ConvolutionAttributes, OpAttributes, OpName, Value } from './op.ts'
import { type Shape, sizeOf, stridesOf } from './shape.ts'

/** What the reference evaluator computes with: float64 for every dtype. */
export interface ReferenceArray {
  readonly shape: Shape
  readonly data: Float64Array
}

type ReferenceRule<K extends OpName> = (inputs: readonly ReferenceArray[], y: Value<K>) => Float64Array

type ElementwiseRule = (inputs: readonly ReferenceArray[], y: { readonly shape: Shape }) => Float64Array

/** Where element `index` of an array of shape `from` lies in an array of shape `to` that it broadcasts from. */
function broadcastOffsets(from: Shape, to: Shape): Int32Array {
  const strides = stridesOf(to)
  const outer = stridesOf(from)
  const added = from.length - to.length
  const offsets = new Int32Array(sizeOf(from))
  for (let i = 0; i < offsets.length; i++) {
    for (let axis = added; axis < from.length; axis++) {
      const position = Math.floor(i / outer[axis]) % from[axis]
      if (to[axis - added] !== 1) offsets[i] += position * strides[axis - added]
    }
  }
  return offsets
}

const unary =
  (f: (a: number) => number): ElementwiseRule =>
  ([a]) =>
    a.data.map(f)

const broadcasting =
  (f: (...values: number[]) => number): ElementwiseRule =>
  (inputs, y) => {
    const offsets = inputs.map(part => broadcastOffsets(y.shape, part.shape))
    return new Float64Array(sizeOf(y.shape)).map((_, i) =>
      f(...inputs.map((part, j) => part.data[offsets[j][i]])),
    )
  }

/** Fills the result by asking, for each of its positions, which element of the input lies there (or none). */
function rearrange(a: ReferenceArray, shape: Shape, locate: (position: number[]) => number[] | null) {
  const strides = stridesOf(a.shape)
  const outer = stridesOf(shape)
  return new Float64Array(sizeOf(shape)).map((_, i) => {
    const from = locate(shape.map((size, axis) => Math.floor(i / outer[axis]) % size))
    return from ? a.data[from.reduce((offset, p, axis) => offset + p * strides[axis], 0)] : 0
  })
}

const sigmoid = (a: number) => 1 / (1 + Math.exp(-a))

/** One plain float64 rule an op: the oracle that every device is tested against. Written for clarity, not speed. */
const referenceRules: { readonly [K in OpName]: ReferenceRule<K> } = {
  input: (_, y) => {
    throw new TypeError(`input ${y.attributes.name} was not given`)
  },
  constant: (_, { attributes: { data } }) => Float64Array.from(data),
  add: broadcasting((a, b) => a + b),
  sub: broadcasting((a, b) => a - b),
  mul: broadcasting((a, b) => a * b),
  div: broadcasting((a, b) => a / b),
  maximum: broadcasting(Math.max),
  minimum: broadcasting(Math.min),
  less: broadcasting((a, b) => Number(a < b)),
  equal: broadcasting((a, b) => Number(a === b)),
  and: broadcasting((a, b) => Number(a !== 0 && b !== 0)),
  or: broadcasting((a, b) => Number(a !== 0 || b !== 0)),
  not: unary(a => Number(a === 0)),
  where: broadcasting((condition, a, b) => (condition ? a : b)),
  cast: ([a], { attributes: { dtype } }) =>
    a.data.map(x => (dtype === 'bool' ? Number(x !== 0) : dtype === 'int32' ? Math.trunc(x) : x)),
  neg: unary(a => -a),
  abs: unary(Math.abs),
  exp: unary(Math.exp),
  log: unary(Math.log),
  sqrt: unary(Math.sqrt),
  sin: unary(Math.sin),
  cos: unary(Math.cos),
  tanh: unary(Math.tanh),
  sigmoid: unary(sigmoid),
  silu: unary(a => a * sigmoid(a)),
  relu: unary(a => Math.max(a, 0)),
  reluSquared: unary(a => Math.max(a, 0) ** 2),
  softmax: ([a]) => softmaxRows(a),
  logSoftmax: ([a]) => {
    const width = a.shape[a.shape.length - 1]
    return a.data.map((value, i) => {
      const row = a.data.subarray(i - (i % width), i - (i % width) + width)
      const peak = row.reduce((x, y) => Math.max(x, y))
      return value - peak - Math.log(row.reduce((total, x) => total + Math.exp(x - peak), 0))
    })
  },
  max: ([a], { shape }) => {
    const largest = new Float64Array(sizeOf(shape)).fill(Number.NEGATIVE_INFINITY)
    const offsets = broadcastOffsets(a.shape, shape)
    a.data.forEach((value, i) => {
      largest[offsets[i]] = Math.max(largest[offsets[i]], value)
    })
    return largest
  },
  sum: ([a], { shape }) => {
    const total = new Float64Array(sizeOf(shape))
    const offsets = broadcastOffsets(a.shape, shape)
    a.data.forEach((value, i) => {
      total[offsets[i]] += value
    })
    return total
  },
  inverseRms: ([a], { shape, attributes: { epsilon } }) => {
    const offsets = broadcastOffsets(a.shape, shape)
    const squares = new Float64Array(sizeOf(shape))
    a.data.forEach((value, i) => {
      squares[offsets[i]] += value * value
    })
    return squares.map(total => 1 / Math.sqrt((total * squares.length) / a.data.length + epsilon))
  },
  matmul: ([a, b], y) => multiplyMatrices(a, b, y.shape, y.attributes),
  attention: ([query, key, value], { shape, attributes: { scale } }) => {
    const scoreShape = [...shape.slice(0, 3), key.shape[2]]
    const options = { transposeA: false, transposeB: true, scale }
    const scores = { shape: scoreShape, data: multiplyMatrices(query, key, scoreShape, options) }
    const weights = { shape: scoreShape, data: softmaxRows(scores) }
    return multiplyMatrices(weights, value, shape, { transposeA: false, transposeB: false, scale: 1 })
  },
  conv2d: ([image, weights], { shape, attributes }) => {
    const result = new Float64Array(sizeOf(shape))
    eachProduct(image.shape, weights.shape, shape, attributes, (pixel, weight, place) => {
      result[place] += image.data[pixel] * weights.data[weight]
    })
    return result
  },
  conv2dImage: ([dy, weights], { shape, attributes }) => {
    const result = new Float64Array(sizeOf(shape))
    eachProduct(shape, weights.shape, dy.shape, attributes, (pixel, weight, place) => {
      result[pixel] += dy.data[place] * weights.data[weight]
    })
    return result
  },
  conv2dKernel: ([image, dy], { shape, attributes }) => {
    const result = new Float64Array(sizeOf(shape))
    eachProduct(image.shape, shape, dy.shape, attributes, (pixel, weight, place) => {
      result[weight] += image.data[pixel] * dy.data[place]
    })
    return result
  },
  rotary: ([a, cos, sin], { shape, attributes: { inverse } }) => {
    const [length, size] = shape.slice(-2)
    const half = size / 2
    return a.data.map((value, i) => {
      const k = i % size
      const angle = (Math.floor(i / size) % length) * half + (k % half)
      const s = inverse ? -sin.data[angle] : sin.data[angle]
      return k < half
        ? value * cos.data[angle] - a.data[i + half] * s
        : value * cos.data[angle] + a.data[i - half] * s
    })
  },
  gather: ([table, indices], { shape }) => {
    const row = sizeOf(table.shape.slice(1))
    return new Float64Array(sizeOf(shape)).map(
      (_, i) => table.data[indices.data[Math.floor(i / row)] * row + (i % row)],
    )
  },
  scatterAdd: ([updates, indices], { shape }) => {
    const row = sizeOf(shape.slice(1))
    const total = new Float64Array(sizeOf(shape))
    updates.data.forEach((value, i) => {
      total[indices.data[Math.floor(i / row)] * row + (i % row)] += value
    })
    return total
  },
  reshape: ([a]) => a.data,
  broadcast: ([a], { shape }) => {
    const offsets = broadcastOffsets(shape, a.shape)
    return new Float64Array(sizeOf(shape)).map((_, i) => a.data[offsets[i]])
  },
  transpose: ([a], { shape, attributes: { permutation } }) =>
    rearrange(a, shape, position => a.shape.map((_, axis) => position[permutation.indexOf(axis)])),
  reverse: ([a], { shape, attributes: { axes } }) =>
    rearrange(a, shape, position =>
      position.map((p, axis) => (axes.includes(axis) ? shape[axis] - 1 - p : p)),
    ),
  slice: ([a], { shape, attributes: { starts } }) =>
    rearrange(a, shape, position => position.map((p, axis) => p + starts[axis])),
  pad: ([a], { shape, attributes: { before } }) =>
    rearrange(a, shape, position => {
      const from = position.map((p, axis) => p - before[axis])
      return from.every((p, axis) => p >= 0 && p < a.shape[axis]) ? from : null
    }),
  concatenate: (parts, { shape, attributes: { axis } }) => joinArrays(parts, shape, axis),
} satisfies { [K in OpName]: ReferenceRule<K> }

function softmaxRows({ shape, data }: ReferenceArray): Float64Array {
  const width = shape[shape.length - 1]
  const result = new Float64Array(data.length)
  for (let start = 0; start < data.length; start += width) {
    const row = data.subarray(start, start + width)
    const peak = row.reduce((a, b) => Math.max(a, b))
    const exponentials = row.map(value => Math.exp(value - peak))
    const total = exponentials.reduce((a, b) => a + b)
    result.set(
      exponentials.map(value => value / total),
      start,
    )
  }
  return result
}

function multiplyMatrices(
  a: ReferenceArray,
  b: ReferenceArray,
  shape: Shape,
  { transposeA, transposeB, scale }: OpAttributes['matmul'],
): Float64Array {
  const [rows, columns] = shape.slice(-2)
  const inner = a.shape[a.shape.length - (transposeA ? 2 : 1)]
  const batch = shape.slice(0, -2)
  const batchesA = broadcastOffsets(batch, a.shape.slice(0, -2))
  const batchesB = broadcastOffsets(batch, b.shape.slice(0, -2))
  const result = new Float64Array(sizeOf(shape))
  for (let i = 0; i < result.length; i++) {
    const column = i % columns
    const row = Math.floor(i / columns) % rows
    const matrix = Math.floor(i / (columns * rows))
    const startA = batchesA[matrix] * rows * inner
    const startB = batchesB[matrix] * inner * columns
    for (let k = 0; k < inner; k++) {
      const fromA = a.data[startA + (transposeA ? k * rows + row : row * inner + k)]
      const fromB = b.data[startB + (transposeB ? column * inner + k : k * columns + column)]
      result[i] += fromA * fromB
    }
    result[i] *= scale
  }
  return result
}

/** Calls `visit` with the offsets of every pixel, weight and result that a convolution multiplies and adds. */
function eachProduct(
  image: Shape,
  weights: Shape,
  result: Shape,
  { stride, padding }: ConvolutionAttributes,
  visit: (pixel: number, weight: number, place: number) => void,
): void {
  const [, channelsIn, height, width] = image
  const [, , kernelHeight, kernelWidth] = weights
  const [, channelsOut, rows, columns] = result
  for (let place = 0; place < sizeOf(result); place++) {
    const column = place % columns
    const row = Math.floor(place / columns) % rows
    const out = Math.floor(place / (columns * rows)) % channelsOut
    const b = Math.floor(place / (columns * rows * channelsOut))
    for (let i = 0; i < channelsIn * kernelHeight * kernelWidth; i++) {
      const c = Math.floor(i / (kernelHeight * kernelWidth))
      const r = row * stride + (Math.floor(i / kernelWidth) % kernelHeight) - padding
      const s = column * stride + (i % kernelWidth) - padding
      if (r < 0 || r >= height || s < 0 || s >= width) continue
      const pixel = ((b * channelsIn + c) * height + r) * width + s
      visit(pixel, out * channelsIn * kernelHeight * kernelWidth + i, place)
    }
  }
}

function joinArrays(parts: readonly ReferenceArray[], shape: Shape, axis: number): Float64Array {
  const result = new Float64Array(sizeOf(shape))
  const inner = sizeOf(shape.slice(axis + 1))
  const outer = sizeOf(shape.slice(0, axis))
  let start = 0
  for (const part of parts) {
    const run = part.shape[axis] * inner
    for (let i = 0; i < outer; i++) {
      result.set(part.data.subarray(i * run, (i + 1) * run), i * shape[axis] * inner + start)
    }
    start += run
  }
  return result
}

/**
 * Evaluates a graph in float64.
 * @param feeds the data of every input, by name
 * @throws TypeError when an input was not given.
 */
export function evaluateReference(
  outputs: readonly Value[],
  feeds: Readonly<Record<string, ArrayLike<number>>>,
): ReferenceArray[] {
  const results = new Map<Value, ReferenceArray>()
  for (const value of topologicalOrder(outputs)) {
    const given = value.op === 'input' ? feeds[(value as Value<'input'>).attributes.name] : undefined
    const rule = referenceRules[value.op] as ReferenceRule<OpName>
    const data = given
      ? Float64Array.from(given)
      : rule(
          value.inputs.map(part => results.get(part)!),
          value,
        )
    results.set(value, { shape: value.shape, data })
  }
  return outputs.map(output => results.get(output)!)
}
