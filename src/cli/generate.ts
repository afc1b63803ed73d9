import type { Command } from 'commander'
import { imageToVideo, open, textToVideo } from '../index.ts'
import { decimalNumber, existingFolder, outputFile, stopSignal, wholeNumber } from './options.ts'
import { startProgress } from './progress.ts'

interface GenerateOptions {
  readonly output?: string
  readonly seconds: number
  readonly seed: number
  readonly steps: number
  readonly guidance: number
  readonly negative: string
  readonly image?: string
  readonly model?: string
  readonly threads?: number
}

/** A file name from a prompt. */
function nameFile(prompt: string): string {
  const slug = prompt
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-|-$/g, '')
  return `${slug.slice(0, 60) || 'film'}.mp4`
}

async function generate(prompt: string, options: GenerateOptions): Promise<void> {
  if (prompt.trim() === '') throw new RangeError('the prompt must say something, got an empty text')
  const file = options.output ?? nameFile(prompt)
  const started = performance.now()
  const model = await open({ folder: options.model, threads: options.threads })
  const opened = performance.now()
  const progress = startProgress('denoising')
  const filmOptions = {
    seconds: options.seconds,
    seed: options.seed,
    numInferenceSteps: options.steps,
    guidanceScale: options.guidance,
    negativePrompt: options.negative,
    signal: stopSignal(),
    onProgress: ({ step, steps }: { step: number; steps: number }) => progress.update(step, steps),
  }
  const made = options.image
    ? imageToVideo(model, options.image, prompt, filmOptions)
    : textToVideo(model, prompt, filmOptions)
  const video = await made.finally(() => progress.stop())
  await video.save(file)
  const { vocabulary } = model.transformer.text
  await model.close()
  if (video.unknownWords.length > 0) {
    console.error(
      `The model has never seen: ${video.unknownWords.join(', ')}. It knows: ${vocabulary.join(' ')}`,
    )
  }
  const seconds = (video.timings.denoise + video.timings.decode) / 1000
  console.log(
    `${file}: ${video.seconds} s, ${video.width}x${video.height}, ${video.fps} frames/s, seed ${options.seed} ` +
      `(model opened in ${((opened - started) / 1000).toFixed(1)} s, film made in ${seconds.toFixed(1)} s)`,
  )
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
      '-o, --output <file>',
      'film (.mp4) or strip of 8 frames (.png); named after the prompt when absent',
      outputFile('.mp4', '.png'),
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
    .option('--negative <words>', 'what the film shall not show', '')
    .option('--image <file>', 'a picture that the film begins with')
    .option(
      '--model <folder>',
      'a model that `aozora train` has made; the bundled one when absent',
      existingFolder,
    )
    .option('--threads <n>', 'processor cores to use; all when absent', wholeNumber(1, 256))
    .addHelpText(
      'after',
      `
The bundled model knows a small world: balls, cubes and cylinders in six colours, large or small, that roll,
slide, drop, bounce, rest or hit one another on a plain grey or a checkered floor.

Examples:
  $ aozora generate "a red ball bounces on a grey floor"
  $ aozora generate "a small yellow cylinder slides quickly right and stops" --seed 7 -o slide.mp4
  $ aozora generate "a purple ball rolls left and hits a green cube" --seconds 8 -o strip.png
  $ aozora generate "a green cube slides right" --image first.png`,
    )
    .action(generate)
}
