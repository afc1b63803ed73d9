import assert from 'node:assert/strict'
import { test } from 'node:test'
import { describeTiny, drawWeights } from '../../test/untrained.ts'
import { createRandom } from '../array/index.ts'
import { assembleModel, frameSize, textToVideo } from './index.ts'
import { holdBeside, holdStill, isAtRest, measureChannels, steadyChannels } from './steady.ts'

const config = describeTiny(16, 5)
const untrained = () => drawWeights(config)

test('statistics of channels are brought half of the way back to those of the beginning', async () => {
  const model = await assembleModel(config, untrained())
  const anchor = createRandom(1).fillNormal(new Float32Array(5 * frameSize(model)))
  const drifted = createRandom(2)
    .fillNormal(new Float32Array(2 * frameSize(model)))
    .map((value, i) => 3 * value + (Math.floor(i / 4) % 16))
  const wanted = measureChannels(model, anchor)
  const before = measureChannels(model, drifted)
  steadyChannels(model, drifted, wanted)
  for (const [z, { mean, deviation }] of measureChannels(model, drifted).entries()) {
    assert.ok(Math.abs(mean - (wanted[z].mean + before[z].mean) / 2) < 1e-4)
    assert.ok(Math.abs(deviation - (wanted[z].deviation + before[z].deviation) / 2) < 1e-4)
  }
  await model.close()
})

test('what stands still is held as it was, what has moved is let go', async () => {
  const model = await assembleModel(config, untrained())
  const size = frameSize(model)
  const area = size / 16
  const anchor = createRandom(1).fillNormal(new Float32Array(size))
  // The first cell holds something else now, the others have drifted by a tenth.
  const now = Float32Array.from([...anchor, ...anchor], (value, i) => value + (i % area === 0 ? 3 : 0.1))
  assert.ok(isAtRest(model, Float32Array.of(...anchor, ...anchor.map(value => value + 0.1))))
  assert.ok(!isAtRest(model, Float32Array.of(...anchor, ...now.subarray(0, size))))
  holdStill(model, now, anchor)
  for (const [i, value] of now.entries()) {
    const left = value - anchor[i % size]
    if (i % area === 0) assert.ok(Math.abs(left - 3) < 1e-4, `${left}`)
    else assert.ok(left > 0.01 && left < 0.03, `${left}`)
  }
  await model.close()
})

test('what stands still is like the known frames on both sides', async () => {
  const model = await assembleModel(config, untrained())
  const size = frameSize(model)
  const area = size / 16
  const frame = createRandom(1).fillNormal(new Float32Array(size))
  // Made between two known frames: the first cell moves, the others flicker by a tenth.
  const made = frame.map((value, i) => value + (i % area === 0 ? 2 : 0.1))
  const latents = Float32Array.of(...frame, ...made, ...frame)
  holdBeside(model, { latents, known: [true, false, true] })
  assert.deepEqual([latents.subarray(0, size), latents.subarray(2 * size)], [frame, frame])
  for (const [i, value] of latents.subarray(size, 2 * size).entries()) {
    const left = value - frame[i]
    if (i % area === 0) assert.ok(Math.abs(left - 2) < 1e-4, `${left}`)
    else assert.ok(left > 0 && left < 0.02, `${left}`)
  }
  await model.close()
})

test('where nothing moves any more, a long film is made on from there in half of the steps', async () => {
  const model = await assembleModel(config, untrained())
  const passes: { readonly level: number; readonly isAnchored: boolean }[] = []
  for (const isStill of [true, false]) {
    passes.length = 0
    const shares: number[] = []
    const random = createRandom(4)
    await textToVideo(
      {
        ...model,
        predict: async ({ first, levels, latents }) => {
          passes.push({ level: levels.data.at(-1)!, isAnchored: first.data[0] === -1 })
          const data = new Float32Array(latents.data.length)
          return isStill ? data : random.fillNormal(data)
        },
      },
      'a ball',
      { seconds: 12, numInferenceSteps: 2, onProgress: ({ step, steps }) => shares.push(step / steps) },
    )
    const held = passes.filter(({ isAnchored }) => isAnchored)
    assert.deepEqual([passes.length - held.length, held.length], [14, isStill ? 8 : 16])
    assert.equal(held.filter(({ level }) => level < 1).length, 8)
    assert.equal(shares.at(-1), 1)
  }
  await model.close()
})
