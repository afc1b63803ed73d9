import path from 'node:path'
import type { Command } from 'commander'
import { imageToVideo, type Model, open, textToVideo, type Video } from '../index.ts'
import { filmExtensions, requireLibav } from '../media/index.ts'
import { decimalNumber, modelOption, outputFile, stopSignal, wholeNumber } from './options.ts'
import { startProgress } from './progress.ts'

interface GenerateOptions {
  readonly out?: string
  readonly seconds: number
  readonly seed: number
  readonly steps: number
  readonly guidance: number
  readonly negative: string
  readonly image?: string
  readonly model?: string
  readonly threads?: number
  readonly count: number
  readonly json?: boolean
}

/** A file name from a prompt. */
function nameFile(prompt: string): string {
  const slug = prompt
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-|-$/g, '')
  return `${slug.slice(0, 60) || 'film'}.mp4`
}

/** The files of several films: numbered, when there is more than one. */
function nameFiles(file: string, count: number): string[] {
  const { dir, name, ext } = path.parse(file)
  if (count === 1) return [file]
  return Array.from({ length: count }, (_, i) => path.join(dir, `${name}-${i + 1}${ext}`))
}

async function makeVideo(
  model: Model,
  prompt: string,
  seed: number,
  options: GenerateOptions,
  signal: AbortSignal,
): Promise<Video> {
  const progress = startProgress('denoising')
  const filmOptions = {
    seconds: options.seconds,
    seed,
    numInferenceSteps: options.steps,
    guidanceScale: options.guidance,
    negativePrompt: options.negative,
    signal,
    onProgress: ({ step, steps }: { step: number; steps: number }) => progress.update(step, steps),
  }
  const made = options.image
    ? imageToVideo(model, options.image, prompt, filmOptions)
    : textToVideo(model, prompt, filmOptions)
  return made.finally(() => progress.stop())
}

/** What there is to say of a film: one line for people, or one JSON object a line. */
function report(file: string, video: Video, isJson: boolean, timings: Record<string, number>): void {
  const { width, height, fps, frameCount: frames, seconds } = video
  const { seed, model } = video.film.origin
  if (isJson) {
    console.log(JSON.stringify({ file, width, height, frames, fps, seconds, seed, model, timings }))
    return
  }
  const [load, made] = [timings.load, timings.denoise + timings.decode].map(ms => (ms / 1000).toFixed(1))
  console.log(
    `${file}: ${seconds} s, ${width}x${height}, ${fps} frames/s, seed ${seed} (model opened in ${load} s, film made in ${made} s)`,
  )
}

async function generate(prompt: string, options: GenerateOptions): Promise<void> {
  if (prompt.trim() === '') throw new RangeError('the prompt must say something, got an empty text')
  // Said before a film is made that could not be saved.
  if (options.out?.toLowerCase().endsWith('.webm')) await requireLibav('a .webm cannot be written')
  const signal = stopSignal()
  const started = performance.now()
  const model = await open({ folder: options.model, threads: options.threads })
  const load = performance.now() - started
  let unknown: readonly string[] = []
  for (const [i, file] of nameFiles(options.out ?? nameFile(prompt), options.count).entries()) {
    const video = await makeVideo(model, prompt, options.seed + i, options, signal)
    const encoding = performance.now()
    await video.save(file)
    const now = performance.now()
    const { denoise, decode } = video.timings
    const timings = { load, denoise, decode, encode: now - encoding, total: now - started }
    report(file, video, options.json === true, timings)
    unknown = video.unknownWords
  }
  await model.close()
  if (unknown.length === 0) return
  const { vocabulary } = model.transformer.text
  console.error(`The model has never seen: ${unknown.join(', ')}. It knows: ${vocabulary.join(' ')}`)
}

/** Adds `aozora generate`. */
export function addGenerate(program: Command): void {
  program
    .command('generate')
    .summary('make a film from a sentence')
    .description('Makes a film from a sentence, with the bundled model or one that you have trained.')
    .argument(
      '<prompt>',
      'what the film shows: "a large blue cube slides slowly to the left on a checkered floor"',
    )
    .option(
      '-o, --out <file>',
      'film (.mp4, .webm, .gif, .webp) or strip of 8 frames (.png); named after the prompt when absent',
      outputFile(...filmExtensions),
    )
    .option('-s, --seconds <n>', 'length of the film, 1 to 60', wholeNumber(1, 60), 4)
    .option(
      '--seed <n>',
      'another seed gives another film, the same one the same',
      wholeNumber(0, 2 ** 31 - 1),
      0,
    )
    .option('--steps <n>', 'denoising steps: fewer are faster, more are finer', wholeNumber(1, 1000), 20)
    .option(
      '--guidance <x>',
      'how strictly the film follows the words; 1 is not at all strict',
      decimalNumber(0, 30),
      2.5,
    )
    .option('-n, --count <n>', 'how many films, with the seeds from --seed on', wholeNumber(1, 1000), 1)
    .option('--json', 'say what was made as JSON, one film a line')
    .option('--negative <words>', 'what the film shall not show', '')
    .option('--image <file>', 'a picture that the film begins with')
    .addOption(modelOption())
    .option('--threads <n>', 'processor cores to use; all when absent', wholeNumber(1, 256))
    .addHelpText(
      'after',
      `
The bundled model knows a small world: balls, cubes and cylinders in six colours, large or small, that roll,
slide, drop, bounce, rest or hit one another on a plain grey or a checkered floor.

Examples:
  $ aozora generate "a red ball bounces on a grey floor"
  $ aozora generate "a small yellow cylinder slides quickly right and stops" --seed 7 -o slide.mp4
  $ aozora generate "a purple ball rolls left and hits a green cube" --seconds 8 --out strip.png
  $ aozora generate "an orange ball bounces" --out ball.gif
  $ aozora generate "a green cube slides right" --image first.png`,
    )
    .action(generate)
}
