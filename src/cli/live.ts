import { once } from 'node:events'
import type { Server as HttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createInterface } from 'node:readline'
import { serve as listen } from '@hono/node-server'
import type { Command } from 'commander'
import { type Model, open } from '../index.ts'
import { type Direction, type LiveOptions, live as makeLive, paceFrames } from '../sample/index.ts'
import { createLiveApp } from '../serve/index.ts'
import {
  addDenoising,
  choosesFast,
  type FilmSize,
  filmSize,
  modelOption,
  stopSignal,
  wholeNumber,
} from './options.ts'
import { canShowPictures, chooseCells, drawCells } from './terminalPicture.ts'

interface Options {
  readonly web?: boolean
  readonly port: number
  readonly size?: FilmSize
  readonly seed: number
  readonly fast?: boolean
  readonly steps?: number
  readonly guidance?: number
  readonly model?: string
  readonly threads?: number
}

type Settings = LiveOptions & { readonly signal: AbortSignal }

/** Plays the film in the terminal; each line that is typed is what happens next, one that begins with ! cuts. */
async function playInTerminal(model: Model, prompt: string, settings: Settings): Promise<void> {
  const { stdout, stdin } = process
  const direction: Direction = { prompt, take: 0 }
  const cells = chooseCells(model.size)
  const lines = createInterface({ input: stdin })
  lines.on('line', line => {
    // The cursor goes back to the line in which it was, below the picture.
    stdout.write('\x1b[1A\x1b[2K\r')
    const words = line.replace(/^!/, '').trim()
    if (words) direction.prompt = words
    if (line.startsWith('!')) direction.take++
  })
  stdout.write('What happens next? A line that begins with ! begins a new film; Ctrl-C ends it.\n')
  stdout.write('\n'.repeat(cells.rows))
  try {
    for await (const frame of paceFrames(makeLive(model, direction, settings), model.fps)) {
      if (settings.signal.aborted) return
      const picture = drawCells(frame, model.size, cells).join('\n\r')
      stdout.write(`\x1b7\x1b[${cells.rows}A\r${picture}\x1b8`)
    }
  } catch (error) {
    if (!settings.signal.aborted) throw error
  } finally {
    lines.close()
    stdout.write('\n')
  }
}

/** Shows the film on a page that only this machine can open. */
async function playOnPage(model: Model, prompt: string, port: number, settings: Settings): Promise<void> {
  const app = createLiveApp(model, prompt, settings)
  const http = listen({ fetch: app.fetch, hostname: '127.0.0.1', port }) as HttpServer
  const failed = once(http, 'error').then(([error]) => {
    throw new RangeError(`port ${port} cannot be used (${error.code}); choose one with --port`)
  })
  await Promise.race([once(http, 'listening'), failed])
  console.log(`http://127.0.0.1:${(http.address() as AddressInfo).port}`)
  try {
    await Promise.race([app.ended, failed])
  } finally {
    http.close()
    http.closeAllConnections()
  }
}

async function live(prompt: string, { web, port, size, ...options }: Options): Promise<void> {
  if (prompt.trim() === '') throw new RangeError('the prompt must say something, got an empty text')
  if (size?.isShape) throw new RangeError('--size takes pixels here, such as 128 or 192x128')
  const signal = stopSignal()
  const { model: folder, threads, seed, steps, guidance } = options
  const pixels = size && { width: size.width, height: size.height }
  const model = await open({ folder, size: pixels, threads, fast: choosesFast(options) })
  const settings = { seed, numInferenceSteps: steps, guidanceScale: guidance, signal }
  if (web || !canShowPictures(process.stdout)) await playOnPage(model, prompt, port, settings)
  else await playInTerminal(model, prompt, settings)
  await model.close()
}

/** Adds `aozora live`. */
export function addLive(program: Command): void {
  addDenoising(program.command('live'), 12)
    .summary('show a film that does not end, and change its words as it runs')
    .description(
      'Makes a film that does not end and shows it while it is made: in terminals of 24-bit colours, else on a page. Type what happens next.',
    )
    .argument('[prompt]', 'what the film shows first', 'a red ball rolls to the right on a checkered floor')
    .option('--web', 'on a page, in a terminal too')
    .option(
      '-p, --port <n>',
      'port of the page on this machine; 0 chooses a free one',
      wholeNumber(0, 65535),
      4100,
    )
    .option('--size <size>', 'pixels such as 128 or 192x128', filmSize)
    .option('--seed <n>', 'another seed gives another film', wholeNumber(0, 2 ** 31 - 1), 0)
    .addOption(modelOption())
    .option('--threads <n>', 'processor cores to use; all when absent', wholeNumber(1, 256))
    .action(live)
}
