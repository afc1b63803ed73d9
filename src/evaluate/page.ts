import path from 'node:path'
import { writeAtomically } from '../store/index.ts'
import type { Estimate } from './bootstrap.ts'
import type { SplitName } from './prompts.ts'
import type { Evaluation } from './runEvaluation.ts'
import { questions } from './score.ts'
import type { Summary } from './summary.ts'

/** A picture of the page, with what is said below it. */
export interface Figure {
  /** Relative to the page. */
  readonly file: string
  readonly caption: string
}

/** The pictures of the page. */
export interface Figures {
  readonly fixed: readonly Figure[]
  readonly worst: readonly Figure[]
  readonly sheets: readonly Figure[]
  /** Other pages beside this one. */
  readonly pages: readonly Figure[]
}

const escapeHtml = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')

/** How films were made. */
export const saySampling = (how: Readonly<Record<'steps' | 'guidance' | 'candidates', number>>) =>
  `${how.steps} steps, guidance ${how.guidance}${how.candidates > 1 ? `, chosen with the work of ${how.candidates} films` : ''}`

/** An estimate with its interval, or a dash where there is none. */
export function sayEstimate({ mean, low, high, count }: Estimate, digits: number, scale = 1): string {
  if (count === 0) return '–'
  const [a, b, c] = [mean, low, high].map(value => (value * scale).toFixed(digits))
  return `${a} <small>${b} to ${c}</small>`
}

/** A table: the first cell of each row is its head; cells are HTML. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = (row: readonly string[], tag: string) =>
    row.map((cell, i) => (i === 0 ? `<th>${cell}</th>` : `<${tag}>${cell}</${tag}>`)).join('')
  const body = rows.map(row => `<tr>${cells(row, 'td')}</tr>`).join('\n')
  return `<div class="wide"><table><thead><tr>${cells(head, 'th')}</tr></thead>\n<tbody>${body}</tbody></table></div>`
}

const meanings = {
  colour: 'the told colours are there',
  shape: 'the body of each told colour has the told shape',
  form: 'and looks like it while it moves, frame by frame',
  size: 'and the told size',
  count: 'as many bodies as told, no more',
  direction: 'the main body goes the told way',
  event: 'the main body goes, bounces, topples or rests as told',
  action: 'event and direction together',
  bounces: 'it comes up as often as told',
  meeting: 'it meets the body that it is told to hit',
  permanence: 'no body vanishes, melts or comes out of nothing',
} as const

function attributeTable({ attributes }: Summary, split: SplitName): string {
  const rows = questions.flatMap(question => {
    const row = attributes[split][question]
    if (!row) return []
    const cells = [row.model, row.ceiling, row.floor].map(estimate => sayEstimate(estimate, 1, 100))
    return [[`${question} <small>${meanings[question]}</small>`, ...cells, String(row.model.count)]]
  })
  return table(['share right, %', 'model', 'true clips (ceiling)', 'other captions (floor)', 'prompts'], rows)
}

function physicsTable({ physics }: Summary): string {
  const labels = {
    fall: ['acceleration of what falls, m/s² <small>the law: 9.81</small>', 2],
    straying: ['distance from the law of motion of what goes across, m', 3],
    velocityError: ['error of velocity against the simulator, m/s', 3],
    positionError: [
      'error of position against the true pixels, px, of bodies that are seen before and after',
      2,
    ],
  } as const
  const rows = (Object.keys(labels) as (keyof typeof labels)[]).map(key => {
    const [label, digits] = labels[key]
    const { model, truth, autoencoder } = physics[key]
    return [label, ...[model, truth, autoencoder].map(estimate => sayEstimate(estimate, digits))]
  })
  return table(['', 'model', 'true clips', 'true clips after the autoencoder'], rows)
}

function autoencoderTable({ autoencoder: { psnr, psnrInside, ssim, ssimInside } }: Summary): string {
  return table(
    ['', 'everywhere', 'where bodies are', 'clips'],
    [
      ['PSNR, dB', sayEstimate(psnr, 2), sayEstimate(psnrInside, 2), String(psnr.count)],
      ['SSIM', sayEstimate(ssim, 4), sayEstimate(ssimInside, 4), String(ssim.count)],
    ],
  )
}

/** Pictures, each with its words below it. */
export const figures = (list: readonly Figure[]) =>
  list
    .map(({ file, caption }) => {
      return `<figure><a href="${file}"><img src="${file}" alt="frames of what is told below" loading="lazy"></a><figcaption>${escapeHtml(caption)}</figcaption></figure>`
    })
    .join('\n')

