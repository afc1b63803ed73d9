import { rmSync } from 'node:fs'
import path from 'node:path'
import { type Command, Option } from 'commander'
import {
  type Part,
  parts,
  questions,
  runEvaluation,
  type Summary,
  taskNames,
  writeReport,
} from '../evaluate/index.ts'
import { curricula, loadPhysics } from '../world/index.ts'
import { judgeAddition } from './evaluateAdditions.ts'
import { additions, type EvaluateOptions, number, openJudged, pages, percent } from './evaluateOptions.ts'
import { evaluatePage } from './evaluatePages.ts'
import {
  addCandidates,
  addDenoising,
  filmSize,
  GOES_ON,
  modelOption,
  outputFolder,
  stopSignal,
  trainedFolder,
  wholeNumber,
} from './options.ts'
import { sayDuration, startProgress } from './progress.ts'

/** How much is looked at: a report, or a glance. */
const sizes = {
  whole: { count: 200, seeds: 3, fixed: 8, reconstructed: 24 },
  quick: { count: 24, seeds: 1, fixed: 1, reconstructed: 4 },
} as const
function printSummary({ attributes, autoencoder, physics }: Summary): void {
  for (const [split, name] of [
    ['seen', 'seen combinations'],
    ['heldOut', 'held-out combinations'],
  ] as const) {
    if (Object.keys(attributes[split]).length === 0) continue
    const heads = ['model', 'ceiling', 'floor'].map(head => head.padStart(18)).join('')
    console.log(`${name.padEnd(22)}${heads}`)
    for (const question of questions) {
      const row = attributes[split][question]
      if (!row) continue
      console.log(`  ${question.padEnd(20)}${percent(row.model)}${percent(row.ceiling)}${percent(row.floor)}`)
    }
  }
  const { psnr, psnrInside, ssim, ssimInside } = autoencoder
  if (psnr.count > 0) {
    console.log(`autoencoder: PSNR ${number(psnr, 1)} dB, inside bodies ${number(psnrInside, 1)} dB`)
    console.log(`             SSIM ${number(ssim, 3)}, inside bodies ${number(ssimInside, 3)}`)
  }
  const units = { fall: 'm/s2', straying: 'm', velocityError: 'm/s', positionError: 'px' } as const
  for (const key of Object.keys(units) as (keyof typeof units)[]) {
    const { model, truth, autoencoder: decoded } = physics[key]
    if (model.count + truth.count + decoded.count === 0) continue
    console.log(
      `${key} in ${units[key]}: model ${number(model, 3)}, true ${number(truth, 3)}, after the autoencoder ${number(decoded, 3)}`,
    )
  }
}

/** Whether the part that is asked for is one of some. */
const isOne = <Name extends string>(names: readonly Name[], part: string | undefined): part is Name =>
  names.some(name => name === part)

/**
 * Checks that what is said of one part is asked for.
 * @throws RangeError naming the option that does not go with the part.
 */
function checkParts({ only, task, upscaler, size }: EvaluateOptions): void {
  if (task && only !== 'tasks') throw new RangeError('--task goes with --only tasks alone')
  if (upscaler && only !== 'upscaler') throw new RangeError('--upscaler goes with --only upscaler alone')
  if (size && isOne(additions, only)) throw new RangeError(`--size does not go with --only ${only}`)
}

async function evaluate(options: EvaluateOptions): Promise<void> {
  checkParts(options)
  const { only: part } = options
  if (isOne(additions, part)) return judgeAddition[part](options)
  if (isOne(pages, part)) return evaluatePage(part, options)
  return evaluateModel({ ...options, only: part })
}

async function evaluateModel(options: EvaluateOptions & { readonly only?: Part }): Promise<void> {
  const { quick, only, curriculum, output } = options
  const size = quick ? sizes.quick : sizes.whole
  await loadPhysics()
  const { model, steps, guidance, candidates } = await openJudged(options)
  const progress = startProgress('evaluating')
  const started = performance.now()
  const cache = path.join(output, '.films')
  const settings = {
    ...size,
    ...(options.count && { count: options.count }),
    ...(options.seeds && { seeds: options.seeds }),
    curriculum,
    steps,
    guidance,
    candidates,
    ...(only && { only }),
    cache,
    signal: stopSignal(GOES_ON),
    onProgress: (done: number, of: number) => {
      const left = ((performance.now() - started) / 1000 / done) * (of - done)
      progress.update(done, of, `${sayDuration(left)} left`)
    },
  }
  try {
    const evaluation = await runEvaluation(model, settings)
    printSummary(await writeReport(model, evaluation, settings, output))
  } finally {
    progress.stop()
    await model.close()
  }
  rmSync(cache, { recursive: true, force: true })
  console.log(`All of it, with pictures: ${path.join(output, 'index.html')}`)
}

/** Adds `aozora evaluate`. */
export function addEvaluate(program: Command): void {
  addCandidates(addDenoising(program.command('evaluate'), 20))
    .summary('measure how well a model obeys')
    .description(
      'Makes films of prompts of scenes that no training clip shows, half of them of combinations that training never shows, and looks with a deterministic parser whether what is told is there; beside what the parser reads in true clips (ceiling) and under the captions of others (floor). Stopped, it goes on where it was.',
    )
    .option(
      '-n, --count <n>',
      'how many prompts (200, quick 24), free ones (100, 10), clips (50, 3), long films (20, 2)',
      wholeNumber(1, 10_000),
    )
    .option('--seeds <n>', 'films of each prompt (3, quick 1)', wholeNumber(1, 100))
    .option('--quick', 'a glance: few prompts, one seed')
    .addOption(new Option('--only <part>', 'one part alone').choices([...parts, ...pages, ...additions]))
    .addOption(
      new Option('--curriculum <name>', 'what the model was taught')
        .choices(Object.keys(curricula))
        .default('second'),
    )
    .addOption(modelOption())
    .option(
      '--size <size>',
      "a shape (16:9) or pixels in which films are made and true ones filmed; the model's own when absent",
      filmSize,
    )
    .addOption(new Option('--task <name>', 'with --only tasks: one of them alone').choices(taskNames))
    .option(
      '--upscaler <folder>',
      'with --only upscaler: one of `aozora train upscaler`; the one beside the model, else the bundled one, when absent',
      trainedFolder,
    )
    .option('-o, --output <folder>', 'where the report goes', outputFolder, 'evaluation')
    .action(evaluate)
}
