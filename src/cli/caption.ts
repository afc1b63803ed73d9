import { existsSync } from 'node:fs'
import type { Command } from 'commander'
import { openDataset, recaptionDataset } from '../dataset/index.ts'
import { type Captioner, type Model, open, openCaptioner, readVideo } from '../index.ts'
import { parseCaption } from '../world/index.ts'
import { existingFolder, modelOption, stopSignal } from './options.ts'
import { startCountdown } from './progress.ts'

interface CaptionOptions {
  readonly model?: string
  readonly captioner?: string
  readonly json?: boolean
}

/** Whether a text is a whole sentence of the worlds' grammar. */
function isCaption(text: string): boolean {
  try {
    parseCaption(text)
    return true
  } catch {
    return false
  }
}

/** Opens a model and a captioner for its latents, and closes both. */
async function withCaptioner(
  { model: folder, captioner: weights }: CaptionOptions,
  work: (model: Model, captioner: Captioner) => Promise<void>,
): Promise<void> {
  const model = await open({ folder })
  const captioner = await openCaptioner(model, weights).catch(async error => {
    await model.close()
    throw error
  })
  try {
    await work(model, captioner)
  } finally {
    await captioner.close()
    await model.close()
  }
}

function captionFiles(files: readonly string[], options: CaptionOptions): Promise<void> {
  // Before a model is opened for them.
  const missing = files.find(file => !existsSync(file))
  if (missing !== undefined) throw new RangeError(`there is no file ${missing}`)
  return withCaptioner(options, async (model, captioner) => {
    for (const file of files) {
      const film = await readVideo(model, file)
      const caption = await captioner.captionFilm(film, isCaption)
      if (options.json) console.log(JSON.stringify({ file, caption }))
      else console.log(files.length === 1 ? caption : `${file}: ${caption}`)
    }
  })
}

function captionDataset(folder: string, options: CaptionOptions): Promise<void> {
  return withCaptioner(options, async (model, captioner) => {
    const { width, height } = model.size
    const other = openDataset(folder).shapes.find(shape => shape.width !== width || shape.height !== height)
    if (other) {
      throw new RangeError(
        `${folder}: the captioner looks at clips of ${width} x ${height}, some here have ${other.width} x ${other.height}`,
      )
    }
    const progress = startCountdown('captioning')
    const onProgress = (done: number, of: number) => progress.update(done, of, '')
    const written = await recaptionDataset(folder, clip => captioner.captionFilm(clip, isCaption), {
      onProgress,
      signal: stopSignal(),
    }).finally(() => progress.stop())
    console.log(`${folder}: ${written} captions written, the old ones are kept beside them`)
  })
}

const captionerFolder =
  'a captioner of your own (weights.safetensors and config.json); the bundled one when absent'

/** Adds `aozora caption`. */
export function addCaption(program: Command): void {
  program
    .command('caption')
    .summary('say what a film shows')
    .description(
      'Writes a detailed caption of each film: what the captions are like that the bundled model has learned from. It looks ' +
        'at the first four seconds and knows the worlds that it was trained on, nothing else.',
    )
    .argument('<files...>', 'films of any format and size')
    .addOption(modelOption())
    .option('--captioner <folder>', captionerFolder, existingFolder)
    .option('--json', 'one line of JSON a film: {file, caption}')
    .addHelpText(
      'after',
      '\nExamples:\n  $ aozora caption film.mp4\n  $ aozora caption clips/*.mp4 --json > captions.jsonl',
    )
    .action(captionFiles)
}

/** Adds `aozora dataset caption`. */
export function addDatasetCaption(dataset: Command): void {
  dataset
    .command('caption')
    .summary('re-write the captions of a dataset')
    .description(
      'Has the captioner write a new caption for every clip; the old one is kept beside it. Stopped or killed at any moment, ' +
        'the same command goes on.',
    )
    .argument('<folder>', 'a dataset (aozora dataset make or import)', existingFolder)
    .addOption(modelOption())
    .option('--captioner <folder>', captionerFolder, existingFolder)
    .action(captionDataset)
}
