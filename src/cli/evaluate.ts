import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Command } from 'commander'
import {
  countObedience,
  filmHeldOut,
  measureReconstruction,
  type Obedience,
  type Rate,
  scoreFilm,
} from '../evaluate/index.ts'
import { pickFrames, saveSheet } from '../media/index.ts'
import { openModel, textToVideo } from '../sample/index.ts'
import { loadPhysics } from '../world/index.ts'
import { decimalNumber, modelOption, stopSignal, wholeNumber } from './options.ts'
import { startProgress } from './progress.ts'

interface EvaluateOptions {
  readonly count: number
  readonly steps: number
  readonly guidance: number
  readonly model?: string
  readonly output: string
}

/** True films that go through the autoencoder. */
const RECONSTRUCTED = 12

/** Films of the short sheet: the first, not the best. */
const STRIP_ROWS = 6

const sayRate = ({ right, of }: Rate) =>
  `${right} of ${of} (${((100 * right) / Math.max(1, of)).toFixed(0)} %)`

const sayScore = ({ colour, direction, action }: Obedience) =>
  [
    colour ? '' : 'colour wrong',
    direction === false ? 'direction wrong' : '',
    action === false ? 'action wrong' : '',
  ]
    .filter(Boolean)
    .join('  ')

/** Films every held-out prompt with seed i for prompt i, and scores film i against its own and another's caption. */
async function evaluate({ count, steps, guidance, model: folder, output }: EvaluateOptions): Promise<void> {
  await loadPhysics()
  const truths = filmHeldOut(count)
  const model = await openModel({ folder })
  const signal = stopSignal()
  const progress = startProgress('evaluating')
  const films = []
  for (const [seed, { caption }] of truths.entries()) {
    films.push(
      await textToVideo(model, caption, { seed, numInferenceSteps: steps, guidanceScale: guidance, signal }),
    )
    progress.update(seed + 1, count)
  }
  progress.stop()
  const reconstruction = await measureReconstruction(model, truths.slice(0, RECONSTRUCTED))
  await model.close()
  const scores = films.map((film, i) => scoreFilm(film, truths[i].attributes))
  const other = (i: number) => truths[(i + Math.floor(count / 2)) % count].attributes
  const rates = {
    model: countObedience(scores),
    trueClips: countObedience(truths.map(film => scoreFilm(film, film.attributes))),
    shuffledCaptions: countObedience(films.map((film, i) => scoreFilm(film, other(i)))),
  }
  mkdirSync(output, { recursive: true })
  const rows = films.map((film, i) => ({
    label: `${i} ${truths[i].caption}   ${sayScore(scores[i])}`,
    frames: pickFrames(film.frames, film, 7),
  }))
  await saveSheet(path.join(output, 'sheet.jpg'), rows, model.size, { columns: 2 })
  const strip = rows.slice(0, STRIP_ROWS).map((row, i) => ({ ...row, label: truths[i].caption }))
  await saveSheet(path.join(output, 'strip.png'), strip, model.size)
  const prompts = scores.map((score, i) => ({ prompt: truths[i].caption, seed: i, ...score }))
  const report = { steps, guidance, rates, reconstruction, prompts }
  writeFileSync(path.join(output, 'obedience.json'), `${JSON.stringify(report, null, 2)}\n`)
  for (const [name, { colour, direction, action }] of Object.entries(rates)) {
    console.log(
      `${name.padEnd(17)} colour ${sayRate(colour)}, direction ${sayRate(direction)}, action ${sayRate(action)}`,
    )
  }
  const { psnr, psnrInside } = reconstruction
  console.log(`autoencoder       ${psnr.toFixed(1)} dB, inside bodies ${psnrInside.toFixed(1)} dB`)
  console.log(`All films at a glance: ${path.join(output, 'sheet.jpg')}`)
}

/** Adds `aozora evaluate`. */
export function addEvaluate(program: Command): void {
  program
    .command('evaluate')
    .summary('measure how well a model obeys')
    .description(
      'Makes films of held-out prompts (combinations that no training clip shows) and looks whether named colours, directions and actions are there; true clips and shuffled captions show what the measure is worth.',
    )
    .option('-n, --count <n>', 'how many prompts', wholeNumber(2, 1000), 50)
    .option('--steps <n>', 'denoising steps', wholeNumber(1, 1000), 20)
    .option('--guidance <x>', 'guidance scale', decimalNumber(0, 30), 2.5)
    .addOption(modelOption())
    .option('-o, --output <folder>', 'where the contact sheet and the numbers go', 'evaluation')
    .action(evaluate)
}
