import type { Worker } from 'node:worker_threads'
import type { RandomState, Tensor } from '../array/index.ts'
import { startWorker } from '../dataset/index.ts'
import type { Training } from './training.ts'

/** What the thread that draws batches is asked for. */
export interface BatchRequest {
  readonly step: number
  readonly state: RandomState
}

/** What the thread that draws batches answers. */
export type BatchReply = { readonly step: number } & (
  | { readonly batch: Readonly<Record<string, Tensor>> }
  | { readonly error: string }
)

/**
 * Draws batches in a thread of their own, because a run of the network blocks its thread meanwhile.
 * @param entry the worker's file, which answers a BatchRequest with a BatchReply
 */
export function drawInThread(entry: URL, workerData: unknown): Pick<Training, 'nextBatch' | 'close'> {
  let worker: Worker | undefined
  const waiting = new Map<number, (reply: BatchReply) => void>()
  const start = () => {
    const started = startWorker(entry, workerData)
    const fail = (error: string) => {
      for (const [step, answer] of waiting) answer({ step, error })
      waiting.clear()
      worker = undefined
    }
    started.on('error', error => fail(error.message))
    started.on('message', (reply: BatchReply) => {
      waiting.get(reply.step)?.(reply)
      waiting.delete(reply.step)
    })
    return started
  }
  return {
    nextBatch: (random, step) =>
      new Promise((resolve, reject) => {
        worker ??= start()
        waiting.set(step, reply => ('error' in reply ? reject(new Error(reply.error)) : resolve(reply.batch)))
        worker.postMessage({ step, state: random.state() } satisfies BatchRequest)
      }),
    close: async () => {
      await worker?.terminate()
      worker = undefined
    },
  }
}
