import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import type { Worker } from 'node:worker_threads'
import {
  createRandom,
  evaluateReference,
  input,
  mean,
  mul,
  reshape,
  sqrt,
  square,
  sub,
} from '../array/index.ts'
import { loadCheckpoint } from '../store/index.ts'
import { type LatentSet, MOST_BODIES, scheduleRates, type Training, train } from './index.ts'
import { flatGradients, optimizerDefaults, type Rule, traceClip, updateState } from './optimizer.ts'
import { plotCurves } from './plot.ts'
import { drawTransformerBatch } from './transformer.ts'

const temporary = () => mkdtempSync(path.join(tmpdir(), 'aozora-train-'))

/** The distance of a point from (1, ..., 1); what breaks has a loss or gradients that are no numbers from step 3 on. */
function toyTraining(breaks?: 'loss' | 'gradients'): Training {
  return {
    specs: { x: { shape: [4], start: { value: 0 } } },
    config: {},
    schedule: { steps: 5, warmup: 1, decay: 0.2, adamRate: 0.1, muonRate: 0 },
    emaDecay: 0.9,
    itemsPerStep: 1,
    rule: () => 'adamw',
    rateFactor: () => 1,
    nextBatch: (_, step) => ({
      target: { shape: [4], data: new Float32Array(4).fill(breaks === 'loss' && step >= 3 ? Number.NaN : 1) },
      scale: { shape: [4], data: new Float32Array(4).fill(breaks === 'gradients' && step >= 3 ? 0 : 1) },
    }),
    loss: (params, { target, scale }) => {
      // The root has no slope at 0, where its value is a number still.
      const distance = breaks === 'gradients' ? sqrt(mul(square(sub(params.x, target)), scale)) : undefined
      return { loss: reshape(mean(distance ?? square(sub(params.x, target))), []) }
    },
  }
}

test('a loss or gradients that are no numbers end the run with the step, and spoil no checkpoint', async () => {
  for (const breaks of ['loss', 'gradients'] as const) {
    const folder = temporary()
    const problem = breaks === 'loss' ? 'the loss is NaN' : 'the norm of the gradients is (NaN|Infinity)'
    await assert.rejects(
      train(toyTraining(breaks), { folder, seed: 1, secondsPerCheckpoint: 0 }),
      new RegExp(`${problem} in step 3.*first tensor with such numbers is param\\.x`),
    )
    assert.equal(loadCheckpoint(folder)?.step, 2)
    const state = await train(toyTraining(), { folder, seed: 1 })
    assert.ok(state['param.x'].data.every(value => value > 0.3))
  }
})

test('an error in the middle of a run ends its workers', async () => {
  let running = 0
  const count = (worker: Worker) => {
    running++
    worker.once('exit', () => running--)
  }
  process.on('worker', count)
  const training: Training = {
    ...toyTraining(),
    nextBatch: () => ({ target: { shape: [4, 4], data: new Float32Array(16).fill(1) } }),
    loss: (params, { target }) => ({ loss: reshape(mean(square(sub(params.x, target))), []) }),
  }
  const run = train(training, {
    folder: temporary(),
    seed: 1,
    workers: 2,
    onStep: () => {
      throw new Error(`${running} run`)
    },
  })
  await assert.rejects(run, /2 run/)
  process.off('worker', count)
  assert.equal(running, 0)
})

test('a run whose losses are all below zero ends with an empty plot', async () => {
  const folder = temporary()
  const training: Training = {
    ...toyTraining(),
    loss: ({ x }, { target }) => ({ loss: sub(reshape(mean(square(sub(x, target))), []), 9) }),
  }
  await train(training, { folder, seed: 1 })
  const svg = readFileSync(path.join(folder, 'loss.svg'), 'utf8')
  assert.doesNotMatch(svg, /polyline|NaN|Infinity/)
})

