import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import sharp from 'sharp'
import { measurePsnr } from '../src/evaluate/index.ts'
import { edit, extend, imageToVideo, open, textToVideo, type Video } from '../src/index.ts'
import { curricula, filmScene, loadPhysics, sampleScene } from '../src/world/index.ts'

// Every task with the bundled model: what is known must come back, what is new must go on from it.

before(loadPhysics)

const prompt = 'a large blue cube slides slowly to the left on a plain grey floor'

test('image to video: the film begins with the picture', async () => {
  const model = await open()
  const { frames, width, height } = filmScene(
    sampleScene(9_000_001, { frameCount: 1, ...curricula.first, bodies: [1] }),
  )
  const png = await sharp(frames, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer()
  const video = await imageToVideo(model, png, prompt, { seconds: 1 })
  const [first] = video.frames()
  const psnr = measurePsnr(frames, first)
  assert.ok(psnr > 24, `${psnr} dB`)
  await assert.rejects(
    imageToVideo(model, Buffer.from('no picture'), prompt),
    /the image cannot be read as a picture/,
  )
  await assert.rejects(imageToVideo(model, 'nowhere.png', prompt), /nowhere\.png cannot be read/)
  await model.close()
})

/** How much each frame differs from the one before it: root mean square, in sRGB steps of 255. */
function changesOf(video: Video): number[] {
  const frames = [...video.frames()]
  return frames.slice(1).map((frame, i) => 255 / 10 ** (measurePsnr(frames[i], frame) / 20))
}

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]

test('extend: the join is no jump', async () => {
  const model = await open()
  const video = await textToVideo(model, prompt, { seconds: 2 })
  const longer = await extend(model, video, { prompt, seconds: 2 })
  assert.deepEqual([longer.seconds, longer.frameCount], [4, 48])
  const changes = changesOf(longer)
  assert.ok(changes[23] < 4 * median(changes), `${changes[23]} at the join, ${median(changes)} elsewhere`)
  await model.close()
})

test('edit: the weaker, the nearer to the film; at full strength nothing is left of it', async () => {
  const model = await open()
  const video = await textToVideo(model, prompt, { seconds: 2, seed: 3 })
  const nearness = async (strength: number) => {
    const edited = await edit(model, video, { prompt, strength, seed: 4 })
    assert.equal(edited.frameCount, video.frameCount)
    return measurePsnr(edited.film.frames, video.film.frames)
  }
  const [weak, middle, full] = [await nearness(0.2), await nearness(0.6), await nearness(1)]
  assert.ok(weak > middle && middle > full, `${weak}, ${middle}, ${full} dB`)
  await assert.rejects(
    edit(model, video, { prompt, strength: 0 }),
    /`strength` must be above 0 and at most 1, got 0/,
  )
  await model.close()
})
