import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import {
  countMultiplyAdds,
  createRandom,
  input,
  type Random,
  reshape,
  sizeOf,
  type Tensor,
  type Tree,
  type Value,
} from '../array/index.ts'
import {
  flattenSpecs,
  growParameters,
  initializeParameters,
  type ParameterSpec,
  type Parameters,
} from '../model/index.ts'
import { compile } from '../onnx/index.ts'
import { type Checkpoint, loadCheckpoint, saveCheckpoint } from '../store/index.ts'
import { optimizerDefaults, type Rule, updateParameters, type Values } from './optimizer.ts'
import { plotCurves } from './plot.ts'
import { type Schedule, scheduleRates } from './schedule.ts'

type Batch = Readonly<Record<string, Tensor>>

/** Everything the loop needs to know of one training: what is learned, from what, and how fast. */
export interface Training {
  readonly specs: Tree<ParameterSpec>
  /** Traces the loss, and numbers to watch, from the parameters (by dotted path) and the batch. */
  readonly loss: (params: Values, batch: Values) => { readonly loss: Value; readonly watch?: Values }
  /** Draws the batch of a step; the random source is a new one each step, so that a resumed run sees the same data. */
  readonly nextBatch: (random: Random, step: number) => Batch | Promise<Batch>
  /** Ends what draws batches, such as a worker thread; called when the run ends. */
  readonly close?: () => Promise<unknown>
  readonly rule: (path: string, shape: readonly number[]) => Rule
  readonly rateFactor: (path: string, shape: readonly number[]) => number
  readonly schedule: Schedule
  readonly emaDecay: number
  /** Films, windows or whatever a step sees, for the speed that is shown. */
  readonly itemsPerStep: number
  readonly config: unknown
}

/** How one run goes. */
export interface RunOptions {
  /** Where checkpoints and the log go; a checkpoint that is there already is continued. */
  readonly folder: string
  readonly seed: number
  readonly threads?: number
  readonly secondsPerCheckpoint?: number
  /** Parameters to start from when there is no checkpoint; smaller ones fill a corner (`growParameters`). */
  readonly warmStart?: Readonly<Record<string, Tensor>>
  /** Writes ONNX Runtime's profile of every operator to files that start like this. */
  readonly profile?: string
  readonly signal?: AbortSignal
  readonly onStep?: (report: StepReport) => void
  /** Called when a checkpoint has been written; the run waits for it. */
  readonly onCheckpoint?: (step: number, state: Readonly<Record<string, Tensor>>) => Promise<void>
}

/** One step, as the log has it. */
export interface StepReport {
  readonly step: number
  readonly steps: number
  readonly loss: number
  readonly gradientNorm: number
  readonly itemsPerSecond: number
  /** Billions of multiplications and additions of matrix products a second; the gradients count twice. */
  readonly gigaflops: number
  readonly secondsLeft: number
  readonly watch: Readonly<Record<string, number>>
}

type State = Readonly<Record<string, Tensor>>

const scalars = ['step', 'adamRate', 'muonRate', 'emaDecay'] as const

/** Traces the whole step: loss, gradients, both optimizers and the moving averages, as one graph. */
function traceStep(training: Training, batch: Batch): Record<string, Value> {
  const specs = flattenSpecs(training.specs)
  const traceAll = (
    kind: string,
    keep: (path: string, spec: ParameterSpec) => boolean = () => true,
  ): Values =>
    Object.fromEntries(
      [...specs]
        .filter(([name, spec]) => keep(name, spec))
        .map(([name, { shape }]) => [name, input(`${kind}.${name}`, [sizeOf(shape)])]),
    )
  const isAdam = (name: string, { shape }: ParameterSpec) => training.rule(name, shape) === 'adamw'
  const state = {
    param: traceAll('param'),
    first: traceAll('first'),
    second: traceAll('second', isAdam),
    ema: traceAll('ema'),
  }
  const params = Object.fromEntries(
    [...specs].map(([name, { shape }]) => [name, reshape(state.param[name], shape)]),
  )
  const [step, adamRate, muonRate, emaDecay] = scalars.map(name => input(name, []))
  const inputs = Object.entries(batch).map(([name, { shape, data }]) => {
    return [name, input(`batch.${name}`, shape, data instanceof Int32Array ? 'int32' : 'float32')] as const
  })
  const { loss, watch = {} } = training.loss(params, Object.fromEntries(inputs))
  const config = { ...optimizerDefaults, rule: training.rule, rateFactor: training.rateFactor }
  const update = updateParameters(loss, params, state, { step, adamRate, muonRate, emaDecay }, config)
  const named = (kind: string, values: Values) =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [`new.${kind}.${name}`, value]))
  return {
    ...named('param', update.param),
    ...named('first', update.first),
    ...named('second', update.second),
    ...named('ema', update.ema),
    ...named('watch', watch),
    loss,
    gradientNorm: update.gradientNorm,
  }
}

