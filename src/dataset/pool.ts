import { parentPort, type Worker } from 'node:worker_threads'
import { startWorker } from './worker.ts'

/** What a worker says in the end of a shard when it could not be made. */
export interface ShardError {
  readonly error: string
  /** Whether the user can do something about it; errors lose their class on the way between threads. */
  readonly isBadInput: boolean
}

/**
 * In a worker: makes shard after shard as it is asked to, and answers each with a report or with what went wrong.
 * @param make is given what to call when a clip, or whatever a shard consists of, is done
 */
export function serveShards<Request, Report>(
  make: (request: Request, onStep: () => void) => Promise<Report>,
): void {
  const port = parentPort!
  port.on('message', async (request: Request) => {
    try {
      port.postMessage(await make(request, () => port.postMessage('step')))
    } catch (error) {
      const isBadInput = error instanceof RangeError
      port.postMessage({ error: (error as Error).message, isBadInput } satisfies ShardError)
    }
  })
}

/** Lets one worker make shard after shard until none is left. */
function runWorker<Request, Report>(
  worker: Worker,
  requests: Request[],
  onMessage: (message: 'step' | Report) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const next = () => {
      const request = requests.shift()
      if (request === undefined) resolve()
      else worker.postMessage(request)
    }
    worker.on('error', reject)
    worker.on('exit', () => resolve())
    worker.on('message', (message: 'step' | Report | ShardError) => {
      if (typeof message === 'object' && message !== null && 'error' in message) {
        reject(message.isBadInput ? new RangeError(message.error) : new Error(message.error))
        return
      }
      onMessage(message)
      if (message !== 'step') next()
    })
    next()
  })
}

/** How a pool of workers runs. */
export interface PoolOptions<Report> {
  /** The worker's file: it answers each request with any number of `'step'` and one report or ShardError. */
  readonly entry: URL
  /** What each worker is started with. */
  readonly workerData?: unknown
  readonly threads: number
  readonly onMessage: (message: 'step' | Report) => void
  readonly signal?: AbortSignal
}

/**
 * Has shards made by several threads, in order.
 * @param requests one for each shard that is missing
 * @throws what the first failing worker met
 * @throws DOMException AbortError when the signal aborts; shards that are whole stay.
 */
export async function runPool<Request, Report>(
  requests: readonly Request[],
  { entry, workerData, threads, onMessage, signal }: PoolOptions<Report>,
): Promise<void> {
  signal?.throwIfAborted()
  const left = [...requests]
  const workers = Array.from({ length: Math.min(threads, left.length) }, () => startWorker(entry, workerData))
  const stop = () => workers.map(worker => worker.terminate())
  signal?.addEventListener('abort', stop)
  try {
    await Promise.all(workers.map(worker => runWorker(worker, left, onMessage)))
  } finally {
    signal?.removeEventListener('abort', stop)
    await Promise.all(stop())
  }
  signal?.throwIfAborted()
}
