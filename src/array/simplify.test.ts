import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  add,
  evaluateReference,
  gradients,
  input,
  linear,
  mul,
  reluSquared,
  reshape,
  simplify,
  slice,
  sum,
  topologicalOrder,
  type Value,
} from './index.ts'

const count = (value: Value, op: string) => topologicalOrder([value]).filter(node => node.op === op).length
const feeds = {
  x: Array.from({ length: 12 }, (_, i) => i / 7 - 0.6),
  w: Array.from({ length: 36 }, (_, i) => Math.sin(i)),
}

/** The values of a graph before and after it is simplified. */
function bothValues(value: Value): [number[], number[], Value] {
  const { simple } = simplify({ simple: value })
  const [before, after] = [value, simple].map(graph => [...evaluateReference([graph], feeds)[0].data])
  return [before, after, simple]
}

test('the gradients of slices that lie side by side become one concatenation', () => {
  const x = input('x', [2, 6])
  const parts = [0, 2, 4].map(start => slice(x, 1, start, start + 2))
  // Used out of order, as a block uses its modulation.
  const loss = sum([2, 0, 1].map(i => mul(mul(parts[i], parts[i]), i + 1)).reduce(add))
  const [before, after, simple] = bothValues(gradients(loss, [x])[0])
  assert.deepEqual(after, before)
  assert.equal(count(simple, 'pad'), 0)
  assert.equal(count(simple, 'concatenate'), 1)
})

test('slices that leave a gap or overlap are still summed', () => {
  const x = input('x', [2, 6])
  for (const ranges of [
    [
      [0, 2],
      [3, 5],
    ],
    [
      [0, 4],
      [2, 6],
    ],
  ]) {
    const loss = sum(ranges.map(([from, to]) => sum(mul(slice(x, 1, from, to), 3))).reduce(add))
    const [before, after] = bothValues(gradients(loss, [x])[0])
    assert.deepEqual(after, before)
  }
})

test('the factor of a squared ReLU moves into the product that its gradient comes from', () => {
  const [x, w] = [input('x', [2, 6]), input('w', [6, 6])]
  const hidden = reluSquared(linear(reshape(x, [1, 2, 6]), w))
  const y = linear(hidden, w)
  const loss = sum(mul(y, y))
  const [before, after, simple] = bothValues(gradients(loss, [x])[0])
  after.forEach((number, i) => {
    assert.ok(Math.abs(number - before[i]) <= 1e-12 * Math.abs(before[i]), `${number} against ${before[i]}`)
  })
  assert.ok(count(simple, 'mul') < count(gradients(loss, [x])[0], 'mul'))
})

test('a gradient reaches a value whose reshaped self was reshaped again', () => {
  const matrix = reshape(input('x', [2, 6]), [3, 4])
  const loss = sum(mul(reshape(matrix, [12]), 2))
  const [gradient] = gradients(loss, [matrix])
  assert.deepEqual([...evaluateReference([gradient], feeds)[0].data], new Array(12).fill(2))
})
