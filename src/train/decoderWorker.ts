import { parentPort, workerData } from 'node:worker_threads'
import { createRandom } from '../array/index.ts'
import { openDataset } from '../dataset/index.ts'
import { openModel, readFewSteps } from '../sample/index.ts'
import type { BatchReply, BatchRequest } from './batches.ts'
import { type DecoderWorkerData, drawDecoderBatch } from './decoder.ts'
import { countShards } from './encodeDataset.ts'
import { openLatents } from './latents.ts'

const port = parentPort!
const { model: folder, dataset, latents, shape, ...options } = workerData as DecoderWorkerData
const fast = readFewSteps(folder) !== undefined
const model = await openModel({ folder, fast, threads: 1, lazily: true })
const clips = openDataset(dataset)
const statistics = { mean: model.latentMean, deviation: model.latentDeviation }
const data = openLatents(latents, countShards(clips.shapes[0].clips.length), shape, statistics)
port.on('message', async ({ step, state }: BatchRequest) => {
  try {
    const batch = await drawDecoderBatch(createRandom({ state }), model, clips, data, options)
    const buffers = Object.values(batch).map(({ data }) => data.buffer as ArrayBuffer)
    port.postMessage({ step, batch } satisfies BatchReply, buffers)
  } catch (error) {
    port.postMessage({ step, error: (error as Error).message } satisfies BatchReply)
  }
})
