import {
  add,
  concatenate,
  constant,
  div,
  isValue,
  mapTree,
  mean,
  mul,
  type Random,
  reshape,
  slice,
  square,
  sub,
  type Tensor,
  type Value,
} from '../array/index.ts'
import { eulerStep, multistep, timesteps, velocityWeight } from '../flow/index.ts'
import {
  adapt,
  adapterSpecs,
  fixParameters,
  type Parameters,
  type TransformerConfig,
  type TransformerParams,
  tokenize,
  transformer,
  transformerSpecs,
} from '../model/index.ts'
import { KNOWN_LEVEL, SAMPLING_SHIFT } from '../sample/index.ts'
import type { LatentSets } from './latents.ts'
import { fanInFactor, type Values } from './optimizer.ts'
import type { Schedule } from './schedule.ts'
import type { Training } from './training.ts'
import { drawTransformerBatch, gridsOf, weighError } from './transformer.ts'
import { type Visibility, weighChannels } from './visibility.ts'

// Shapes: B batch, f latent frames of a window, Z latent channels, h w latent grid, S text tokens, k steps of the teacher.

/** How a model is taught to make films in few steps. */
export interface DistillOptions {
  readonly config: TransformerConfig
  /** The parameters of the transformer that is followed, and that the adapters are added to. */
  readonly teacher: Parameters
  readonly data: LatentSets
  readonly schedule: Schedule
  readonly batchSize: number
  /** Latent frames of a window. */
  readonly frames: number
  /** Steps in which the student makes a film, one pass each. */
  readonly numInferenceSteps: number
  /** Steps of the teacher in each step of the student, two passes each. */
  readonly substeps: number
  /** Guidance of the teacher, which the student needs none for. */
  readonly guidanceScale: number
  readonly rank: number
  /** How much errors of latents are seen: alike when absent. */
  readonly visibility?: Visibility
}

/** What a batch holds besides the windows: levels and weights of every step, 0 steps for known frames. */
function drawSteps(random: Random, options: DistillOptions, known: readonly boolean[]) {
  const { batchSize: batch, frames, numInferenceSteps, substeps } = options
  const table = (...shape: number[]) => ({ shape, data: new Float32Array(shape.reduce((a, b) => a * b)) })
  const fine = timesteps(numInferenceSteps * substeps, SAMPLING_SHIFT)
  const levels = table(batch, substeps, frames)
  const [keep, now, before] = [0, 0, 0].map(() => table(batch, substeps, frames, 1, 1, 1))
  const jump = table(batch, frames, 1, 1, 1)
  const weights = table(batch, frames, 1, 1, 1)
  for (let b = 0; b < batch; b++) {
    const begin = random.integer(numInferenceSteps) * substeps
    for (let f = 0; f < frames; f++) {
      const isKnown = known[b * frames + f]
      for (let k = 0; k < substeps; k++) {
        const at = (b * substeps + k) * frames + f
        const [t, next] = [fine[begin + k], fine[begin + k + 1]]
        // Nothing is remembered from before the student's step.
        const step = multistep(t, next, k > 0 ? fine[begin + k - 1] : undefined)
        levels.data[at] = isKnown ? KNOWN_LEVEL : t
        keep.data[at] = isKnown ? 1 : step.keep
        now.data[at] = isKnown ? 0 : step.now
        before.data[at] = isKnown ? 0 : step.before
      }
      jump.data[b * frames + f] = eulerStep(fine[begin], fine[begin + substeps]).now
      weights.data[b * frames + f] = isKnown ? 0 : velocityWeight(fine[begin])
    }
  }
  return { levels, keep, now, before, jump, weights }
}

/** Windows of the data, noised to where one of the student's steps begins. */
function drawDistillBatch(random: Random, options: DistillOptions): Record<string, Tensor> {
  const drawn = drawTransformerBatch(random, { ...options, dropText: 0.05 })
  const { latents, noise, first, ids, bodies, weights } = drawn
  const known = [...weights.data].map(weight => weight === 0)
  return { latents, noise, first, ids, bodies, ...drawSteps(random, options, known) }
}

