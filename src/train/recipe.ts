import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'
import { createRandom, type Tensor, type Tree } from '../array/index.ts'
import { type Dataset, type DatasetOptions, makeDataset, openDataset } from '../dataset/index.ts'
import {
  type AutoencoderConfig,
  autoencoderSpecs,
  expectParameters,
  FRAMES_PER_LATENT,
  flattenSpecs,
  type ParameterSpec,
  type Parameters,
  selectParameters,
  splitWords,
  type TransformerConfig,
  transformerSpecs,
} from '../model/index.ts'
import { type ModelConfig, modelConfigSchema } from '../sample/index.ts'
import { loadCheckpoint, saveModel } from '../store/index.ts'
import { sceneDefaults } from '../world/index.ts'
import { autoencoderTraining } from './autoencoder.ts'
import { encodeDataset, type LatentSet, type LatentStatistics, selectLatents } from './latents.ts'
import { type RunOptions, type StepReport, type Training, train } from './loop.ts'
import { saveSamples } from './samples.ts'
import type { Schedule } from './schedule.ts'
import { drawTransformerBatch, transformerTraining } from './transformer.ts'
import { compileValidation, keepBest } from './validate.ts'
import { type Given, loadGiven } from './warmStart.ts'

/** A complete training run as data: from seeds to a model that `generate` can use. */
export interface Recipe {
  readonly name: string
  /** One line for people: what comes out, and how long it takes. */
  readonly description: string
  readonly seed: number
  /** What the transformer learns from. */
  readonly clips: DatasetOptions
  readonly autoencoder: {
    /** What the autoencoder learns from, when that is something else: it should have seen more than is filmed now. */
    readonly clips?: DatasetOptions
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
  /** A finished model to start from, of the same size or smaller: its transformer is trained on. */
  readonly warmStart?: string
  /** Whether the autoencoder of the model that is started from stays as it is; else it is trained on too. */
  readonly keepAutoencoder?: boolean
  /** A dataset to learn from, such as one of imported films, instead of the clips that the recipe films. */
  readonly dataset?: string
  readonly threads?: number
  /** Threads that compute gradients, each of its part of the batch, instead of operators that share the cores. */
  readonly workers?: number
  readonly secondsPerCheckpoint?: number
  readonly signal?: AbortSignal
  /** Called as each stage goes on: what is done of how much, and the loss where there is one. */
  readonly onProgress?: (stage: Stage, done: number, of: number, report?: StepReport) => void
}

/** Held-out clips come from seeds this far behind those of the training clips. */
const HELD_OUT_SEED = 50_000_000

const vocabularyOf = (recipe: Recipe) => recipe.transformer.config.text.vocabulary

/** Minutes between two sheets of samples. */
const MINUTES_PER_SHEET = 15

/** Calls `sample` at checkpoints, but not more often than every so many minutes. */
function sampleEvery(minutes: number, sample: NonNullable<RunOptions['onCheckpoint']>): typeof sample {
  let last = performance.now()
  return async (step, state) => {
    if (performance.now() - last < minutes * 60_000) return
    await sample(step, state)
    last = performance.now()
  }
}

/** The most words that a vocabulary made from captions has. */
const MOST_WORDS = 4000

/** A recipe for a dataset that is given: its pictures' size, and the words of its captions, the most frequent first. */
function fitRecipe(recipe: Recipe, dataset: Dataset): Recipe {
  const [{ width, height, fps, frameCount }] = dataset.shapes
  const needed = FRAMES_PER_LATENT * (recipe.transformer.window - 1) + 1
  if (frameCount < needed) {
    throw new RangeError(
      `${dataset.folder}: clips must have at least ${needed} frames, most have ${frameCount}`,
    )
  }
  const counts = new Map<string, number>()
  for (const { caption, shortCaption } of dataset.clips) {
    for (const word of splitWords(`${caption} ${shortCaption}`)) counts.set(word, (counts.get(word) ?? 0) + 1)
  }
  const vocabulary = [...counts.keys()].sort((a, b) => counts.get(b)! - counts.get(a)!).slice(0, MOST_WORDS)
  const text = { ...recipe.transformer.config.text, vocabulary }
  return {
    ...recipe,
    clips: { family: 'tabletop', clips: 1, seed: 0, scene: { width, height, fps, frameCount } },
    transformer: { ...recipe.transformer, config: { ...recipe.transformer.config, text } },
  }
}

/** The averaged parameters of a finished training run. */
async function runTraining(
  training: Training,
  stage: Stage,
  recipe: Recipe,
  options: RecipeOptions,
  warmStart?: Parameters,
  onCheckpoint?: RunOptions['onCheckpoint'],
): Promise<Parameters> {
  const { folder, threads, workers, secondsPerCheckpoint, signal, onProgress } = options
  const state = await train(training, {
    folder: path.join(folder, stage),
    seed: recipe.seed,
    threads,
    workers,
    secondsPerCheckpoint,
    warmStart,
    signal,
    onStep: report => onProgress?.(stage, report.step, report.steps, report),
    onCheckpoint,
  })
  signal?.throwIfAborted()
  return selectParameters(state, 'ema')
}

/** Films a dataset into `folder`, or what of it is missing, and opens it; a dataset that is given is only opened. */
async function filmClips(folder: string, clips: DatasetOptions, options: RecipeOptions) {
  const { dataset, onProgress, signal } = options
  if (dataset) return openDataset(dataset)
  const onFilmed = (done: number) => onProgress?.('clips', done, clips.clips)
  await makeDataset(folder, clips, { onProgress: onFilmed, signal })
  return openDataset(folder)
}

async function prepareLatents(
  recipe: Recipe,
  options: RecipeOptions,
  given?: Given,
): Promise<{ autoencoder: Parameters; data: LatentSet }> {
  const { folder, keepAutoencoder = false, onProgress, signal } = options
  const { clips, config, ...rest } = recipe.autoencoder
  const learn = async () => {
    const folderOfClips = path.join(folder, clips ? 'autoencoder-clips' : 'clips')
    const dataset = await filmClips(folderOfClips, clips ?? recipe.clips, options)
    const training = autoencoderTraining({ config, dataset, ...rest })
    return runTraining(training, 'autoencoder', recipe, options, given?.autoencoder)
  }
  const kept = keepAutoencoder ? given : undefined
  const autoencoder = kept?.autoencoder ?? (await learn())
  expectParameters(autoencoderSpecs(config), autoencoder)
  const dataset = await filmClips(path.join(folder, 'clips'), recipe.clips, options)
  const onEncoded = (done: number) => onProgress?.('latents', done, dataset.clips.length)
  const data = await encodeDataset(path.join(folder, 'latents'), dataset, autoencoder, config, {
    onProgress: onEncoded,
    signal,
    statistics: kept?.statistics,
  })
  return { autoencoder, data }
}

/** Films and encodes clips of held-out combinations. */
async function encodeHeldOut(
  recipe: Recipe,
  autoencoder: Parameters,
  { mean, deviation }: LatentStatistics,
  { folder, signal }: RecipeOptions,
): Promise<LatentSet> {
  const { batchSize } = recipe.transformer
  const clips = {
    ...recipe.clips,
    clips: 2 * batchSize,
    seed: recipe.clips.seed + HELD_OUT_SEED,
    heldOut: true,
  }
  const dataset = await filmClips(path.join(folder, 'held-out-clips'), clips, { folder, signal })
  const latents = path.join(folder, 'held-out-latents')
  return encodeDataset(latents, dataset, autoencoder, recipe.autoencoder.config, {
    signal,
    statistics: { mean, deviation },
  })
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

/** Gathers what a model consists of, from the averaged parameters of both networks; what only training needs is left. */
function gatherModel(
  recipe: Recipe,
  autoencoder: Parameters,
  transformer: Parameters,
  { mean, deviation }: LatentStatistics,
): Record<string, Tensor> {
  const named = (prefix: string, specs: Tree<ParameterSpec>, params: Parameters) =>
    [...flattenSpecs(specs).keys()].map(name => [`${prefix}.${name}`, params[name]] as const)
  return {
    ...Object.fromEntries([
      ...named('autoencoder', autoencoderSpecs(recipe.autoencoder.config), autoencoder),
      ...named('transformer', transformerSpecs(recipe.transformer.config), transformer),
    ]),
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
export async function runRecipe(general: Recipe, options: RecipeOptions): Promise<string> {
  const { folder, warmStart, threads } = options
  mkdirSync(folder, { recursive: true })
  const recipe = options.dataset ? fitRecipe(general, openDataset(options.dataset)) : general
  const given = warmStart ? loadGiven(warmStart, vocabularyOf(recipe)) : undefined
  const { autoencoder, data: all } = await prepareLatents(recipe, options, given)
  // Nobody films what a given dataset leaves out: every twentieth clip is held back instead.
  const isHeldBack = (clip: number) => options.dataset !== undefined && clip % 20 === 0
  const data = selectLatents(all, clip => !isHeldBack(clip))
  const heldOut = options.dataset
    ? selectLatents(all, isHeldBack)
    : await encodeHeldOut(recipe, autoencoder, data, options)
  const { window, ...rest } = recipe.transformer
  const training = transformerTraining({ ...rest, data, frames: window })
  const sample = sampleEvery(MINUTES_PER_SHEET, async (step, state) => {
    const tensors = gatherModel(recipe, autoencoder, selectParameters(state, 'ema'), data)
    await saveSamples(path.join(folder, 'samples'), step, configOfRecipe(recipe), tensors)
  })
  const batches = [0, 1, 2, 3].map(seed =>
    drawTransformerBatch(createRandom(seed), { ...rest, data: heldOut, frames: window }),
  )
  const validation = await compileValidation(training, batches, threads)
  const onCheckpoint = async (step: number, state: Readonly<Record<string, Tensor>>) => {
    const loss = await validation.measure(state)
    keepBest(path.join(folder, 'transformer'), { step, loss }, training.config, state)
    await sample(step, state)
  }
  const transformer = await runTraining(
    training,
    'transformer',
    recipe,
    options,
    given?.transformer,
    onCheckpoint,
  )
  await validation.release()
  return writeModel(folder, recipe, gatherModel(recipe, autoencoder, transformer, data))
}

/**
 * Writes the model of a run that goes on, from its newest checkpoints.
 * @throws Error naming the stage that has no checkpoint yet.
 */
export async function exportModel(
  recipe: Recipe,
  { folder, warmStart, keepAutoencoder }: Pick<RecipeOptions, 'folder' | 'warmStart' | 'keepAutoencoder'>,
): Promise<string> {
  const newest = (stage: 'autoencoder' | 'transformer'): Parameters => {
    const checkpoint = loadCheckpoint(path.join(folder, stage))
    if (!checkpoint) throw new Error(`${path.join(folder, stage)} has no checkpoint yet`)
    return selectParameters(checkpoint.tensors, 'ema')
  }
  const kept = warmStart && keepAutoencoder ? loadGiven(warmStart, vocabularyOf(recipe)) : undefined
  const autoencoder = kept?.autoencoder ?? newest('autoencoder')
  // Before the latents: while a run still encodes, this says so instead of encoding beside it.
  const transformer = newest('transformer')
  const dataset = openDataset(path.join(folder, 'clips'))
  const data = await encodeDataset(
    path.join(folder, 'latents'),
    dataset,
    autoencoder,
    recipe.autoencoder.config,
    { statistics: kept?.statistics },
  )
  return writeModel(folder, recipe, gatherModel(recipe, autoencoder, transformer, data))
}

function writeModel(folder: string, recipe: Recipe, tensors: Record<string, Tensor>): string {
  const [model, temporary] = [path.join(folder, 'model'), path.join(folder, 'model.tmp')]
  rmSync(temporary, { recursive: true, force: true })
  saveModel(temporary, configOfRecipe(recipe), tensors)
  if (existsSync(model)) rmSync(model, { recursive: true })
  renameSync(temporary, model)
  return model
}
