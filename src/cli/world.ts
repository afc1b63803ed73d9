import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Command } from 'commander'
import { pickFrames, saveSheet, saveVideo } from '../media/index.ts'
import { filmScene, loadPhysics, sampleScene } from '../world/index.ts'
import { wholeNumber } from './options.ts'
import { startProgress } from './progress.ts'

interface FilmOptions {
  readonly seed: number
  readonly count: number
  readonly seconds: number
  readonly size: number
  readonly output: string
}

const FPS = 12

async function filmWorld({ seed, count, seconds, size, output }: FilmOptions): Promise<void> {
  if (size % 2 !== 0) throw new RangeError(`--size must be even, got ${size}`)
  await loadPhysics()
  mkdirSync(output, { recursive: true })
  const progress = startProgress('filming')
  const rows = []
  for (let i = 0; i < count; i++) {
    const options = { width: size, height: size, fps: FPS, frameCount: seconds * FPS + 1 }
    const scene = sampleScene('tabletop', seed + i, options)
    const film = filmScene(scene)
    const name = path.join(output, `tabletop-${seed + i}`)
    await saveVideo(`${name}.mp4`, film.frames, film)
    const { caption, shortCaption, attributes } = film
    writeFileSync(
      `${name}.json`,
      `${JSON.stringify({ caption, shortCaption, attributes, scene }, null, 2)}\n`,
    )
    rows.push({ label: caption, frames: pickFrames(film.frames, film, 8) })
    progress.update(i + 1, count)
  }
  progress.stop()
  const sheet = path.join(output, 'sheet.png')
  await saveSheet(sheet, rows, { width: size, height: size })
  console.log(`${count} ${count === 1 ? 'film' : 'films'} in ${output}; all of them at a glance: ${sheet}`)
}

/** Adds `aozora world`. */
export function addWorld(program: Command): void {
  const world = program
    .command('world')
    .summary('the worlds that film themselves')
    .description('The worlds that film themselves: training clips with true captions.')
  world
    .command('film')
    .summary('film scenes of the tabletop world')
    .description(
      'Films scenes: for each seed an .mp4, a .json with the true caption and the whole scene as data, and one sheet of all.',
    )
    .option('--seed <n>', 'the first seed; the others follow it', wholeNumber(0, 2 ** 31 - 1), 1)
    .option('-n, --count <n>', 'how many films', wholeNumber(1, 1000), 4)
    .option('-s, --seconds <n>', 'length of each film', wholeNumber(1, 60), 4)
    .option('--size <pixels>', 'width and height', wholeNumber(16, 1024), 128)
    .option('-o, --output <folder>', 'where the films go', 'films')
    .addHelpText('after', '\nExample:\n  $ aozora world film --seed 7 --count 12 --size 256 -o films')
    .action(filmWorld)
}
