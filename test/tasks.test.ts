import assert from 'node:assert/strict'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { before, test } from 'node:test'
import sharp from 'sharp'
import { measurePsnr } from '../src/evaluate/index.ts'
import {
  connect,
  edit,
  extend,
  imageToVideo,
  open,
  readVideo,
  textToVideo,
  type Video,
} from '../src/index.ts'
import { saveVideo } from '../src/media/index.ts'
import { decodeLatents, encodeFilm } from '../src/sample/index.ts'
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

/** A true film, what the autoencoder makes of its first and its last frame, and its words. */
async function filmTruth(model: Awaited<ReturnType<typeof open>>, seed: number, frameCount: number) {
  const scene = sampleScene(seed, { frameCount, ...curricula.first, bodies: [1] })
  const { frames, width, height, fps, shortCaption } = filmScene(scene)
  const bytes = width * height * 3
  const film = { frames, frameCount, width, height, fps }
  const decoded: Uint8Array[] = []
  for await (const frame of decodeLatents(model, await encodeFilm(model, film), true)) decoded.push(frame)
  const [first, last] = [frames.slice(0, bytes), frames.slice(-bytes)]
  const own = [measurePsnr(first, decoded[0]), measurePsnr(last, decoded[frameCount - 1])]
  return { film, first, last, own, words: shortCaption }
}

test('first and last picture: both come back as well as the autoencoder lets them', async () => {
  const model = await open()
  const image = (pixels: Uint8Array) => ({ pixels, changes: [] })
  for (const seed of [9_000_001, 9_000_003]) {
    const { first, last, own, words } = await filmTruth(model, seed, 24)
    const pictures = { first: image(first), last: image(last) }
    const frames = [...(await imageToVideo(model, pictures, words, { seconds: 2 })).frames()]
    const alone = [...(await imageToVideo(model, { last: image(last) }, words, { seconds: 2 })).frames()]
    const found = [frames[0], frames[23], alone[23]].map((frame, i) => measurePsnr(i ? last : first, frame))
    assert.ok(found[0] > own[0] - 0.01, `${found[0]} dB, of ${own[0]} at best`)
    for (const psnr of found.slice(1)) assert.ok(psnr > own[1] - 1, `${psnr} dB, of ${own[1]} at best`)
  }
  await model.close()
})

test('a film file goes on without a jump in sharpness, and is connected without a cut', async () => {
  const model = await open()
  const { film, words } = await filmTruth(model, 9_000_002, 24)
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'aozora-tasks-')), 'film.gif')
  await saveVideo(file, film.frames, film)
  const source = await readVideo(model, file)
  assert.deepEqual([source.frameCount, source.changes], [24, []])
  const longer = await extend(model, file, { prompt: words, seconds: 1 })
  assert.deepEqual(longer.film.frames.slice(0, source.frames.length), new Uint8Array(source.frames))
  // Nothing moves here; the autoencoder alone would change the picture by 8.7 of 255 at the join.
  assert.ok(changesOf(longer)[23] < 3, `${changesOf(longer)[23]} at the join`)
  const both = await connect(model, [source, source], { prompt: words, seconds: 2 })
  const changes = changesOf(both)
  assert.ok(Math.max(...changes.slice(23, 48)) < 3, `${Math.max(...changes.slice(23, 48))}`)
  await model.close()
})
