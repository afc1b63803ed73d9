import assert from 'node:assert/strict'
import { test } from 'node:test'
import { describeTiny, drawWeights } from '../../test/untrained.ts'
import { createRandom } from '../array/index.ts'
import {
  assembleModel,
  boxMask,
  connect,
  denoise,
  extend,
  extendBackward,
  type Finished,
  type Footage,
  frameSize,
  imageToVideo,
  inpaint,
  loop,
  measureChanges,
  openModel,
  storyboard,
  textToVideo,
} from './index.ts'

const config = describeTiny(16, 5)
const untrained = () => drawWeights(config)

test('the same seed makes the same film, another seed or prompt another', async () => {
  const model = await assembleModel(config, untrained())
  const make = (prompt: string, seed: number) =>
    textToVideo(model, prompt, { seconds: 1, seed, numInferenceSteps: 2 })
  const film = await make('a red ball', 1)
  assert.deepEqual([film.frameCount, film.width, film.height, film.fps], [8, 32, 32, 8])
  assert.equal(film.frames.length, 8 * 32 * 32 * 3)
  assert.deepEqual((await make('a red ball', 1)).frames, film.frames)
  assert.notDeepEqual((await make('a red ball', 2)).frames, film.frames)
  assert.notDeepEqual((await make('a ball', 1)).frames, film.frames)
  assert.deepEqual((await make('a pink ball', 1)).unknownWords, ['pink'])
  await model.close()
})

test('long films go window by window: every length has all its frames, and progress counts all steps', async () => {
  const model = await assembleModel(config, untrained())
  for (const seconds of [1, 2, 3, 7]) {
    const seen: number[] = []
    const film = await textToVideo(model, 'a ball', {
      seconds,
      numInferenceSteps: 2,
      onProgress: ({ step, steps }) => seen.push(step / steps),
    })
    assert.equal(film.frameCount, seconds * 8)
    const last = film.frames.subarray(-32 * 32 * 3)
    assert.ok(
      last.some(value => value !== last[0]),
      'the last frame was made',
    )
    assert.equal(seen[seen.length - 1], 1)
    assert.ok(seen.every((value, i) => i === 0 || value > seen[i - 1]))
  }
  await model.close()
})

test('a long film is shown its anchor in front of what it goes on from, and marked as such', async () => {
  const model = await assembleModel(config, untrained())
  const size = frameSize(model)
  const seen: { first: number; latents: Float32Array; level: number }[] = []
  let made = new Float32Array(0)
  await textToVideo(
    {
      ...model,
      predict: inputs => {
        const [first, level] = [inputs.first.data[0], inputs.levels.data[0]]
        seen.push({ first, level, latents: Float32Array.from(inputs.latents.data).slice(0, size) })
        return model.predict(inputs)
      },
    },
    'a ball',
    { seconds: 12, numInferenceSteps: 1, onWindow: ({ latents }) => (made = Float32Array.from(latents)) },
  )
  // 25 latent frames in windows of 5: two new ones each until the 15th is there, then one each, behind the anchor.
  assert.deepEqual(
    seen.map(({ first }) => first),
    [1, ...new Array(6).fill(0), ...new Array(8).fill(-1)].slice(0, seen.length),
  )
  assert.equal(seen.length, 15)
  const anchor = made.subarray(8 * size, 9 * size)
  for (const { latents, level } of seen.slice(7)) {
    // Noised a little, as all that is known.
    const error = Math.sqrt(latents.reduce((sum, x, i) => sum + (x - anchor[i]) ** 2, 0) / size)
    assert.ok(error < 2 * level * Math.max(1, ...anchor.map(Math.abs)), `${error}`)
  }
  await model.close()
})

