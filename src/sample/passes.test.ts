import assert from 'node:assert/strict'
import { test } from 'node:test'
import { describeTiny, drawWeights } from '../../test/untrained.ts'
import { createRandom } from '../array/index.ts'
import { assembleModel, frameSize, type Model } from './index.ts'
import { runTogether } from './passes.ts'

const config = describeTiny(4, 6)

/** What a pass of one window is given, other for each seed. */
function drawFeeds(model: Model, seed: number) {
  const { window, size, autoencoder, transformer } = model
  const random = createRandom(seed)
  const shape = [1, window, autoencoder.latentChannels, size.height / 16, size.width / 16]
  const rows = { shape: [1, window], data: new Float32Array(window).fill(0.5) }
  return {
    latents: { shape, data: random.fillNormal(new Float32Array(window * frameSize(model))) },
    levels: rows,
    first: rows,
    ids: { shape: [1, transformer.text.length], data: new Int32Array(transformer.text.length).fill(1) },
  }
}

test('tasks that run together share their passes, also when some have done with them earlier', async () => {
  const model = await assembleModel(config, drawWeights(config))
  const sizes: number[] = []
  const counted: Model = {
    ...model,
    predict(feeds) {
      sizes.push(feeds.latents.shape[0])
      return model.predict(feeds)
    },
  }
  const told = await runTogether(counted, 3, async (shared, task) => {
    const data: Float32Array[] = []
    for (let i = 0; i <= task; i++) data.push(await shared.predict(drawFeeds(model, 10 * task + i)))
    return data
  })
  assert.deepEqual(sizes, [3, 2, 1])
  for (const [task, data] of told.entries()) {
    for (const [i, values] of data.entries()) {
      const alone = await model.predict(drawFeeds(model, 10 * task + i))
      assert.ok(
        values.length === alone.length && values.every((value, k) => Math.abs(value - alone[k]) < 1e-4),
      )
    }
  }
  const broken: Model = { ...model, predict: () => Promise.reject(new Error('out of memory')) }
  const passes = runTogether(broken, 2, shared => shared.predict(drawFeeds(model, 1)))
  await assert.rejects(passes, /out of memory/)
  await model.close()
})
