import assert from 'node:assert/strict'
import { test } from 'node:test'
import { input, mul } from '../array/index.ts'
import { compile } from './index.ts'

test('a session leaves the smallest numbers of its thread alone: other libraries count with them', async () => {
  const numbers = Float64Array.of(5e-324, 3)
  const compiled = await compile({ y: mul(input('x', [2]), 2) }, { threads: 1 })
  await compiled.run({ x: { shape: [2], data: Float32Array.of(1, 2) } })
  numbers[0] *= numbers[1]
  assert.equal(numbers[0], 1.5e-323)
  await compiled.release()
})