test('what is known stays as it is, and changes what is made', async () => {
  const model = await assembleModel(config, untrained())
  const size = frameSize(model)
  const known = [true, true, false, false, false]
  const run = (latents: Float32Array) => {
    const ids = new Int32Array(6)
    return denoise(
      model,
      { latents, known, isStart: true, ids, negativeIds: ids },
      { numInferenceSteps: 3, guidanceScale: 1, random: createRandom(8) },
    )
  }
  const [a, b] = [1, 2].map(seed => createRandom(seed).fillNormal(new Float32Array(5 * size)))
  const [madeA, madeB] = [await run(a), await run(b)]
  assert.deepEqual(madeA.subarray(0, 2 * size), a.subarray(0, 2 * size))
  assert.notDeepEqual(madeA.subarray(2 * size), madeB.subarray(2 * size))
  await model.close()
})

test('a picture begins the film: whatever follows, the first frame changes by no more than the decoder sees of that', async () => {
  const model = await assembleModel(config, untrained())
  const picture = Uint8Array.from({ length: 32 * 32 * 3 }, (_, i) => (i * 7) % 256)
  const make = (prompt: string, seed: number) =>
    imageToVideo(model, { first: picture }, prompt, { seconds: 1, seed, numInferenceSteps: 2 })
  const [a, b] = [await make('a ball', 1), await make('a red ball', 2)]
  const first = 32 * 32 * 3
  const apart = a.frames.map((value, i) => Math.abs(value - b.frames[i]))
  const mean = (part: Uint8Array) => part.reduce((sum, value) => sum + value, 0) / part.length
  const [opening, rest] = [apart.subarray(0, first), apart.subarray(first)].map(mean)
  assert.ok(opening < rest / 2, `${opening} and ${rest}`)
  await assert.rejects(
    imageToVideo(model, { first: new Uint8Array(3) }, 'a ball'),
    /picture must hold 3072 bytes, got 3/,
  )
  await model.close()
})

test('a film goes on: its frames stay, new ones come, and depend on how it ended', async () => {
  const model = await assembleModel(config, untrained())
  const [a, b] = [1, 2].map(seed => textToVideo(model, 'a ball', { seconds: 2, seed, numInferenceSteps: 2 }))
  const more = async (film: Awaited<typeof a>) =>
    extend(model, film, 'a red ball', { seconds: 3, numInferenceSteps: 2 })
  const [longA, longB] = [await more(await a), await more(await b)]
  assert.equal(longA.frameCount, 5 * 8)
  assert.deepEqual(longA.frames.subarray(0, (await a).frames.length), (await a).frames)
  const [tailA, tailB] = [longA, longB].map(film => film.frames.subarray((16 + 4) * 32 * 32 * 3))
  assert.notDeepEqual(tailA, tailB)
  const short = await textToVideo(model, 'a ball', { seconds: 1, numInferenceSteps: 2 })
  assert.equal((await more(short)).frameCount, 4 * 8)
  await assert.rejects(extend(model, { ...short, width: 64 }, 'a ball'), /film must be 32x32, got 64x32/)
  await model.close()
})

test('a signal stops the work between two steps', async () => {
  const model = await assembleModel(config, untrained())
  const controller = new AbortController()
  const steps: number[] = []
  await assert.rejects(
    textToVideo(model, 'a ball', {
      seconds: 7,
      numInferenceSteps: 10,
      signal: controller.signal,
      onProgress: ({ step }) => {
        steps.push(step)
        if (step === 3) controller.abort()
      },
    }),
    { name: 'AbortError' },
  )
  assert.deepEqual(steps, [1, 2, 3])
  await model.close()
})

test('bad input is named with the rule and the value', async () => {
  const model = await assembleModel(config, untrained())
  const cases = [
    [{ seconds: 0 }, '`seconds` must be a whole number from 1 to 60, got 0'],
    [{ seconds: 61 }, '`seconds` must be a whole number from 1 to 60, got 61'],
    [{ seed: -1 }, '`seed` must be a whole number from 0 to 2147483647, got -1'],
    [{ numInferenceSteps: 0.5 }, '`numInferenceSteps` must be a whole number from 1 to 1000, got 0.5'],
    [{ guidanceScale: Number.NaN }, '`guidanceScale` must be from 0 to 30, got NaN'],
  ] as const
  for (const [options, message] of cases) {
    await assert.rejects(textToVideo(model, 'a ball', options), { name: 'RangeError', message })
  }
  await model.close()
  await assert.rejects(openModel({ folder: 'nowhere' }), /config\.json is missing/)
  const { 'transformer.embed': _, ...rest } = untrained()
  await assert.rejects(assembleModel(config, rest), /parameter embed is missing/)
})

