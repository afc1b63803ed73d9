import { availableParallelism } from 'node:os'
import { type Command, Option } from 'commander'
import { captioner, decoder, fewSteps, judge, recipes, upscaler } from '../../recipes/index.ts'
import {
  exportModel,
  type RecipeOptions,
  runCaptionerRecipe,
  runDecoderRecipe,
  runFewStepsRecipe,
  runRecipe,
  runUpscalerRecipe,
  type Stage,
  type StepReport,
} from '../train/index.ts'
import { existingFolder, GOES_ON, outputFolder, stopSignal, trainedFolder, wholeNumber } from './options.ts'
import { type Progress, sayDuration, startCountdown, startProgress } from './progress.ts'

/** Recipes of what belongs to a model that is finished: how each is run, and what to do with what it made. */
const additions = {
  captioner: {
    recipe: captioner,
    run: (options: RecipeOptions) => runCaptionerRecipe(captioner, options),
    advise: (folder: string) => `try it with aozora caption film.mp4 --captioner ${folder}`,
  },
  judge: {
    recipe: judge,
    run: (options: RecipeOptions) => runCaptionerRecipe(judge, options),
    advise: () => "move it into the model's folder: the films it begins are chosen by it then",
  },
  decoder: {
    recipe: decoder,
    run: (options: RecipeOptions) => runDecoderRecipe(decoder, options),
    advise: (folder: string) =>
      `a whole model: try it with aozora generate "a red ball rolls left" --model ${folder}`,
  },
  upscaler: {
    recipe: upscaler,
    run: (options: RecipeOptions) => runUpscalerRecipe(upscaler, options),
    advise: (folder: string) => `measure it with aozora evaluate --only upscaler --upscaler ${folder}`,
  },
  'few-steps': {
    recipe: fewSteps,
    run: (options: RecipeOptions) => runFewStepsRecipe(fewSteps, options),
    advise: () => "move it into the model's folder, then aozora generate --fast uses it",
  },
} as const
type RecipeName = keyof typeof recipes | keyof typeof additions
const recipeNames = [...Object.keys(recipes), ...Object.keys(additions)]

const isAddition = (name: RecipeName): name is keyof typeof additions => name in additions

interface TrainOptions {
  readonly folder?: string
  readonly warmStart?: string
  readonly keep?: 'autoencoder' | 'encoder'
  readonly dataset?: string
  readonly threads?: number
  readonly workers?: number
  readonly checkpoint: number
  readonly export?: boolean
}

const stageLabels: Record<Stage, string> = {
  clips: 'filming',
  autoencoder: 'autoencoder',
  latents: 'encoding',
  visibility: 'measuring what is seen',
  transformer: 'transformer',
  captioner: 'captioner',
  'few steps': 'few steps',
  decoder: 'decoder',
  pairs: 'filming small and large',
  upscaler: 'upscaler',
}

const sayStep = ({ loss, itemsPerSecond, gigaflops, secondsLeft }: StepReport) =>
  `loss ${loss.toFixed(4)}, ${itemsPerSecond.toFixed(1)}/s, ${gigaflops.toFixed(0)} GFLOP/s, ${sayDuration(secondsLeft)} left`

/** As many workers as cores, if they can share out every batch; 0 (operators that share the cores) when that is one. */
function chooseWorkers(batchSizes: readonly number[], cores: number): number {
  for (let workers = cores; workers > 1; workers--) {
    if (batchSizes.every(size => size % workers === 0)) return workers
  }
  return 0
}

/** Runs the recipe of a name; gives where what it made lies, and what to do with it. */
async function runNamed(name: RecipeName, options: RecipeOptions): Promise<string> {
  if (isAddition(name)) {
    const { run, advise } = additions[name]
    const folder = await run(options)
    return `${folder}: ${advise(folder)}`
  }
  const model = await runRecipe(recipes[name], options)
  return `${model}: try it with aozora generate "a red ball rolls left" --model ${model}`
}

/** The batches of all that is trained, which workers share out. */
function batchSizesOf(name: RecipeName, keep: TrainOptions['keep']): number[] {
  if (isAddition(name)) return [additions[name].recipe.batchSize]
  const { autoencoder, transformer } = recipes[name]
  return keep === 'autoencoder' ? [transformer.batchSize] : [autoencoder.batchSize, transformer.batchSize]
}

/**
 * Checks what goes together, before anything is filmed.
 * @throws RangeError naming the options that do not.
 */
