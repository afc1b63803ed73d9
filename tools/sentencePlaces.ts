import type { Tensor } from '../src/array/index.ts'
import { loadTensors } from '../src/store/index.ts'
import { learnRidge } from './conceptRidge.ts'
import { compareVectors, type WordVectors, whiten } from './wordVectors.ts'

// What a sentence encoder knows of words (tools/sentenceVectors.ts): where they lie alone and with their definitions.

/** Numbers of one pair of word and concept. */
export const SENTENCE_NUMBERS = 15

/** How much whitening leaves of what all words share: 384 directions need more of it than GloVe's 100. */
const WHITENING = 0.3

/** Where words lie, alone and with their definitions, by the file of tools/sentenceVectors.ts. */
export function readPlaces(file: string): { readonly plain: WordVectors; readonly definitions: WordVectors } {
  const { tensors, metadata } = loadTensors(file)
  const words = metadata.words.split(' ')
  const read = ({ shape, data }: Tensor): WordVectors => {
    const [, size] = shape
    return new Map(
      words.map((word, i) => [word, (data as Float32Array).subarray(i * size, (i + 1) * size)] as const),
    )
  }
  return { plain: read(tensors.plain), definitions: read(tensors.definitions) }
}

/** Places but those of words that have none, which are all 0. */
const dropEmpty = (places: WordVectors): WordVectors =>
  new Map([...places].filter(([, place]) => place.some(value => value !== 0)))

/** Every number, and how much less it is than the highest of its kind: (concepts, numbers) to twice as many numbers. */
function addDistances(rows: readonly (readonly number[])[]): number[][] {
  const highest = rows[0].map((_, i) => Math.max(...rows.map(row => row[i])))
  return rows.map(row => [...row, ...row.map((value, i) => value - highest[i])])
}

/**
 * Makes what measures how near a word and its definitions lie to words of each concept, the word itself left out, and
 * what a ridge says of them.
 * @param anchors for every concept words
 * @param told words that the ridge is learned from, and the concepts that they stand for
 * @returns for a word SENTENCE_NUMBERS of every concept; all 0 where the encoder has not read it
 */
export function measureSentences(
  { plain, definitions }: ReturnType<typeof readPlaces>,
  anchors: readonly (readonly string[])[],
  told: readonly (readonly [string, ReadonlySet<number>])[],
): (word: string) => readonly (readonly number[])[] {
  const both = (word: string) => Float32Array.from([...plain.get(word)!, ...definitions.get(word)!])
  const ridge = learnRidge(
    told.flatMap(([word, right]) => (plain.has(word) ? [{ word, place: both(word), right }] : [])),
    anchors.length,
  )
  const areVerbs = anchors.map(() => false)
  const comparisons = [plain, definitions].map(places =>
    compareVectors({ plain: whiten(dropEmpty(places), WHITENING), forms: new Map() }, anchors, areVerbs),
  )
  const nothing = anchors.map(() => new Array<number>(SENTENCE_NUMBERS).fill(0))
  return word => {
    if (!plain.has(word)) return nothing
    const near = comparisons.map(compare => compare(word))
    const said = ridge(word, both(word))
    const rows = anchors.map((_, c) => [
      ...near.flatMap(concepts => [concepts[c].highest, concepts[c].mean, concepts[c].middle]),
      said[c],
    ])
    return addDistances(rows).map(row => [...row, 1])
  }
}
