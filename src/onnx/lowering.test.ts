import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as array from '../array/index.ts'
import { compile } from './index.ts'

const { input } = array

/** Reproducible numbers in [-1, 1), away from kinks at 0. */
function numbers(count: number, seed: number): Float32Array {
  let state = seed * 2654435761
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    const x = state / 2 ** 31 - 1
    return x + Math.sign(x) * 0.05
  })
}

type Case = {
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
const cases = {
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
  where: [pair((a, b) => array.where(array.less(a, b), array.mul(a, 2), b))],
  cast: [pair((a, b) => array.mul(a, array.cast(array.less(a, b), 'float32')))],
  neg: [elementwise(array.neg)],
  abs: [elementwise(array.abs)],
  exp: [elementwise(array.exp)],
  log: [elementwise(array.log, true)],
  sqrt: [elementwise(array.sqrt, true)],
  sin: [elementwise(array.sin)],
  cos: [elementwise(array.cos)],
  tanh: [elementwise(array.tanh)],
  sigmoid: [elementwise(array.sigmoid)],
  silu: [elementwise(array.silu)],
  relu: [elementwise(array.relu)],
  reluSquared: [elementwise(array.reluSquared)],
  softmax: [elementwise(array.softmax)],
  sum: [
    elementwise(a => array.sum(array.square(array.sum(a, [1])), [0, 2])),
    elementwise(a => array.sum(a, [0, 2])),
    elementwise(a => array.mean(a, [-1])),
  ],
  inverseRms: [elementwise(a => array.rmsNorm(a)), elementwise(a => array.rmsNorm(a, { axis: 1 }))],
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

function assertClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  assert.equal(actual.length, expected.length)
  for (let i = 0; i < actual.length; i++) {
    const error = Math.abs(actual[i] - expected[i])
    assert.ok(
      error <= tolerance * (1 + Math.abs(expected[i])),
      `element ${i}: ${actual[i]} is not ${expected[i]}`,
    )
  }
}

for (const [op, list] of Object.entries(cases as Record<string, Case[]>)) {
  for (const [number, { shapes, build, positive }] of list.entries()) {
    test(`${op} ${number}: forward and backward against the float64 reference`, async () => {
      const inputs = shapes.map((shape, i) => input(`x${i}`, shape))
      const data = shapes.map((shape, i) => {
        const values = numbers(array.sizeOf(shape), i + 1)
        return positive ? values.map(x => Math.abs(x) + 0.2) : values
      })
      const feeds = Object.fromEntries(data.map((values, i) => [`x${i}`, values]))
      const y = build(...inputs)
      const weights = array.constant(numbers(array.sizeOf(y.shape), 9), y.shape)
      const loss = array.sum(array.mul(y, weights))
      const differentiable = op !== 'less' && op !== 'equal'
      const grads = differentiable ? array.gradients(loss, inputs) : []
      const [expected, ...expectedGrads] = array.evaluateReference([y, ...grads], feeds)

      const outputs: Record<string, array.Value> = { y }
      grads.forEach((grad, i) => {
        outputs[`d${i}`] = grad
      })
      const compiled = await compile(outputs)
      const used = Object.fromEntries(
        compiled.inputs.map(({ name, shape }) => [name, { shape, data: feeds[name] }]),
      )
      const results = await compiled.run(used as Record<string, array.Tensor>)
      await compiled.release()
      assertClose(results.y.data, expected.data, 2e-6)
      grads.forEach((_, i) => {
        assertClose(results[`d${i}`].data, expectedGrads[i].data, 1e-5)
        assertClose(expectedGrads[i].data, centralDifferences(loss, feeds, `x${i}`), 1e-6)
      })
    })
  }
}

function centralDifferences(
  loss: array.Value,
  feeds: Record<string, ArrayLike<number>>,
  name: string,
): number[] {
  const step = 1e-5
  const lossAt = (index: number, offset: number) => {
    const moved = Float64Array.from(feeds[name])
    moved[index] += offset
    return array.evaluateReference([loss], { ...feeds, [name]: moved })[0].data[0]
  }
  return Array.from(feeds[name], (_, i) => (lossAt(i, step) - lossAt(i, -step)) / (2 * step))
}

test('errors name the op, the argument and both shapes', async () => {
  const a = input('a', [2, 3])
  assert.throws(
    () => array.matmul(a, a),
    /matmul: inner sizes must agree.*float32\[2, 3\] and float32\[2, 3\]/,
  )
  assert.throws(() => array.add(a, input('b', [4])), /add: arguments must broadcast.*\[2, 3\].*\[4\]/)
  assert.throws(() => array.gradients(a, [a]), /a loss must be a scalar, got \[2, 3\]/)
  const compiled = await compile({ y: array.neg(a) })
  await assert.rejects(compiled.run({}), /input a was not given/)
  const wrong = { shape: [3], data: new Float32Array(3) }
  await assert.rejects(compiled.run({ a: wrong }), /input a must have shape \[2, 3\], got \[3\]/)
})
