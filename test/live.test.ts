import assert from 'node:assert/strict'
import { test } from 'node:test'
import { textToVideo, variations } from '../src/index.ts'
import { type Direction, live, openModel, paceFrames } from '../src/sample/index.ts'
import { writeTinyModel } from './serving/fixtures.ts'

async function take(frames: AsyncIterator<Uint8Array>, count: number): Promise<Uint8Array[]> {
  const taken: Uint8Array[] = []
  while (taken.length < count) taken.push((await frames.next()).value)
  return taken
}

test('an endless film goes on by its seed, changes its words and is cut, in constant memory', async () => {
  const model = await openModel({ folder: writeTinyModel() })
  const quick = { seed: 4, numInferenceSteps: 1 }
  const start = (direction: Direction) => live(model, direction, quick)
  const whole = await take(start({ prompt: 'a red ball', take: 0 }), 60)
  assert.ok(whole.every(frame => frame.length === 32 * 32 * 3))
  assert.deepEqual(await take(start({ prompt: 'a red ball', take: 0 }), 20), whole.slice(0, 20))
  const direction = { prompt: 'a red ball', take: 0 }
  const changed = start(direction)
  // The first window has 13 frames, of which the last four wait for the next one: what comes behind is told otherwise.
  assert.deepEqual(await take(changed, 5), whole.slice(0, 5))
  direction.prompt = 'a blue ball rolls left'
  assert.deepEqual(await take(changed, 4), whole.slice(5, 9))
  assert.notDeepEqual(await take(changed, 8), whole.slice(9, 17))
  // A cut leaves out the rest of its window.
  const cut = { prompt: 'a red ball', take: 0 }
  const anew = start(cut)
  assert.deepEqual(await take(anew, 2), whole.slice(0, 2))
  cut.take++
  assert.notDeepEqual(await take(anew, 1), whole.slice(2, 3))
  await model.close()
})

test('variations go through the seeds, one after the other', async () => {
  const model = await openModel({ folder: writeTinyModel() })
  const options = { seconds: 1, numInferenceSteps: 1 }
  const make = (seed: number) => textToVideo(model, 'a ball', { ...options, seed })
  const seeds: number[] = []
  for await (const { film } of variations(make, { count: 3, seed: 7 })) seeds.push(film.origin.seed)
  assert.deepEqual(seeds, [7, 8, 9])
  await model.close()
})

test('paced frames come at their rate and are made ahead; what goes wrong arrives', async () => {
  let made = 0
  async function* frames() {
    for (let i = 0; i < 9; i++) {
      made++
      yield Uint8Array.of(i)
    }
    throw new RangeError('no more')
  }
  const started = performance.now()
  const seen: number[] = []
  const run = async () => {
    for await (const [number] of paceFrames(frames(), 50, 4)) {
      seen.push(number)
      if (number === 0) await new Promise(resolve => setTimeout(resolve, 5))
      if (number === 0) assert.equal(made, 5)
    }
  }
  await assert.rejects(run(), /no more/)
  assert.deepEqual(seen, [0, 1, 2, 3, 4, 5, 6, 7, 8])
  assert.ok(performance.now() - started > 155)
})
