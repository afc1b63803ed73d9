import { existsSync } from 'node:fs'
import path from 'node:path'
import { type Command, Option } from 'commander'
import {
  type FilmOptions,
  type OpenOptions,
  open,
  openUpscaler,
  type Upscaler,
  type Video,
} from '../index.ts'
import { expectWritable, filmExtensions, requireLibav, type Size } from '../media/index.ts'
import { type ModelConfig, readModelConfig } from '../sample/index.ts'
import type { Expansion } from '../words/index.ts'
import { addExpandOptions, createRewriter, type ExpandSettings } from './expand.ts'
import { startLivePreview } from './livePreview.ts'
import {
  addCandidates,
  addDenoising,
  chooseMadeSize,
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
import { chooseTask, type ModelFormat, type Rewrite, type TaskOptions } from './task.ts'
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

/** A file name from a prompt, without its extension. */
function nameFile(prompt: string): string {
  const slug = prompt
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-|-$/g, '')
  return [...slug].slice(0, 60).join('') || 'untitled'
}

/**
 * Names the file of one of several films, which are numbered; a file that is named after its prompt takes no other's place.
 * @param out the file that was asked for, which may be there
 */
function chooseFile(out: string | undefined, prompt: string, index: number, count: number): string {
  const { dir, name, ext } = path.parse(out ?? `${nameFile(prompt)}.mp4`)
  const numbered = (number: number) => path.join(dir, `${name}-${number}${ext}`)
  const first = count > 1 ? numbered(index + 1) : path.join(dir, `${name}${ext}`)
  if (out !== undefined || !existsSync(first)) return first
  let number = Math.max(2, index + 1)
  while (existsSync(numbered(number))) number++
  return numbered(number)
}

/** Makes one film, and shows how far it is. */
async function makeVideo(
  size: Size,
  make: (options: FilmOptions) => Promise<Video>,
  seed: number,
  options: GenerateOptions,
  signal: AbortSignal,
): Promise<Video> {
  const preview = canShowPictures(process.stderr, options.livePreview)
    ? startLivePreview(process.stderr, size)
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

/** The size in which the model makes the films, and their rate. */
function chooseFormat(config: ModelConfig, size: FilmSize | undefined): ModelFormat {
  const { width, height } = size ? chooseMadeSize(config, size) : config
  return { size: { width, height }, fps: config.fps }
}

/** The size of the files, where it is not that in which the model makes films, and what enlarges them to it. */
function chooseOutput(
  { size, device, threads }: GenerateOptions,
  made: Size,
): { readonly size?: Size; readonly upscaler?: Upscaler } {
  if (!size || size.isShape) return {}
  const { width, height } = size
  const [across, down] = [width / made.width, height / made.height]
  if (across === 1 && down === 1) return {}
  const upscaler = Math.min(across, down) > 1 ? openUpscaler({ device, threads }) : undefined
  return { size: { width, height }, upscaler }
}

/** Says that a choice that was asked for was not made. */
function warnOfCandidates({ candidates = 1 }: GenerateOptions, video: Video): void {
  if (candidates === 1 || video.film.origin.candidates !== undefined) return
  console.error(
    `--candidates ${candidates} chose nothing: only loops, joined films, and what begins with words or pictures are compared`,
  )
}

async function generate(given: string | undefined, options: GenerateOptions): Promise<void> {
  if (options.fast && options.negative)
    throw new RangeError('--negative needs guidance, which --fast goes without')
  const task = chooseTask(given, options)
  const { count, device, model: folder, out, threads } = options
  // Said before a film is made that could not be saved.
  if (out?.toLowerCase().endsWith('.webm')) await requireLibav('a .webm cannot be written')
  if (out === undefined) expectWritable(chooseFile(out, task.prompt, 0, count))
  const signal = stopSignal()
  const started = performance.now()
  const config = readModelConfig(folder)
  const format = chooseFormat(config, options.size)
  const { changes, make } = await task.prepare(format)
  for (const line of changes) console.error(line)
  const rewriter = await createRewriter(options, config.transformer.text.vocabulary, signal)
  const rewrite: Rewrite = rewriter?.rewrite ?? (async words => words)
  const model = await open({ folder, size: format.size, device, threads, fast: choosesFast(options) })
  const output = chooseOutput(options, format.size)
  const load = performance.now() - started
  let unknown: readonly string[] = []
  for (let i = 0; i < count; i++) {
    const seed = options.seed + i
    const video = await makeVideo(format.size, given => make(model, given, rewrite), seed, options, signal)
    if (i === 0) warnOfCandidates(options, video)
    const encoding = performance.now()
    const typedPrompt = rewriter?.last() && task.prompt
    // Named now: another film of these words may have been saved meanwhile.
    const file = chooseFile(out, task.prompt, i, count)
    await video.save(file, { ...output, typedPrompt })
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
  console.error(`The model has never seen: ${unknown.join(', ')} (docs/captions.md lists what it knows)`)
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
