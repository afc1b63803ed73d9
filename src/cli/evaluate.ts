import { rmSync } from 'node:fs'
import path from 'node:path'
import { type Command, Option } from 'commander'
import {
  captionQuestions,
  drawAskedPrompts,
  drawChinesePrompts,
  type Estimate,
  evaluateCaptions,
  evaluateLong,
  evaluateTasks,
  evaluateUpscaler,
  type Part,
  parts,
  questions,
  runEvaluation,
  type Summary,
  scoreExpander,
  type TaskMeasure,
  taskMeasures,
  writeLong,
  writeReport,
  writeTasks,
} from '../evaluate/index.ts'
import { defaultsOf, openCaptioner, openModel, openUpscaler } from '../sample/index.ts'
import { openExpander } from '../words/index.ts'
import { type CurriculumName, curricula, loadPhysics } from '../world/index.ts'
import { addDenoising, existingFolder, modelOption, stopSignal, wholeNumber } from './options.ts'
import { sayDuration, startCountdown, startProgress } from './progress.ts'

interface EvaluateOptions {
  readonly count?: number
  readonly seeds?: number
  readonly quick?: boolean
  readonly only?: Part | 'captions' | 'expander' | 'upscaler' | (typeof pages)[number]
  readonly upscaler?: string
  readonly curriculum: CurriculumName
  readonly fast?: boolean
  readonly steps?: number
  readonly guidance?: number
  readonly model?: string
  readonly output: string
}

/** Parts with a page of their own, which are looked at only when they are asked for. */
const pages = ['tasks', 'long'] as const

/** How much is looked at: a report, or a glance. */
const sizes = {
  whole: { count: 200, seeds: 3, fixed: 8, reconstructed: 24 },
  quick: { count: 24, seeds: 1, fixed: 1, reconstructed: 4 },
} as const
/** Clips that the tasks are given, and films of a minute. */
const counts = { whole: { tasks: 50, long: 20 }, quick: { tasks: 3, long: 2 } } as const
const LONG_SECONDS = 60

/** Opens the model that is judged, and says how it shall make films. */
async function openJudged({ model: folder, fast, steps, guidance }: EvaluateOptions) {
  const model = await openModel({ folder, fast })
  const usual = defaultsOf(model)
  return { model, steps: steps ?? usual.numInferenceSteps, guidance: guidance ?? usual.guidanceScale }
}

const percent = ({ mean, low, high, count }: Estimate) =>
  count === 0
    ? '-'.padStart(18)
    : `${(100 * mean).toFixed(1).padStart(5)} (${(100 * low).toFixed(0)} to ${(100 * high).toFixed(0)})`.padStart(
        18,
      )

const number = ({ mean, low, high, count }: Estimate, digits: number) =>
  count === 0 ? '-' : `${mean.toFixed(digits)} (${low.toFixed(digits)} to ${high.toFixed(digits)})`

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

/** What the captioner says of true films. */
async function judgeCaptions({ count = 200, curriculum, model: folder }: EvaluateOptions): Promise<void> {
  await loadPhysics()
  const model = await openModel({ folder })
  const captioner = await openCaptioner(model)
  const progress = startCountdown('captioning')
  const onProgress = (done: number, of: number) => progress.update(done, of, '')
  try {
    const summary = await evaluateCaptions(captioner, { curriculum, count, signal: stopSignal(), onProgress })
    progress.stop()
    console.log(`${''.padEnd(12)}${'seen'.padStart(18)}${'held-out'.padStart(18)}`)
    for (const question of captionQuestions) {
      const { [question]: seen } = summary.seen
      const { [question]: heldOut } = summary.heldOut
      if (seen && heldOut) console.log(`${question.padEnd(12)}${percent(seen)}${percent(heldOut)}`)
    }
  } finally {
    progress.stop()
    await captioner.close()
    await model.close()
  }
}

/** Held-out films that an upscaler is measured with. */
const upscalerSizes = { whole: 24, quick: 4 } as const

/** How much better than Lanczos films are enlarged, true ones and what the autoencoder gives back. */
async function judgeUpscaler(options: EvaluateOptions): Promise<void> {
  const { quick, count = upscalerSizes[quick ? 'quick' : 'whole'], curriculum, model: folder } = options
  await loadPhysics()
  const model = await openModel({ folder })
  const upscaler = openUpscaler({ folder: options.upscaler })
  const progress = startCountdown('enlarging')
  const onProgress = (done: number, of: number) => progress.update(done, of, '')
  try {
    const settings = { curriculum, count, signal: stopSignal(), onProgress }
    const rows = await evaluateUpscaler(model, upscaler, settings)
    progress.stop()
    for (const { kind, scale, lanczos, upscaler, gain } of rows) {
      const sizes = `${model.size.width} to ${model.size.width * scale}, ${kind} films`.padEnd(26)
      const [before, after] = [lanczos, upscaler].map(({ mean }) => mean.toFixed(2))
      console.log(`${sizes}Lanczos ${before} dB, learned ${after} dB, gain ${number(gain, 2)} dB`)
    }
  } finally {
    progress.stop()
    await upscaler.close()
    await model.close()
  }
}

