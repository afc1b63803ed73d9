import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'
import type { Tensor } from '../array/index.ts'
import { type DatasetOptions, makeDataset, openDataset } from '../dataset/index.ts'
import {
  type AutoencoderConfig,
  autoencoderSpecs,
  expectParameters,
  type Parameters,
  selectParameters,
  type TransformerConfig,
} from '../model/index.ts'
import { type ModelConfig, modelConfigSchema } from '../sample/index.ts'
import { loadCheckpoint, loadModel, saveModel } from '../store/index.ts'
import { sceneDefaults } from '../world/index.ts'
import { autoencoderTraining } from './autoencoder.ts'
import { encodeDataset, type LatentSet } from './latents.ts'
import { type StepReport, type Training, train } from './loop.ts'
import type { Schedule } from './schedule.ts'
import { transformerTraining } from './transformer.ts'

/** A complete training run as data: from seeds to a model that `generate` can use. */
export interface Recipe {
  readonly name: string
  /** One line for people: what comes out, and how long it takes. */
  readonly description: string
  readonly seed: number
  readonly clips: DatasetOptions
  readonly autoencoder: {
    readonly config: AutoencoderConfig
    readonly schedule: Schedule
    readonly batchSize: number
    /** Side of the training crops in pixels. */
    readonly crop: number
    /** Frames of a training window. */
    readonly frames: number
  }
  readonly transformer: {
    readonly config: TransformerConfig
    readonly schedule: Schedule
    readonly batchSize: number
    /** Latent frames of a window. */
    readonly window: number
  }
}

/** One stage of a recipe, in order. */
export type Stage = 'clips' | 'autoencoder' | 'latents' | 'transformer'

/** How a recipe is run. */
export interface RecipeOptions {
  /** Everything the run makes lies here, a folder for each stage; what is done already is not done again. */
  readonly folder: string
  /** A finished model to start from: its autoencoder is kept as it is, its transformer is trained on. */
  readonly warmStart?: string
  readonly threads?: number
  readonly secondsPerCheckpoint?: number
  readonly signal?: AbortSignal
  /** Called as each stage goes on: what is done of how much, and the loss where there is one. */
  readonly onProgress?: (stage: Stage, done: number, of: number, report?: StepReport) => void
}

/** The averaged parameters of a finished training run. */
async function runTraining(
  training: Training,
  stage: Stage,
  recipe: Recipe,
  options: RecipeOptions,
  warmStart?: Parameters,
): Promise<Parameters> {
  const { folder, threads, secondsPerCheckpoint, signal, onProgress } = options
  const state = await train(training, {
    folder: path.join(folder, stage),
    seed: recipe.seed,
    threads,
    secondsPerCheckpoint,
    warmStart,
    signal,
    onStep: report => onProgress?.(stage, report.step, report.steps, report),
  })
  signal?.throwIfAborted()
  return selectParameters(state, 'ema')
}

async function prepareLatents(
  recipe: Recipe,
  options: RecipeOptions,
  given: Readonly<Record<string, Tensor>>,
): Promise<{ autoencoder: Parameters; data: LatentSet }> {
  const { folder, onProgress, signal } = options
  const clips = path.join(folder, 'clips')
  const onFilmed = (done: number) => onProgress?.('clips', done, recipe.clips.clips)
  await makeDataset(clips, recipe.clips, { onProgress: onFilmed, signal })
  const dataset = openDataset(clips)
  const { config, schedule, batchSize, crop, frames } = recipe.autoencoder
  const finished = selectParameters(given, 'autoencoder')
  const isGiven = Object.keys(finished).length > 0
  const training = () => autoencoderTraining({ config, dataset, schedule, batchSize, crop, frames })
  const autoencoder = isGiven ? finished : await runTraining(training(), 'autoencoder', recipe, options)
  expectParameters(autoencoderSpecs(config), autoencoder)
  const onEncoded = (done: number) => onProgress?.('latents', done, dataset.clips.length)
  const data = await encodeDataset(path.join(folder, 'latents'), dataset, autoencoder, config, {
    onProgress: onEncoded,
    signal,
  })
  return { autoencoder, data }
}

