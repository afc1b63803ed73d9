import { mkdirSync } from 'node:fs'
import type { DatasetOptions } from '../dataset/index.ts'
import { bundledFolder, type ModelConfig, readModelConfig } from '../sample/index.ts'
import { encodeClips } from './encodeClips.ts'
import type { LatentSet } from './latents.ts'
import type { RecipeOptions } from './stages.ts'
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
  const { warmStart = bundledFolder() } = options
  mkdirSync(options.folder, { recursive: true })
  const config = readModelConfig(warmStart)
  const model = loadGiven(warmStart, config.transformer.text.vocabulary)
  const encoder = { params: model.autoencoder, config: config.autoencoder, statistics: model.statistics }
  const { dataset, folder: latents, data } = await encodeClips(clips, encoder, options)
  const [{ width, height }] = dataset.shapes
  return { folder: warmStart, config, model, data, dataset: dataset.folder, latents, width, height }
}
