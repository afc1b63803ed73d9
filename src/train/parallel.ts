import type { Worker } from 'node:worker_threads'
import { type Shape, sizeOf, type Tensor, type Value } from '../array/index.ts'
import { startWorker } from '../dataset/index.ts'
import { type LoweredModel, lowerModel } from '../onnx/index.ts'

/** What a gradient worker is started with: its graph, and memory that it shares with the loop. */
export interface GradientWorkerData {
  readonly model: LoweredModel
  /** Every parameter, one after the other. */
  readonly params: Float32Array
  /** This worker's gradients, in the same order. */
  readonly grads: Float32Array
  readonly layout: readonly { readonly name: string; readonly start: number; readonly size: number }[]
}

/** What a worker answers: the loss and what is watched, or what went wrong. */
export type GradientReply = { readonly numbers: Record<string, number> } | { readonly error: string }

/** Threads that compute gradients, each of its part of a batch. */
export interface GradientThreads {
  /** The mean of loss, watched numbers and gradients (`grad.*`, flat) over the parts, added in their order. */
  compute(
    state: Readonly<Record<string, Tensor>>,
    parts: readonly Readonly<Record<string, Tensor>>[],
  ): Promise<{ readonly grads: Record<string, Tensor>; readonly numbers: Record<string, Tensor> }>
  close(): Promise<void>
}

/** The mean of arrays of one length, added in their order. */
function averageInto(mean: Float32Array, shares: readonly Float32Array[]): void {
  mean.set(shares[0])
  for (const share of shares.slice(1)) {
    for (let i = 0; i < mean.length; i++) mean[i] += share[i]
  }
  for (let i = 0; i < mean.length; i++) mean[i] /= shares.length
}

/** A worker's next answer. */
function replyOf(worker: Worker): Promise<Record<string, number>> {
  return new Promise((resolve, reject) => {
    const onMessage = (reply: GradientReply) => {
      worker.off('error', onError)
      if ('error' in reply) reject(new Error(`a gradient worker failed: ${reply.error}`))
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

/**
 * Starts `count` threads with a session of one core each. ONNX Runtime refuses shared memory, so parameters and
 * gradients are copied into it and out of it.
 * @param outputs `grad.path` for every parameter, `loss`, and what is watched (scalars)
 */
export async function startGradients(
  outputs: Readonly<Record<string, Value>>,
  shapes: Readonly<Record<string, Shape>>,
  count: number,
): Promise<GradientThreads> {
  const model = lowerModel(outputs)
  let total = 0
  const layout = Object.entries(shapes).map(([name, shape]) => {
    const start = total
    total += sizeOf(shape)
    return { name, start, size: sizeOf(shape) }
  })
  const share = () => new Float32Array(new SharedArrayBuffer(4 * total))
  const params = share()
  const shares = Array.from({ length: count }, share)
  const entry = new URL('./gradientWorker.ts', import.meta.url)
  const workers = shares.map(grads =>
    startWorker(entry, { model, params, grads, layout } satisfies GradientWorkerData),
  )
  const close = async () => {
    await Promise.all(workers.map(worker => worker.terminate()))
  }
  await Promise.all(workers.map(replyOf)).catch(async error => {
    await close()
    throw error
  })
  const mean = new Float32Array(total)
  return {
    async compute(state, parts) {
      for (const { name, start } of layout) params.set(state[`param.${name}`].data, start)
      const replies = workers.map(replyOf)
      workers.forEach((worker, i) => {
        worker.postMessage(parts[i])
      })
      const answers = await Promise.all(replies)
      averageInto(mean, shares)
      const grads = layout.map(({ name, start, size }) => [
        `grad.${name}`,
        { shape: [size], data: mean.subarray(start, start + size) },
      ])
      const numbers = Object.keys(answers[0]).map(name => {
        const value = answers.reduce((sum, answer) => sum + answer[name], 0) / count
        return [name, { shape: [], data: Float32Array.of(value) }]
      })
      return { grads: Object.fromEntries(grads), numbers: Object.fromEntries(numbers) }
    },
    close,
  }
}
