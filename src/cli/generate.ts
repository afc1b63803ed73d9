import path from 'node:path'
import { type Command, Option } from 'commander'
import { type Model, type OpenOptions, open, openUpscaler, type Upscaler, type Video } from '../index.ts'
import { chooseGrid, filmExtensions, gridOfPixels, requireLibav, type Size } from '../media/index.ts'
import { readModelConfig } from '../sample/index.ts'
import type { Expansion } from '../words/index.ts'
import { addExpandOptions, createRewriter, type ExpandSettings } from './expand.ts'
import { startLivePreview } from './livePreview.ts'
import {
  addCandidates,
  addDenoising,
  choosesFast,
  decimalNumber,
  existingFile,
  type FilmSize,
  filmSize,
  modelOption,
  outputFile,
  pixelBox,
  stopSignal,
  wholeNumber,
} from './options.ts'
import { startProgress } from './progress.ts'
import { chooseTask, type MakeVideo, type TaskOptions } from './task.ts'
import { canShowPictures } from './terminalPicture.ts'

interface GenerateOptions extends TaskOptions, ExpandSettings {
  readonly out?: string
  readonly size?: FilmSize
  readonly device?: OpenOptions['device']
  readonly livePreview?: boolean
  readonly seed: number
  readonly fast?: boolean
  readonly steps?: number
  readonly guidance?: number
  readonly candidates?: number
  readonly negative: string
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

/** Makes one film, and shows how far it is. */
async function makeVideo(
  model: Model,
  make: MakeVideo,
  seed: number,
  options: GenerateOptions,
  signal: AbortSignal,
): Promise<Video> {
  const preview = canShowPictures(process.stderr, options.livePreview)
    ? startLivePreview(process.stderr, model.size)
    : undefined
  const progress = startProgress('denoising')
  let video: Video | undefined
  try {
    video = await make({
      seconds: options.seconds,
      seed,
      numInferenceSteps: options.steps,
      guidanceScale: options.guidance,
      candidates: options.candidates,
      negativePrompt: options.negative,
      signal,
      onProgress(now) {
        progress.update(now.step, now.steps)
        preview?.update(now)
      },
    })
    return video
  } finally {
    await preview?.stop(video && [...video.frames()][video.frameCount >> 1])
    progress.stop()
  }
}

/** What there is to say of a film: one line for people, or one JSON object a line. */
function report(
  file: string,
  video: Video,
  { width, height }: Size,
  isJson: boolean,
  timings: Record<string, number>,
  expansion: Expansion | undefined,
): void {
  const { fps, frameCount: frames, seconds } = video
  const { seed, model } = video.film.origin
  if (isJson) {
    const expanded = expansion && { caption: expansion.caption, notes: expansion.notes, by: expansion.by }
    console.log(JSON.stringify({ file, width, height, frames, fps, seconds, seed, model, expanded, timings }))
    return
  }
  const [load, made] = [timings.load, timings.denoise + timings.decode].map(ms => (ms / 1000).toFixed(1))
  console.log(
    `${file}: ${seconds} s, ${width}x${height}, ${fps} frames/s, seed ${seed} (model opened in ${load} s, film made in ${made} s)`,
  )
}

/** Opens the model in the size that is wanted. */
function openModel(options: GenerateOptions): Promise<Model> {
  const { model: folder, size, device, threads } = options
  const choose = size?.isShape ? chooseGrid : gridOfPixels
  const pixels = size && choose(readModelConfig(folder), size)
  return open({
    folder,
    size: pixels && { width: pixels.width, height: pixels.height },
    device,
    threads,
    fast: choosesFast(options),
  })
}

/** The size of the files, where it is not that in which the model makes films, and what enlarges them to it. */
function chooseOutput(
  { size, device, threads }: GenerateOptions,
  model: Model,
): { readonly size?: Size; readonly upscaler?: Upscaler } {
  if (!size || size.isShape) return {}
  const { width, height } = size
  const [across, down] = [width / model.size.width, height / model.size.height]
  if (across === 1 && down === 1) return {}
  const upscaler = Math.min(across, down) > 1 ? openUpscaler({ device, threads }) : undefined
  return { size: { width, height }, upscaler }
}

async function generate(given: string | undefined, options: GenerateOptions): Promise<void> {
  if (options.fast && options.negative)
    throw new RangeError('--negative needs guidance, which --fast goes without')
  const task = chooseTask(given, options)
  // Said before a film is made that could not be saved.
  if (options.out?.toLowerCase().endsWith('.webm')) await requireLibav('a .webm cannot be written')
  const signal = stopSignal()
  const started = performance.now()
  const model = await openModel(options)
  const rewriter = await createRewriter(options, model.transformer.text.vocabulary)
  const { changes, make } = await task.prepare(model, rewriter?.rewrite)
  for (const line of changes) console.error(line)
  const output = chooseOutput(options, model)
  const load = performance.now() - started
  let unknown: readonly string[] = []
  for (const [i, file] of nameFiles(options.out ?? nameFile(task.prompt), options.count).entries()) {
    const video = await makeVideo(model, make, options.seed + i, options, signal)
    const encoding = performance.now()
    await video.save(file, output)
    const now = performance.now()
    const { denoise, decode } = video.timings
    const timings = { load, denoise, decode, encode: now - encoding, total: now - started }
    report(file, video, output.size ?? video, options.json === true, timings, rewriter?.last())
    unknown = video.unknownWords
  }
  await model.close()
  await output.upscaler?.close()
  await rewriter?.close()
  if (unknown.length === 0) return
  const { vocabulary } = model.transformer.text
  console.error(`The model has never seen: ${unknown.join(', ')}. It knows: ${vocabulary.join(' ')}`)
}

const devices = ['auto', 'cpu', 'webgpu', 'cuda', 'coreml', 'dml']

/** The options that say what a film is made from. */
function addTaskOptions(command: Command): Command {
  return command
    .option('--image <file>', 'a picture that the film begins with', existingFile)
    .option('--last-image <file>', 'a picture that the film ends with, alone or with --image', existingFile)
    .option('--extend <file>', 'a film to go on with: --seconds more', existingFile)
    .option('--backward', 'with --extend: what came before the film')
    .option('--connect <files...>', 'two films to join: what lies between them is made')
    .option('--loop', 'a film of 2 to 12 s that can be played round and round')
    .option('--edit <file>', 'a film to make again in other words', existingFile)
    .option(
      '--strength <x>',
      'with --edit: how much is made anew, above 0 to 1 (default: 0.9)',
      decimalNumber(0.01, 1),
    )
    .option('--inpaint <file>', 'a film of which a part is made anew, the rest stays', existingFile)
    .option('--box <x,y,w,h>', 'with --inpaint: the part, in pixels of the film', pixelBox)
    .option('--mask <file>', 'with --inpaint: the part, as the white of a picture', existingFile)
    .option('--from <s>', 'with --inpaint: the second from which it is made anew', decimalNumber(0, 60))
    .option('--to <s>', 'with --inpaint: the second up to which', decimalNumber(0, 60))
    .option(
      '--storyboard <file>',
      'a JSON file instead of a prompt: [{"prompt": "a red ball rolls left", "seconds": 4}, ...]',
      existingFile,
    )
}

/** The options that say how a film is made. */
function addSettings(command: Command): Command {
  return addCandidates(addDenoising(command, 20))
    .option('-s, --seconds <n>', 'whole seconds that are made, 1 to 60 (default: 4)', wholeNumber(1, 60))
    .option(
      '--size <size>',
      "a shape (16:9) or pixels (512, 1280x720), enlarged by a learned upscaler; the model's own when absent",
      filmSize,
    )
    .option(
      '--seed <n>',
      'another seed gives another film, the same one the same',
      wholeNumber(0, 2 ** 31 - 1),
      0,
    )
    .option('--negative <words>', 'what the film shall not show', '')
    .option('-n, --count <n>', 'how many variations, with the seeds from --seed on', wholeNumber(1, 1000), 1)
    .addOption(modelOption())
    .addOption(new Option('--device <name>', 'what computes the film').choices(devices).default('cpu'))
    .option('--threads <n>', 'processor cores to use; all when absent', wholeNumber(1, 256))
}

const help = `
The bundled model knows a small world: balls, cubes, cylinders and cones in eight colours, large or small, of matte
paint, metal or glass, that roll, slide, drop, bounce, rest or hit one another on a plain grey or checkered floor, wood,
grass, wet asphalt or in shallow water, at noon, at sunset or at night.

Prompts in other words, English or Chinese, are expanded to captions of that world first; what a picture, a film or a
storyboard brings stays as it is told. --no-expand takes every prompt as it stands.

Pictures and films of any size are scaled to cover the film, and cut; a line says what was lost. Films may last 60 s;
GIF and WebP are always read, other formats where node-av is installed.

Examples:
  $ aozora generate "a red ball bounces on a grey floor"
  $ aozora generate "a tiny crimson marble tumbles down at dusk"
  $ aozora generate "a small yellow cylinder slides quickly right and stops" --seed 7 -o slide.mp4
  $ aozora generate "a purple ball rolls left and hits a green cube" --seconds 8 --size 16:9 --out strip.png
  $ aozora generate "a blue ball rolls right" --seconds 60
  $ aozora generate "an orange ball bounces" --count 4 --out ball.gif
  $ aozora generate "a green cone rests on grass" --size 512 --out cone.mp4
  $ aozora generate "a green cube slides right" --image first.png --last-image last.png
  $ aozora generate "the ball rolls on" --extend slide.mp4 --seconds 4
  $ aozora generate "a ball comes from the left" --extend slide.mp4 --backward
  $ aozora generate "a ball rolls right" --connect first.mp4 second.mp4
  $ aozora generate "a red ball bounces many times" --loop -o loop.webp
  $ aozora generate "a blue ball bounces on a grey floor" --edit ball.mp4 --strength 0.8
  $ aozora generate "a green ball rests on wood" --inpaint ball.mp4 --box 32,48,64,48
  $ aozora generate --storyboard story.json -o story.mp4`

/** Adds `aozora generate`. */
export function addGenerate(program: Command): void {
  const command = program
    .command('generate')
    .summary('make a film from a sentence, a picture or another film')
    .description(
      'Makes a film from a sentence, a picture or another film, with the bundled model or one that you have trained.',
    )
    .argument(
      '[prompt]',
      'what the film shows: "a large blue cube slides slowly to the left on a checkered floor"',
    )
    .option(
      '-o, --out <file>',
      'film (.mp4, .webm, .gif, .webp) or strip of 8 frames (.png); named after the prompt when absent',
      outputFile(...filmExtensions),
    )
  addExpandOptions(addSettings(addTaskOptions(command)))
    .option('--json', 'say what was made as JSON, one film a line')
    .option(
      '--live-preview',
      'show the film while it is made, in terminals of 24-bit colours (default there)',
    )
    .option('--no-live-preview', 'do not')
    .addHelpText('after', help)
    .action(generate)
}
