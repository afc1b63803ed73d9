import { accessSync, constants, existsSync, statSync } from 'node:fs'
import path from 'node:path'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { chooseGrid, expectWritable, gridOfPixels, type Size } from '../media/index.ts'
import { readFewSteps, suitsFewSteps } from '../sample/index.ts'

/** A parser for whole numbers within bounds, for commander. */
export function wholeNumber(low: number, high: number): (text: string) => number {
  return text => {
    const value = Number(text)
    if (!/^-?\d+$/.test(text) || value < low || value > high) {
      throw new InvalidArgumentError(`It must be a whole number from ${low} to ${high}.`)
    }
    return value
  }
}

/** A parser for numbers within bounds, for commander. */
export function decimalNumber(low: number, high: number): (text: string) => number {
  return text => {
    const value = Number(text)
    if (text.trim() === '' || !(value >= low && value <= high)) {
      throw new InvalidArgumentError(`It must be a number from ${low} to ${high}.`)
    }
    return value
  }
}

/** Shorter side in pixels when only a shape is given. */
export const SIDE = 128
const shapes = { '1:1': [1, 1], '16:9': [16, 9], '9:16': [9, 16] } as const

const even = (value: number) => 2 * Math.round(value / 2)

/** A parser for sizes, for commander: 256, 320x180, or a shape (1:1, 16:9, 9:16) whose shorter side is 128. */
export function pictureSize(text: string): { readonly width: number; readonly height: number } {
  if (Object.hasOwn(shapes, text)) {
    const shape = shapes[text as keyof typeof shapes]
    const unit = SIDE / Math.min(...shape)
    return { width: even(shape[0] * unit), height: even(shape[1] * unit) }
  }
  const match = /^(\d+)(?:x(\d+))?$/.exec(text)
  const [width, height] = match ? [Number(match[1]), Number(match[2] ?? match[1])] : [0, 0]
  const wrong = [width, height].some(side => side < 16 || side > 2048 || side % 2 !== 0)
  if (wrong) {
    throw new InvalidArgumentError(
      'It must be 1:1, 16:9, 9:16, or even pixels from 16 to 2048 such as 256 or 320x180.',
    )
  }
  return { width, height }
}

/** Sides of the smallest and the largest films. */
const [SMALLEST, LARGEST] = [32, 2048]

/** The size of a film as it is asked for: a shape, whose pixels the model chooses, or pixels. */
export interface FilmSize {
  readonly width: number
  readonly height: number
  readonly isShape: boolean
}

/** A parser for sizes of generated films, for commander: a shape such as 16:9, or pixels such as 512 or 1280x720. */
export function filmSize(text: string): FilmSize {
  const [, width, separator = 'x', height = width] = /^(\d{1,4})(?:([:x])(\d{1,4}))?$/.exec(text) ?? []
  const size = { width: Number(width), height: Number(height), isShape: separator === ':' }
  const [shape, sides] = [size.width / size.height, [size.width, size.height]]
  const isRight = size.isShape || sides.every(side => side >= SMALLEST && side <= LARGEST && side % 2 === 0)
  if (isRight && shape >= 1 / 4 && shape <= 4) return size
  throw new InvalidArgumentError(
    `It must be a shape from 4:1 to 1:4 such as 16:9, or even pixels from ${SMALLEST} to ${LARGEST} such as 512 or 1280x720.`,
  )
}

/** The size in which a model makes the films that are asked for. */
export function chooseMadeSize(own: Size, size: FilmSize): Size {
  return size.isShape ? chooseGrid(own, size) : gridOfPixels(own, size)
}

/** A parser for a box of pixels, for commander: left, top, width, height, such as 32,48,64,40. */
export function pixelBox(text: string): Record<'x' | 'y' | 'width' | 'height', number> {
  const [x, y, width, height] = text.split(',').map(Number)
  if (/^\d{1,5}(,\d{1,5}){3}$/.test(text) && width > 0 && height > 0) return { x, y, width, height }
  throw new InvalidArgumentError(
    'It must be left,top,width,height in pixels of the film, such as 32,48,64,40.',
  )
}

/** A parser for a file that must be there, for commander. */
export function existingFile(text: string): string {
  if (!existsSync(text)) throw new InvalidArgumentError('There is no such file.')
  if (!statSync(text).isFile()) throw new InvalidArgumentError('It is no file.')
  return text
}

