import type { ReadingOptions } from '../words/index.ts'
import {
  type Features,
  featuresOf,
  type Lexicon,
  labels,
  normalizePrompt,
  PROMPT_LENGTH,
  readWords,
} from '../words/index.ts'

// Prompts in which it is marked what their words say: `mark` puts signs around words, `readMarks` takes them away and
// tells what a tagger should say of every word.

const [OPEN, INSIDE, CLOSE] = ['\u0001', '\u0002', '\u0003']

/** What is said by words, and of what. */
export interface Mark {
  /** One of `labels`. */
  readonly label: string
  /** What the words belong to: a body (`b0`), or what a body does (`e3`). */
  readonly of?: string
  /** The name of what the words tell: a body that is named, or what it does. */
  readonly is?: string
  /** The body that something is done to, or done beside. */
  readonly to?: string
}

/** Marks words. */
export const mark = ({ label, of = '', is = '', to = '' }: Mark, words: string): string =>
  `${OPEN}${label};${of};${is};${to}${INSIDE}${words}${CLOSE}`

interface Span extends Required<Mark> {
  readonly start: number
  readonly end: number
}

/** Takes the marks away; `change` is what happens to the text between them. */
function cutMarks(marked: string, change: (text: string) => string): { text: string; spans: Span[] } {
  let text = ''
  const spans: Span[] = []
  for (const [, head, words, plain] of marked.matchAll(
    new RegExp(`${OPEN}([^${INSIDE}]*)${INSIDE}([^${CLOSE}]*)${CLOSE}|([^${OPEN}]+)`, 'gu'),
  )) {
    const start = text.length
    text += change(words ?? plain)
    if (head === undefined) continue
    const [label, of, is, to] = head.split(';')
    spans.push({ label, of, is, to, start, end: text.length })
  }
  return { text, spans }
}

/** The prompt without marks. */
export const unmark = (marked: string): string => cutMarks(marked, text => text).text

/** Words that say nothing by themselves, even in a phrase. */
const silent = new Set('a an the of to in on at by with is are be gets being it its'.split(' '))

/** What a tagger reads of a prompt and what it should say; pointers are places. */
export interface TaggedPrompt {
  readonly features: Features
  readonly labels: Int32Array
  readonly first: Int32Array
  readonly second: Int32Array
}

/**
 * Reads a marked prompt.
 * @param change slips of the fingers
 * @returns undefined when it is longer than `length`
 */
export function readMarks(
  lexicon: Lexicon,
  numberOf: (word: string) => number | undefined,
  marked: string,
  {
    length = PROMPT_LENGTH,
    change = text => text,
    ...reading
  }: ReadingOptions & { readonly length?: number; readonly change?: (text: string) => string } = {},
): TaggedPrompt | undefined {
  // Normalised piece by piece, so that places in it are those that `readWords` gives.
  const { text, spans } = cutMarks(marked, piece => normalizePrompt(change(piece)))
  const words = readWords(lexicon, text, reading)
  if (words.length > length) return undefined
  const inside = (span: Span) =>
    words.flatMap(({ at, word }, i) => (at >= span.start && at < span.end ? [{ i, word }] : []))
  const places = spans.map(span => {
    const all = inside(span)
    const speaking = all.filter(({ word }) => !silent.has(word) && !/^[,.;:!?]$/.test(word))
    return (speaking.length > 0 ? speaking : all).map(({ i }) => i)
  })
  // A body is where it is named first, by the last word; what it does, where it is said first.
  const placeOf = new Map<string, number>()
  for (const [s, { is }] of spans.entries()) {
    const at = is.startsWith('b') ? places[s].at(-1) : places[s][0]
    if (is && at !== undefined && !placeOf.has(is)) placeOf.set(is, at)
  }
  const told = Array.from({ length: 3 }, () => new Int32Array(length))
  for (let i = 0; i < words.length; i++) told[1][i] = told[2][i] = i
  for (const [s, { label, of, is, to }] of spans.entries()) {
    for (const i of places[s]) {
      told[0][i] = labels.indexOf(label)
      told[1][i] = placeOf.get(of || is) ?? i
      told[2][i] = placeOf.get(to) ?? i
    }
  }
  return { features: featuresOf(numberOf, words, length), labels: told[0], first: told[1], second: told[2] }
}
