import type { TaggerConfig } from '../model/index.ts'
import { type ChineseLetter, cutChinese } from './chinese.ts'
import { concepts, type Kind } from './concepts.ts'
import { correctSpelling, type Entry, type Lexicon, lookUp } from './lexicon.ts'
import { labels } from './request.ts'

// What the expander's tagger knows of the words of a prompt: not which word it is, but what the lexicon says that it
// may mean, how it ends, what part of speech it can be. So words that no training prompt had look like those that
// training had. Only small words, those of phrases and Chinese letters have rows of their own.

/** A word of a prompt, a sign, or a Chinese letter. */
export interface PromptWord {
  /** As it was written, in small letters. */
  readonly written: string
  /** Where it begins in the prompt as `normalizePrompt` leaves it. */
  readonly at: number
  /** As it was probably meant. */
  readonly word: string
  /** How surely it may stand for concepts, from 0 to 1, by their numbers. */
  readonly evidence: ReadonlyMap<number, number>
  /** Parts of speech as bits (`Entry`). */
  readonly parts: number
  readonly kind?: Kind
  /** The Chinese word that begins here, and its concept. */
  readonly begins?: ChineseLetter['begins']
  /** The lemma under which the lexicon has it. */
  readonly lemma?: string
}

const kinds: readonly Kind[] = ['a', 'p', 'l', 'f', 'b', 't', 'n', 'w', 'x']

/** Whether a text has Chinese letters. */
export const isHan = (text: string) => /\p{Script=Han}/u.test(text)

const endings: readonly RegExp[] = [
  /^[,.;:!?]$/,
  /\p{Script=Han}/u,
  /^\d+$/,
  /wards?$/,
  /ing$/,
  /ed$/,
  /ly$/,
  /(?:er|est)$/,
  /(?:ish|y|en)$/,
  /[^s]s$/,
]

/** Which of these things is known of every word, one table each. */
const TABLES = 4

/** The bundled size, for a vocabulary of so many words. */
export const taggerSize = (vocabulary: number): TaggerConfig => ({
  tables: [vocabulary + 2, endings.length + 2, 17, kinds.length + 2],
  numbers: concepts.length,
  labels: labels.length,
  width: 96,
  depth: 3,
  heads: 4,
  pointer: 32,
})

/** Words of a prompt that are read; the rest is cut. */
export const PROMPT_LENGTH = 72

const signs: Readonly<Record<string, string>> = {
  '，': ',',
  '、': ',',
  '。': '.',
  '；': ';',
  '！': '!',
  '？': '?',
}

function readChinese(piece: string, at: number, knows?: (word: string) => boolean): PromptWord[] {
  return cutChinese(piece, knows).map(({ letter, begins, evidence }, i) => ({
    written: letter,
    at: at + i,
    word: letter,
    evidence: new Map([...evidence].map(([name, share]) => [concepts.indexOf(name), share])),
    parts: 0,
    begins,
    lemma: begins?.word,
  }))
}

const evidenceOf = (entry: Entry | undefined) =>
  new Map((entry?.hints ?? []).map(({ concept, level }) => [concept, level / 9]))

/** How words are read in training: as if some were not known. */
export interface ReadingOptions {
  /** What the lexicon says of a word instead. */
  readonly instead?: (word: string) => Entry | undefined
  /** Which Chinese words count as known. */
  readonly knows?: (word: string) => boolean
}

/** A prompt in small letters and with few kinds of signs. */
export const normalizePrompt = (prompt: string): string =>
  prompt
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[’']/g, '')
    .replace(/[()[\]{}/|—–"“”]/g, ',')
    .replace(/ - /g, ' , ')

/** Splits a prompt into words, signs and Chinese letters, corrects them, and looks them up. */
export function readWords(lexicon: Lexicon, prompt: string, options: ReadingOptions = {}): PromptWord[] {
  const text = normalizePrompt(prompt)
  const words: PromptWord[] = []
  for (const { 0: piece, index: at } of text.matchAll(
    /\p{Script=Han}+|(?:(?!\p{Script=Han})[\p{L}\p{N}])+|[,.;:!?，。；！？、]/gu,
  )) {
    if (isHan(piece)) {
      words.push(...readChinese(piece, at, options.knows))
      continue
    }
    const word = signs[piece] ?? correctSpelling(lexicon, piece)
    const found = lookUp(lexicon, word)
    const entry = (found && options.instead?.(found.lemma)) ?? found?.entry
    words.push({
      written: piece,
      at,
      word,
      evidence: evidenceOf(entry),
      parts: entry?.parts ?? 0,
      kind: entry?.kind,
      lemma: found?.lemma,
    })
  }
  return words
}

/** What a tagger reads of a prompt: rows of tables and numbers, `length` places each; places behind the words are 0. */
export interface Features {
  readonly rows: readonly Int32Array[]
  readonly numbers: Float32Array
  readonly isThere: Float32Array
}

/**
 * Features of words; what is more than `length` is cut.
 * @param numberOf the row of a word that has one of its own, from 0
 */
export function featuresOf(
  numberOf: (word: string) => number | undefined,
  words: readonly Pick<PromptWord, 'word' | 'evidence' | 'parts' | 'kind'>[],
  length: number,
): Features {
  const rows = Array.from({ length: TABLES }, () => new Int32Array(length))
  const numbers = new Float32Array(length * concepts.length)
  const isThere = new Float32Array(length)
  for (const [i, { word, evidence, parts, kind }] of words.slice(0, length).entries()) {
    const ending = endings.findIndex(pattern => pattern.test(word))
    const known = [(numberOf(word) ?? -1) + 2, ending + 2, parts + 1, (kind ? kinds.indexOf(kind) : -1) + 2]
    for (const [table, row] of known.entries()) rows[table][i] = row
    for (const [concept, share] of evidence) numbers[i * concepts.length + concept] = share
    isThere[i] = 1
  }
  return { rows, numbers, isThere }
}
