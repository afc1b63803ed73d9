import type { Command } from 'commander'
import { readOrigin } from '../index.ts'
import { existingFile } from './options.ts'

async function show(file: string): Promise<void> {
  const origin = await readOrigin(file)
  if (!origin) throw new RangeError(`${file} does not say how it was made`)
  for (const [name, value] of Object.entries(origin)) console.log(`${name.padEnd(18)} ${value}`)
}

/** Adds `aozora show`. */
export function addShow(program: Command): void {
  program
    .command('show')
    .summary('say how a film was made')
    .description(
      'Prints the task, the prompt (and what was typed, where it was expanded), seed, settings and model that are kept inside a film or strip.',
    )
    .argument('<file>', 'an .mp4, .webm, .gif, .webp or .png that aozora has made', existingFile)
    .action(show)
}
