import { add, gather, type Value } from '../array/index.ts'
import {
  type BytePairs,
  encodeBytePairs,
  type LanguageModelConfig,
  languageModelSpecs,
  type Parameters,
  type Traced,
} from '../model/index.ts'
import { cutChinese } from './chinese.ts'
import { concepts, type Kind } from './concepts.ts'
import { correctSpelling, type Lexicon, lookUp } from './lexicon.ts'
import { requestTokens } from './request.ts'

// Shapes: B batch, P tokens of a prompt, D width. What the expander's model reads of a prompt: for every byte-pair
// token its number, two hints of the lexicon and the kind of thing, whose vectors are added.

/** A word of a prompt. */
export interface PromptWord {
  /** As it was written, in small letters. */
  readonly written: string
  /** As it was probably meant. */
  readonly word: string
  /** Codes of hints: 0 none, 1 + 2 c a weak one of concept c, 2 + 2 c a sure one. */
  readonly hints: readonly number[]
  readonly kind?: Kind
  /** What the lexicon of Chinese says that it is. */
  readonly concept?: string
  /** The lemma under which the lexicon has it. */
  readonly lemma?: string
}

const kinds: readonly Kind[] = ['a', 'p', 'l', 'f', 'b', 't', 'n', 'w', 'x']

/** Rows of the table of hints. */
export const HINTS = 1 + 2 * concepts.length
/** Rows of the table of kinds. */
export const KINDS = 1 + kinds.length
/** Numbers of one token of a prompt: its own, two hints, a kind. */
export const FEATURES = 4

/** Splits a prompt into words, corrects them, and looks them up. */
export function readWords(lexicon: Lexicon, prompt: string): PromptWord[] {
  const text = prompt.normalize('NFKC').toLowerCase().replace(/[’']/g, '')
  const words: PromptWord[] = []
  for (const [piece] of text.matchAll(
    /\p{Script=Han}+|(?:(?!\p{Script=Han})[\p{L}\p{N}])+|[,.;:!?，。；！？、]/gu,
  )) {
    if (/\p{Script=Han}/u.test(piece)) {
      for (const { word, concept } of cutChinese(piece)) {
        // Camera phrases and such have no row of their own: letters say enough.
        const at = concept ? concepts.indexOf(concept) : -1
        words.push({ written: word, word, concept, hints: at < 0 ? [] : [2 + 2 * at] })
      }
      continue
    }
    const word = correctSpelling(lexicon, piece)
    const found = lookUp(lexicon, word)
    const hints = (found?.entry.hints ?? []).map(({ concept, isSure }) => (isSure ? 2 : 1) + 2 * concept)
    words.push({ written: piece, word, hints, kind: found?.entry.kind, lemma: found?.lemma })
  }
  return words
}

/** Feature rows of words, FEATURES numbers a token, without padding. */
export function featuresOf(tokenizer: BytePairs, words: readonly PromptWord[]): number[][] {
  return words.flatMap(({ word, hints, kind }) => {
    const [first = 0, second = 0] = hints
    const kindCode = kind ? kinds.indexOf(kind) + 1 : 0
    return encodeBytePairs(tokenizer, ` ${word}`).map(id => [id + 1, first, second, kindCode])
  })
}

/** Feature rows as the model reads them: at the end of `length` places (P, FEATURES), zeros in front; the rest is cut. */
export function placeFeatures(rows: readonly (readonly number[])[], length: number): Int32Array {
  const placed = new Int32Array(length * FEATURES)
  const kept = rows.slice(0, length)
  placed.set(kept.flat(), (length - kept.length) * FEATURES)
  return placed
}

/** Sizes of the expander's model. */
export interface ReaderConfig {
  readonly language: LanguageModelConfig
  /** Tokens of the tokenizer. */
  readonly textTokens: number
  /** Tokens of a prompt (P). */
  readonly promptLength: number
}

/** The bundled size. */
export const readerSize = {
  language: { vocabulary: requestTokens.length, width: 128, depth: 4, heads: 4 },
  textTokens: 1280,
  promptLength: 56,
} as const satisfies ReaderConfig

const table = (rows: number, width: number) => ({ shape: [rows, width], start: { deviation: 0.5 } })

/** The parameters of the expander's model: tables of tokens, hints and kinds, and a language model of requests. */
export function readerSpecs({ language, textTokens }: ReaderConfig) {
  return {
    text: table(textTokens + 1, language.width),
    hints: table(HINTS, language.width),
    kinds: table(KINDS, language.width),
    language: languageModelSpecs(language),
  }
}

/** Traces the vectors of a prompt: features as four int32 arrays (B, P) to (B, P, D). */
export function tracePrompt(
  params: Traced<ReturnType<typeof readerSpecs>>,
  features: readonly Value[],
): Value {
  const [text, first, second, kind] = features
  const hints = add(gather(params.hints, first), gather(params.hints, second))
  return add(add(gather(params.text, text), gather(params.kinds, kind)), hints)
}

/** The same in plain numbers, for one prompt: (P, FEATURES) to P D numbers. */
export function promptVectors(params: Parameters, features: Int32Array, width: number): Float32Array {
  const vectors = new Float32Array((features.length / FEATURES) * width)
  const tables = ['text', 'hints', 'hints', 'kinds'].map(name => params[name].data)
  for (let at = 0; at < features.length; at++) {
    const [place, feature] = [Math.floor(at / FEATURES), at % FEATURES]
    const row = features[at] * width
    for (let d = 0; d < width; d++) vectors[place * width + d] += tables[feature][row + d]
  }
  return vectors
}
