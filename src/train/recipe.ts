import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { createRandom, type Tensor, type Tree } from '../array/index.ts'
import { type DatasetOptions, openDataset } from '../dataset/index.ts'
import {
  type AutoencoderConfig,
  autoencoderSpecs,
  expectParameters,
  FRAMES_PER_LATENT,
  flattenSpecs,
  type ParameterSpec,
  type Parameters,
  PIXELS_PER_LATENT,
  selectParameters,
  splitWords,
  type TransformerConfig,
  transformerSpecs,
} from '../model/index.ts'
import { type ModelConfig, modelConfigSchema } from '../sample/index.ts'
import { loadCheckpoint, replaceModel } from '../store/index.ts'
import { autoencoderTraining } from './autoencoder.ts'
import { encodeClips, encodeOtherShapes, type OtherShape } from './encodeClips.ts'
import { type LatentSet, type LatentSets, type LatentStatistics, selectLatents } from './latents.ts'
import type { RunOptions } from './loop.ts'
import { saveSamples } from './samples.ts'
import type { Schedule } from './schedule.ts'
import { filmClips, type RecipeOptions, runTraining } from './stages.ts'
import { transformerTraining } from './transformer.ts'
import { compileValidation, noteLoss } from './validate.ts'
import { findVisibility } from './visibility.ts'
import { type Given, loadGiven } from './warmStart.ts'

