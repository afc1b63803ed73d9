import assert from 'node:assert/strict'
import { test } from 'node:test'
import { describeTiny, drawWeights } from '../../test/untrained.ts'
import { createRandom } from '../array/index.ts'
import { captionerSpecs, initializeParameters } from '../model/index.ts'
import { seedOfTake } from './candidates.ts'
import {
  assembleModel,
  connect,
  extendBackward,
  type Finished,
  frameSize,
  measureChanges,
  textToVideo,
} from './index.ts'
import { assembleJudge } from './judge.ts'

const config = describeTiny(4, 6)

const captioner = {
  latentChannels: 4,
  patch: 2,
  frames: 7,
  height: 2,
  width: 2,
  captionLength: 12,
  language: { vocabulary: 257, width: 32, depth: 1, heads: 2 },
  pairs: [],
}

/** A real model with a real judge, neither of which has learned anything. */
async function openUntrained() {
  const tensors = drawWeights(config)
  const random = createRandom(5)
  const judge = assembleJudge(captioner, () => initializeParameters(captionerSpecs(captioner), random))
  return {
    plain: await assembleModel(config, tensors),
    model: await assembleModel(config, tensors, { judge }),
  }
}

/** One product for several films may add up in another order than one for each. */
function assertAlike(frames: Uint8Array, expected: Uint8Array): void {
  assert.equal(frames.length, expected.length)
  const most = frames.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i])), 0)
  assert.ok(most <= 1, `${most} of 255 apart`)
}

const best = (ratings: readonly number[]) => ratings.indexOf(Math.max(...ratings))

test('of several films that are begun, the one goes on that the judge finds likeliest, or a variation of it', async () => {
  const { plain, model } = await openUntrained()
  const quick = { seconds: 8, seed: 2 ** 31 - 2, numInferenceSteps: 2, guidanceScale: 1 }
  const rate = ({ latents }: Finished) =>
    model.judge!.rate(latents.slice(0, config.window * frameSize(model)), 'a red ball')
  const ratings: number[] = []
  for (let take = 0; take < 4; take++) {
    const seed = seedOfTake(quick.seed, take)
    const begun: Promise<number>[] = []
    await textToVideo(plain, 'a red ball', { ...quick, seed, onWindow: made => begun.push(rate(made)) })
    ratings.push(await begun[0])
  }
  assert.ok(ratings.every(rating => rating < 0) && new Set(ratings).size === 4, ratings.join(' '))
  const [kept, seen]: [Finished[], number[]] = [[], []]
  const options = { ...quick, candidates: 8 }
  const film = await textToVideo(model, 'a red ball', {
    ...options,
    onWindow: ({ latents, ...made }) => kept.push({ ...made, latents: latents.slice() }),
    onProgress: ({ step, steps }) => seen.push(step / steps),
  })
  assert.deepEqual([film.origin.seed, film.origin.candidates], [quick.seed, 8])
  assert.deepEqual([seen.at(-1), seen.toSorted((a, b) => a - b)], [1, seen])
  const chosen = await rate(kept[0])
  // Eight variations of an unlearned model's film are as unlike it as others: one of them is better.
  assert.ok(chosen > Math.max(...ratings), `${chosen}, best of ${ratings.join(' ')}`)
  // What is finished says which candidate it is of.
  assert.ok(kept.length > 3 && kept.every(({ take }) => take === best(ratings)))
  const resumed = await textToVideo(model, 'a red ball', { ...options, finished: kept[1] })
  assert.deepEqual(resumed.frames, film.frames)
  // Many are begun in several groups, and stop together.
  const stop = new AbortController()
  const onProgress = () => stop.abort()
  const stopped = textToVideo(model, 'a red ball', {
    ...options,
    candidates: 10,
    signal: stop.signal,
    onProgress,
  })
  await assert.rejects(stopped, { name: 'AbortError' })
  // Without a judge there is nothing to choose by.
  const once = await textToVideo(plain, 'a red ball', { ...quick, candidates: 4 })
  assert.equal(once.origin.candidates, undefined)
  await assert.rejects(textToVideo(model, 'a ball', { candidates: 0 }), /`candidates` must be .* got 0/)
  await plain.close()
  await model.close()
})

test('of several films that join two others, the one is kept whose hardest cut is softest', async () => {
  const { plain, model } = await openUntrained()
  const quick = { seconds: 1, numInferenceSteps: 2, guidanceScale: 1 }
  const first = await textToVideo(plain, 'a ball', quick)
  const second = await textToVideo(plain, 'a red ball', { ...quick, seed: 1 })
  const join = (seed: number, candidates: number) =>
    connect(plain, [first, second], 'a ball', { ...quick, seed, candidates })
  const cuts: number[] = []
  for (let take = 0; take < 4; take++) {
    const changes = measureChanges((await join(seedOfTake(5, take), 1)).frames, 32 * 32 * 3)
    cuts.push(Math.max(...changes.slice(first.frameCount - 1, -(second.frameCount - 1))))
  }
  assert.ok(new Set(cuts).size > 1, cuts.join(' '))
  const soft = await join(seedOfTake(5, best(cuts.map(cut => -cut))), 1)
  assertAlike((await join(5, 4)).frames, soft.frames)
  // Backward, where windows reach to before the film's first frame.
  const lead = (seed: number, candidates: number) =>
    extendBackward(plain, second, 'a ball', { ...quick, seed, candidates })
  const leads: number[] = []
  for (let take = 0; take < 4; take++) {
    const made = await lead(seedOfTake(5, take), 1)
    const end = (made.frameCount - second.frameCount + 1) * 32 * 32 * 3
    leads.push(-Math.max(...measureChanges(made.frames.subarray(0, end), 32 * 32 * 3)))
  }
  assertAlike((await lead(5, 4)).frames, (await lead(seedOfTake(5, best(leads)), 1)).frames)
  await plain.close()
  await model.close()
})

test('of a larger film the judge sees what lies where the own shape does', async () => {
  const random = createRandom(6)
  const load = () => initializeParameters(captionerSpecs(captioner), createRandom(5))
  const own = assembleJudge(captioner, load)
  const wide = assembleJudge(captioner, load, {}, { width: 8, height: 2, left: 2, top: 0 })
  const middle = random.fillNormal(new Float32Array(7 * 4 * 2 * 2))
  const larger = random.fillNormal(new Float32Array(7 * 4 * 2 * 8))
  for (let row = 0; row < 7 * 4 * 2; row++) larger.set(middle.subarray(row * 2, row * 2 + 2), row * 8 + 2)
  assert.equal(await wide.rate(larger, 'a red ball'), await own.rate(middle, 'a red ball'))
  larger[2] += 1
  assert.notEqual(await wide.rate(larger, 'a red ball'), await own.rate(middle, 'a red ball'))
  await Promise.all([own.close(), wide.close()])
})
