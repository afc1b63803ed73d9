import { mkdirSync } from 'node:fs'
import path from 'node:path'
import type { DatasetOptions } from '../dataset/index.ts'
import { bundledFolder, type ModelConfig, readModelConfig } from '../sample/index.ts'
import { encodeDataset } from './encodeDataset.ts'
import type { LatentSet } from './latents.ts'
import { filmClips, type RecipeOptions } from './stages.ts'
import { type Given, loadGiven } from './warmStart.ts'

/** Clips as a finished model sees them. */
export interface ModelLatents {
  /** The model's folder. */
  readonly folder: string
  readonly config: ModelConfig
  readonly model: Given
  readonly data: LatentSet
  /** Where the clips and their latents lie, for threads that read them themselves. */
  readonly dataset: string
  readonly latents: string
  /** Pixels of the clips. */
  readonly width: number
  readonly height: number
}

/** Films clips (or opens those that are given) and encodes them with a finished model: `warmStart`, the bundled one when absent. */
export async function encodeForModel(clips: DatasetOptions, options: RecipeOptions): Promise<ModelLatents> {
  const { warmStart = bundledFolder(), folder, threads, onProgress, signal } = options
  mkdirSync(folder, { recursive: true })
  const config = readModelConfig(warmStart)
  const model = loadGiven(warmStart, config.transformer.text.vocabulary)
  const dataset = await filmClips(path.join(folder, 'clips'), clips, options)
  const [{ width, height, clips: filmed }] = dataset.shapes
  const latents = path.join(folder, 'latents')
  const data = await encodeDataset(latents, dataset, model.autoencoder, config.autoencoder, {
    workers: threads,
    onProgress: done => onProgress?.('latents', done, filmed.length),
    signal,
    statistics: model.statistics,
  })
  return { folder: warmStart, config, model, data, dataset: dataset.folder, latents, width, height }
}
