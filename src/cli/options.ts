import { existsSync } from 'node:fs'
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
      throw new InvalidArgumentError(`It must end in ${extensions.join(' or ')}.`)
    }
    if (!existsSync(path.dirname(text))) {
      throw new InvalidArgumentError(`There is no folder ${path.dirname(text)}.`)
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
