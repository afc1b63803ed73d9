import path from 'node:path'
import type { Command } from 'commander'
import { captionAblation } from '../../recipes/index.ts'
import {
  type AblationSummary,
  captionKinds,
  captionNames,
  promptKinds,
  runCaptionAblation,
  writeCaptionAblation,
} from '../lab/index.ts'
import type { Schedule } from '../train/index.ts'
import { GOES_ON, modelOption, outputFolder, stopSignal, trainedFolder, wholeNumber } from './options.ts'
import { type Progress, sayDuration, startCountdown, startProgress } from './progress.ts'

interface CaptionsOptions {
  readonly folder: string
  readonly model?: string
  readonly captioner?: string
  readonly times: number
  readonly threads?: number
  readonly output: string
}

function printAblation({ rows, runs }: AblationSummary): void {
  for (const { captions, seed, right } of runs) {
    const shares = promptKinds.map(kind => `${(100 * right[kind]).toFixed(1)} % under ${kind} prompts`)
    console.log(`${captionNames[captions]}, seed ${seed}: ${shares.join(', ')}`)
  }
  for (const kind of promptKinds) {
    const { captions, gains, floor } = rows[kind].all
    if (floor.count === 0) continue
    const say = (share: number) => (100 * share).toFixed(1)
    const shares = captionKinds.map(name => `${name} ${say(captions[name].mean)}`).join(', ')
    const { mean, low, high } = gains.short
    console.log(`${kind} prompts, all that is stated: ${shares}, prompts of others ${say(floor.mean)} %`)
    console.log(`  detailed less short: ${say(mean)} (${say(low)} to ${say(high)})`)
  }
}

async function compareCaptions({ times, output, ...options }: CaptionsOptions): Promise<void> {
  const longer = (part: Schedule) => ({ ...part, steps: part.steps * times })
  const { beginning, schedule } = captionAblation
  const ablation = { ...captionAblation, beginning: longer(beginning), schedule: longer(schedule) }
  let current: { readonly stage: string; readonly progress: Progress } | undefined
  try {
    const result = await runCaptionAblation(ablation, {
      ...options,
      signal: stopSignal(GOES_ON),
      onProgress(stage, done, of, report) {
        if (current?.stage !== stage) {
          current?.progress.stop()
          current = { stage, progress: (report ? startProgress : startCountdown)(stage) }
        }
        const note = report ? `loss ${report.loss.toFixed(3)}, ${sayDuration(report.secondsLeft)} left` : ''
        current.progress.update(done, of, note)
      },
      onRun: result => void writeCaptionAblation(ablation, result, options.folder, output),
    })
    current?.progress.stop()
    printAblation(writeCaptionAblation(ablation, result, options.folder, output))
  } finally {
    current?.progress.stop()
  }
  console.log(`All of it, with pictures: ${path.join(output, 'captions.html')}`)
}

/** Adds `aozora lab`. */
export function addLab(program: Command): void {
  const lab = program
    .command('lab')
    .summary('experiments that train many small models')
    .description(
      'Experiments that train many small models to find out what matters, and write what they found as a page.',
    )
  lab
    .command('captions')
    .summary('what captions teach')
    .description(
      'Trains the same small transformer on the same clips told in short captions, in detailed ones and in those of the captioner, and has each film the same prompts. Stopped or killed at any moment, the same command goes on; the page is written anew after every transformer.',
    )
    .option('-f, --folder <folder>', 'where everything of the runs lies', outputFolder, 'runs/captions')
    .option('--times <n>', 'so many times as many steps', wholeNumber(1, 1000), 1)
    .addOption(modelOption())
    .option('--captioner <folder>', 'a captioner of your own; the bundled one when absent', trainedFolder)
    .option('--threads <n>', 'processor cores to train with; all when absent', wholeNumber(1, 256))
    .option('-o, --output <folder>', 'where the page goes', outputFolder, 'evaluation')
    .addHelpText(
      'after',
      '\nExamples:\n  $ aozora lab captions\n  $ nice -n 19 aozora lab captions --times 20 --folder runs/captions-night',
    )
    .action(compareCaptions)
}
