import { workerData } from 'node:worker_threads'
import { openDataset } from '../dataset/index.ts'
import { openModel, readFewSteps } from '../sample/index.ts'
import { answerBatches } from './batches.ts'
import { type DecoderWorkerData, drawDecoderBatch } from './decoder.ts'
import { countShards } from './encodeDataset.ts'
import { openLatents } from './latents.ts'

const { model: folder, dataset, latents, shape, ...options } = workerData as DecoderWorkerData
const fast = readFewSteps(folder) !== undefined
const model = await openModel({ folder, fast, threads: 1, lazily: true })
const clips = openDataset(dataset)
const statistics = { mean: model.latentMean, deviation: model.latentDeviation }
const data = openLatents(latents, countShards(clips.shapes[0].clips.length), shape, statistics)
answerBatches(random => drawDecoderBatch(random, model, clips, data, options))
