import { rmSync } from 'node:fs'
import path from 'node:path'
import {
  evaluateFree,
  evaluateLong,
  evaluateTasks,
  measuredOf,
  statedQuestions,
  type TaskName,
  taskMeasures,
  writeFree,
  writeLong,
  writeTasks,
} from '../evaluate/index.ts'
import type { Model } from '../sample/index.ts'
import { openExpander } from '../words/index.ts'
import { type CurriculumName, loadPhysics } from '../world/index.ts'
import { type EvaluateOptions, number, openJudged, type Page, percent } from './evaluateOptions.ts'
import { GOES_ON, stopSignal } from './options.ts'
import { startCountdown } from './progress.ts'

/** Clips that the tasks are given, films of a minute, and free prompts. */
const counts = {
  whole: { tasks: 50, long: 20, free: 100 },
  quick: { tasks: 3, long: 2, free: 10 },
} as const
const LONG_SECONDS = 60

/** What every page is made with. */
interface PageSettings {
  readonly curriculum: CurriculumName
  readonly count: number
  readonly task?: TaskName
  readonly seeds: number
  readonly steps: number
  readonly guidance: number
  readonly candidates: number
  readonly signal: AbortSignal
  readonly onProgress: (done: number, of: number) => void
}

async function evaluateEveryTask(model: Model, settings: PageSettings, output: string): Promise<string[]> {
  const summary = await writeTasks(model, await evaluateTasks(model, settings), settings, output)
  return measuredOf(summary).map(name => {
    const [label, bound] = taskMeasures[name]
    return `${label}: ${number(summary[name], 2)}, middle ${summary[name].middle.toFixed(2)}${bound && `, wanted ${bound}`}`
  })
}

async function evaluateMinute(model: Model, settings: PageSettings, output: string): Promise<string[]> {
  const long = { ...settings, seconds: LONG_SECONDS }
  const report = await evaluateLong(model, long)
  const { kept, early, late } = await writeLong(model, report, long, output)
  return [
    `bodies counted at the start and at the end: ${percent(kept).trim()} %`,
    ...(['spread', 'drift', 'background'] as const).map(
      name => `${name}: ${number(early[name], 3)} early, ${number(late[name], 3)} late`,
    ),
    `peak memory: ${report.peak.short.toFixed(0)} MB, ${report.peak.long.toFixed(0)} MB`,
  ]
}

async function evaluateFreePrompts(model: Model, settings: PageSettings, output: string): Promise<string[]> {
  const options = { ...settings, cache: path.join(output, '.films/free') }
  const expander = await openExpander()
  const prompts = await evaluateFree(model, expander, options).finally(() => expander.close())
  const summary = await writeFree(model, prompts, options, output)
  rmSync(options.cache, { recursive: true, force: true })
  const heads = ['free prompts', 'captions', 'difference'].map(head => head.padStart(23)).join('')
  return [
    `${'share right, %'.padEnd(16)}${heads}`,
    ...[...statedQuestions, 'all' as const].map(question => {
      const { expanded, told, difference } = summary[question]
      return `${question.padEnd(16)}${[expanded, told, difference].map(each => percent(each).padStart(23)).join('')}`
    }),
  ]
}

/** How each page is made; gives what is to be said of it. */
const evaluators = {
  tasks: evaluateEveryTask,
  long: evaluateMinute,
  free: evaluateFreePrompts,
} as const satisfies Record<Page, (model: Model, settings: PageSettings, output: string) => Promise<string[]>>

/** Looks at what has a page of its own. */
export async function evaluatePage(page: Page, options: EvaluateOptions): Promise<void> {
  const { quick, curriculum, task, seeds = 1, output } = options
  await loadPhysics()
  const { model, steps, guidance, candidates } = await openJudged(options)
  const progress = startCountdown('evaluating')
  const count = options.count ?? counts[quick ? 'quick' : 'whole'][page]
  const onProgress = (done: number, of: number) => progress.update(done, of)
  // The films of the others are not kept until their page is written.
  const signal = stopSignal(page === 'free' ? GOES_ON : undefined)
  const settings = { curriculum, count, task, seeds, steps, guidance, candidates, signal, onProgress }
  try {
    const lines = await evaluators[page](model, settings, output)
    progress.stop()
    for (const line of lines) console.log(line)
  } finally {
    progress.stop()
    await model.close()
  }
  console.log(`All of it, with pictures: ${path.join(output, `${page}.html`)}`)
}
