import {
  countMultiplyAdds,
  input,
  reshape,
  type Shape,
  sizeOf,
  type Tensor,
  type Value,
} from '../array/index.ts'
import { flattenSpecs } from '../model/index.ts'
import { compile } from '../onnx/index.ts'
import {
  flatGradients,
  type OptimizerState,
  optimizerDefaults,
  type Update,
  updateState,
  type Values,
} from './optimizer.ts'
import { startGradients } from './parallel.ts'
import type { Batch, Training } from './training.ts'

/** Parameters, moments and averages by `kind.path`: `param.`, `first.`, `second.`, `ema.`. */
export type State = Readonly<Record<string, Tensor>>

const rateNames = ['step', 'adamRate', 'muonRate', 'emaDecay'] as const

/** The numbers of a step that follow the schedule. */
export type RateName = (typeof rateNames)[number]

/** A training step that is ready to run. */
export interface Step {
  /** FLOP of one step: forward products, and twice as many for the gradients. */
  readonly operations: number
  /** Computes `next` from `state`; gives `loss`, `gradientNorm` and `new.watch.*`. */
  run(
    state: State,
    next: State,
    batch: Batch,
    rates: Readonly<Record<RateName, Tensor>>,
  ): Promise<Record<string, Tensor>>
  release(): Promise<void>
}

/** How a step is compiled. */
export interface StepOptions {
  readonly threads: number
  readonly workers: number
  readonly profile?: string
}

/** The same values under names with `kind.` in front. */
export function named<T>(kind: string, values: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [`${kind}.${name}`, value]))
}

const shapesOf = ({ specs }: Pick<Training, 'specs'>): Record<string, Shape> =>
  Object.fromEntries([...flattenSpecs(specs)].map(([name, { shape }]) => [name, shape]))

/** Flat graph inputs `kind.path` for every parameter. */
function traceFlat(kind: string, shapes: Readonly<Record<string, Shape>>): Values {
  return Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [name, input(`${kind}.${name}`, [sizeOf(shape)])]),
  )
}

/** Graph inputs `batch.name` for every array of a batch. */
function traceBatch(batch: Batch): Values {
  const inputs = Object.entries(batch).map(([name, { shape, data }]) => {
    return [name, input(`batch.${name}`, shape, data instanceof Int32Array ? 'int32' : 'float32')] as const
  })
  return Object.fromEntries(inputs)
}

/** Traces the loss without gradients, from inputs `param.path` and `batch.name`. */
export function traceForward(training: Pick<Training, 'specs' | 'loss'>, batch: Batch): Value {
  const params = Object.entries(shapesOf(training)).map(([name, shape]) => [
    name,
    input(`param.${name}`, shape),
  ])
  return training.loss(Object.fromEntries(params), traceBatch(batch)).loss
}

/** Traces loss and gradients from flat parameters. */
function traceLoss(training: Training, batch: Batch, param: Values) {
  const shapes = shapesOf(training)
  const params = Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [name, reshape(param[name], shape)]),
  )
  const { loss, watch = {} } = training.loss(params, traceBatch(batch))
  return { loss, watch: named('new.watch', watch), grads: flatGradients(loss, params) }
}

/** Traces the optimizers and the moving averages. */
function traceUpdate(training: Training, param: Values, grads: Values): Record<string, Value> {
  const shapes = shapesOf(training)
  const adams = Object.entries(shapes).filter(([name, shape]) => training.rule(name, shape) === 'adamw')
  const state: OptimizerState = {
    param,
    first: traceFlat('first', shapes),
    second: traceFlat('second', Object.fromEntries(adams)),
    ema: traceFlat('ema', shapes),
  }
  const [step, adamRate, muonRate, emaDecay] = rateNames.map(name => input(name, []))
  const { rule, rateFactor, weightDecay = optimizerDefaults.weightDecay } = training
  const config = { ...optimizerDefaults, rule, rateFactor, weightDecay }
  const update: Update = updateState(grads, shapes, state, { step, adamRate, muonRate, emaDecay }, config)
  return {
    ...named('new.param', update.param),
    ...named('new.first', update.first),
    ...named('new.second', update.second),
    ...named('new.ema', update.ema),
    gradientNorm: update.gradientNorm,
  }
}

/** The same arrays as the step's graph knows them: flat, under names with a prefix. */
function flatState(state: State, prefix = ''): State {
  return Object.fromEntries(
    Object.entries(state).map(([name, { data }]) => [prefix + name, { shape: [data.length], data }]),
  )
}

/**
 * Compiles a training step: loss, gradients and update as one graph whose operators share the cores, or, with workers,
 * gradients in threads and the update here.
 */
export async function compileStep(training: Training, example: Batch, options: StepOptions): Promise<Step> {
  if (options.workers > 0) return compileParallelStep(training, example, options)
  const { threads, profile } = options
  const param = traceFlat('param', shapesOf(training))
  const { loss, watch, grads } = traceLoss(training, example, param)
  const compiled = await compile(
    { ...traceUpdate(training, param, grads), ...watch, loss },
    { threads, profile },
  )
  return {
    operations: 6 * countMultiplyAdds([loss]),
    run(state, next, batch, rates) {
      const feeds = { ...flatState(state), ...named('batch', batch), ...rates }
      return compiled.run(feeds, flatState(next, 'new.'))
    },
    release: () => compiled.release(),
  }
}

/** Elements `part` of `count` equal parts along the first axis of every array. */
function partOf(batch: Batch, part: number, count: number): Batch {
  return Object.fromEntries(
    Object.entries(batch).map(([name, { shape, data }]) => {
      if (shape[0] % count !== 0) {
        throw new RangeError(`\`workers\` must divide the batch of ${shape[0]}, got ${count}`)
      }
      const size = data.length / count
      const own = data.slice(part * size, (part + 1) * size)
      return [name, { shape: [shape[0] / count, ...shape.slice(1)], data: own }]
    }),
  )
}

async function compileParallelStep(
  training: Training,
  example: Batch,
  { threads, workers }: StepOptions,
): Promise<Step> {
  const shapes = shapesOf(training)
  const traced = traceLoss(training, partOf(example, 0, workers), traceFlat('param', shapes))
  const outputs = { ...named('grad', traced.grads), ...traced.watch, loss: traced.loss }
  const gradients = await startGradients(outputs, shapes, workers)
  const update = await compile(traceUpdate(training, traceFlat('param', shapes), traceFlat('grad', shapes)), {
    threads,
  })
  return {
    operations: 6 * workers * countMultiplyAdds([traced.loss]),
    async run(state, next, batch, rates) {
      const parts = Array.from({ length: workers }, (_, part) => partOf(batch, part, workers))
      const { grads, numbers } = await gradients.compute(state, parts)
      const results = await update.run({ ...flatState(state), ...grads, ...rates }, flatState(next, 'new.'))
      return { ...results, ...numbers }
    },
    async release() {
      await gradients.close()
      await update.release()
    },
  }
}