function checkTraining(name: RecipeName, options: TrainOptions): void {
  const { warmStart, keep, dataset, workers = 0 } = options
  if (isAddition(name) && (keep || options.export)) {
    throw new RangeError(`${keep ? '--keep' : '--export'} does not go with ${name}`)
  }
  if (keep && warmStart === undefined)
    throw new RangeError('--keep says more of --warm-start, which is missing')
  if (name === 'upscaler' && dataset) throw new RangeError('--dataset does not go with the upscaler')
  const shared = batchSizesOf(name, keep).find(size => workers > 0 && size % workers !== 0)
  if (shared !== undefined)
    throw new RangeError(`--workers must divide the batch of ${shared}, got ${workers}`)
}

async function trainRecipe(name: RecipeName, options: TrainOptions): Promise<void> {
  checkTraining(name, options)
  const folder = options.folder ?? `runs/${name}`
  const { warmStart, keep, dataset, threads } = options
  const batchSizes = batchSizesOf(name, keep)
  const workers = options.workers ?? chooseWorkers(batchSizes, threads ?? availableParallelism())
  if (options.export && !isAddition(name)) {
    const recipe = recipes[name]
    console.log(`${await exportModel(recipe, { folder, warmStart, keep, dataset })}: try it with --model`)
    return
  }
  let current: { stage: Stage; progress: Progress } | undefined
  const onProgress = (stage: Stage, done: number, of: number, report?: StepReport) => {
    if (current?.stage !== stage) {
      current?.progress.stop()
      const start = report ? startProgress : startCountdown
      current = { stage, progress: start(stageLabels[stage]) }
    }
    current.progress.update(done, of, report ? sayStep(report) : '')
  }
  const done = await runNamed(name, {
    folder,
    warmStart,
    keep,
    dataset,
    threads,
    workers,
    secondsPerCheckpoint: options.checkpoint,
    signal: stopSignal(GOES_ON),
    onProgress,
  }).finally(() => current?.progress.stop())
  console.log(done)
}

const list = [...Object.values(recipes), ...Object.values(additions).map(({ recipe }) => recipe)].map(
  ({ name, description }) => `  ${name.padEnd(10)} ${description}`,
)

const help = `
Recipes:
${list.join('\n')}

Stopped or killed at any moment, the same command goes on from the last checkpoint. The losses are in
<folder>/<stage>/log.jsonl, the finished model in <folder>/model.

Examples:
  $ aozora train tiny
  $ nice -n 19 aozora train small
  $ aozora train small --dataset my-clips --folder runs/mine
  $ aozora train small --folder runs/more --warm-start weights --keep autoencoder`

/** Adds `aozora train`. */
export function addTrain(program: Command): void {
  program
    .command('train')
    .summary('train a model from zero')
    .description(
      'Runs a complete recipe: films clips, trains the autoencoder, encodes the clips, trains the transformer.',
    )
    .argument('<recipe>', `one of: ${recipeNames.join(', ')}`)
    .option(
      '-f, --folder <folder>',
      'where everything of the run lies; runs/<recipe> when absent',
      outputFolder,
    )
    .option(
      '--warm-start <folder>',
      'a finished model to train on from, of the same size or smaller; the captioner, upscaler or adapters beside it are trained on too. ' +
        `Without it, ${Object.keys(recipes).join(' and ')} begin from nothing, the others train for the bundled model`,
      trainedFolder,
    )
    .option(
      '--dataset <folder>',
      'learn from this dataset (aozora dataset import) instead of filming',
      existingFolder,
    )
    .addOption(
      new Option(
        '--keep <part>',
        'with --warm-start: what is not trained on; its encoder, or both halves',
      ).choices(['autoencoder', 'encoder']),
    )
    .option('--threads <n>', 'processor cores to use; all when absent', wholeNumber(1, 256))
    .option(
      '--workers <n>',
      'threads that each learn from a part of the batch, which they must divide; as many as cores when absent, 0: operators share the cores',
      wholeNumber(0, 256),
    )
    .option('--checkpoint <seconds>', 'seconds between checkpoints', wholeNumber(1, 86400), 180)
    .addOption(new Option('--export', 'only write the model of the newest checkpoints of a run that goes on'))
    .addHelpText('after', help)
    .action((name: string, options: TrainOptions) => {
      if (!recipeNames.includes(name)) {
        throw new RangeError(`the recipe must be one of ${recipeNames.join(', ')}, got "${name}"`)
      }
      return trainRecipe(name as RecipeName, options)
    })
}
