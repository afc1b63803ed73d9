import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { type SheetRow, saveSheet } from '../media/index.ts'
import type { Model } from '../sample/index.ts'
import { type Expander, fillRequest, tellRequest } from '../words/index.ts'
import { type Estimate, estimateMean } from './bootstrap.ts'
import { drawAskedPrompts } from './expansionPrompts.ts'
import { type FilmingOptions, type JudgedFilm, judgeFilm, shownFrames } from './judgedFilms.ts'
import { type Figure, figures, renderDocument, sayEstimate, saySampling, table, writePage } from './page.ts'
import type { Score } from './score.ts'
import { collectAnswers, collectGains, type StatedQuestion, scoreStated, statedQuestions } from './stated.ts'

// What is lost between a free prompt and a caption: two films of one seed, one of the expanded prompt, one of the
// grammar's own caption of what the prompt asks for, are asked only what the prompt states. What it leaves open is
// filled in by the same seed, so of a prompt that was read without loss both films are the same one.

/** How free prompts are evaluated. */
export interface FreeOptions extends FilmingOptions {
  readonly count: number
  /** Pairs of films of each prompt. */
  readonly seeds: number
  readonly onProgress?: (done: number, of: number) => void
}

/** A film of one of the two captions, and how far it is right in what the prompt states. */
export interface FreeFilm extends Pick<JudgedFilm, 'seed' | 'seen' | 'unknownWords'> {
  readonly score: Score
}

/** A free prompt and its films. */
export interface FreePrompt {
  readonly prompt: string
  /** What the expander made of it. */
  readonly expanded: string
  /** How the grammar tells what it asks for. */
  readonly told: string
  readonly films: { readonly expanded: readonly FreeFilm[]; readonly told: readonly FreeFilm[] }
}

/** Shares of right answers to a question: of both kinds of films, and how much more those of free prompts have. */
export interface FreeRow {
  readonly expanded: Estimate
  readonly told: Estimate
  readonly difference: Estimate
}

/** What free prompts lose, by question and over all. */
export type FreeSummary = Readonly<Record<StatedQuestion, FreeRow>>

/** The prompts are those with which the expander is evaluated. */
const PROMPT_SEED = 1
/** Films by prompt and take: far from those of other reports. */
const seedOf = (prompt: number, take: number) => 500_000 + take * 10_000 + prompt

/** Films free prompts and the grammar's captions of the same requests, and looks at both. */
export async function evaluateFree(
  model: Model,
  expander: Pick<Expander, 'expand'>,
  options: FreeOptions,
): Promise<FreePrompt[]> {
  const { count, seeds, cache, signal, onProgress } = options
  mkdirSync(cache, { recursive: true })
  const asked: FreePrompt[] = []
  let done = 0
  for (const [number, { prompt, request }] of drawAskedPrompts(count, PROMPT_SEED).entries()) {
    const { caption: expanded } = await expander.expand(prompt, { seed: number, signal })
    const told = tellRequest(request, number)
    const full = fillRequest(request, number)
    const films = { expanded: [] as FreeFilm[], told: [] as FreeFilm[] }
    for (let take = 0; take < seeds; take++) {
      for (const [kind, caption] of Object.entries({ expanded, told })) {
        const film = await judgeFilm(model, caption, seedOf(number, take), options)
        const { seed, seen, unknownWords } = film
        const score = scoreStated(seen, full, request)
        films[kind as keyof typeof films].push({ seed, seen, unknownWords, score })
        onProgress?.(++done, 2 * count * seeds)
      }
    }
    asked.push({ prompt, expanded, told, films })
  }
  return asked
}

/** Sums up what free prompts lose, with bootstrap intervals over prompts. */
function summarizeFree(prompts: readonly FreePrompt[]): FreeSummary {
  const scores = ({ films }: FreePrompt, kind: keyof FreePrompt['films']) =>
    films[kind].map(({ score }) => score)
  const row = (question: StatedQuestion): FreeRow => {
    const share = (kind: keyof FreePrompt['films']) =>
      estimateMean(prompts.map(prompt => collectAnswers(scores(prompt, kind), question)))
    const gains = prompts.map(prompt =>
      collectGains(scores(prompt, 'expanded'), scores(prompt, 'told'), question),
    )
    return { expanded: share('expanded'), told: share('told'), difference: estimateMean(gains) }
  }
  const rows = [...statedQuestions, 'all' as const].map(question => [question, row(question)] as const)
  return Object.fromEntries(rows) as FreeSummary
}

/** Pairs of films that the page shows: the first, not the best. */
const SHOWN_PAIRS = 12

/** Writes what was measured of free prompts: free.html with its pictures, free.json. */
export async function writeFree(
  model: Model,
  prompts: readonly FreePrompt[],
  options: FreeOptions,
  output: string,
): Promise<FreeSummary> {
  mkdirSync(output, { recursive: true })
  const { count, seeds, steps, guidance, candidates } = options
  const summary = summarizeFree(prompts)
  const alike = prompts.filter(({ expanded, told }) => expanded === told).length
  const pictures: Figure[] = []
  for (const [i, { prompt, films, ...captions }] of prompts.slice(0, SHOWN_PAIRS).entries()) {
    const rows: SheetRow[] = []
    for (const kind of ['expanded', 'told'] as const) {
      const frames = await shownFrames(model, captions[kind], films[kind][0].seed, options)
      rows.push({ label: `${kind}: ${captions[kind]}`, frames })
    }
    const file = `free-${i + 1}.jpg`
    await saveSheet(path.join(output, file), rows, model.size)
    pictures.push({ file, caption: prompt })
  }
  const rows = [...statedQuestions, 'all' as const].map(question => {
    const { expanded, told, difference } = summary[question]
    const shares = [expanded, told, difference].map(estimate => sayEstimate(estimate, 1, 100))
    return [question === 'all' ? 'all that is stated' : question, ...shares, String(told.count)]
  })
  const body = `<p>Model ${model.fingerprint}, ${saySampling({ steps, guidance, candidates })}, ${count} prompts in words and sentences that the expander’s training never had, ${seeds} ${seeds === 1 ? 'pair' : 'pairs'} of films each. Both films of a pair have one seed: one is made of the expanded prompt, the other of the grammar’s own caption of what the prompt asks for; of ${alike} prompts both are the same. Only what the prompt states is asked. Small numbers are 95 % bootstrap intervals over prompts; the difference should be above -5.</p>
${table(['share right, %', 'free prompts', 'the grammar’s captions', 'difference', 'prompts'], rows)}
<h2>The first prompts, not chosen</h2>
${figures(pictures)}`
  const settings = { model: model.fingerprint, alike, count, seeds, steps, guidance, candidates }
  writePage(output, 'free', renderDocument('Free prompts', body), { ...settings, summary, prompts })
  return summary
}
