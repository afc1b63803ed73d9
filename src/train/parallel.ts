import type { Worker } from 'node:worker_threads'
import { type Shape, sizeOf, type Tensor, type Value } from '../array/index.ts'
import { startWorker } from '../dataset/index.ts'
import { type LoweredModel, lowerModel } from '../onnx/index.ts'
import { clipFactor } from './optimizer.ts'

type Tensors = Readonly<Record<string, Tensor>>
type Arrays = Readonly<Record<string, Float32Array>>

/** What a training worker is started with: the graph of its updates, and memory that all of them share with the loop. */
export interface TrainingWorkerData {
  /** `new.kind.path` of its share of the parameters, if it has any, from `kind.path`, `grad.path`, `clip` and rates. */
  readonly update?: LoweredModel
  /** The parameters it updates. */
  readonly names: readonly string[]
  readonly index: number
  /** Every array of the state, by `kind.path`. */
  readonly state: Arrays
  /** The gradients of each worker, by path. */
  readonly grads: readonly Arrays[]
}

/** A graph to keep, or one of the three parts of a step; every worker has ended one before any begins the next. */
export type TrainingTask =
  /** Loss, watched numbers and `grad.path` from `param.path` and `batch.name`. */
  | { readonly task: 'load'; readonly graph: string; readonly gradients: LoweredModel }
  | { readonly task: 'gradients'; readonly graph: string; readonly batch: Tensors }
  | { readonly task: 'average' }
  | { readonly task: 'update'; readonly rates: Tensors }

/** What a worker answers: the loss and what is watched, or the squared norm of its share, or what went wrong. */
export type TrainingReply = { readonly numbers: Record<string, number> } | { readonly error: string }

/** Threads that each compute the gradients of a part of a batch, then update a share of the parameters (ZeRO, 1910.02054). */
export interface TrainingThreads {
  /** Has every thread keep a graph of gradients under a name: `grad.path` for every parameter, `loss`, and what is watched (scalars). */
  load(graph: string, outputs: Readonly<Record<string, Value>>): Promise<void>
  /** Computes `next` from `state` by a graph; gives loss, gradient norm and what is watched, means over the parts. */
  run(
    graph: string,
    state: Tensors,
    next: Tensors,
    parts: readonly Tensors[],
    rates: Tensors,
  ): Promise<Record<string, Tensor>>
  close(): Promise<void>
}

/** A worker's next answer. */
function replyOf(worker: Worker): Promise<Record<string, number>> {
  return new Promise((resolve, reject) => {
    const onMessage = (reply: TrainingReply) => {
      worker.off('error', onError)
      if ('error' in reply) reject(new Error(`a training worker failed: ${reply.error}`))
      else resolve(reply.numbers)
    }
    const onError = (error: unknown) => {
      worker.off('message', onMessage)
      reject(error)
    }
    worker.once('message', onMessage)
    worker.once('error', onError)
  })
}

const share = (size: number) => new Float32Array(new SharedArrayBuffer(4 * size))
const scalar = (value: number): Tensor => ({ shape: [], data: Float32Array.of(value) })

/** Shared arrays for gradients of every parameter, and for the state that the updates speak of. */
function shareMemory(
  count: number,
  shapes: Readonly<Record<string, Shape>>,
  updates: readonly (LoweredModel | undefined)[],
) {
  const sizes = Object.entries(shapes).map(([name, shape]) => [name, sizeOf(shape)] as const)
  const grads = Array.from({ length: count }, () =>
    Object.fromEntries(sizes.map(([name, size]) => [name, share(size)])),
  )
  const outputs = updates.flatMap(update => Object.values(update?.outputs ?? {}))
  const state = Object.fromEntries(
    outputs.map(({ name, shape }) => [name.slice('new.'.length), share(sizeOf(shape))]),
  )
  return { grads, state }
}

/**
 * Starts a thread with sessions of one core for each share of the parameters. ONNX Runtime refuses shared memory, so
 * arrays are copied into it and out of it.
 * @param shares which parameters each thread updates, and the graph that does it
 */
export async function startWorkers(
  shares: readonly { readonly names: readonly string[]; readonly update: Readonly<Record<string, Value>> }[],
  shapes: Readonly<Record<string, Shape>>,
): Promise<TrainingThreads> {
  const updates = shares.map(({ names, update }) => (names.length > 0 ? lowerModel(update) : undefined))
  const memory = shareMemory(shares.length, shapes, updates)
  const entry = new URL('./trainingWorker.ts', import.meta.url)
  const workers = shares.map(({ names }, index) =>
    startWorker(entry, {
      update: updates[index],
      names,
      index,
      ...memory,
    } satisfies TrainingWorkerData),
  )
  const close = async () => {
    await Promise.all(workers.map(worker => worker.terminate()))
  }
  await Promise.all(workers.map(replyOf)).catch(async error => {
    await close()
    throw error
  })
  const ask = (taskOf: (worker: number) => TrainingTask) => {
    const replies = workers.map(replyOf)
    workers.forEach((worker, i) => {
      worker.postMessage(taskOf(i))
    })
    return Promise.all(replies)
  }
  // What the shared memory holds: the state that the last step made, unless another is given.
  let held: Tensors | undefined
  return {
    async load(graph, outputs) {
      const gradients = lowerModel(outputs)
      await ask(() => ({ task: 'load', graph, gradients }))
    },
    async run(graph, state, next, parts, rates) {
      if (state !== held)
        for (const [name, array] of Object.entries(memory.state)) array.set(state[name].data)
      const answers = await ask(i => ({ task: 'gradients', graph, batch: parts[i] }))
      const squares = await ask(() => ({ task: 'average' }))
      const norm = Math.sqrt(squares.reduce((sum, { square }) => sum + square, 0))
      const clip = scalar(clipFactor(norm))
      await ask(() => ({ task: 'update', rates: { ...rates, clip } }))
      for (const [name, array] of Object.entries(memory.state)) next[name].data.set(array)
      held = next
      const means = Object.keys(answers[0]).map(name => {
        const total = answers.reduce((sum, answer) => sum + answer[name], 0)
        return [name, scalar(total / workers.length)] as const
      })
      return { ...Object.fromEntries(means), gradientNorm: scalar(norm) }
    },
    close,
  }
}
