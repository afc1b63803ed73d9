import path from 'node:path'
import type { DatasetOptions } from '../dataset/index.ts'
import { modelConfigSchema } from '../sample/index.ts'
import { loadModel, replaceModel } from '../store/index.ts'
import { decoderTraining } from './decoder.ts'
import { encodeForModel } from './modelLatents.ts'
import type { Schedule } from './schedule.ts'
import { type RecipeOptions, runTraining } from './stages.ts'

/** How a decoder learns to paint what a transformer means, as data. */
export interface DecoderRecipe {
  readonly name: string
  readonly description: string
  readonly seed: number
  readonly clips: DatasetOptions
  readonly schedule: Schedule
  readonly batchSize: number
  /** Latent frames that are painted of each window. */
  readonly frames: number
}

/**
 * Trains the decoder of a finished model on what its transformer makes of noised films, and writes the model with it to
 * `folder/model`. Stopped or killed at any moment, it goes on from its last checkpoint.
 * @param options `warmStart` is the model; the bundled one when absent
 * @returns the folder of the model
 * @throws RangeError when the clips are not as large as the model's films, or shorter than a window.
 * @throws DOMException AbortError when the signal aborts; checkpoints are saved before.
 */
export async function runDecoderRecipe(recipe: DecoderRecipe, options: RecipeOptions): Promise<string> {
  const clips = await encodeForModel(recipe.clips, options)
  const { folder: model, config, data, dataset, latents } = clips
  const shown = [clips.width, clips.height, data.shape[0]]
  if (shown[0] !== config.width || shown[1] !== config.height || shown[2] < config.window) {
    throw new RangeError(
      `${dataset}: clips must be of ${config.width} x ${config.height} pixels and ${config.window} latent frames at least, got ${shown.join(' x ')}`,
    )
  }
  const { schedule, batchSize, frames, seed } = recipe
  const worker = { model: path.resolve(model), dataset, latents, shape: data.shape, batchSize, frames }
  const training = decoderTraining({ config: config.autoencoder, schedule, worker })
  const run = { stage: 'decoder', into: 'training', seed, warmStart: clips.model.autoencoder } as const
  const learned = await runTraining(training, run, options)
  const finished = path.join(options.folder, 'model')
  const { tensors } = loadModel(model, modelConfigSchema)
  const painted = Object.entries(learned).map(([name, tensor]) => [`autoencoder.${name}`, tensor])
  replaceModel(finished, config, { ...tensors, ...Object.fromEntries(painted) })
  return finished
}
