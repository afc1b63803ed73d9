import assert from 'node:assert/strict'
import { test } from 'node:test'
import { input, mul } from '../src/array/index.ts'
import { compile } from '../src/onnx/index.ts'
import { curricula, loadPhysics, sampleScene, simulateScene } from '../src/world/index.ts'

// ONNX Runtime can make a thread treat denormal numbers as zero, and Rapier's handles are such numbers.
test('a compiled graph leaves the physics of its thread alone', async () => {
  await loadPhysics()
  const scene = sampleScene(7_000_000, curricula.first)
  const { contacts } = simulateScene(scene)
  assert.ok(contacts.length > 0)
  const compiled = await compile({ y: mul(input('x', [2]), 2) }, { threads: 1 })
  assert.deepEqual(simulateScene(scene).contacts, contacts)
  await compiled.release()
})
