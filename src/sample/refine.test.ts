import assert from 'node:assert/strict'
import { test } from 'node:test'
import { describeTiny, drawWeights } from '../../test/untrained.ts'
import { createRandom } from '../array/index.ts'
import { assembleModel, decodeLatents, encodeFilm, type Footage, type Model, openModel } from './index.ts'

/** A disc that goes across a floor under a sky. */
function drawFilm(width: number, height: number, frameCount: number): Footage {
  const frames = new Uint8Array(frameCount * width * height * 3)
  for (let i = 0; i < frameCount * width * height; i++) {
    const [x, y, f] = [i % width, Math.floor(i / width) % height, Math.floor(i / width / height)]
    const isDisc = Math.hypot(x - width / 4 - f, y - height / 2) < height / 5
    frames.set(isDisc ? [200, 40, 30] : y < height / 2 ? [150, 190, 220] : [110, 110, 105], 3 * i)
  }
  return { frames, width, height, frameCount, fps: 12 }
}

/** Mean square of what comes back of a film, in levels of 255. */
async function measureLoss(model: Model, film: Footage, refines: boolean): Promise<number> {
  const decoded: Uint8Array[] = []
  for await (const frame of decodeLatents(model, await encodeFilm(model, film, refines), true))
    decoded.push(frame)
  const bytes = Buffer.concat(decoded)
  return film.frames.reduce((sum, value, i) => sum + (value - bytes[i]) ** 2, 0) / film.frames.length
}

test('latents that were refined paint a film better, in all its chunks', async () => {
  const model = await openModel({ lazily: true })
  const film = drawFilm(model.size.width, model.size.height, 29)
  const [before, after] = [await measureLoss(model, film, false), await measureLoss(model, film, true)]
  assert.ok(after < 0.85 * before, `${before} became ${after}`)
  await model.close()
})

test('what came before a chunk is not refined', async () => {
  const config = describeTiny(16, 5)
  const model = await assembleModel(config, drawWeights(config))
  const { frames } = drawFilm(32, 32, 16)
  const before = createRandom(1).fillNormal(new Float32Array(16 * 4))
  const [refined, found] = [await model.encodeChunk(frames, { before }), await model.encodeChunk(frames)]
  assert.deepEqual(refined.subarray(0, before.length), before)
  assert.notDeepEqual(refined.subarray(before.length), found.subarray(before.length))
  await model.close()
})
