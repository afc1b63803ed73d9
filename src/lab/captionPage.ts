import { copyFileSync, existsSync, mkdirSync } from 'node:fs'
import path from 'node:path'
import {
  type CaptionQuestion,
  collectAnswers,
  collectGains,
  type Estimate,
  estimateMean,
  type Figure,
  figures,
  mean,
  renderDocument,
  type Score,
  type SeenFilm,
  type StatedQuestion,
  sayEstimate,
  scoreStated,
  statedQuestions,
  table,
  writePage,
} from '../evaluate/index.ts'
import { findAttributes } from '../world/index.ts'
import {
  type AblationPrompt,
  type AblationResult,
  type CaptionAblation,
  type CaptionKind,
  captionKinds,
  type PromptKind,
  promptKinds,
} from './captionAblation.ts'

/** Shares of right answers to one question under one kind of prompts. */
export interface AblationRow {
  /** Of the transformers of each kind of captions. */
  readonly captions: Readonly<Record<CaptionKind, Estimate>>
  /** How much more those of detailed captions have than those of short ones, and than those of the captioner's. */
  readonly gains: Readonly<Record<'short' | 'captioner', Estimate>>
  /** True clips, and all films under the prompt of another scene. */
  readonly ceiling: Estimate
  readonly floor: Estimate
}

/** What an ablation says in numbers. */
export interface AblationSummary {
  readonly rows: Readonly<Record<PromptKind, Readonly<Record<StatedQuestion, AblationRow>>>>
  /** Of every run: share of right answers to all that is stated, by kind of prompts. */
  readonly runs: readonly {
    readonly captions: CaptionKind
    readonly seed: number
    readonly loss: number
    readonly right: Readonly<Record<PromptKind, number>>
  }[]
  /** Shares of the captioner's captions of the training clips that are right. */
  readonly written: Readonly<Partial<Record<CaptionQuestion, number>>>
}

/** What is right in a film under the words of a prompt: only what these state. */
function scoreUnder(seen: SeenFilm, { prompts, attributes }: AblationPrompt, kind: PromptKind): Score {
  const stated = findAttributes(prompts[kind])
  return stated ? scoreStated(seen, attributes, stated) : {}
}

/** Sums up an ablation, finished or not, with bootstrap intervals over prompts; seeds that lack a kind of captions are left out. */
function summarizeAblation({ prompts, runs, captions }: AblationResult): AblationSummary {
  const whole = [...new Set(runs.map(({ seed }) => seed))].filter(
    seed => runs.filter(run => run.seed === seed).length === captionKinds.length,
  )
  const row = (kind: PromptKind, question: StatedQuestion): AblationRow => {
    const scores = (captions: CaptionKind, i: number, under = prompts[i]) =>
      whole.map(seed => {
        const run = runs.find(run => run.captions === captions && run.seed === seed)!
        return scoreUnder(run.films[kind][i], under, kind)
      })
    const over = (groups: (i: number) => number[]) => estimateMean(prompts.map((_, i) => groups(i)))
    const other = (i: number) => prompts[(i + (prompts.length >> 1)) % prompts.length]
    const share = (captions: CaptionKind) => over(i => collectAnswers(scores(captions, i), question))
    const gain = (captions: CaptionKind) =>
      over(i => collectGains(scores('detailed', i), scores(captions, i), question))
    return {
      captions: { short: share('short'), detailed: share('detailed'), captioner: share('captioner') },
      gains: { short: gain('short'), captioner: gain('captioner') },
      ceiling: over(i => collectAnswers([scoreUnder(prompts[i].truth, prompts[i], kind)], question)),
      floor: over(i => captionKinds.flatMap(name => collectAnswers(scores(name, i, other(i)), question))),
    }
  }
  const rows = (kind: PromptKind) =>
    Object.fromEntries([...statedQuestions, 'all' as const].map(question => [question, row(kind, question)]))
  const right = (films: readonly SeenFilm[], kind: PromptKind) =>
    mean(films.flatMap((seen, i) => collectAnswers([scoreUnder(seen, prompts[i], kind)], 'all')))
  const asked = Object.keys(captions[0]) as CaptionQuestion[]
  return {
    rows: { detailed: rows('detailed'), short: rows('short') } as AblationSummary['rows'],
    runs: runs.map(({ captions, seed, films, loss }) => ({
      captions,
      seed,
      loss,
      right: { detailed: right(films.detailed, 'detailed'), short: right(films.short, 'short') },
    })),
    written: Object.fromEntries(
      asked.map(question => [question, mean(captions.map(score => score[question]))]),
    ),
  }
}

