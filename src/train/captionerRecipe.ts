import path from 'node:path'
import type { DatasetOptions } from '../dataset/index.ts'
import {
  captionerSpecs,
  countTokens,
  expectParameters,
  flattenSpecs,
  type Parameters,
  PIXELS_PER_LATENT,
  trainBytePairs,
} from '../model/index.ts'
import { captionerConfigSchema, findJudge } from '../sample/index.ts'
import { replaceModel } from '../store/index.ts'
import { findAttributes, writeCaptions } from '../world/index.ts'
import { captionerTraining } from './captioner.ts'
import type { LatentSet } from './latents.ts'
import { encodeForModel } from './modelLatents.ts'
import type { Schedule } from './schedule.ts'
import { type RecipeOptions, runTraining } from './stages.ts'
import { loadAddition } from './warmStart.ts'

/** A captioner, or a judge, as data: what it learns from, and how. */
export interface CaptionerRecipe {
  readonly name: string
  readonly description: string
  readonly seed: number
  readonly clips: DatasetOptions
  /** Tokens that the captions are cut into, its end among them. */
  readonly tokens: number
  readonly patch: number
  /** Tokens of a caption at most. */
  readonly captionLength: number
  readonly size: { readonly width: number; readonly depth: number; readonly heads: number }
  readonly schedule: Schedule
  readonly batchSize: number
  /** What makes it a judge, which rates films that are only begun: how many of its clips are. */
  readonly begun?: number
}

/** Wordings of each clip that the tokenizer learns from. */
const WORDINGS = 3

/** Captions as training will show them: those of the worlds in several wordings. */
function collectCaptions({ clips }: LatentSet): string[] {
  return clips.flatMap(({ caption }, clip) => {
    const attributes = findAttributes(caption)
    if (!attributes) return [caption]
    return Array.from({ length: WORDINGS }, (_, i) => writeCaptions(attributes, clip * WORDINGS + i).caption)
  })
}

/**
 * Trains a captioner for the latents of a model, and writes it to `folder/captioner`, or a judge to `folder/judge`.
 * Stopped or killed at any moment, it goes on from its last checkpoint.
 * @param given `warmStart` is the model whose autoencoder is used, from the captioner on that it has (a judge
 * from its judge, if it has one); the bundled one, from none, when absent
 * @returns the folder of what was trained
 * @throws DOMException AbortError when the signal aborts; checkpoints are saved before.
 */
export async function runCaptionerRecipe(recipe: CaptionerRecipe, given: RecipeOptions): Promise<string> {
  const { config: model, data, width, height } = await encodeForModel(recipe.clips, given)
  const kind = recipe.begun === undefined ? 'captioner' : 'judge'
  const { warmStart } = given
  const from = warmStart && (kind === 'judge' ? findJudge(warmStart) : path.join(warmStart, kind))
  const known = loadAddition(from, captionerConfigSchema)
  const pairs = known?.config.pairs ?? trainBytePairs(collectCaptions(data), recipe.tokens - 1).pairs
  const config = {
    latentChannels: model.autoencoder.latentChannels,
    patch: recipe.patch,
    frames: data.shape[0],
    height: height / PIXELS_PER_LATENT,
    width: width / PIXELS_PER_LATENT,
    captionLength: recipe.captionLength,
    language: { vocabulary: countTokens({ pairs }) + 1, ...recipe.size },
  }
  const { schedule, batchSize, seed, begun } = recipe
  const beginnings = begun === undefined ? undefined : { share: begun, frames: model.window }
  const training = captionerTraining({ config, tokenizer: { pairs }, data, schedule, batchSize, beginnings })
  const run = { stage: 'captioner', into: 'training', seed, warmStart: known?.params } as const
  const learned = await runTraining(training, run, given)
  return writeCaptioner(
    path.join(given.folder, kind),
    captionerConfigSchema.parse({ ...config, pairs }),
    learned,
  )
}

/** Writes the averaged parameters of a run as a captioner, without what only training needs. */
function writeCaptioner(
  folder: string,
  config: ReturnType<typeof captionerConfigSchema.parse>,
  learned: Parameters,
): string {
  const names = [...flattenSpecs(captionerSpecs(config)).keys()]
  const params = Object.fromEntries(names.map(name => [name, learned[name]]))
  expectParameters(captionerSpecs(config), params)
  replaceModel(folder, config, params)
  return folder
}