/** A parser for a JSON object. */
export function jsonObject(text: string): Record<string, unknown> {
  try {
    const value = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  } catch {}
  throw new InvalidArgumentError('It must be a JSON object.')
}

/** A parser for a folder that must be there, for commander. */
export function existingFolder(text: string): string {
  if (!existsSync(text)) throw new InvalidArgumentError('There is no such folder.')
  if (!statSync(text).isDirectory()) throw new InvalidArgumentError('It is no folder.')
  return text
}

/** A parser for the folder of something that was trained, for commander. */
export function trainedFolder(text: string): string {
  const missing = ['config.json', 'weights.safetensors'].find(
    name => !existsSync(path.join(existingFolder(text), name)),
  )
  if (missing !== undefined) throw new InvalidArgumentError(`It holds no ${missing}.`)
  return text
}

/** A parser for a folder to write into, which need not be there yet, for commander. */
export function outputFolder(text: string): string {
  let nearest = path.resolve(text)
  while (!existsSync(nearest)) nearest = path.dirname(nearest)
  if (!statSync(nearest).isDirectory()) throw new InvalidArgumentError(`${nearest} is no folder.`)
  try {
    accessSync(nearest, constants.W_OK)
  } catch {
    throw new InvalidArgumentError(`The folder ${nearest} cannot be written.`)
  }
  return text
}

/** The option `--model`, which every command that runs a model has. */
export function modelOption(): Option {
  const description = 'a model that `aozora train` has made; the bundled one when absent'
  return new Option('--model <folder>', description).argParser(trainedFolder)
}

/** The options that say how a window is denoised, which every command that makes films has. */
export function addDenoising(command: Command, steps: number): Command {
  return command
    .option(
      '--fast',
      'few steps without guidance (default, where the model has learned it and neither steps, guidance nor negative words are asked for)',
    )
    .option('--no-fast', 'many steps with guidance')
    .option(
      '--steps <n>',
      `denoising steps: fewer are faster, more are finer (default: ${steps}, with --fast as it has learned)`,
      wholeNumber(1, 1000),
    )
    .option(
      '--guidance <x>',
      'how strictly films follow the words; 1 is not at all strict (default: 2.5, with --fast 1)',
      decimalNumber(0, 30),
    )
}

/** What of the options of a command says how it makes films. */
export interface DenoisingOptions {
  readonly model?: string
  readonly fast?: boolean
  readonly steps?: number
  readonly guidance?: number
  readonly negative?: string
}

/** Whether films are made in few steps: as the options say, or else where the model has learned it and they ask for nothing more. */
export function choosesFast({ model, fast, steps, guidance, negative }: DenoisingOptions): boolean {
  const demands = { numInferenceSteps: steps, guidanceScale: guidance, negativePrompt: negative }
  return fast ?? (suitsFewSteps(demands) && readFewSteps(model) !== undefined)
}

/** The option that says how many films are begun, of which the best goes on. */
export function addCandidates(command: Command): Command {
  return command.option(
    '--candidates <n>',
    "how much goes into choice: with 8, four films are begun and eight variations made of the best, as the model's captioner finds " +
      'them like the words; of films that join others, the best of 8 goes on (default: 8 of few steps, else 1)',
    wholeNumber(1, 64),
  )
}

/** A parser for a file to write whose folder must be there and whose extension is known, for commander. */
export function outputFile(...extensions: readonly string[]): (text: string) => string {
  return text => {
    if (!extensions.includes(path.extname(text).toLowerCase())) {
      throw new InvalidArgumentError(
        `It must end in ${extensions.join(', ').replace(/, ([^,]*)$/, ' or $1')}.`,
      )
    }
    if (!existsSync(path.dirname(text))) {
      throw new InvalidArgumentError(`There is no folder ${path.dirname(text)}.`)
    }
    try {
      expectWritable(text)
    } catch (error) {
      throw new InvalidArgumentError(`${(error as Error).message}.`)
    }
    return text
  }
}

/**
 * A signal that aborts when the user presses Ctrl-C or the process is asked to end.
 * @param outcome what becomes of what was done: said when the command ends for it
 */
export function stopSignal(outcome?: string): AbortSignal {
  const controller = new AbortController()
  const reason = new DOMException(outcome === undefined ? 'stopped' : `stopped; ${outcome}`, 'AbortError')
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => controller.abort(reason))
  return controller.signal
}

/** What becomes of what was done by a command that can be given again. */
export const GOES_ON = 'what was done is saved, the same command goes on'
