// Small cases of every op, for the tests on every device.
import * as array from '../src/array/index.ts'

/** Reproducible numbers in [-1, 1), away from kinks at 0. */
export function numbers(count: number, seed: number): Float32Array {
  let state = seed * 2654435761
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    const x = state / 2 ** 31 - 1
    return x + Math.sign(x) * 0.05
  })
}

/** Arrays that go in, and what is made of them. */
export type Case = {
  readonly shapes: readonly (readonly number[])[]
  readonly build: (...inputs: array.Value[]) => array.Value
  readonly positive?: boolean
}

const elementwise = (build: (a: array.Value) => array.Value, positive = false): Case => ({
  shapes: [[2, 3, 4]],
  build,
  positive,
})
const pair = (build: (a: array.Value, b: array.Value) => array.Value, positive = false): Case => ({
  shapes: [
    [2, 3, 4],
    [3, 1],
  ],
  build,
  positive,
})
const indices = array.constant(Int32Array.of(2, 0, 2, 1), [2, 2])

/** One case an op at least; a missing op does not compile. */
export const cases = {
  input: [elementwise(a => a)],
  constant: [elementwise(a => array.mul(a, array.constant([1, 2, 3, 4])))],
  add: [pair(array.add), { shapes: [[], [2, 2]], build: array.add }],
  sub: [pair(array.sub)],
  mul: [pair(array.mul)],
  div: [pair(array.div, true)],
  maximum: [pair(array.maximum)],
  minimum: [pair(array.minimum)],
  less: [pair((a, b) => array.cast(array.less(a, b), 'float32'))],
  equal: [pair((a, b) => array.cast(array.equal(a, b), 'float32'))],
  and: [pair((a, b) => array.cast(array.and(array.less(a, b), array.greater(a, -0.5)), 'float32'))],
  or: [pair((a, b) => array.cast(array.or(array.less(a, b), array.greater(a, 0.5)), 'float32'))],
  not: [pair((a, b) => array.cast(array.not(array.equal(a, b)), 'float32'))],
  where: [pair((a, b) => array.where(array.less(a, b), array.mul(a, 2), b))],
  cast: [
    elementwise(a => array.cast(array.cast(array.mul(a, 5), 'int32'), 'float32')),
    elementwise(a => array.cast(array.cast(a, 'bool'), 'float32')),
    pair((a, b) => array.mul(a, array.cast(array.less(a, b), 'float32'))),
  ],
  neg: [elementwise(array.neg)],
  abs: [elementwise(array.abs)],
  exp: [elementwise(array.exp)],
  log: [elementwise(array.log, true)],
  sqrt: [elementwise(array.sqrt, true)],
  sin: [elementwise(array.sin)],
  cos: [elementwise(array.cos)],
  tanh: [elementwise(array.tanh), elementwise(array.gelu)],
  sigmoid: [elementwise(array.sigmoid)],
  silu: [elementwise(array.silu)],
  relu: [elementwise(array.relu)],
  reluSquared: [elementwise(array.reluSquared)],
  softmax: [elementwise(array.softmax)],
  logSoftmax: [elementwise(array.logSoftmax), elementwise(a => array.logSoftmax(array.mul(a, 300)))],
  max: [elementwise(a => array.max(a, [0, 2])), elementwise(a => array.max(a))],
  sum: [
    elementwise(a => array.sum(array.square(array.sum(a, [1])), [0, 2])),
    elementwise(a => array.sum(a, [0, 2])),
    elementwise(a => array.mean(a, [-1])),
  ],
  inverseRms: [
    elementwise(a => array.rmsNorm(a)),
    elementwise(a => array.rmsNorm(a, { axis: 1 })),
    elementwise(a => array.layerNorm(a)),
  ],
  attention: [
    {
      shapes: [
        [2, 3, 5, 4],
        [2, 3, 6, 4],
        [2, 3, 6, 2],
      ],
      build: (query, key, value) => array.attention(query, key, value),
    },
  ],
  matmul: [
    {
      shapes: [
        [3, 4],
        [4, 5],
      ],
      build: (a, b) => array.mul(array.matmul(array.mul(a, 0.5), array.mul(b, 3)), 0.25),
    },
    {
      shapes: [
        [2, 3, 4],
        [4, 5],
      ],
      build: (a, b) => array.matmul(a, b),
    },
    {
      shapes: [
        [4, 3],
        [5, 4],
      ],
      build: (a, b) => array.matmul(a, b, { transposeA: true, transposeB: true }),
    },
    {
      shapes: [
        [2, 4, 3],
        [2, 4, 5],
      ],
      build: (a, b) => array.matmul(a, b, { transposeA: true }),
    },
    {
      shapes: [
        [2, 1, 3, 4],
        [3, 5, 4],
      ],
      build: (a, b) => array.matmul(a, b, { transposeB: true }),
    },
    {
      shapes: [
        [2, 3, 4],
        [4, 5],
      ],
      build: (a, b) => array.linear(a, b),
    },
  ],
  conv2d: [
    {
      shapes: [
        [2, 3, 5, 4],
        [4, 3, 3, 3],
      ],
      build: (a, b) => array.conv2d(a, b, { padding: 1 }),
    },
    {
      shapes: [
        [1, 2, 5, 4],
        [3, 2, 2, 2],
      ],
      build: (a, b) => array.conv2d(a, b),
    },
    {
      shapes: [
        [2, 3, 6, 5],
        [4, 3, 3, 2],
      ],
      build: (a, b) => array.conv2d(a, b, { stride: 2, padding: 1 }),
    },
    {
      shapes: [
        [2, 3, 4, 5],
        [4, 3, 1, 1],
      ],
      build: (a, b) => array.conv2d(a, b),
    },
    {
      shapes: [[2, 3, 6, 5]],
      build: a => array.conv2d(a, array.constant(numbers(72, 4), [4, 3, 3, 2]), { stride: 2, padding: 1 }),
    },
  ],
  conv2dImage: [
    {
      shapes: [
        [2, 4, 3, 2],
        [4, 3, 3, 2],
      ],
      build: (a, b) => array.makeValue('conv2dImage', [a, b], { stride: 2, padding: 1, size: [5, 3] }),
    },
    {
      // A plane so large that it is convolved instead of gathered, by a kernel that is not square.
      shapes: [
        [1, 2, 16, 17],
        [2, 3, 3, 2],
      ],
      build: (a, b) => array.makeValue('conv2dImage', [a, b], { stride: 1, padding: 1, size: [16, 16] }),
    },
  ],
  conv2dKernel: [
    {
      shapes: [
        [2, 3, 5, 3],
        [2, 4, 3, 2],
      ],
      build: (a, b) => array.makeValue('conv2dKernel', [a, b], { stride: 2, padding: 1, size: [3, 2] }),
    },
  ],
  rotary: [
    {
      shapes: [
        [2, 3, 5, 8],
        [5, 4],
      ],
      build: (a, angle) => array.rotary(a, constantOf(array.cos, angle), constantOf(array.sin, angle)),
    },
  ],
  gather: [{ shapes: [[3, 4]], build: table => array.gather(table, indices) }],
  scatterAdd: [{ shapes: [[2, 2, 3]], build: a => array.makeValue('scatterAdd', [a, indices], { rows: 4 }) }],
  reshape: [elementwise(a => array.reshape(a, [4, -1]))],
  broadcast: [{ shapes: [[3, 1]], build: a => array.broadcast(a, [2, 3, 4]) }],
  transpose: [elementwise(a => array.transpose(a, [2, 0, 1]))],
  reverse: [elementwise(a => array.reverse(a, [0, 2]))],
  slice: [elementwise(a => array.slice(a, 1, 1, 3))],
  pad: [elementwise(a => array.pad(a, [0, 1, 2], [1, 0, 0]))],
  concatenate: [pair((a, b) => array.concatenate([a, array.broadcast(b, [2, 3, 4])], 1))],
} satisfies Record<array.OpName, Case[]>

