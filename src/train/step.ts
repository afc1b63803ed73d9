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
import { type Compiled, compile } from '../onnx/index.ts'
import {
  flatGradients,
  type OptimizerState,
  optimizerDefaults,
  traceClip,
  updateState,
  type Values,
} from './optimizer.ts'
import { startWorkers } from './parallel.ts'
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
}

/** Training steps for batches of any shape. */
export interface Steps {
  /** The step for batches shaped like this one; it is compiled when the first of them comes. */
  for(batch: Batch): Promise<Step>
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

/** Traces the optimizers and the moving averages of some parameters (all that `grads` has). */
function traceUpdate(training: Training, param: Values, grads: Values, clip: Value): Record<string, Value> {
  const all = shapesOf(training)
  const shapes = Object.fromEntries(Object.keys(grads).map(name => [name, all[name]]))
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
  const update = updateState(grads, shapes, state, { step, adamRate, muonRate, emaDecay, clip }, config)
  return {
    ...named('new.param', update.param),
    ...named('new.first', update.first),
    ...named('new.second', update.second),
    ...named('new.ema', update.ema),
  }
}

/** The same arrays as the step's graph knows them: flat, under names with a prefix. */
function flatState(state: State, prefix = ''): State {
  return Object.fromEntries(
    Object.entries(state).map(([name, { data }]) => [prefix + name, { shape: [data.length], data }]),
  )
}

/** What batches of the same shapes have in common. */
const shapeOf = (batch: Batch): string =>
  JSON.stringify(Object.entries(batch).map(([name, { shape }]) => [name, ...shape]))

/** Makes something for every shape of batches that comes, once. */
function forEachShape<T>(make: (example: Batch, shape: string) => Promise<T>): (batch: Batch) => Promise<T> {
  const made = new Map<string, Promise<T>>()
  return batch => {
    const shape = shapeOf(batch)
    const known = made.get(shape) ?? make(batch, shape)
    made.set(shape, known)
    return known
  }
}

/**
 * Opens training steps: loss, gradients and update as one graph whose operators share the cores, or, with workers, as
 * threads that each compute the gradients of a part of the batch and then update a part of the parameters.
 */
export async function openSteps(training: Training, options: StepOptions): Promise<Steps> {
  return options.workers > 0 ? openParallelSteps(training, options) : openWholeSteps(training, options)
}

function openWholeSteps(training: Training, { threads, profile }: StepOptions): Steps {
  const graphs: Compiled[] = []
  const compileFor = async (example: Batch): Promise<Step> => {
    const param = traceFlat('param', shapesOf(training))
    const { loss, watch, grads } = traceLoss(training, example, param)
    const { gradientNorm, clip } = traceClip(grads)
    const outputs = { ...traceUpdate(training, param, grads, clip), ...watch, loss, gradientNorm }
    const compiled = await compile(outputs, { threads, profile })
    graphs.push(compiled)
    return {
      operations: 6 * countMultiplyAdds([loss]),
      run(state, next, batch, rates) {
        const feeds = { ...flatState(state), ...named('batch', batch), ...rates }
        return compiled.run(feeds, flatState(next, 'new.'))
      },
    }
  }
  return {
    for: forEachShape(compileFor),
    async release() {
      await Promise.all(graphs.map(graph => graph.release()))
    },
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

/**
 * Shares parameters out, so that updating each share takes about as long: the dearest first, to whom has least. Muon
 * multiplies matrices, which weighs more than passes over arrays (2.5 GFLOP take about as long as 1e8 numbers).
 */
function shareOut(training: Pick<Training, 'specs' | 'rule'>, count: number): string[][] {
  const costs = Object.entries(shapesOf(training)).map(([name, shape]) => {
    const size = sizeOf(shape)
    const products =
      training.rule(name, shape) === 'muon' ? 24 * size * Math.min(shape[0], size / shape[0]) : 0
    return { name, cost: products + 25 * size }
  })
  const shares = Array.from({ length: count }, () => ({ names: [] as string[], cost: 0 }))
  for (const { name, cost } of costs.sort((a, b) => b.cost - a.cost)) {
    const share = shares.reduce((least, other) => (other.cost < least.cost ? other : least))
    share.names.push(name)
    share.cost += cost
  }
  return shares.map(({ names }) => names)
}

async function openParallelSteps(training: Training, { workers }: StepOptions): Promise<Steps> {
  const shapes = shapesOf(training)
  const shares = shareOut(training, workers).map(names => {
    const own = Object.fromEntries(names.map(name => [name, shapes[name]]))
    const [param, grad] = [traceFlat('param', own), traceFlat('grad', own)]
    return { names, update: traceUpdate(training, param, grad, input('clip', [])) }
  })
  const threads = await startWorkers(shares, shapes)
  const compileFor = async (example: Batch, graph: string): Promise<Step> => {
    const part = partOf(example, 0, workers)
    const { loss, watch, grads } = traceLoss(training, part, traceFlat('param', shapes))
    await threads.load(graph, { ...named('grad', grads), ...watch, loss })
    return {
      operations: 6 * workers * countMultiplyAdds([loss]),
      run(state, next, batch, rates) {
        const parts = Array.from({ length: workers }, (_, part) => partOf(batch, part, workers))
        return threads.run(graph, state, next, parts, rates)
      },
    }
  }
  return { for: forEachShape(compileFor), release: () => threads.close() }
}
