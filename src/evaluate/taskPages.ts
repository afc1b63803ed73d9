import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { saveSheet } from '../media/index.ts'
import type { Model } from '../sample/index.ts'
import { type Estimate, estimateMean } from './bootstrap.ts'
import type { LongOptions, LongReport, Second } from './long.ts'
import { type Figure, figures, renderDocument, sayEstimate, saySampling, table, writePage } from './page.ts'
import {
  measuredOf,
  summarizeTasks,
  type TaskClip,
  type TaskMeasure,
  type TaskSummary,
  type TasksOptions,
  taskMeasures,
} from './tasks.ts'

/** Clips whose strips are shown, and strips on the sheet of long films. */
const [SHOWN_CLIPS, SHOWN_FILMS] = [4, 10]

/** Writes what was measured of the tasks: tasks.html with its pictures, tasks.json. */
export async function writeTasks(
  model: Model,
  clips: readonly TaskClip[],
  { curriculum, steps, guidance, candidates }: TasksOptions,
  output: string,
): Promise<Record<TaskMeasure, TaskSummary>> {
  mkdirSync(output, { recursive: true })
  const summary = summarizeTasks(clips)
  const pictures: Figure[] = []
  for (const [i, { prompt, rows }] of clips.slice(0, SHOWN_CLIPS).entries()) {
    const file = `tasks-${i + 1}.jpg`
    await saveSheet(path.join(output, file), rows, model.size)
    pictures.push({ file, caption: prompt })
  }
  const rows = measuredOf(summary).map(name => {
    const [label, bound] = taskMeasures[name]
    const { middle, count } = summary[name]
    return [label, sayEstimate(summary[name], 2), middle.toFixed(2), bound, String(count)]
  })
  const settings = { model: model.fingerprint, curriculum, steps, guidance, candidates }
  const body = `<p>Model ${model.fingerprint}, curriculum “${curriculum}”, ${saySampling({ steps, guidance, candidates })}. Each task is given true clips of combinations that training never shows, under their true captions. Small numbers are 95 % bootstrap intervals over clips.</p>
${table(['', 'mean', 'middle clip', 'wanted', 'clips'], rows)}
<h2>The first clips, not chosen</h2>
${figures(pictures)}`
  writePage(output, 'tasks', renderDocument('Every task', body), {
    ...settings,
    summary,
    clips: clips.map(({ prompt, numbers }) => ({ prompt, numbers })),
  })
  return summary
}

const [WIDTH, HEIGHT, MARGIN] = [720, 200, 44]

/** Lines over seconds, both axes even: one pale line a film, their mean in ink. */
function plotSeconds(title: string, lines: readonly (readonly number[])[]): string {
  const all = lines.flat()
  const [low, high] = [Math.min(...all), Math.max(...all)]
  const span = high - low || 1
  const length = lines[0].length
  const point = (value: number, second: number) => {
    const x = MARGIN + ((WIDTH - MARGIN - 8) * second) / Math.max(1, length - 1)
    return `${x.toFixed(1)},${(HEIGHT - 24 - ((HEIGHT - 48) * (value - low)) / span).toFixed(1)}`
  }
  const draw = (line: readonly number[], stroke: string, width: number) =>
    `<polyline points="${line.map(point).join(' ')}" fill="none" stroke="${stroke}" stroke-width="${width}"/>`
  const mean = lines[0].map((_, second) => lines.reduce((sum, line) => sum + line[second], 0) / lines.length)
  const text = (x: number, y: number, words: string) =>
    `<text x="${x}" y="${y}" font-size="12" fill="currentColor">${words}</text>`
  return `<figure><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" width="100%" role="img" aria-label="${title}">
${text(MARGIN, 14, title)}${text(2, HEIGHT - 22, low.toFixed(2))}${text(2, 30, high.toFixed(2))}${text(WIDTH - 76, HEIGHT - 6, `second ${length - 1}`)}
${lines.map(line => draw(line, '#8886', 1)).join('\n')}
${draw(mean, '#2a6fdb', 2)}
</svg></figure>`
}

/** What long films are like in numbers. */
export interface LongSummary {
  /** Share of the films that show as many bodies at their end as at their beginning, of those that show any. */
  readonly kept: Estimate
  /** Each measure in the seconds before the tenth, and in the film's last ten. */
  readonly early: Readonly<Record<keyof Second, Estimate>>
  readonly late: Readonly<Record<keyof Second, Estimate>>
}

/** Sums up long films, with bootstrap intervals over them. */
function summarizeLong({ films }: LongReport): LongSummary {
  const over = (first: number, end?: number) => (name: keyof Second) =>
    estimateMean(films.map(({ seconds }) => seconds.slice(first, end).map(second => second[name])))
  const all = (mean: (name: keyof Second) => Estimate) => ({
    spread: mean('spread'),
    drift: mean('drift'),
    background: mean('background'),
  })
  const kept = films.map(({ bodies: [start, end] }) => (start === 0 ? [] : [start === end ? 1 : 0]))
  return { kept: estimateMean(kept), early: all(over(2, 10)), late: all(over(-10)) }
}

/** Writes what was measured of long films: long.html with its pictures and curves, long.json. */
export async function writeLong(
  model: Model,
  report: LongReport,
  { curriculum, steps, guidance, candidates, seconds }: LongOptions,
  output: string,
): Promise<LongSummary> {
  mkdirSync(output, { recursive: true })
  const { films, peak } = report
  const summary = summarizeLong(report)
  await saveSheet(
    path.join(output, 'long.jpg'),
    films.slice(0, SHOWN_FILMS).map(({ row }) => row),
    model.size,
  )
  const curves = (name: keyof Second) => films.map(film => film.seconds.map(second => second[name]))
  const row = (label: string, name: keyof Second) => {
    return [label, sayEstimate(summary.early[name], 3), sayEstimate(summary.late[name], 3)]
  }
  const body = `<p>Model ${model.fingerprint}, curriculum “${curriculum}”, ${saySampling({ steps, guidance, candidates })}, ${films.length} films of ${seconds} s of scenes whose bodies stay, before a camera that stands. Peak memory ${peak.short.toFixed(0)} MB after a film of 4 s, ${peak.long.toFixed(0)} MB after one of ${seconds} s.</p>
<p>As many bodies at the end as at the beginning: ${sayEstimate(summary.kept, 1, 100)} % of the films that show any.</p>
${table(
  ['', 'seconds 2 to 9', 'last ten seconds'],
  [
    row('deviation of the latents', 'spread'),
    row('distance of their means from the first four seconds', 'drift'),
    row('background against second 1, dB', 'background'),
  ],
)}
${plotSeconds('deviation of the latents', curves('spread'))}
${plotSeconds('distance of the latents’ means from the first four seconds', curves('drift'))}
${plotSeconds('background against second 1, dB', curves('background'))}
<h2>The films, not chosen</h2>
${figures([{ file: 'long.jpg', caption: `Eight frames of each film, ${(seconds / 7).toFixed(1)} s apart` }])}`
  writePage(output, 'long', renderDocument('A minute', body), {
    model: model.fingerprint,
    curriculum,
    steps,
    guidance,
    candidates,
    peak,
    summary,
    films: films.map(({ prompt, seconds, bodies }) => ({ prompt, bodies, seconds })),
  })
  return summary
}