/** What the kinds of captions are called. */
export const captionNames = {
  short: 'short captions',
  detailed: 'detailed captions',
  captioner: 'the captioner’s captions',
} as const satisfies Record<CaptionKind, string>

function promptTable(rows: AblationSummary['rows'][PromptKind]): string {
  const lines = [...statedQuestions, 'all' as const].map(question => {
    const { captions, gains, ceiling, floor } = rows[question]
    const cells = [...captionKinds.map(kind => captions[kind]), gains.short, gains.captioner, ceiling, floor]
    const name = question === 'all' ? 'all that is stated' : question
    return [name, ...cells.map(cell => sayEstimate(cell, 1, 100)), String(ceiling.count)]
  })
  const names = captionKinds.map(kind => captionNames[kind])
  const rest = ['detailed less short', 'detailed less captioner', 'true clips', 'other prompts', 'prompts']
  return table(['share right, %', ...names, ...rest], lines)
}

const titles = { detailed: 'Asked by detailed captions', short: 'Asked by short captions' } as const

/** Writes what an ablation saw, finished or not: captions.html with its pictures, captions.json. */
export function writeCaptionAblation(
  ablation: CaptionAblation,
  result: AblationResult,
  folder: string,
  output: string,
): AblationSummary {
  mkdirSync(output, { recursive: true })
  const summary = summarizeAblation(result)
  const pictures = captionKinds.flatMap((kind): Figure[] => {
    const [from, file] = [
      path.join(folder, `${kind}-${ablation.seeds[0]}`, 'films.jpg'),
      `captions-${kind}.jpg`,
    ]
    if (!existsSync(from)) return []
    copyFileSync(from, path.join(output, file))
    return [{ file, caption: `The first prompts, by the first transformer of ${captionNames[kind]}` }]
  })
  const { transformer, clips, curriculum, beginning, schedule, batchSize, prompts, seeds } = ablation
  const percents = Object.entries(summary.written).map(
    ([name, share]) => `${name} ${(100 * share).toFixed(1)}`,
  )
  const runs = summary.runs.map(({ captions, seed, loss, right }) => [
    `${captionNames[captions]}, seed ${seed}`,
    ...promptKinds.map(kind => (100 * right[kind]).toFixed(1)),
    loss.toFixed(3),
  ])
  const done =
    summary.runs.length < seeds.length * captionKinds.length ? `${summary.runs.length} so far of ` : ''
  const body = `<p>${done}${seeds.length * captionKinds.length} transformers of width ${transformer.width} and depth ${transformer.depth}, all trained on the same ${clips} clips (curriculum “${curriculum}”), from one beginning of ${beginning.steps} steps without words, for ${schedule.steps} steps of ${batchSize} windows with their captions. Each makes films of the same ${prompts} scenes that no clip shows, half of them of combinations that no clip shows, of both prompts of each scene. Only what a prompt states is asked. Small numbers are 95 % bootstrap intervals over prompts; they do not hold how much two trainings differ.</p>
${promptKinds.map(kind => `<h2>${titles[kind]}</h2>\n${promptTable(summary.rows[kind])}`).join('\n')}
<h2>Every training</h2>
${table(['all that is stated, %', 'detailed prompts', 'short prompts', 'loss at the end'], runs)}
<p>The captioner’s captions of the clips, right in per cent: ${percents.join(', ')}.</p>
<h2>Films, not chosen</h2>
${figures(pictures)}`
  const report = { ablation, summary, prompts: result.prompts, runs: result.runs }
  writePage(output, 'captions', renderDocument('What captions teach', body), report)
  return summary
}
