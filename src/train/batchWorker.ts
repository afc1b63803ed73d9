import { workerData } from 'node:worker_threads'
import { openDataset } from '../dataset/index.ts'
import { type AutoencoderBatchOptions, drawAutoencoderBatch } from './autoencoder.ts'
import { answerBatches } from './batches.ts'

const { folder, ...rest } = workerData as Omit<AutoencoderBatchOptions, 'dataset'> & { folder: string }
const dataset = openDataset(folder)
answerBatches(random => drawAutoencoderBatch(random, { ...rest, dataset }))