test('two workers learn as one does, and the same each time', async () => {
  const training = (): Training => ({
    ...toyTraining(),
    specs: { x: { shape: [3], start: { value: 0 } } },
    nextBatch: random => ({ target: { shape: [4, 3], data: random.fillNormal(new Float32Array(12)) } }),
    loss: (params, { target }) => ({ loss: reshape(mean(square(sub(params.x, target))), []) }),
  })
  const alone = await train(training(), { folder: temporary(), seed: 1 })
  const [first, second] = [1, 2].map(() => train(training(), { folder: temporary(), seed: 1, workers: 2 }))
  const together = (await first)['param.x'].data
  for (const [i, value] of together.entries()) assert.ok(Math.abs(value - alone['param.x'].data[i]) < 1e-6)
  assert.deepEqual((await second)['param.x'].data, together)
  await assert.rejects(
    train(training(), { folder: temporary(), seed: 1, workers: 3 }),
    /`workers` must divide the batch of 4, got 3/,
  )
})

test('learning rates: they rise, stay, and fall to nearly nothing', () => {
  const schedule = { steps: 100, warmup: 10, decay: 0.2, adamRate: 1, muonRate: 2 }
  const at = (step: number) => scheduleRates(schedule, step).adam
  assert.deepEqual([at(1), at(10), at(50), at(80)], [0.1, 1, 1, 1])
  assert.ok(Math.abs(at(90) - 0.55) < 1e-12 && Math.abs(at(100) - 0.05) < 1e-12)
  assert.equal(scheduleRates(schedule, 50).muon, 2)
})

/** One traced update of a 3 x 2 matrix, evaluated in float64. */
function updateOnce(rule: Rule, start: number[], grad: number[]) {
  const names = ['param', 'first', 'second', 'ema'] as const
  const [param, first, second, ema] = names.map(name => ({ m: input(name, [6]) }))
  const [step, adamRate, muonRate, emaDecay] = ['step', 'adamRate', 'muonRate', 'emaDecay'].map(name =>
    input(name, []),
  )
  const params = { m: reshape(param.m, [3, 2]) }
  const loss = reshape(mean(mul(mul(params.m, input('grad', [3, 2])), 6)), [])
  const state = { param, first, second, ema }
  const grads = flatGradients(loss, params)
  const { clip } = traceClip(grads)
  const rates = { step, adamRate, muonRate, emaDecay, clip }
  const config = { ...optimizerDefaults, rule: () => rule, rateFactor: () => 1 }
  const update = updateState(grads, { m: [3, 2] }, state, rates, config)
  const zeros = new Float64Array(6)
  const feeds = { param: start, grad, first: zeros, second: zeros, ema: start }
  const scalars = { step: [1], adamRate: [0.125], muonRate: [0.125], emaDecay: [0.75] }
  const [moved, averaged] = evaluateReference([update.param.m, update.ema.m], { ...feeds, ...scalars })
  return { moved: [...moved.data], averaged: [...averaged.data] }
}

test('AdamW: the first step goes against the sign of the gradient, and decays', () => {
  const start = [1, 2, 3, 4, 5, 6]
  const grad = [0.1, -0.2, 0.1, 0.2, -0.1, 0.3]
  const { moved, averaged } = updateOnce('adamw', start, grad)
  start.forEach((x, i) => {
    const expected = x - 0.125 * (Math.sign(grad[i]) + 0.01 * x)
    assert.ok(Math.abs(moved[i] - expected) < 1e-5, `${moved[i]} is not ${expected}`)
    assert.ok(Math.abs(averaged[i] - (x + 0.25 * (expected - x))) < 1e-5)
  })
})

test('weight decay leaves gains and biases alone', () => {
  const decay = (shape: number[]) => optimizerDefaults.weightDecay('', shape)
  assert.deepEqual([[8, 4], [8, 4, 3, 3], [8], [8, 1, 1], []].map(decay), [0.01, 0.01, 0, 0, 0])
})

test('Muon: the step is nearly orthogonal, whatever the size of the gradient', () => {
  const start = [0, 0, 0, 0, 0, 0]
  const { moved } = updateOnce('muon', start, [0.3, 0.1, -0.2, 0.4, 0.1, 0.2])
  const columns = [0, 1].map(c => [0, 1, 2].map(r => moved[r * 2 + c] / 0.125))
  const dot = (a: number[], b: number[]) => a.reduce((sum, x, i) => sum + x * b[i], 0)
  for (const column of columns) assert.ok(Math.abs(dot(column, column) - 1) < 0.45, `${dot(column, column)}`)
  assert.ok(Math.abs(dot(columns[0], columns[1])) < 0.25)
})

