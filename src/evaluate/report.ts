import { existsSync, mkdirSync } from 'node:fs'
import path from 'node:path'
import { type SheetRow, saveSheet } from '../media/index.ts'
import type { Model } from '../sample/index.ts'
import { shownFrames } from './judgedFilms.ts'
import { type Figure, renderPage, writePage } from './page.ts'
import type { SeenBody, SeenFilm } from './parse.ts'
import { tellFixed } from './prompts.ts'
import type { Evaluation, EvaluationOptions, JudgedPrompt } from './runEvaluation.ts'
import { questions, type Score } from './score.ts'
import { type Summary, summarize } from './summary.ts'

/** Films that the section of the worst shows. */
const WORST = 12
/** Films of the sheet and of the strip that a README shows: the first, not the best. */
const SHEET_ROWS = 50
const STRIP_ROWS = 6
/** Frames a film on the sheets of all films. */
const SMALL_FRAMES = 4

/** What is wrong with a film, question by question. */
const sayWrong = (score: Score) => questions.filter(question => (score[question] ?? 1) < 1).join(', ')

const sayBody = ({ size, colour, shape, action, bounces, loss }: SeenBody) =>
  `${size} ${colour} ${shape} ${action}${bounces === undefined ? '' : ` x${bounces}`}${loss ? ` (${loss})` : ''}`

const saySeen = ({ bodies }: SeenFilm) => bodies.map(sayBody).join(', ') || 'nothing'

/** A frame at half its width and height, each pixel the mean of four. */
function halve(frame: Uint8Array, width: number): Uint8Array {
  const [w, h] = [width >> 1, frame.length / (6 * width)]
  const small = new Uint8Array(w * h * 3)
  for (let i = 0; i < small.length; i++) {
    const [pixel, c] = [Math.floor(i / 3), i % 3]
    const at = (2 * Math.floor(pixel / w) * width + 2 * (pixel % w)) * 3 + c
    small[i] = (frame[at] + frame[at + 3] + frame[at + width * 3] + frame[at + width * 3 + 3] + 2) >> 2
  }
  return small
}

interface Context {
  readonly model: Model
  readonly options: EvaluationOptions
  readonly output: string
}

/** One sheet a seed with every film of the report, small. */
async function saveSheets(
  { model, options, output }: Context,
  prompts: readonly JudgedPrompt[],
): Promise<Figure[]> {
  const { width, height } = model.size
  const figures: Figure[] = []
  for (let take = 0; take < (prompts[0]?.films.length ?? 0); take++) {
    const rows: SheetRow[] = []
    for (const [i, { prompt, films }] of prompts.entries()) {
      const frames = await shownFrames(model, prompt, films[take].seed, options)
      const few = frames.filter((_, frame) => frame % Math.floor(frames.length / (SMALL_FRAMES - 1)) === 0)
      rows.push({ label: `${i} ${prompt}`, frames: few.map(frame => halve(frame, width)) })
    }
    const file = `films-${take + 1}.jpg`
    await saveSheet(path.join(output, file), rows, { width: width >> 1, height: height >> 1 }, { columns: 4 })
    figures.push({ file, caption: `Every prompt, seed ${take + 1} of ${prompts[0].films.length}` })
  }
  return figures
}

async function saveFixed({ model, options, output }: Context, evaluation: Evaluation): Promise<Figure[]> {
  const figures: Figure[] = []
  for (const [i, { prompt, films }] of evaluation.fixed.entries()) {
    const rows: SheetRow[] = []
    for (const { seed } of films)
      rows.push({
        label: '',
        frames: await shownFrames(model, tellFixed(model, prompt, seed), seed, options),
      })
    const file = `fixed-${i + 1}.jpg`
    await saveSheet(path.join(output, file), rows, model.size)
    figures.push({ file, caption: prompt })
  }
  return figures
}

/** The films with the smallest share of right answers, from both sides of the split. */
async function saveWorst(
  { model, options, output }: Context,
  prompts: readonly JudgedPrompt[],
): Promise<Figure[]> {
  const share = (score: Score) => {
    const values = Object.values(score)
    return values.reduce((a, b) => a + b, 0) / values.length
  }
  const films = prompts.flatMap(({ prompt, films }) => films.map(film => ({ prompt, ...film })))
  const worst = films.sort((a, b) => share(a.score) - share(b.score)).slice(0, WORST)
  const figures: Figure[] = []
  for (const [i, { prompt, seed, seen, score }] of worst.entries()) {
    const file = `worst-${i + 1}.jpg`
    await saveSheet(
      path.join(output, file),
      [{ label: '', frames: await shownFrames(model, prompt, seed, options) }],
      model.size,
    )
    figures.push({
      file,
      caption: `${prompt} Seen: ${saySeen(seen)}. Wrong: ${sayWrong(score) || 'nothing'}.`,
    })
  }
  return figures
}

/** The sheet and the strip that the README shows. */
async function saveExcerpts(
  { model, options, output }: Context,
  prompts: readonly JudgedPrompt[],
): Promise<void> {
  const rows: SheetRow[] = []
  for (const [i, { prompt, films }] of prompts.slice(0, SHEET_ROWS).entries()) {
    const [{ seed, score }] = films
    const wrong = sayWrong(score)
    const label = `${i} ${prompt}${wrong ? `   wrong: ${wrong}` : ''}`
    rows.push({ label, frames: await shownFrames(model, prompt, seed, options) })
  }
  if (rows.length === 0) return
  await saveSheet(path.join(output, 'sheet.jpg'), rows, model.size, { columns: 2 })
  const strip = rows.slice(0, STRIP_ROWS).map((row, i) => ({ ...row, label: prompts[i].prompt }))
  await saveSheet(path.join(output, 'strip.png'), strip, model.size)
}

/** Pages that are written by themselves, where they are. */
const otherPages: readonly Figure[] = [
  { file: 'tasks.html', caption: 'Every other task' },
  { file: 'long.html', caption: 'Films of a minute' },
  { file: 'free.html', caption: 'Free prompts' },
  { file: 'captions.html', caption: 'What captions teach' },
]

/**
 * Writes an evaluation: report.json, and index.html with its pictures.
 * @param options those that the evaluation was made with; its cache holds the films
 */
export async function writeReport(
  model: Model,
  evaluation: Evaluation,
  options: EvaluationOptions,
  output: string,
): Promise<Summary> {
  mkdirSync(output, { recursive: true })
  const summary = summarize(evaluation)
  const context = { model, options, output }
  const { prompts } = evaluation
  const figures = {
    fixed: await saveFixed(context, evaluation),
    worst: await saveWorst(context, prompts),
    sheets: await saveSheets(context, prompts),
    pages: otherPages.filter(({ file }) => existsSync(path.join(output, file))),
  }
  await saveExcerpts(context, prompts)
  const page = renderPage(evaluation, summary, figures)
  writePage(output, 'index', page, { summary, ...evaluation }, 'report')
  return summary
}
