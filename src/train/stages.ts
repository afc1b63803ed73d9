import path from 'node:path'
import { type DatasetOptions, makeDataset, openDataset } from '../dataset/index.ts'
import { type Parameters, selectParameters } from '../model/index.ts'
import { type RunOptions, type StepReport, train } from './loop.ts'
import type { Training } from './training.ts'

/** One stage of a recipe, in order. */
export type Stage =
  | 'clips'
  | 'autoencoder'
  | 'latents'
  | 'visibility'
  | 'transformer'
  | 'captioner'
  | 'few steps'
  | 'decoder'
  | 'pairs'
  | 'upscaler'

/** How a recipe is run. */
export interface RecipeOptions {
  /** Everything the run makes lies here, a folder for each stage; what is done already is not done again. */
  readonly folder: string
  /** A finished model to start from, of the same size or smaller: its transformer is trained on. */
  readonly warmStart?: string
  /**
   * What of the model that is started from is not trained on: its autoencoder, or the encoder alone. Then pictures become
   * sharper, and what the transformer has learned of latents stays true.
   */
  readonly keep?: 'autoencoder' | 'encoder'
  /** A dataset to learn from, such as one of imported films, instead of the clips that the recipe films. */
  readonly dataset?: string
  readonly threads?: number
  /** Threads that learn, each from its part of the batch, instead of operators that share the cores. */
  readonly workers?: number
  readonly secondsPerCheckpoint?: number
  readonly signal?: AbortSignal
  /** Called as each stage goes on: what is done of how much, and the loss where there is one. */
  readonly onProgress?: (stage: Stage, done: number, of: number, report?: StepReport) => void
}

/** One training of a recipe. */
interface RecipeTraining extends Pick<RunOptions, 'seed' | 'warmStart' | 'onCheckpoint'> {
  readonly stage: Stage
  /** Where its checkpoints lie in the recipe's folder. */
  readonly into: string
}

/**
 * Runs a training of a recipe to its end.
 * @returns the averaged parameters
 * @throws DOMException AbortError when the signal aborts; a checkpoint is saved before.
 */
export async function runTraining(
  training: Training,
  { stage, into, ...run }: RecipeTraining,
  options: RecipeOptions,
): Promise<Parameters> {
  const { folder, threads, workers, secondsPerCheckpoint, signal, onProgress } = options
  const state = await train(training, {
    ...run,
    folder: path.join(folder, into),
    threads,
    workers,
    secondsPerCheckpoint,
    signal,
    onStep: report => onProgress?.(stage, report.step, report.steps, report),
  })
  signal?.throwIfAborted()
  return selectParameters(state, 'ema')
}

/** Films a dataset into `folder`, or what of it is missing, and opens it; a dataset that is given is only opened. */
export async function filmClips(folder: string, clips: DatasetOptions, options: RecipeOptions) {
  const { dataset, threads, onProgress, signal } = options
  if (dataset) return openDataset(dataset)
  const onFilmed = (done: number) => onProgress?.('clips', done, clips.clips)
  await makeDataset(folder, clips, { workers: threads, onProgress: onFilmed, signal })
  return openDataset(folder)
}