test('a power law is a straight line in the plot of losses', () => {
  const points = Array.from({ length: 50 }, (_, i) => [i + 1, 3 * (i + 1) ** -0.4] as const)
  const svg = plotCurves('Losses', [{ name: 'loss', points }])
  const drawn = [.../points="([^"]+)"/g.exec(svg)![1].split(' ')].map(pair => pair.split(',').map(Number))
  const slopes = drawn.slice(5, -5).map(([x, y], i) => (drawn[i + 6][1] - y) / (drawn[i + 6][0] - x))
  for (const slope of slopes) assert.ok(Math.abs(slope - slopes[0]) < 0.15, `${slope} is not ${slopes[0]}`)
})

test('an anchor is an earlier frame of the clip, marked and known; other windows are runs of frames', () => {
  // Latents and truth of a frame are its number in the clip.
  const numbered = (size: number, start: number, frames: number) =>
    Float32Array.from({ length: frames * size }, (_, i) => start + Math.floor(i / size))
  const data: LatentSet = {
    shape: [13, 1, 2, 2],
    mean: new Float32Array(1),
    deviation: new Float32Array(1).fill(1),
    clips: [{ caption: 'a ball', shortCaption: 'a ball', looks: [] }],
    window: (_, start, frames) => ({
      latents: numbered(4, start, frames),
      coverage: numbered(4 * MOST_BODIES, start, frames),
      velocity: numbered(2 * MOST_BODIES, start, frames),
    }),
  }
  const text = { vocabulary: ['a', 'ball'], length: 4, width: 8, depth: 1, heads: 1 }
  const config = { latentChannels: 1, patch: 2, width: 16, depth: 1, heads: 1, text }
  const batch = drawTransformerBatch(createRandom(5), { config, data: [data], batchSize: 300, frames: 8 })
  let anchored = 0
  for (let b = 0; b < 300; b++) {
    const at = Array.from({ length: 8 }, (_, f) => batch.latents.data[(b * 8 + f) * 4])
    const [first, ...rest] = batch.first.data.subarray(b * 8, (b + 1) * 8)
    const run = at.slice(1).map((_, f) => at[1] + f)
    assert.deepEqual([at.slice(1), rest], [run, new Array(7).fill(0)])
    assert.equal(first, at[0] === 0 ? 1 : first === -1 ? -1 : 0)
    if (first !== -1) assert.equal(at[0], at[1] - 1)
    else {
      anchored++
      assert.ok(at[0] >= 1 && at[0] <= at[1] - 2, `${at}`)
      assert.equal(batch.bodies.data[b * 8 * 4], at[0] * MOST_BODIES)
      assert.deepEqual([batch.weights.data[b * 8], batch.levels.data[b * 8] <= 0.2], [0, true])
    }
  }
  assert.ok(anchored > 40 && anchored < 100, `${anchored} of 300`)
})

test('a batch is of one shape, and every clip is as likely as any other', () => {
  const setOf = (clips: number, height: number): LatentSet => ({
    shape: [4, 1, height, 2],
    mean: new Float32Array(1),
    deviation: new Float32Array(1).fill(1),
    clips: Array.from({ length: clips }, () => ({ caption: 'a ball', shortCaption: 'a ball', looks: [] })),
    window: (_, __, frames) => ({
      latents: new Float32Array(frames * height * 2),
      coverage: new Float32Array(frames * height * 2 * MOST_BODIES),
      velocity: new Float32Array(frames * 2 * MOST_BODIES),
    }),
  })
  const text = { vocabulary: ['a', 'ball'], length: 4, width: 8, depth: 1, heads: 1 }
  const config = { latentChannels: 1, patch: 2, width: 16, depth: 1, heads: 1, text }
  const random = createRandom(6)
  const data = [setOf(6, 2), setOf(3, 4), setOf(1, 6)] as const
  const heights = Array.from({ length: 400 }, () => {
    const batch = drawTransformerBatch(random, { config, data, batchSize: 2, frames: 3 })
    return batch.latents.shape[3]
  })
  const share = (height: number) => heights.filter(other => other === height).length / heights.length
  for (const [height, wanted] of [
    [2, 0.6],
    [4, 0.3],
    [6, 0.1],
  ]) {
    assert.ok(Math.abs(share(height) - wanted) < 0.08, `${height}: ${share(height)}`)
  }
})