/** Angles do not carry gradients through `rotary`, so they are frozen at the numbers of the first input. */
function constantOf(f: (a: array.Value) => array.Value, angle: array.Value): array.Value {
  const [{ data }] = array.evaluateReference([f(angle)], { x1: numbers(array.sizeOf(angle.shape), 2) })
  return array.constant(Float32Array.from(data), angle.shape)
}

/** Ops whose results are steps: their gradient is nowhere asked for. */
const steps: ReadonlySet<string> = new Set(['less', 'equal', 'and', 'or', 'not'])

/** A case as graph, numbers and float64 answers: the result `y`, and `d0`, `d1`, ... for each input. */
export function prepareCase(op: string, { shapes, build, positive }: Case) {
  const inputs = shapes.map((shape, i) => array.input(`x${i}`, shape))
  const data = shapes.map((shape, i) => {
    const values = numbers(array.sizeOf(shape), i + 1)
    return positive ? values.map(x => Math.abs(x) + 0.2) : values
  })
  const feeds = Object.fromEntries(data.map((values, i) => [`x${i}`, values]))
  const y = build(...inputs)
  const weights = array.constant(numbers(array.sizeOf(y.shape), 9), y.shape)
  const loss = array.sum(array.mul(y, weights))
  const isSmooth = !steps.has(op) && !(op === 'cast' && shapes.length === 1)
  const grads = isSmooth ? array.gradients(loss, inputs) : []
  const outputs: Record<string, array.Value> = {
    y,
    ...Object.fromEntries(grads.map((grad, i) => [`d${i}`, grad])),
  }
  const answers = array.evaluateReference(Object.values(outputs), feeds)
  const expected = Object.fromEntries(Object.keys(outputs).map((name, i) => [name, answers[i].data]))
  return { inputs, feeds, loss, outputs, expected }
}

/** Where two arrays differ by more than `tolerance`, beside the size of what was expected; undefined when nowhere. */
export function findDifference(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
): string | undefined {
  if (actual.length !== expected.length) return `${actual.length} elements instead of ${expected.length}`
  for (let i = 0; i < actual.length; i++) {
    const error = Math.abs(actual[i] - expected[i])
    if (!(error <= tolerance * (1 + Math.abs(expected[i]))))
      return `element ${i}: ${actual[i]} is not ${expected[i]}`
  }
  return undefined
}