/** Looks at what has a page of its own. */
async function evaluatePage(page: (typeof pages)[number], options: EvaluateOptions): Promise<void> {
  const { quick, curriculum, output } = options
  await loadPhysics()
  const { model, steps, guidance } = await openJudged(options)
  const progress = startProgress('evaluating')
  const count = options.count ?? counts[quick ? 'quick' : 'whole'][page]
  const onProgress = (done: number, of: number) => progress.update(done, of)
  const settings = { curriculum, count, steps, guidance, signal: stopSignal(), onProgress }
  try {
    if (page === 'tasks') {
      const summary = await writeTasks(model, await evaluateTasks(model, settings), settings, output)
      for (const name of Object.keys(taskMeasures) as TaskMeasure[]) {
        const [label, bound] = taskMeasures[name]
        console.log(`${label}: ${number(summary[name], 2)}, wanted ${bound}`)
      }
    } else {
      const long = { ...settings, seconds: LONG_SECONDS }
      const report = await evaluateLong(model, long)
      const { kept, early, late } = await writeLong(model, report, long, output)
      console.log(`bodies counted at the start and at the end: ${percent(kept).trim()} %`)
      for (const name of ['spread', 'drift', 'background'] as const)
        console.log(`${name}: ${number(early[name], 3)} early, ${number(late[name], 3)} late`)
      console.log(`peak memory: ${report.peak.short.toFixed(0)} MB, ${report.peak.long.toFixed(0)} MB`)
    }
  } finally {
    progress.stop()
    await model.close()
  }
  console.log(`All of it, with pictures: ${path.join(output, `${page}.html`)}`)
}

/** Prompts of each language, as many as a report needs and as a glance. */
const expanderSizes = { whole: { English: 500, Chinese: 50 }, quick: { English: 60, Chinese: 20 } } as const

/** Expands prompts in words that the expander's training never had, and prints what became of what they state. */
async function evaluateExpander({ quick, seeds = 1 }: EvaluateOptions): Promise<void> {
  const expander = await openExpander()
  const sizes = quick ? expanderSizes.quick : expanderSizes.whole
  for (const [language, count] of Object.entries(sizes)) {
    const draw = language === 'English' ? drawAskedPrompts : drawChinesePrompts
    const score = await scoreExpander(expander, draw(count, seeds))
    const share = (value: number) => `${(100 * value).toFixed(1)} %`
    const { median, slow } = score.milliseconds
    console.log(`${language}: ${score.prompts} prompts in held-out words and sentences`)
    console.log(`  captions that parse                     ${share(score.parses)}`)
    console.log(`  stated attributes that survive          ${share(score.survives)}`)
    console.log(`  stated attributes not contradicted      ${share(score.attributesUncontradicted)}`)
    console.log(`  prompts with nothing contradicted       ${share(score.uncontradicted)}`)
    for (const [name, value] of Object.entries(score.byAttribute)) {
      console.log(`    ${name.padEnd(38)}${share(value)}`)
    }
    console.log(`  one expansion: ${median.toFixed(0)} ms, one in a hundred ${slow.toFixed(0)} ms or more`)
  }
  await expander.close()
}

async function evaluate(options: EvaluateOptions): Promise<void> {
  const { only: part } = options
  if (part === 'captions') return judgeCaptions(options)
  if (part === 'expander') return evaluateExpander(options)
  if (part === 'upscaler') return judgeUpscaler(options)
  if (part === 'tasks' || part === 'long') return evaluatePage(part, options)
  return evaluateModel({ ...options, only: part })
}

async function evaluateModel(options: EvaluateOptions & { readonly only?: Part }): Promise<void> {
  const { quick, only, curriculum, output } = options
  const size = quick ? sizes.quick : sizes.whole
  await loadPhysics()
  const { model, steps, guidance } = await openJudged(options)
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
    ...(only && { only }),
    cache,
    signal: stopSignal(),
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
  addDenoising(program.command('evaluate'), 20)
    .summary('measure how well a model obeys')
    .description(
      'Makes films of prompts of scenes that no training clip shows, half of them of combinations that training never shows, and looks with a deterministic parser whether what is told is there; beside what the parser reads in true clips (ceiling) and under the captions of others (floor). Stopped, it goes on where it was.',
    )
    .option(
      '-n, --count <n>',
      'how many prompts (200, quick 24), clips (50, 3), long films (20, 2)',
      wholeNumber(1, 10_000),
    )
    .option('--seeds <n>', 'films of each prompt (3, quick 1)', wholeNumber(1, 100))
    .option('--quick', 'a glance: few prompts, one seed')
    .addOption(
      new Option('--only <part>', 'one part alone').choices([
        ...parts,
        ...pages,
        'captions',
        'expander',
        'upscaler',
      ]),
    )
    .addOption(
      new Option('--curriculum <name>', 'what the model was taught')
        .choices(Object.keys(curricula))
        .default('second'),
    )
    .addOption(modelOption())
    .option(
      '--upscaler <folder>',
      'with --only upscaler: one of `aozora train upscaler`; the bundled one when absent',
      existingFolder,
    )
    .option('-o, --output <folder>', 'where the report goes', 'evaluation')
    .action(evaluate)
}
