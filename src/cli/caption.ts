import { existsSync } from 'node:fs'
import type { Command } from 'commander'
import { type ClipShape, openDataset, recaptionDataset } from '../dataset/index.ts'
import { type Footage, open, openCaptioner } from '../index.ts'
import { encodeJpeg, type FilmFormat, pickFrames, readFootage } from '../media/index.ts'
import { describeFrames } from '../words/index.ts'
import { captionForm } from '../world/index.ts'
import { existingFolder, GOES_ON, modelOption, stopSignal, trainedFolder, wholeNumber } from './options.ts'
import { startCountdown } from './progress.ts'

interface CaptionOptions {
  readonly model?: string
  readonly captioner?: string
  readonly json?: boolean
  readonly captionWith?: string
  readonly captionModel?: string
  readonly captionSeconds: number
}

/** What says what a film shows; its films have this size. */
interface Describer {
  readonly size: FilmFormat
  readonly say: (film: Footage) => Promise<string>
  readonly close: () => Promise<void>
}

/** Frames of a film that a vision model is shown. */
const SHOWN_FRAMES = 6
/** Pixels of files that a vision model is shown, each way. */
const SHOWN_SIDE = 256
const LONGEST_SECONDS = 60

/** A vision model behind an address. */
function openVision(url: string, { captionModel: model, captionSeconds }: CaptionOptions): Describer {
  if (!URL.canParse(url)) throw new RangeError(`--caption-with must be an address, got ${url}`)
  const say = async (film: Footage) => {
    const frames = pickFrames(film.frames, film, Math.min(SHOWN_FRAMES, film.frameCount))
    const pictures = await Promise.all(frames.map(frame => encodeJpeg(frame, film, 90)))
    const urls = pictures.map(jpeg => `data:image/jpeg;base64,${Buffer.from(jpeg).toString('base64')}`)
    return describeFrames({ url, model, timeout: captionSeconds * 1000 }, urls)
  }
  return { size: { width: SHOWN_SIDE, height: SHOWN_SIDE, fps: 12 }, say, close: async () => {} }
}

/** Opens what the options ask for: a vision model, or a model and a captioner for its latents. */
async function openDescriber(options: CaptionOptions): Promise<Describer> {
  if (options.captionWith !== undefined) return openVision(options.captionWith, options)
  const model = await open({ folder: options.model, lazily: true })
  const captioner = await openCaptioner(model, options.captioner).catch(async error => {
    await model.close()
    throw error
  })
  return {
    size: { ...model.size, fps: model.fps },
    say: film => captioner.captionFilm(film, captionForm),
    async close() {
      await captioner.close()
      await model.close()
    },
  }
}

async function captionFiles(files: readonly string[], options: CaptionOptions): Promise<void> {
  // Before a model is opened for them.
  const missing = files.find(file => !existsSync(file))
  if (missing !== undefined) throw new RangeError(`there is no file ${missing}`)
  const describer = await openDescriber(options)
  const refused: string[] = []
  const refuse = (error: Error) => {
    if (files.length === 1) throw error
    refused.push(error.message)
    console.error(error.message)
  }
  try {
    for (const file of files) {
      const film = await readFootage(file, describer.size, LONGEST_SECONDS).catch(refuse)
      if (!film) continue
      const caption = await describer.say(film)
      if (options.json) console.log(JSON.stringify({ file, caption }))
      else console.log(files.length === 1 ? caption : `${file}: ${caption}`)
    }
  } finally {
    await describer.close()
  }
  if (refused.length > 0) throw new RangeError(`${refused.length} of ${files.length} films have no caption`)
}

async function captionDataset(folder: string, options: CaptionOptions): Promise<void> {
  const describer = await openDescriber(options)
  const progress = startCountdown('captioning')
  try {
    const { width, height } = describer.size
    const isOther = (shape: ClipShape) => shape.width !== width || shape.height !== height
    const other = openDataset(folder).shapes.find(isOther)
    if (other && options.captionWith === undefined) {
      throw new RangeError(
        `${folder}: the captioner looks at clips of ${width} x ${height}, some here have ${other.width} x ${other.height}`,
      )
    }
    const onProgress = (done: number, of: number) => progress.update(done, of, '')
    const written = await recaptionDataset(folder, describer.say, { onProgress, signal: stopSignal(GOES_ON) })
    progress.stop()
    console.log(`${folder}: ${written} captions written, the old ones are kept beside them`)
  } finally {
    progress.stop()
    await describer.close()
  }
}

/** Adds the options that choose who writes. */
function addDescriberOptions(command: Command): Command {
  return command
    .addOption(modelOption())
    .option('--captioner <folder>', captionerFolder, trainedFolder)
    .option(
      '--caption-with <url>',
      "a vision model that looks at six frames instead, at OpenAI's protocol (Ollama: http://127.0.0.1:11434/v1); AOZORA_CHAT_KEY is its key",
    )
    .option('--caption-model <name>', 'with --caption-with: which model is asked')
    .option('--caption-seconds <n>', 'with --caption-with: patience for an answer', wholeNumber(1, 600), 60)
}

const captionerFolder =
  'a captioner of your own (weights.safetensors and config.json); the bundled one when absent'

/** Adds `aozora caption`. */
export function addCaption(program: Command): void {
  addDescriberOptions(program.command('caption'))
    .summary('say what a film shows')
    .description(
      'Writes a detailed caption of each film: what the captions are like that the bundled model has learned from. It looks ' +
        'at the first four seconds and knows the worlds that it was trained on, nothing else.',
    )
    .argument('<files...>', 'films of any format and size')
    .option('--json', 'one line of JSON a film: {file, caption}')
    .addHelpText(
      'after',
      '\nExamples:\n  $ aozora caption film.mp4\n  $ aozora caption clips/*.mp4 --json > captions.jsonl',
    )
    .action(captionFiles)
}

/** Adds `aozora dataset caption`. */
export function addDatasetCaption(dataset: Command): void {
  addDescriberOptions(dataset.command('caption'))
    .summary('re-write the captions of a dataset')
    .description(
      'Has the captioner write a new caption for every clip; the old one is kept beside it. Stopped or killed at any moment, ' +
        'the same command goes on.',
    )
    .argument('<folder>', 'a dataset (aozora dataset make or import)', existingFolder)
    .action(captionDataset)
}
