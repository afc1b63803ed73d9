import { accessSync, constants, existsSync } from 'node:fs'
import path from 'node:path'
import { InvalidArgumentError, Option } from 'commander'

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

/** A parser for the size of a picture, one number or two: 128, 160x90. */
export function pictureSize(text: string): readonly [number, number] {
  const [width, height = width] = text.split('x').map(Number)
  const isSide = (side: number) => Number.isInteger(side) && side >= 16 && side <= 2048
  if (!/^\d+(x\d+)?$/.test(text) || !isSide(width) || !isSide(height)) {
    throw new InvalidArgumentError(
      'It must be one side or width x height in pixels, from 16 to 2048, as 128 or 160x90.',
    )
  }
  return [width, height]
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
  return text
}

/** The option `--model`, which every command that runs a model has. */
export function modelOption(): Option {
  const description = 'a model that `aozora train` has made; the bundled one when absent'
  return new Option('--model <folder>', description).argParser(existingFolder)
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
      accessSync(path.dirname(text), constants.W_OK)
    } catch {
      throw new InvalidArgumentError(`The folder ${path.dirname(text)} cannot be written.`)
    }
    return text
  }
}

/** A signal that aborts when the user presses Ctrl-C or the process is asked to end. */
export function stopSignal(): AbortSignal {
  const controller = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => controller.abort())
  return controller.signal
}