/** The state of a run that begins: drawn parameters (or given ones), moments of zero, averages equal to the parameters. */
function beginState(training: Training, random: Random, warmStart: State): State {
  const state: Record<string, Tensor> = {}
  const drawn: Parameters = initializeParameters(training.specs, random)
  growParameters(drawn, warmStart)
  for (const [name, tensor] of Object.entries(drawn)) {
    const zeros = () => ({ shape: tensor.shape, data: new Float32Array(tensor.data.length) })
    state[`param.${name}`] = tensor
    state[`ema.${name}`] = { shape: tensor.shape, data: tensor.data.slice() }
    state[`first.${name}`] = zeros()
    if (training.rule(name, tensor.shape) === 'adamw') state[`second.${name}`] = zeros()
  }
  return state
}

/** Mixes the seed of a run with the number of a step. */
function randomOfStep(seed: number, step: number): Random {
  return createRandom(Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(step, 0x85ebca6b))
}

function checkFinite(step: number, loss: number, state: State): void {
  if (Number.isFinite(loss)) return
  const broken = Object.entries(state).find(([, { data }]) => !data.every(Number.isFinite))
  const where = broken ? `; the first tensor with such numbers is ${broken[0]}` : ''
  throw new Error(`the loss is ${loss} in step ${step}${where}; the last checkpoint is unharmed`)
}

/** A second set of arrays, so that a step can write the new state while it reads the old one. */
function zerosLike(state: State): State {
  const zeros = ([name, { shape, data }]: [string, Tensor]) => [
    name,
    { shape, data: new Float32Array(data.length) },
  ]
  return Object.fromEntries(Object.entries(state).map(zeros))
}

/** The same arrays as the step's graph knows them: flat, under names with a prefix. */
function flatState(state: State, prefix = ''): State {
  return Object.fromEntries(
    Object.entries(state).map(([name, { data }]) => [prefix + name, { shape: [data.length], data }]),
  )
}

const scalar = (value: number): Tensor => ({ shape: [], data: Float32Array.of(value) })

const logFile = (folder: string) => path.join(folder, 'log.jsonl')

/**
 * The newest checkpoint of a run, if it has one; the log is cut to what led there.
 * @throws Error when the checkpoint belongs to another configuration.
 */
function resumeRun(folder: string, { config }: Training): Checkpoint | undefined {
  const saved = loadCheckpoint(folder)
  if (saved && JSON.stringify(saved.config) !== JSON.stringify(config)) {
    throw new Error(`${folder} holds a run with another configuration; choose another folder or delete it`)
  }
  if (existsSync(logFile(folder))) {
    const lines = readFileSync(logFile(folder), 'utf8').split('\n').slice(0, -1)
    const kept = lines.filter(line => JSON.parse(line).step <= (saved?.step ?? 0))
    writeFileSync(logFile(folder), kept.map(line => `${line}\n`).join(''))
  }
  return saved
}

/** Gives the batch of a step, and has the next one drawn meanwhile, where drawing goes on in another thread. */
function drawAhead(training: Training, seed: number): (step: number) => Promise<Batch> {
  let ahead: { readonly step: number; readonly batch: Promise<Batch> } | undefined
  const draw = async (step: number) => training.nextBatch(randomOfStep(seed, step), step)
  return step => {
    const batch = ahead?.step === step ? ahead.batch : draw(step)
    ahead = undefined
    if (step < training.schedule.steps) {
      ahead = { step: step + 1, batch: draw(step + 1) }
      // An error is heard by the step that needs the batch.
      ahead.batch.catch(() => {})
    }
    return batch
  }
}

