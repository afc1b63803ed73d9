import { parentPort, workerData } from 'node:worker_threads'
import { createRandom } from '../array/index.ts'
import { openDataset } from '../dataset/index.ts'
import { type AutoencoderBatchOptions, drawAutoencoderBatch } from './autoencoder.ts'
import type { BatchReply, BatchRequest } from './batches.ts'

const port = parentPort!
const { folder, ...rest } = workerData as Omit<AutoencoderBatchOptions, 'dataset'> & { folder: string }
const dataset = openDataset(folder)
port.on('message', async ({ step, state }: BatchRequest) => {
  try {
    const batch = await drawAutoencoderBatch(createRandom({ state }), { ...rest, dataset })
    const buffers = Object.values(batch).map(({ data }) => data.buffer as ArrayBuffer)
    port.postMessage({ step, batch } satisfies BatchReply, buffers)
  } catch (error) {
    port.postMessage({ step, error: (error as Error).message } satisfies BatchReply)
  }
})
