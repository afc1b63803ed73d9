import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as array from '../src/array/index.ts'
import { compile } from '../src/onnx/index.ts'
import { cases, findDifference, prepareCase } from './opCases.ts'

const { input } = array

function assertClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  assert.equal(findDifference(actual, expected, tolerance), undefined)
}

for (const [op, list] of Object.entries(cases)) {
  for (const [number, example] of list.entries()) {
    test(`${op} ${number}: forward and backward against the float64 reference`, async () => {
      const { inputs, feeds, loss, outputs, expected } = prepareCase(op, example)
      const compiled = await compile(outputs)
      const used = Object.fromEntries(
        compiled.inputs.map(({ name, shape }) => [name, { shape, data: feeds[name] }]),
      )
      const results = await compiled.run(used)
      await compiled.release()
      for (const name of Object.keys(outputs)) {
        assertClose(results[name].data, expected[name], name === 'y' ? 2e-6 : 1e-5)
      }
      inputs.forEach((_, i) => {
        if (`d${i}` in expected)
          assertClose(expected[`d${i}`], centralDifferences(loss, feeds, `x${i}`), 1e-6)
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
    /matmul: inner sizes must agree.*a float32\[2, 3\] and b float32\[2, 3\]/,
  )
  assert.throws(() => array.add(a, input('b', [4])), /add: arguments must broadcast.*\[2, 3\].*\[4\]/)
  assert.throws(() => array.gradients(a, [a]), /a loss must be a scalar, got \[2, 3\]/)
  const compiled = await compile({ y: array.neg(a) })
  await assert.rejects(compiled.run({}), /input a was not given/)
  const wrong = { shape: [3], data: new Float32Array(3) }
  await assert.rejects(compiled.run({ a: wrong }), /input a must have shape \[2, 3\], got \[3\]/)
})
