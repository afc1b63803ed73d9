import { mkdirSync } from 'node:fs'
import path from 'node:path'
import type { UpscalerConfig } from '../model/index.ts'
import { bundledFolder, upscalerConfigSchema } from '../sample/index.ts'
import { replaceModel } from '../store/index.ts'
import type { Schedule } from './schedule.ts'
import { type RecipeOptions, runTraining } from './stages.ts'
import { upscalerTraining } from './upscaler.ts'
import { makePairs, type PairOptions } from './upscalerPairs.ts'
import { loadAddition } from './warmStart.ts'

/** An upscaler as data: what it learns from, and how. */
export interface UpscalerRecipe {
  readonly name: string
  readonly description: string
  readonly seed: number
  readonly pairs: PairOptions
  readonly config: UpscalerConfig
  readonly schedule: Schedule
  readonly batchSize: number
  /** Side of the training crops in small pixels. */
  readonly crop: number
}

/**
 * Trains an upscaler for the films of a model, and writes it to `folder/upscaler`. Stopped or killed at any moment, it
 * goes on from its last checkpoint.
 * @param given `warmStart` is the model whose autoencoder is used, from the upscaler on that it has; the bundled one, from
 * none, when absent
 * @returns the folder of the upscaler
 * @throws DOMException AbortError when the signal aborts; checkpoints are saved before.
 */
export async function runUpscalerRecipe(recipe: UpscalerRecipe, given: RecipeOptions): Promise<string> {
  const { folder, warmStart = bundledFolder(), threads, signal } = given
  mkdirSync(folder, { recursive: true })
  const pairs = await makePairs(path.join(folder, 'pairs'), warmStart, recipe.pairs, {
    workers: threads,
    onProgress: done => given.onProgress?.('pairs', done, recipe.pairs.scenes),
    signal,
  })
  const { config, schedule, batchSize, crop, seed } = recipe
  const training = upscalerTraining({ config, pairs, schedule, batchSize, crop })
  const known = loadAddition(
    given.warmStart && path.join(given.warmStart, 'upscaler'),
    upscalerConfigSchema,
  )?.params
  const run = { stage: 'upscaler', into: 'training', seed, warmStart: known } as const
  const learned = await runTraining(training, run, given)
  const upscaler = path.join(folder, 'upscaler')
  replaceModel(upscaler, config, learned)
  return upscaler
}
