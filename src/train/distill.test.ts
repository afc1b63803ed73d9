import assert from 'node:assert/strict'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { constant, createRandom, evaluateReference, input, type Tensor } from '../array/index.ts'
import { timesteps } from '../flow/index.ts'
import {
  adapt,
  initializeParameters,
  type Parameters,
  selectParameters,
  transformerSizes,
  transformerSpecs,
} from '../model/index.ts'
import { mergeAdapters } from '../sample/index.ts'
import { type DistillOptions, distillTraining } from './distill.ts'
import { type LatentSet, MOST_BODIES, type Training, train } from './index.ts'
import type { Batch } from './training.ts'

const config = {
  latentChannels: 4,
  patch: 2,
  ...transformerSizes.tiny,
  text: { vocabulary: ['a', 'red', 'ball'], length: 4, width: 64, depth: 1, heads: 2 },
}
const shape = [5, 4, 4, 4] as const

/** Clips whose latents are all waves of one kind. */
const data: LatentSet = {
  shape,
  mean: new Float32Array(4),
  deviation: new Float32Array(4).fill(1),
  clips: Array.from({ length: 4 }, () => ({ caption: 'a red ball', shortCaption: 'a ball', looks: [] })),
  window: (clip, start, frames) => ({
    latents: Float32Array.from({ length: frames * 64 }, (_, i) => Math.sin(i / 9 + clip + start)),
    coverage: new Float32Array(frames * 16 * MOST_BODIES),
    velocity: new Float32Array(frames * MOST_BODIES * 2),
  }),
}

const random = createRandom(7)
const teacher = initializeParameters(transformerSpecs(config), random)
const options: DistillOptions = {
  config,
  teacher,
  data: [data],
  schedule: { steps: 40, warmup: 5, decay: 0.3, adamRate: 0.03, muonRate: 0 },
  batchSize: 4,
  frames: 3,
  numInferenceSteps: 4,
  substeps: 2,
  guidanceScale: 2.5,
  rank: 8,
}

/** The loss of some adapters on a batch, in double precision. */
function lossOf(training: Training, adapters: Parameters, batch: Batch): number {
  const trace = (values: Readonly<Record<string, Tensor>>) =>
    Object.fromEntries(
      Object.entries(values).map(([name, { shape, data }]) => [
        name,
        input(name, shape, data instanceof Int32Array ? 'int32' : 'float32'),
      ]),
    )
  const { loss } = training.loss(trace(adapters), trace(batch))
  const feeds = Object.entries({ ...adapters, ...batch }).map(([name, { data }]) => [name, data] as const)
  const [{ data }] = evaluateReference([loss], Object.fromEntries(feeds))
  return data[0]
}

test('one step of a teacher without guidance is what the student does before it has learned anything', async () => {
  const training = distillTraining({ ...options, substeps: 1, guidanceScale: 1 })
  const batch = await training.nextBatch(createRandom(3), 1)
  const drawn = initializeParameters(training.specs, createRandom(1))
  const value = lossOf(training, drawn, batch)
  assert.ok(Math.abs(value) < 1e-9, String(value))
  const fine = timesteps(4, 2.5)
  const levels = [...batch.levels.data].filter(level => Math.abs(level - 0.05) > 1e-6)
  assert.ok(levels.every(level => fine.some(t => Math.abs(t - level) < 1e-6)))
})

test('a student follows its teacher better for having learned, and its merged parameters are the same network', async () => {
  const training = distillTraining(options)
  const folder = mkdtempSync(path.join(tmpdir(), 'aozora-distill-'))
  const state = await train(training, { folder, seed: 1 })
  // Windows that it may not have seen, the same before and after: some are much harder than others.
  const drawn = initializeParameters(training.specs, createRandom(1))
  let [before, after] = [0, 0]
  for (let seed = 1000; seed < 1004; seed++) {
    const batch = await training.nextBatch(createRandom(seed), 1)
    before += lossOf(training, drawn, batch)
    after += lossOf(training, selectParameters(state, 'param'), batch)
  }
  assert.ok(after < 0.5 * before, `${before} before, ${after} after`)

  const merged = await mergeAdapters(teacher, selectParameters(state, 'param'))
  const changed = Object.keys(teacher).filter(name =>
    merged[name].data.some((x, i) => x !== teacher[name].data[i]),
  )
  assert.ok(changed.includes('blocks.0.query') && changed.every(name => !name.startsWith('text.')))

  const learned = selectParameters(state, 'param')
  const factor = (name: string) =>
    constant(learned[`blocks.0.query.${name}`].data, learned[`blocks.0.query.${name}`].shape)
  const fixed = constant(teacher['blocks.0.query'].data, teacher['blocks.0.query'].shape)
  const adapters = { 'q.narrow': factor('narrow'), 'q.widen': factor('widen') }
  const [traced] = evaluateReference([adapt(fixed, 'q', adapters)], {})
  for (const [i, value] of merged['blocks.0.query'].data.entries())
    assert.ok(Math.abs(value - traced.data[i]) < 1e-5)
})
