import { readFileSync } from 'node:fs'
import path from 'node:path'
import { folderOf } from './wordNet.ts'

// The Moby thesaurus (public domain; npm moby): 30,000 lists of words that mean something alike.

/** How alike an anchor is to a word: 1 when both stand in the same lists. */
export interface Likeness {
  readonly anchor: string
  readonly cosine: number
}

/** The lists, each headed by the word that it is about. */
export function readLists(): string[][] {
  return readFileSync(path.join(folderOf('moby'), 'words.txt'), 'utf8')
    .toLowerCase()
    .split('\n')
    .map(line => line.trim().split(','))
    .filter(words => words.length > 1)
}

/** Finds for every word of the thesaurus the anchors with which it shares lists, the likest first. */
export function readThesaurus(anchors: readonly string[]): Map<string, readonly Likeness[]> {
  const lists = readLists()
  // A short list says more than a long one; the word that heads a list is what the list is about.
  const weights = lists.map(words => 1 / Math.sqrt(words.length))
  const placesOf = new Map<string, Map<number, number>>()
  for (const [number, words] of lists.entries()) {
    for (const [i, word] of words.entries()) {
      const places = placesOf.get(word) ?? new Map<number, number>()
      places.set(number, weights[number] * (i === 0 ? 3 : 1))
      placesOf.set(word, places)
    }
  }
  const norms = new Map(
    [...placesOf].map(([word, places]) => {
      return [word, Math.hypot(...places.values())] as const
    }),
  )
  const found = new Map<string, Likeness[]>()
  for (const anchor of new Set(anchors)) {
    const places = placesOf.get(anchor)
    if (!places) continue
    const sums = new Map<string, number>()
    for (const [number, weight] of places) {
      for (const [i, word] of lists[number].entries()) {
        const own = weights[number] * (i === 0 ? 3 : 1)
        sums.set(word, (sums.get(word) ?? 0) + weight * own)
      }
    }
    for (const [word, sum] of sums) {
      const cosine = sum / (norms.get(word)! * norms.get(anchor)!)
      if (cosine < 0.02) continue
      const likenesses = found.get(word) ?? []
      likenesses.push({ anchor, cosine })
      found.set(word, likenesses)
    }
  }
  for (const likenesses of found.values()) likenesses.sort((a, b) => b.cosine - a.cosine)
  return found
}
