import type { DatasetOptions } from '../dataset/index.ts'
import type { Parameters } from '../model/index.ts'
import { type FewStepsConfig, fewStepsConfigSchema, fewStepsFolder } from '../sample/index.ts'
import { replaceModel } from '../store/index.ts'
import { distillTraining } from './distill.ts'
import { encodeOtherShapes } from './encodeClips.ts'
import { encodeForModel } from './modelLatents.ts'
import type { Schedule } from './schedule.ts'
import { type RecipeOptions, runTraining } from './stages.ts'
import { findVisibility } from './visibility.ts'
import { loadAddition } from './warmStart.ts'

/** How a model learns to make films in few steps, as data. */
export interface FewStepsRecipe {
  readonly name: string
  readonly description: string
  readonly seed: number
  readonly clips: DatasetOptions
  readonly steps: FewStepsConfig
  readonly schedule: Schedule
  readonly batchSize: number
}

/** Clips of each other shape that the model was trained on, for each clip of its own. */
const OTHER_SHARE = 1 / 3

/** The adapters that a model has already, where they are for as many steps and as wide. */
function loadAdapters(folder: string | undefined, steps: FewStepsConfig): Parameters | undefined {
  const given = loadAddition(folder && fewStepsFolder(folder), fewStepsConfigSchema)
  const isAlike =
    given?.config.numInferenceSteps === steps.numInferenceSteps && given.config.rank === steps.rank
  return isAlike ? given.params : undefined
}

/**
 * Teaches a finished model to make films in few steps, and writes the adapters to `folder/fast`; beside a model's weights
 * they are what `fast` means. Stopped or killed at any moment, it goes on from its last checkpoint.
 * @param options `warmStart` is the model that is taught, from the adapters on that it has; the bundled one, from none, when absent
 * @returns the folder of the adapters
 * @throws DOMException AbortError when the signal aborts; checkpoints are saved before.
 */
export async function runFewStepsRecipe(recipe: FewStepsRecipe, options: RecipeOptions): Promise<string> {
  const { config, model, data } = await encodeForModel(recipe.clips, options)
  const encoder = { params: model.autoencoder, config: config.autoencoder, statistics: data }
  const shapes = config.shapes?.map(shape => ({
    ...shape,
    clips: Math.ceil(OTHER_SHARE * recipe.clips.clips),
  }))
  const others = await encodeOtherShapes({ clips: recipe.clips, shapes }, encoder, options)
  const { steps, schedule, batchSize, seed } = recipe
  const training = distillTraining({
    ...steps,
    config: config.transformer,
    teacher: model.transformer,
    data: [data, ...others],
    frames: config.window,
    visibility: await findVisibility(model.autoencoder, config.autoencoder, data, options),
    schedule,
    batchSize,
  })
  const run = {
    stage: 'few steps',
    into: 'training',
    seed,
    warmStart: loadAdapters(options.warmStart, steps),
  } as const
  const learned = await runTraining(training, run, options)
  const adapters = fewStepsFolder(options.folder)
  replaceModel(adapters, steps, learned)
  return adapters
}
