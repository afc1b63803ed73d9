import { parentPort, type Worker } from 'node:worker_threads'
import { createRandom, type Random, type RandomState } from '../array/index.ts'
import { startWorker } from '../dataset/index.ts'
import type { Batch, Training } from './training.ts'

/** What the thread that draws batches is asked for. */
interface BatchRequest {
  readonly step: number
  readonly state: RandomState
}

/** What the thread that draws batches answers. */
type BatchReply = { readonly step: number } & ({ readonly batch: Batch } | { readonly error: string })

/**
 * Draws batches in a thread of their own, because a run of the network blocks its thread meanwhile.
 * @param entry the worker's file, which calls `answerBatches`
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

/** In that thread: draws batches as they are asked for, and gives the memory of each away. */
export function answerBatches(draw: (random: Random) => Promise<Batch>): void {
  const port = parentPort!
  port.on('message', async ({ step, state }: BatchRequest) => {
    try {
      const batch = await draw(createRandom({ state }))
      const buffers = Object.values(batch).map(({ data }) => data.buffer as ArrayBuffer)
      port.postMessage({ step, batch } satisfies BatchReply, buffers)
    } catch (error) {
      port.postMessage({ step, error: (error as Error).message } satisfies BatchReply)
    }
  })
}
