import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { flattenSpecs, selectParameters, type UpscalerConfig, upscalerSpecs } from '../model/index.ts'
import { bundledFolder } from '../sample/index.ts'
import { replaceModel } from '../store/index.ts'
import { train } from './loop.ts'
import type { RecipeOptions } from './recipe.ts'
import type { Schedule } from './schedule.ts'
import { upscalerTraining } from './upscaler.ts'
import { makePairs, type PairOptions } from './upscalerPairs.ts'

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
 * @param given `warmStart` is the model whose autoencoder is used; the bundled one when absent
 * @returns the folder of the upscaler
 * @throws DOMException AbortError when the signal aborts; checkpoints are saved before.
 */
export async function runUpscalerRecipe(recipe: UpscalerRecipe, given: RecipeOptions): Promise<string> {
  const { folder, warmStart = bundledFolder(), threads, workers, secondsPerCheckpoint, signal } = given
  mkdirSync(folder, { recursive: true })
  const pairs = await makePairs(path.join(folder, 'pairs'), warmStart, recipe.pairs, {
    workers: threads,
    onProgress: done => given.onProgress?.('pairs', done, recipe.pairs.scenes),
    signal,
  })
  const { config, schedule, batchSize, crop, seed } = recipe
  const state = await train(upscalerTraining({ config, pairs, schedule, batchSize, crop }), {
    folder: path.join(folder, 'training'),
    seed,
    threads,
    workers,
    secondsPerCheckpoint,
    signal,
    onStep: report => given.onProgress?.('upscaler', report.step, report.steps, report),
  })
  signal?.throwIfAborted()
  const learned = selectParameters(state, 'ema')
  const names = [...flattenSpecs(upscalerSpecs(config)).keys()]
  const upscaler = path.join(folder, 'upscaler')
  replaceModel(upscaler, config, Object.fromEntries(names.map(name => [name, learned[name]])))
  return upscaler
}
