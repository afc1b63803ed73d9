import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRandom, input } from '../array/index.ts'
import { compile } from '../onnx/index.ts'
import { fixParameters, initializeParameters } from './parameters.ts'
import { tagger, taggerSpecs } from './tagger.ts'

const config = { tables: [5, 3], numbers: 4, labels: 6, width: 16, depth: 2, heads: 2, pointer: 4 }

test('a tagger sees both sides of a place, and nothing where there is nothing', async () => {
  const random = createRandom(3)
  const params = fixParameters(taggerSpecs(config), initializeParameters(taggerSpecs(config), random))
  const length = 5
  const rows = config.tables.map((_, i) => input(`rows${i}`, [1, length], 'int32'))
  const outputs = tagger(
    params,
    { rows, numbers_BLN: input('numbers', [1, length, 4]), isThere_BL: input('isThere', [1, length]) },
    config,
  )
  const compiled = await compile({ labels: outputs.labels_BLV, first: outputs.first_BLL }, { threads: 1 })
  const run = async (words: number[], isThere: number[]) => {
    const { labels, first } = await compiled.run({
      rows0: { shape: [1, length], data: Int32Array.from(words) },
      rows1: { shape: [1, length], data: new Int32Array(length) },
      numbers: { shape: [1, length, 4], data: new Float32Array(length * 4) },
      isThere: { shape: [1, length], data: Float32Array.from(isThere) },
    })
    return { labels: [...labels.data.slice(0, config.labels)], first: [...first.data.slice(0, length)] }
  }
  const there = [1, 1, 1, 0, 0]
  const whole = await run([1, 2, 3, 0, 0], there)
  assert.notDeepEqual((await run([1, 2, 4, 0, 0], there)).labels, whole.labels)
  assert.deepEqual((await run([1, 2, 3, 4, 4], there)).labels, whole.labels)
  assert.ok(whole.first[3] < -1e8 && whole.first[2] > -1e3)
  await compiled.release()
})