const style = `
:root { color-scheme: light dark; --paper: #fbfbfa; --ink: #1d2126; --pale: #6a727c; --line: #dcdfe3 }
@media (prefers-color-scheme: dark) { :root { --paper: #14171a; --ink: #e4e7ea; --pale: #98a1ab; --line: #343a41 } }
body { margin: 0 auto; padding: 1.5rem 1rem 4rem; max-width: 62rem; background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, sans-serif }
h1 { font-size: 1.7rem; margin: 0 0 .3rem } h2 { font-size: 1.2rem; margin: 2.4rem 0 .6rem }
p { max-width: 44rem } small, figcaption { color: var(--pale); font-size: .82rem }
.wide { overflow-x: auto } table { border-collapse: collapse; min-width: 34rem; width: 100%; font-variant-numeric: tabular-nums }
th, td { text-align: right; padding: .35rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top }
th:first-child { text-align: left; font-weight: 500 } thead th { font-weight: 600 } td small, th small { display: block }
figure { margin: 0 0 1.2rem } img { max-width: 100%; height: auto; display: block; border-radius: 3px }
`

/** A page with a title: one HTML document that needs nothing but the pictures beside it. */
export function renderDocument(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Aozora: ${title.toLowerCase()}</title>
<style>${style}</style>
<h1>${title}</h1>
${body}
</html>
`
}

/** Numbers as a reader needs them: four decimals, those that are none as null. */
const shorten = (_: string, value: unknown) =>
  typeof value === 'number' ? (Number.isFinite(value) ? Math.round(value * 1e4) / 1e4 : null) : value

/** Writes a report: `name.html` and what was measured as `name.json`. */
export function writePage(output: string, name: string, page: string, report: object, json = name): void {
  writeAtomically(path.join(output, `${name}.html`), [Buffer.from(page)])
  writeAtomically(path.join(output, `${json}.json`), [Buffer.from(`${JSON.stringify(report, shorten, 1)}\n`)])
}

/** The page of a report: one HTML document that needs nothing but the pictures beside it. */
export function renderPage(evaluation: Evaluation, summary: Summary, pictures: Figures): string {
  const { model, settings, prompts, reconstructions } = evaluation
  const links = pictures.pages.map(({ file, caption }) => ` <a href="${file}">${caption}</a>.`).join('')
  const { count, seeds, curriculum, steps, guidance, candidates, width, height } = settings
  const section = (isThere: boolean, title: string, ...body: readonly string[]) =>
    isThere ? `<h2>${title}</h2>\n${body.join('\n')}\n` : ''
  const has = prompts.length > 0
  const strange = prompts.filter(({ films }) =>
    films.some(({ unknownWords }) => unknownWords.length > 0),
  ).length
  const warning = strange > 0 ? ` ${strange} of the prompts hold words that this model does not know.` : ''
  const body = `<p>Model ${model}, curriculum “${curriculum}”, films of ${width} x ${height} pixels, ${saySampling({ steps, guidance, candidates })}${has ? `, ${count} prompts with ${seeds} seeds each` : ''}. Small numbers are 95 % bootstrap intervals over prompts. A deterministic parser looks at every film; the ceiling is what it reads in true clips of the same scenes, the floor is the model's films under the captions of others.${warning}</p>
${section(has, 'Combinations that training shows', attributeTable(summary, 'seen'))}
${section(has, 'Combinations that training never shows', attributeTable(summary, 'heldOut'))}
${section(has || reconstructions.length > 0, 'Physics', physicsTable(summary))}
${section(reconstructions.length > 0, 'Autoencoder', autoencoderTable(summary))}
${section(pictures.fixed.length > 0, 'Fixed prompts, completed by the seed, four seeds each, not chosen', figures(pictures.fixed))}
${section(pictures.worst.length > 0, 'The worst', '<p>The films with the fewest right answers, and what the parser saw.</p>', figures(pictures.worst))}
${section(pictures.sheets.length > 0, 'All films', figures(pictures.sheets))}
<p><small>Every prompt with what was seen is in <a href="report.json">report.json</a>.${links}</small></p>`
  return renderDocument('How well the model obeys', body)
}
