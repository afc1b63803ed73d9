import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRandom } from '../array/index.ts'
import { estimateMean } from './bootstrap.ts'
import { measurePsnr, measureSsim } from './index.ts'
import { packNetwork, runNetwork, unpackNetwork } from './network.ts'
import { trainNetwork } from './networkTraining.ts'
import { fitParabola, measureVelocities, noPhysics } from './physics.ts'
import { summarize } from './summary.ts'

test('psnr', () => {
  assert.ok(Math.abs(measurePsnr(Uint8Array.of(0, 0, 0), Uint8Array.of(255, 255, 255))) < 1e-12)
  const masked = measurePsnr(
    Uint8Array.of(9, 9, 9, 1, 1, 1),
    Uint8Array.of(0, 0, 0, 2, 2, 2),
    Uint8Array.of(0, 1),
  )
  assert.ok(Math.abs(masked - 20 * Math.log10(255)) < 1e-9)
  assert.throws(() => measurePsnr(new Uint8Array(3), new Uint8Array(6)), /got 3 and 6/)
})

test('ssim of flat pictures is what the formula says, of equal ones 1', () => {
  const size = { width: 16, height: 16 }
  const flat = (value: number) => new Uint8Array(16 * 16 * 3).fill(value)
  const c1 = (0.01 * 255) ** 2
  const expected = (2 * 100 * 140 + c1) / (100 ** 2 + 140 ** 2 + c1)
  assert.ok(Math.abs(measureSsim(flat(100), flat(140), size).all - expected) < 1e-9)
  const random = createRandom(1)
  const noise = Uint8Array.from({ length: 768 }, () => random.integer(256))
  assert.ok(Math.abs(measureSsim(noise, noise, size).all - 1) < 1e-9)
})

test('ssim in one window is the sum over its 121 pixels', () => {
  const random = createRandom(2)
  const grey = () => Array.from({ length: 121 }, () => random.integer(256))
  const [a, b] = [grey(), grey()]
  const bytes = (list: number[]) => Uint8Array.from(list.flatMap(value => [value, value, value]))
  const weights = a.map((_, i) => Math.exp(-(((i % 11) - 5) ** 2 + (Math.floor(i / 11) - 5) ** 2) / 4.5))
  const total = weights.reduce((x, y) => x + y)
  const mean = (f: (i: number) => number) => weights.reduce((sum, w, i) => sum + (w / total) * f(i), 0)
  const [ma, mb] = [mean(i => a[i]), mean(i => b[i])]
  const [va, vb] = [mean(i => (a[i] - ma) ** 2), mean(i => (b[i] - mb) ** 2)]
  const covariance = mean(i => (a[i] - ma) * (b[i] - mb))
  const [c1, c2] = [6.5025, 58.5225]
  const expected = ((2 * ma * mb + c1) * (2 * covariance + c2)) / ((ma ** 2 + mb ** 2 + c1) * (va + vb + c2))
  const size = { width: 11, height: 11 }
  const mask = new Uint8Array(121)
  mask[60] = 1
  const { all, inside } = measureSsim(bytes(a), bytes(b), size, mask)
  assert.ok(Math.abs(all - expected) < 1e-9, `${all} and ${expected}`)
  assert.ok(Math.abs(inside - expected) < 1e-9)
  assert.throws(
    () => measureSsim(new Uint8Array(300), new Uint8Array(300), { width: 10, height: 10 }),
    /11x11/,
  )
})

test('the bootstrap covers a mean as often as it says, over groups', () => {
  const random = createRandom(3)
  let covered = 0
  for (let trial = 0; trial < 100; trial++) {
    // Films of one prompt are alike: their group has a part in common.
    const groups = Array.from({ length: 40 }, () => {
      const common = random.normal()
      return [0, 1, 2].map(() => 5 + common + 0.1 * random.normal())
    })
    const { low, high } = estimateMean(groups, trial)
    if (low <= 5 && 5 <= high) covered++
  }
  assert.ok(covered >= 87 && covered <= 100, `${covered} of 100`)
  assert.deepEqual(estimateMean([[1], [0], []], 7), estimateMean([[1], [0]], 7))
  assert.equal(estimateMean([[]]).count, 0)
})

test('a parabola and a velocity are found again', () => {
  const times = [0, 1, 2, 3, 4, 5, 6].map(frame => frame / 12)
  const [a, b, c] = fitParabola(
    times,
    times.map(t => 2 + 0.5 * t - 4.905 * t * t),
  )!
  assert.ok(Math.abs(a - 2) < 1e-9 && Math.abs(b - 0.5) < 1e-9 && Math.abs(c + 4.905) < 1e-9)
  for (const velocity of measureVelocities(
    times.map(t => 1 - 1.5 * t),
    12,
  ))
    assert.ok(Math.abs(velocity + 1.5) < 1e-9)
})

test('a small network learns, and survives being packed', () => {
  const random = createRandom(4)
  const inputs = random.fillNormal(new Float32Array(2 * 400))
  const classes = Uint8Array.from({ length: 400 }, (_, i) => (inputs[2 * i] * inputs[2 * i + 1] > 0 ? 1 : 0))
  const options = { hidden: 12, outputs: 2, epochs: 60, rate: 0.02, decay: 1e-4, seed: 5 }
  const network = trainNetwork({ inputs, classes }, options)
  const packed = unpackNetwork(packNetwork(network))
  const [hidden, scores] = [new Float32Array(12), new Float32Array(2)]
  let right = 0
  for (let i = 0; i < 400; i++) {
    runNetwork(packed, inputs, 2 * i, hidden, scores)
    if (scores[1] > scores[0] === (classes[i] === 1)) right++
  }
  assert.ok(right >= 380, `${right} of 400`)
  assert.throws(() => unpackNetwork({ ...packNetwork(network), hidden: 11 }), /numbers/)
})

test('positions are compared of bodies that are seen both before and after', () => {
  const physics = (...positionError: (number | null)[]) => ({
    ...noPhysics,
    velocityError: [],
    positionError,
  })
  const clip = { sceneSeed: 1, psnr: 30, psnrInside: 27, ssim: 1, ssimInside: 1 }
  const reconstructions = [
    { ...clip, truth: physics(0.2, null), decoded: physics(0.3, 9) },
    { ...clip, truth: physics(0.4, 9), decoded: physics(0.5, null) },
  ]
  const made = { count: 0, seeds: 1, steps: 4, guidance: 1, candidates: 1, width: 128, height: 128 }
  const settings = { curriculum: 'second', ...made } as const
  const { physics: summed } = summarize({ model: '', settings, reconstructions, prompts: [], fixed: [] })
  const { truth, autoencoder } = summed.positionError
  assert.deepEqual(
    [truth.mean, autoencoder.mean].map(mean => mean.toFixed(3)),
    ['0.300', '0.400'],
  )
})
