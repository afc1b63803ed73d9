import { add, gather, linear, mean, reshape, rmsNorm, type Value } from '../array/index.ts'
import { blockSpecs, tokenBlock } from './layers.ts'
import { matrix, type Traced } from './parameters.ts'

// Shapes: B batch, S text tokens, D width, V words.

/** The text encoder: words of a closed vocabulary in, one vector a word out. Trained together with the transformer. */
export interface TextConfig {
  /** Known words, in the order of their rows; two rows are added in front: padding and the unknown word. */
  readonly vocabulary: readonly string[]
  /** Tokens of a prompt (S); longer ones are cut. */
  readonly length: number
  readonly width: number
  readonly depth: number
  readonly heads: number
}

const PADDING = 0
const UNKNOWN = 1

/** A prompt as token numbers (length S), with the words that the vocabulary does not have. */
export interface Tokens {
  readonly ids: Int32Array
  readonly unknownWords: readonly string[]
}

/** The words of a text, in lower case. */
export function splitWords(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []
}

/** Splits a prompt into words and looks them up. The empty prompt, all padding, stands for "no text" in guidance. */
export function tokenize(
  prompt: string,
  { vocabulary, length }: Pick<TextConfig, 'vocabulary' | 'length'>,
): Tokens {
  const words = splitWords(prompt)
  const ids = new Int32Array(length).fill(PADDING)
  words.slice(0, length).forEach((word, i) => {
    const row = vocabulary.indexOf(word)
    ids[i] = row < 0 ? UNKNOWN : row + 2
  })
  return { ids, unknownWords: [...new Set(words.filter(word => !vocabulary.includes(word)))] }
}

/** The parameters of the text encoder. */
export function textSpecs({ vocabulary, length, width, depth, heads }: TextConfig) {
  return {
    words: { shape: [vocabulary.length + 2, width], start: { deviation: 1 } },
    positions: { shape: [length, width], start: { deviation: 0.5 } },
    blocks: Array.from({ length: depth }, () => blockSpecs(width, heads)),
    pooled: matrix(width, width),
  }
}

/** Traces the encoder: token numbers (B, S) to one vector a token and one for the whole prompt. */
export function encodeText(
  params: Traced<ReturnType<typeof textSpecs>>,
  ids_BS: Value,
  { heads }: TextConfig,
): { text_BSD: Value; pooled_BD: Value } {
  let x = add(gather(params.words, ids_BS), params.positions) // (B, S, D)
  for (const block of params.blocks) x = tokenBlock(block, x, { heads }).x
  const text_BSD = rmsNorm(x)
  const [batch, , width] = text_BSD.shape
  const pooled = reshape(mean(text_BSD, [1]), [batch, width])
  return { text_BSD, pooled_BD: linear(pooled, params.pooled) }
}
