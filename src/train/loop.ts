import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { createRandom, type Random, type Tensor } from '../array/index.ts'
import { growParameters, initializeParameters, type Parameters } from '../model/index.ts'
import { type Checkpoint, loadCheckpoint, saveCheckpoint } from '../store/index.ts'
import { plotCurves } from './plot.ts'
import { scheduleRates } from './schedule.ts'
import { openSteps, type RateName, type State, type Steps } from './step.ts'
import type { Batch, Training } from './training.ts'

/** How one run goes. */
export interface RunOptions {
  /** Where checkpoints and the log go; a checkpoint that is there already is continued. */
  readonly folder: string
  readonly seed: number
  readonly threads?: number
  /**
   * Threads that each compute the gradients of a part of the batch and update a share of the parameters, in sessions of one
   * core (1.2 times as fast on two cores); without them the operators share the cores.
   */
  readonly workers?: number
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
  /** Resident memory of the process, in megabytes. */
  readonly megabytes: number
  readonly watch: Readonly<Record<string, number>>
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

/** Refuses what a step made of a loss or of gradients that are no numbers. */
function checkFinite(step: number, results: Readonly<Record<string, Tensor>>, made: State): void {
  for (const name of ['loss', 'gradientNorm'] as const) {
    const [value] = results[name].data
    if (Number.isFinite(value)) continue
    const broken = Object.entries(made).find(([, { data }]) => !data.every(Number.isFinite))
    const where = broken ? `; the first tensor with such numbers is ${broken[0]}` : ''
    const what = name === 'loss' ? 'loss' : 'norm of the gradients'
    throw new Error(`the ${what} is ${value} in step ${step}${where}; the last checkpoint is unharmed`)
  }
}

/** A second set of arrays, so that a step can write the new state while it reads the old one. */
function zerosLike(state: State): State {
  const zeros = ([name, { shape, data }]: [string, Tensor]) => [
    name,
    { shape, data: new Float32Array(data.length) },
  ]
  return Object.fromEntries(Object.entries(state).map(zeros))
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

/** What a step reads besides state and batch. */
function feedRates(training: Training, step: number): Record<RateName, Tensor> {
  const { adam, muon } = scheduleRates(training.schedule, step)
  return {
    step: scalar(step),
    adamRate: scalar(adam),
    muonRate: scalar(muon),
    // The average follows quickly at first, when the parameters still move far.
    emaDecay: scalar(Math.min(training.emaDecay, step / (step + 10))),
  }
}

/**
 * Trains until the schedule ends or the signal aborts, and saves a checkpoint then too.
 * @throws Error naming step and tensor when a loss or the norm of its gradients is not finite; nothing of that step is saved.
 */
export async function train(training: Training, options: RunOptions): Promise<State> {
  try {
    return await runSteps(training, options)
  } finally {
    await training.close?.()
  }
}

async function runSteps(training: Training, options: RunOptions): Promise<State> {
  const { folder, seed, threads = 0, workers = 0, warmStart = {}, profile } = options
  mkdirSync(folder, { recursive: true })
  const saved = resumeRun(folder, training)
  const step = saved?.step ?? 0
  const state = saved?.tensors ?? beginState(training, createRandom(seed), warmStart)
  if (step >= training.schedule.steps) return state
  const opened = await openSteps(training, { threads, workers, profile })
  try {
    return await repeatStep(training, opened, { step, state }, options)
  } finally {
    await opened.release()
  }
}

/** Goes from step to step until the schedule ends or the signal aborts. */
async function repeatStep(
  training: Training,
  opened: Steps,
  begun: { readonly step: number; readonly state: State },
  { folder, seed, secondsPerCheckpoint = 180, signal, onStep, onCheckpoint }: RunOptions,
): Promise<State> {
  let { step, state } = begun
  let spare = zerosLike(state)
  const { steps } = training.schedule
  const nextBatch = drawAhead(training, seed)
  const save = async (step: number) => {
    saveCheckpoint(folder, { step, config: training.config, tensors: state })
    writeFileSync(path.join(folder, 'loss.svg'), plotLog(readFileSync(logFile(folder), 'utf8')))
    await onCheckpoint?.(step, state)
  }
  const started = performance.now()
  let [savedAt, operations, compiling] = [started, 0, 0]
  while (step < steps && !signal?.aborted) {
    step++
    const batch = await nextBatch(step)
    const arrived = performance.now()
    const ready = await opened.for(batch)
    compiling += performance.now() - arrived
    const results = await ready.run(state, spare, batch, feedRates(training, step))
    checkFinite(step, results, spare)
    ;[state, spare] = [spare, state]
    operations += ready.operations
    const seconds = (performance.now() - started - compiling) / 1000
    const report = reportStep(training, step, results, { steps: step - begun.step, seconds, operations })
    appendFileSync(logFile(folder), `${JSON.stringify(report)}\n`)
    onStep?.(report)
    if (performance.now() - savedAt > secondsPerCheckpoint * 1000) {
      await save(step)
      savedAt = performance.now()
    }
    // Lets signals be heard between two steps.
    await new Promise(resolve => setImmediate(resolve))
  }
  if (step > begun.step) await save(step)
  return state
}

/** What is told of a step: `pace` is how many steps this session has made, how long they took and how much they computed. */
function reportStep(
  { itemsPerStep, schedule: { steps } }: Training,
  step: number,
  results: Readonly<Record<string, Tensor>>,
  pace: Readonly<Record<'steps' | 'seconds' | 'operations', number>>,
): StepReport {
  const secondsPerStep = pace.seconds / pace.steps
  return {
    step,
    steps,
    loss: results.loss.data[0],
    gradientNorm: results.gradientNorm.data[0],
    itemsPerSecond: itemsPerStep / secondsPerStep,
    gigaflops: pace.operations / pace.seconds / 1e9,
    secondsLeft: (steps - step) * secondsPerStep,
    megabytes: Math.round(process.memoryUsage.rss() / 1e6),
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