/** What a step reads besides the state: its batch and its rates. */
function feedStep(training: Training, batch: Batch, step: number): Record<string, Tensor> {
  const { adam, muon } = scheduleRates(training.schedule, step)
  return {
    ...Object.fromEntries(Object.entries(batch).map(([name, tensor]) => [`batch.${name}`, tensor])),
    step: scalar(step),
    adamRate: scalar(adam),
    muonRate: scalar(muon),
    // The average follows quickly at first, when the parameters still move far.
    emaDecay: scalar(Math.min(training.emaDecay, step / (step + 10))),
  }
}

/**
 * Trains until the schedule ends or the signal aborts, and saves a checkpoint then too.
 * @throws Error naming step and tensor when a loss is not finite.
 */
export async function train(training: Training, options: RunOptions): Promise<State> {
  try {
    return await runSteps(training, options)
  } finally {
    await training.close?.()
  }
}

async function runSteps(training: Training, options: RunOptions): Promise<State> {
  const {
    folder,
    seed,
    threads = 0,
    secondsPerCheckpoint = 180,
    warmStart = {},
    profile,
    signal,
    onStep,
    onCheckpoint,
  } = options
  mkdirSync(folder, { recursive: true })
  const saved = resumeRun(folder, training)
  const firstStep = saved?.step ?? 0
  let state = saved?.tensors ?? beginState(training, createRandom(seed), warmStart)
  const { steps } = training.schedule
  if (firstStep >= steps) return state
  let spare = zerosLike(state)
  const example = await training.nextBatch(randomOfStep(seed, 0), 0)
  const traced = traceStep(training, example)
  const operations = 6 * countMultiplyAdds([traced.loss])
  const compiled = await compile(traced, { threads, profile })
  const nextBatch = drawAhead(training, seed)
  const save = async (step: number) => {
    saveCheckpoint(folder, { step, config: training.config, tensors: state })
    writeFileSync(path.join(folder, 'loss.svg'), plotLog(readFileSync(logFile(folder), 'utf8')))
    await onCheckpoint?.(step, state)
  }
  const started = performance.now()
  let savedAt = started
  let step = firstStep
  while (step < steps && !signal?.aborted) {
    step++
    const into = flatState(spare, 'new.')
    const feeds = { ...flatState(state), ...feedStep(training, await nextBatch(step), step) }
    const results = await compiled.run(feeds, into)
    ;[state, spare] = [spare, state]
    checkFinite(step, results.loss.data[0], state)
    const pace = { steps: step - firstStep, seconds: (performance.now() - started) / 1000 }
    const report = reportStep(training, step, results, operations, pace)
    appendFileSync(logFile(folder), `${JSON.stringify(report)}\n`)
    onStep?.(report)
    if (performance.now() - savedAt > secondsPerCheckpoint * 1000) {
      await save(step)
      savedAt = performance.now()
    }
    // Lets signals be heard between two steps.
    await new Promise(resolve => setImmediate(resolve))
  }
  if (step > firstStep) await save(step)
  await compiled.release()
  return state
}

/** What is told of a step: `operations` are those of one step, `pace` how long the steps of this session took. */
function reportStep(
  { itemsPerStep, schedule: { steps } }: Training,
  step: number,
  results: Readonly<Record<string, Tensor>>,
  operations: number,
  pace: { readonly steps: number; readonly seconds: number },
): StepReport {
  const secondsPerStep = pace.seconds / pace.steps
  return {
    step,
    steps,
    loss: results.loss.data[0],
    gradientNorm: results.gradientNorm.data[0],
    itemsPerSecond: itemsPerStep / secondsPerStep,
    gigaflops: operations / secondsPerStep / 1e9,
    secondsLeft: (steps - step) * secondsPerStep,
    watch: readWatch(results),
  }
}

/** The curves of a run's log: the loss and everything that was watched. */
function plotLog(log: string): string {
  const reports = log
    .split('\n')
    .slice(0, -1)
    .map(line => JSON.parse(line) as StepReport)
  const names = Object.keys(reports[0]?.watch ?? {})
  const curve = (name: string, value: (report: StepReport) => number) => ({
    name,
    points: reports.map(report => [report.step, value(report)] as const),
  })
  return plotCurves('Losses', [
    curve('loss', ({ loss }) => loss),
    ...names.map(name => curve(name, ({ watch }) => watch[name])),
  ])
}

function readWatch(results: Readonly<Record<string, Tensor>>): Record<string, number> {
  const watched = Object.entries(results).filter(([name]) => name.startsWith('new.watch.'))
  return Object.fromEntries(watched.map(([name, { data }]) => [name.slice('new.watch.'.length), data[0]]))
}