/** A complete training run as data: from seeds to a model that `generate` can use. */
export interface Recipe {
  readonly name: string
  /** One line for people: what comes out, and how long it takes. */
  readonly description: string
  readonly seed: number
  /** What the transformer learns from, of the shape that the model's films have. */
  readonly clips: DatasetOptions
  /** Clips of other shapes that it learns from beside them. */
  readonly shapes?: readonly OtherShape[]
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

/** A recipe for a dataset that is given: with the words of its captions, the most frequent first. */
function fitRecipe(recipe: Recipe, folder: string | undefined): Recipe {
  if (folder === undefined) return recipe
  const dataset = openDataset(folder)
  const [{ width, height, frameCount }] = dataset.shapes
  // Known before anything is trained: the autoencoder alone would take crops of any size.
  const grain = PIXELS_PER_LATENT * recipe.transformer.config.patch
  if (width % grain !== 0 || height % grain !== 0) {
    throw new RangeError(
      `${dataset.folder}: width and height of clips must be multiples of ${grain}, most have ${width} x ${height}`,
    )
  }
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
  return { ...recipe, transformer: { ...recipe.transformer, config: { ...recipe.transformer.config, text } } }
}

/**
 * The model that is started from, where latents go on meaning what they meant to it. Those of a smaller autoencoder are not what
 * a larger one could say, nor are those of our worlds what other films need.
 */
function findMeaning(recipe: Recipe, { keep, dataset }: RecipeOptions, given?: Given): Given | undefined {
  if (!given || keep) return given
  const isAlike = isDeepStrictEqual(given.config.autoencoder, recipe.autoencoder.config)
  return dataset === undefined && isAlike ? given : undefined
}

/** Films what the autoencoder learns from, and trains it. */
async function learnAutoencoder(recipe: Recipe, options: RecipeOptions, given?: Given): Promise<Parameters> {
  const { clips, ...rest } = recipe.autoencoder
  const folder = path.join(options.folder, clips ? 'autoencoder-clips' : 'clips')
  const dataset = await filmClips(folder, clips ?? recipe.clips, options)
  const kept = options.keep === 'encoder' ? given?.autoencoder : undefined
  // An encoder that is kept cannot go astray.
  const near = kept ? undefined : findMeaning(recipe, options, given)?.autoencoder
  const training = autoencoderTraining({ ...rest, dataset, kept, near })
  const stage = 'autoencoder'
  const run = { stage, into: stage, seed: recipe.seed, warmStart: given?.autoencoder } as const
  const learned = await runTraining(training, run, options)
  return { ...kept, ...learned }
}

/** What the transformer learns from. */
interface Prepared {
  readonly autoencoder: Parameters
  readonly data: LatentSets
  /** What the clips are: the model's films are made like them. */
  readonly pictures: Pick<ModelConfig, 'width' | 'height' | 'fps' | 'shapes'>
}

/** Films the clips and encodes them, or what of it is missing. */
async function prepareLatents(
  recipe: Recipe,
  options: RecipeOptions,
  autoencoder: Parameters,
  statistics?: LatentStatistics,
): Promise<Prepared> {
  const { config } = recipe.autoencoder
  expectParameters(autoencoderSpecs(config), autoencoder)
  const encoder = { params: autoencoder, config }
  const { dataset, data: own } = await encodeClips(recipe.clips, { ...encoder, statistics }, options)
  const others = await encodeOtherShapes(recipe, { ...encoder, statistics: own }, options)
  const [{ width, height, fps }] = dataset.shapes
  const shapes = others.map(({ shape: [, , h, w] }) => ({
    width: w * PIXELS_PER_LATENT,
    height: h * PIXELS_PER_LATENT,
  }))
  const pictures = { width, height, fps, ...(shapes.length > 0 && { shapes }) }
  return { autoencoder, data: [own, ...others], pictures }
}

/** Films and encodes clips of held-out combinations. */
async function encodeHeldOut(
  recipe: Recipe,
  autoencoder: Parameters,
  statistics: LatentStatistics,
  { folder, threads, signal }: RecipeOptions,
): Promise<LatentSet> {
  const { batchSize } = recipe.transformer
  const clips = {
    ...recipe.clips,
    clips: 2 * batchSize,
    seed: recipe.clips.seed + HELD_OUT_SEED,
    heldOut: true,
  }
  const encoder = { params: autoencoder, config: recipe.autoencoder.config, statistics }
  const { data } = await encodeClips(clips, encoder, { folder, threads, signal }, kind => `held-out-${kind}`)
  return data
}

/** The configuration of the model that a recipe makes. */
function configOfRecipe({ autoencoder, transformer }: Recipe, pictures: Prepared['pictures']): ModelConfig {
  return modelConfigSchema.parse({
    autoencoder: autoencoder.config,
    transformer: transformer.config,
    window: transformer.window,
    ...pictures,
  })
}

/** Gathers what a model consists of, from the parameters of both networks; what only training needs is left. */
export function gatherModel(
  config: Pick<ModelConfig, 'autoencoder' | 'transformer'>,
  { autoencoder, transformer, statistics: { mean, deviation } }: Omit<Given, 'config'>,
): Record<string, Tensor> {
  const named = (prefix: string, specs: Tree<ParameterSpec>, params: Parameters) =>
    [...flattenSpecs(specs).keys()].map(name => [`${prefix}.${name}`, params[name]] as const)
  return {
    ...Object.fromEntries([
      ...named('autoencoder', autoencoderSpecs(config.autoencoder), autoencoder),
      ...named('transformer', transformerSpecs(config.transformer), transformer),
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
  const { folder, warmStart, keep, threads } = options
  mkdirSync(folder, { recursive: true })
  const recipe = fitRecipe(general, options.dataset)
  const given = warmStart ? loadGiven(warmStart, vocabularyOf(recipe)) : undefined
  const autoencoder =
    given && keep === 'autoencoder' ? given.autoencoder : await learnAutoencoder(recipe, options, given)
  const statistics = findMeaning(recipe, options, given)?.statistics
  const prepared = await prepareLatents(recipe, options, autoencoder, statistics)
  // Nobody films what a given dataset leaves out: every twentieth clip is held back instead.
  const isHeldBack = (clip: number) => options.dataset !== undefined && clip % 20 === 0
  const [own, ...others] = prepared.data
  const data: LatentSets = [selectLatents(own, clip => !isHeldBack(clip)), ...others]
  const heldOut = options.dataset
    ? selectLatents(own, isHeldBack)
    : await encodeHeldOut(recipe, autoencoder, own, options)
  const { window, ...rest } = recipe.transformer
  const visibility = await findVisibility(autoencoder, recipe.autoencoder.config, data[0], options)
  const training = transformerTraining({ ...rest, data, frames: window, visibility })
  const sample = sampleEvery(MINUTES_PER_SHEET, async (step, state) => {
    const config = configOfRecipe(recipe, prepared.pictures)
    const learned = { autoencoder, transformer: selectParameters(state, 'ema'), statistics: own }
    await saveSamples(path.join(folder, 'samples'), step, config, gatherModel(config, learned), threads)
  })
  const unseen = transformerTraining({ ...rest, data: [heldOut], frames: window })
  const batches = await Promise.all([0, 1, 2, 3].map(seed => unseen.nextBatch(createRandom(seed), 0)))
  const validation = await compileValidation(training, batches, threads)
  const onCheckpoint = async (step: number, state: Readonly<Record<string, Tensor>>) => {
    noteLoss(path.join(folder, 'transformer'), { step, loss: await validation.measure(state) })
    await sample(step, state)
  }
  const stage = 'transformer'
  const run = { stage, into: stage, seed: recipe.seed, warmStart: given?.transformer, onCheckpoint } as const
  try {
    return writeModel(recipe, options, prepared, await runTraining(training, run, options))
  } finally {
    await validation.release()
  }
}

/**
 * Writes the model of a run that goes on, from its newest checkpoints.
 * @throws Error naming the stage that has no checkpoint yet.
 */
export async function exportModel(general: Recipe, options: RecipeOptions): Promise<string> {
  const { folder, warmStart, keep, dataset } = options
  const newest = (stage: 'autoencoder' | 'transformer'): Parameters => {
    const checkpoint = loadCheckpoint(path.join(folder, stage))
    if (!checkpoint) throw new Error(`${path.join(folder, stage)} has no checkpoint yet`)
    return selectParameters(checkpoint.tensors, 'ema')
  }
  const recipe = fitRecipe(general, dataset)
  const given = warmStart ? loadGiven(warmStart, vocabularyOf(recipe)) : undefined
  const learned = keep === 'autoencoder' ? {} : newest('autoencoder')
  const autoencoder = { ...(keep && given?.autoencoder), ...learned }
  // Before the latents: while a run still encodes, this says so instead of encoding beside it.
  const transformer = newest('transformer')
  const statistics = findMeaning(recipe, options, given)?.statistics
  const prepared = await prepareLatents(recipe, options, autoencoder, statistics)
  return writeModel(recipe, options, prepared, transformer)
}

function writeModel(
  recipe: Recipe,
  { folder }: RecipeOptions,
  prepared: Prepared,
  transformer: Parameters,
): string {
  const model = path.join(folder, 'model')
  const config = configOfRecipe(recipe, prepared.pictures)
  const { autoencoder, data } = prepared
  const [statistics] = data
  replaceModel(model, config, gatherModel(config, { autoencoder, transformer, statistics }))
  return model
}
