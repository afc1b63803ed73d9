import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRandom } from '../array/index.ts'
import {
  eulerStep,
  guide,
  interpolate,
  multistep,
  SMALLEST_WEIGHTED_LEVEL,
  sampleNoiseMap,
  shiftLevel,
  timesteps,
  velocityWeight,
} from './index.ts'

const close = (a: number, b: number) => assert.ok(Math.abs(a - b) < 1e-12, `${a} is not ${b}`)

/** The velocity of the path, from a point on it and the data it leads to. */
const velocityOf = (noisy: number, data: number, t: number) => (noisy - data) / t

test('the path is straight: its velocity is noise - data everywhere', () => {
  for (const t of [0.05, 0.3, 1]) close(velocityOf(interpolate(-2, 5, t), -2, t), 7)
  close(interpolate(3, 5, 0), 3)
  close(interpolate(3, 5, 1), 5)
})

test('an error of the data weighs as the error of the velocity', () => {
  for (const t of [SMALLEST_WEIGHTED_LEVEL, 0.3, 1]) {
    const error = velocityOf(0.7, 0.2, t) - velocityOf(0.7, 0.1, t)
    close(error ** 2, 0.1 ** 2 * velocityWeight(t))
  }
  assert.equal(velocityWeight(0), velocityWeight(SMALLEST_WEIGHTED_LEVEL))
})

test('Euler steps along an exact velocity end at the data, however few', () => {
  for (const steps of [1, 3, 20]) {
    const levels = timesteps(steps, 2.5)
    assert.equal(levels.length, steps + 1)
    assert.deepEqual([levels[0], levels[steps]], [1, 0])
    let x = 4
    for (let i = 0; i < steps; i++) {
      assert.ok(levels[i] > levels[i + 1])
      const { keep, now } = eulerStep(levels[i], levels[i + 1])
      x = keep * x + now * -1
    }
    close(x, -1)
  }
})

test('a sampler that begins below 1 begins exactly there', () => {
  for (const from of [0.3, 0.6, 1]) {
    const levels = timesteps(7, 2.5, from)
    close(levels[0], from)
    assert.equal(levels[7], 0)
    assert.ok(levels.every((level, i) => i === 0 || level < levels[i - 1]))
  }
})

test('the shift keeps the ends and can be undone by its inverse', () => {
  for (const s of [0, 0.2, 0.7, 1]) close(shiftLevel(shiftLevel(s, 2.5), 1 / 2.5), s)
})

test('guidance: 1 is the prompt alone, 0 is without it, more goes beyond', () => {
  assert.deepEqual([guide(3, 1, 1), guide(3, 1, 0), guide(3, 1, 2)], [3, 1, 5])
})

test('noise maps: shares of the mixture, known frames little noised, one level for the rest', () => {
  const random = createRandom(5)
  const count = 4000
  let [known, shared] = [0, 0]
  for (let i = 0; i < count; i++) {
    const map = sampleNoiseMap(random, 8)
    assert.equal(map.levels.length, 8)
    assert.ok(map.levels.every(level => level >= 0 && level <= 1))
    const unknown = new Set(map.levels.filter((_, f) => !map.known[f]))
    if (map.known.some(Boolean)) {
      known++
      assert.ok(unknown.size <= 1)
      assert.ok(map.levels.every((level, f) => !map.known[f] || level <= 0.2))
    } else if (unknown.size === 1) shared++
  }
  assert.ok(Math.abs(known / count - 0.4) < 0.04, `known ${known / count}`)
  assert.ok(Math.abs(shared / count - 0.4) < 0.04, `shared ${shared / count}`)
})

test('noise maps: an anchor is always known, the rest as ever', () => {
  for (let seed = 0; seed < 200; seed++) {
    const plain = sampleNoiseMap(createRandom(seed), 8)
    const { levels, known } = sampleNoiseMap(createRandom(seed), 8, true)
    assert.ok(known[0] && levels[0] <= 0.2)
    assert.deepEqual([levels.slice(1), known.slice(1)], [plain.levels.slice(1), plain.known.slice(1)])
  }
})

test('a step of either order is exact when the prediction does not change', () => {
  for (const [t, next, previous] of [
    [1, 0.7, undefined],
    [0.7, 0.3, 1],
    [0.3, 0.1, 0.7],
    [0.1, 0, 0.3],
  ] as const) {
    const x = interpolate(-2, 5, t)
    for (const { keep, now, before } of [eulerStep(t, next), multistep(t, next, previous)]) {
      close(keep * x + (now + before) * -2, interpolate(-2, 5, next))
    }
  }
})

test('the solver of second order: half the step, a quarter of the error', () => {
  // Data of mean 3 and deviation 0.5, where the best prediction and the way it leads are known in closed form.
  const spread = (t: number) => Math.sqrt((0.5 * (1 - t)) ** 2 + t ** 2)
  const exact = (t: number) => 3 * (1 - t) + spread(t) * 1.3
  const predict = (x: number, t: number) => 3 + ((0.25 * (1 - t)) / spread(t) ** 2) * (x - 3 * (1 - t))
  const errorOf = (steps: number, solver: typeof multistep) => {
    const levels = Array.from({ length: steps + 1 }, (_, i) => 0.95 - (0.85 * i) / steps)
    let [x, last] = [exact(levels[0]), 0]
    for (let i = 0; i < steps; i++) {
      const data = predict(x, levels[i])
      const { keep, now, before } = solver(levels[i], levels[i + 1], levels[i - 1])
      ;[x, last] = [keep * x + now * data + before * last, data]
    }
    return Math.abs(x - exact(levels[steps]))
  }
  const euler = errorOf(40, eulerStep) / errorOf(80, eulerStep)
  const second = errorOf(40, multistep) / errorOf(80, multistep)
  assert.ok(euler > 1.8 && euler < 2.2, `first order: ${euler}`)
  assert.ok(second > 3.5 && second < 4.5, `second order: ${second}`)
})