test('a film goes on from its finished windows to the same film, and shows previews on its way', async () => {
  const model = await assembleModel(config, untrained())
  const kept: Finished[] = []
  const previews: Promise<Footage>[] = []
  const options = { seconds: 5, seed: 3, numInferenceSteps: 2 }
  const whole = await textToVideo(model, 'a red ball', {
    ...options,
    onWindow: ({ windows, latents }) => kept.push({ windows, latents: latents.slice() }),
    onProgress: ({ preview }) => previews.push(preview()),
  })
  assert.ok(kept.length > 2)
  for (const finished of kept) {
    let steps = 0
    const onProgress = () => steps++
    const { frames } = await textToVideo(model, 'a red ball', { ...options, finished, onProgress })
    assert.deepEqual(frames, whole.frames)
    assert.equal(steps, 2 * (kept.length - finished.windows))
  }
  for (const [i, preview] of previews.entries()) {
    const { frames, frameCount, width, height } = await preview
    // The first window begins with a latent frame of one picture.
    assert.deepEqual([frameCount, width, height], [i < 2 ? 17 : 20, 8, 8])
    assert.equal(frames.length, frameCount * 8 * 8 * 3)
  }
  await model.close()
})

test('backward, connected, storyboards: every frame that was there is still there', async () => {
  const model = await assembleModel(config, untrained())
  const quick = { numInferenceSteps: 2 }
  const film = await textToVideo(model, 'a ball', { ...quick, seconds: 2 })
  const second = await textToVideo(model, 'a red ball', { ...quick, seconds: 1 })
  const before = await extendBackward(model, film, 'a ball', { ...quick, seconds: 3 })
  assert.equal(before.frameCount, 40)
  assert.deepEqual(before.frames.slice(-film.frames.length), film.frames)
  const both = await connect(model, [film, second], 'a ball', { ...quick, seconds: 1 })
  assert.equal(both.frameCount, 32)
  assert.deepEqual(both.frames.slice(0, film.frames.length), film.frames)
  assert.deepEqual(both.frames.slice(-second.frames.length), second.frames)
  const one = await storyboard(model, [{ prompt: 'a ball', seconds: 2 }], quick)
  assert.deepEqual(one.frames, film.frames)
  const shots = [
    { prompt: 'a ball', seconds: 3 },
    { prompt: 'a red ball', seconds: 3 },
  ]
  const two = await storyboard(model, shots, quick)
  const plain = await textToVideo(model, 'a ball', { ...quick, seconds: 6 })
  assert.equal(two.frameCount, 48)
  const half = two.frames.length / 2
  assert.deepEqual(two.frames.slice(0, half / 2), plain.frames.slice(0, half / 2))
  assert.notDeepEqual(two.frames.slice(half), plain.frames.slice(half))
  await model.close()
})