/** The parameters of the student: the teacher's, fixed, with adapters on the matrices of the blocks. */
function traceStudent(teacher: TransformerParams, adapters: Values): TransformerParams {
  return mapTree(teacher, isValue, (value: Value, path) => adapt(value, path, adapters)) as TransformerParams
}

const specsOf = ({ config, rank }: Pick<DistillOptions, 'config' | 'rank'>) =>
  adapterSpecs(transformerSpecs(config), rank, path => !path.startsWith('text.'))

/** Where the teacher comes from a noisy window in its steps, guided; known frames stay. */
function followTeacher(
  teacher: TransformerParams,
  noisy: Value,
  batch: Values,
  options: DistillOptions,
): Value {
  const { config, guidanceScale } = options
  const [size, substeps, frames] = batch.levels.shape
  const negative = tokenize('', config.text).ids
  const negatives = constant(
    Int32Array.from({ length: size * negative.length }, (_, i) => negative[i % negative.length]),
    [size, negative.length],
  )
  const twice = (value: Value) => concatenate([value, value], 0)
  let [x, last]: [Value, Value | undefined] = [noisy, undefined]
  for (let k = 0; k < substeps; k++) {
    const pick = (table: Value) => {
      const [, , ...rest] = table.shape
      return reshape(slice(table, 1, k, k + 1), [size, ...rest])
    }
    const inputs = {
      latents_BfZhw: twice(x),
      levels_Bf: twice(reshape(pick(batch.levels), [size, frames])),
      first_Bf: twice(batch.first),
      ids_BS: concatenate([batch.ids, negatives], 0),
    }
    const both = transformer(teacher, inputs, config, gridsOf(options.data, config)).data
    const [told, untold] = [slice(both, 0, 0, size), slice(both, 0, size, 2 * size)]
    const data = add(untold, mul(sub(told, untold), guidanceScale))
    const moved = add(mul(x, pick(batch.keep)), mul(data, pick(batch.now)))
    x = last ? add(moved, mul(last, pick(batch.before))) : moved
    last = data
  }
  return x
}

/**
 * Teaches a model to come in one step to where it comes in several guided ones (progressive distillation, 2202.00512, with
 * guidance baked in, 2210.03142): the data is predicted that the straight line to that point leads to. What is learned is
 * a small adapter (`mergeAdapters`).
 */
export function distillTraining(options: DistillOptions): Training {
  const { config, schedule, batchSize, guidanceScale, numInferenceSteps, substeps, rank } = options
  const [specs, learned] = [specsOf(options), gridsOf(options.data, config)]
  const teacher = fixParameters(transformerSpecs(config), options.teacher)
  return {
    specs,
    config: { ...config, guidanceScale, numInferenceSteps, substeps, rank },
    schedule,
    emaDecay: 0.995,
    itemsPerStep: batchSize,
    rule: () => 'adamw',
    rateFactor: (_, shape) => fanInFactor(shape),
    nextBatch: random => drawDistillBatch(random, options),
    loss: (values: Values, batch: Values) => {
      const [size, , frames] = batch.levels.shape
      const start = reshape(slice(batch.levels, 1, 0, 1), [size, frames])
      const level = reshape(start, [size, frames, 1, 1, 1])
      const noisy = add(mul(batch.latents, sub(1, level)), mul(batch.noise, level))
      const end = followTeacher(teacher, noisy, batch, options)
      // The step is `(1 - jump) noisy + jump data`; solved for the data.
      const wanted = add(div(sub(end, noisy), batch.jump), noisy)
      const inputs = { latents_BfZhw: noisy, levels_Bf: start, first_Bf: batch.first, ids_BS: batch.ids }
      const { data } = transformer(traceStudent(teacher, values), inputs, config, learned)
      const error = sub(data, wanted)
      const loss = weighError(weighChannels(error, options.visibility), batch)
      return { loss: reshape(loss, []), watch: { data: reshape(mean(square(error)), []) } }
    },
  }
}