/** The configuration of the model that a recipe makes. */
function configOfRecipe({ clips, autoencoder, transformer }: Recipe): ModelConfig {
  const { width, height, fps } = { ...sceneDefaults, ...clips.scene }
  return modelConfigSchema.parse({
    autoencoder: autoencoder.config,
    transformer: transformer.config,
    window: transformer.window,
    width,
    height,
    fps,
  })
}

/** Gathers what a model consists of, from the averaged parameters of both networks. */
function gatherModel(
  autoencoder: Parameters,
  transformer: Parameters,
  { mean, deviation }: Pick<LatentSet, 'mean' | 'deviation'>,
): Record<string, Tensor> {
  const named = (prefix: string, params: Parameters) =>
    Object.entries(params).map(([name, tensor]) => [`${prefix}.${name}`, tensor] as const)
  return {
    ...Object.fromEntries([...named('autoencoder', autoencoder), ...named('transformer', transformer)]),
    'latent.mean': { shape: [mean.length], data: mean },
    'latent.deviation': { shape: [deviation.length], data: deviation },
  }
}

/**
 * Runs a recipe: films the clips, trains the autoencoder, encodes the clips, trains the transformer, and writes
 * the model to `folder/model`. Stopped or killed at any moment, it goes on from its last checkpoint.
 * @returns the folder of the model
 * @throws DOMException AbortError when the signal aborts; checkpoints are saved before.
 */
export async function runRecipe(recipe: Recipe, options: RecipeOptions): Promise<string> {
  const { folder, warmStart } = options
  mkdirSync(folder, { recursive: true })
  const given = warmStart ? loadModel(warmStart, modelConfigSchema).tensors : {}
  const { autoencoder, data } = await prepareLatents(recipe, options, given)
  const { config, schedule, batchSize, window } = recipe.transformer
  const training = transformerTraining({ config, data, schedule, batchSize, frames: window })
  const transformer = await runTraining(
    training,
    'transformer',
    recipe,
    options,
    selectParameters(given, 'transformer'),
  )
  return writeModel(folder, recipe, gatherModel(autoencoder, transformer, data))
}

/**
 * Writes the model of a run that goes on, from its newest checkpoints.
 * @throws Error naming the stage that has no checkpoint yet.
 */
export async function exportModel(
  recipe: Recipe,
  { folder, warmStart }: Pick<RecipeOptions, 'folder' | 'warmStart'>,
): Promise<string> {
  const newest = (stage: 'autoencoder' | 'transformer'): Parameters => {
    const checkpoint = loadCheckpoint(path.join(folder, stage))
    if (!checkpoint) throw new Error(`${path.join(folder, stage)} has no checkpoint yet`)
    return selectParameters(checkpoint.tensors, 'ema')
  }
  const given = warmStart ? loadModel(warmStart, modelConfigSchema).tensors : undefined
  const autoencoder = given ? selectParameters(given, 'autoencoder') : newest('autoencoder')
  // Before the latents: while a run still encodes, this says so instead of encoding beside it.
  const transformer = newest('transformer')
  const dataset = openDataset(path.join(folder, 'clips'))
  const latents = path.join(folder, 'latents')
  const data = await encodeDataset(latents, dataset, autoencoder, recipe.autoencoder.config)
  return writeModel(folder, recipe, gatherModel(autoencoder, transformer, data))
}

function writeModel(folder: string, recipe: Recipe, tensors: Record<string, Tensor>): string {
  const [model, temporary] = [path.join(folder, 'model'), path.join(folder, 'model.tmp')]
  rmSync(temporary, { recursive: true, force: true })
  saveModel(temporary, configOfRecipe(recipe), tensors)
  if (existsSync(model)) rmSync(model, { recursive: true })
  renameSync(temporary, model)
  return model
}