test('inpainting: outside the part and its seconds every pixel is as it was, inside it is new', async () => {
  const model = await assembleModel({ ...config, width: 64, height: 64 }, untrained())
  const size = { width: 64, height: 64 }
  const frames = Uint8Array.from({ length: 45 * 64 * 64 * 3 }, (_, i) => (i * 31) % 251)
  const film = { frames, frameCount: 45, ...size, fps: 8 }
  const mask = boxMask(size, { x: 20, y: 8, width: 12, height: 100 })
  assert.deepEqual(
    [mask[7 * 64 + 20], mask[8 * 64 + 20], mask[63 * 64 + 31], mask[63 * 64 + 32]],
    [0, 255, 255, 0],
  )
  const quick = { numInferenceSteps: 2, guidanceScale: 1 }
  const changed = async (seed: number, from?: number, to?: number) => {
    const made = await inpaint(model, film, 'a red ball', { ...quick, seed, mask, from, to })
    assert.deepEqual([made.frameCount, made.origin.task], [45, 'inpaint'])
    const where = new Set<number>()
    made.frames.forEach((value, i) => {
      if (value !== frames[i]) where.add(Math.floor(i / 3))
    })
    return { made, where: [...where] }
  }
  const { made, where } = await changed(1)
  const columns = where.map(pixel => pixel % 64)
  // The box, and four pixels around it over which it fades.
  assert.deepEqual([Math.min(...columns), Math.max(...columns)], [16, 35])
  assert.equal(Math.min(...where.map(pixel => Math.floor(pixel / 64) % 64)), 4)
  assert.deepEqual(new Set(where.map(pixel => Math.floor(pixel / 64 / 64))).size, 45)
  assert.deepEqual((await changed(1)).made.frames, made.frames)
  assert.notDeepEqual((await changed(2)).made.frames, made.frames)
  const part = new Set((await changed(1, 3, 4)).where.map(pixel => Math.floor(pixel / 64 / 64)))
  assert.deepEqual([...part], [24, 25, 26, 27, 28, 29, 30, 31])
  const wrong = (options: object, message: RegExp) =>
    assert.rejects(inpaint(model, film, 'a ball', { mask, ...quick, ...options }), message)
  await wrong({ from: 4, to: 2 }, /`from` and `to` must lie in order from 0 to 5.625 s, got 4 and 2/)
  await wrong({ to: 9 }, /must lie in order from 0 to 5.625 s, got 0 and 9/)
  await wrong({ mask: new Uint8Array(64 * 64) }, /the mask must mark something/)
  await wrong({ mask: new Uint8Array(64) }, /the mask must hold 4096 pixels, got 64/)
  assert.throws(
    () => boxMask(size, { x: 64, y: 0, width: 5, height: 5 }),
    /box must lie inside 64x64 pixels, got 64,0,5,5/,
  )
  await model.close()
})

test('a loop is round: it begins anywhere, where it moves least, and is longer or shorter than what the model sees at once', async () => {
  const model = await assembleModel(config, untrained())
  for (const seconds of [2, 5]) {
    const [seen, kept]: [number[], Finished[]] = [[], []]
    const options = { numInferenceSteps: 2, seconds, seed: 3, candidates: seconds }
    const round = await loop(model, 'a ball', {
      ...options,
      onProgress: ({ step, steps }) => seen.push(step / steps),
      onWindow: ({ windows, latents }) => kept.push({ windows, latents: latents.slice() }),
    })
    assert.deepEqual([round.frameCount, round.origin.task], [8 * seconds, 'loop'])
    assert.deepEqual([round.origin.numInferenceSteps, round.origin.candidates], [2, seconds])
    assert.ok(seen.every((share, i) => i === 0 || share > seen[i - 1]) && seen.at(-1) === 1, `${seen}`)
    const bytes = round.frames.length / round.frameCount
    const changes = measureChanges(Buffer.concat([round.frames, round.frames.subarray(0, bytes)]), bytes)
    assert.equal(changes.at(-1), Math.min(...changes))
    // Turned by a latent frame, what was made is the same film: its end comes before its beginning for the decoder too.
    const [{ latents }] = kept
    const size = latents.length / (2 * seconds)
    const turned = Float32Array.from([...latents.subarray(size), ...latents.subarray(0, size)])
    const resumed = { ...options, finished: { windows: 1, latents: turned } }
    assert.deepEqual((await loop(model, 'a ball', resumed)).frames, round.frames)
  }
  for (const seconds of [1, 13]) {
    const refusal = new RegExp(`\`seconds\` of a loop must be from 2 to 12, got ${seconds}`)
    await assert.rejects(loop(model, 'a ball', { seconds }), refusal)
  }
  await model.close()
})
