import { concepts } from './concepts.ts'
import { type Hue, nearestColour } from './hue.ts'
import { smallWords } from './lexicon.ts'
import { isHan, type PromptWord } from './reader.ts'
import { labelParts, labels, type Slot } from './request.ts'

// What every word of a prompt says, by a tagger's probabilities and by what the lexicon surely knows.

/** Probabilities that a tagger gives, for words: of labels, and of the words that both pointers mean. */
export interface Tags {
  readonly labels: readonly Float32Array[]
  readonly first: readonly Float32Array[]
  readonly second: readonly Float32Array[]
}

/** From which probability on something may have been said that was not understood. */
export const PERHAPS = 0.12

/** From which probability on a colour, which every body has, is guessed rather than drawn. */
export const GUESSED = 0.02

/** What a word says. */
export interface Said {
  readonly at: number
  readonly slot: Slot
  /** Probabilities of the slot's values. */
  readonly values: ReadonlyMap<string, number>
}

/** The probability of all values together. */
export const sumOf = (values: ReadonlyMap<string, number>) => [...values.values()].reduce((a, b) => a + b, 0)

/** What is understood of a word besides what a tagger says. */
export type Word = Pick<PromptWord, 'word' | 'evidence'> &
  Partial<Pick<PromptWord, 'kind' | 'parts' | 'begins'>>

/** How sure the lexicon must be of a way, a pace or a place for a word to count that the tagger passes over. */
export const TOLD = 0.6

/** What the lexicon most surely knows of a word, how surely, and how surely the next thing. */
export function readBest({ evidence }: Word): { slot: Slot; value: string; share: number; next: number } {
  const [[concept, share], [, next]] = [...[...evidence].sort((a, b) => b[1] - a[1]), [0, 0], [0, 0]]
  const [slot, value] = concepts[concept].split(':') as [Slot, string]
  return { slot, value, share, next }
}

/** The same for a Chinese letter, which may stand in many words. */
const TOLD_BY_LETTER = 0.75

/** What the lexicon surely knows of words that the tagger passes over: ways and paces, and places that no word tells. */
export function readSure(words: readonly Word[], tags: Tags, said: readonly Said[]): Said[] {
  return words.slice(0, tags.labels.length).flatMap((known, at) => {
    const { slot, value, share } = readBest(known)
    const least = isHan(known.word) ? TOLD_BY_LETTER : TOLD
    if (share < least || smallWords.has(known.word) || said.some(one => one.at === at)) return []
    const isDetail = slot === 'way' || slot === 'speed'
    const isPlace = slot === 'floor' || slot === 'light' || slot === 'sky'
    const isNew = !said.some(one => one.slot === slot)
    return (isDetail || isPlace) && isNew ? [{ at, slot, values: new Map([[value, share]]) }] : []
  })
}

/** How sure the lexicon must be of such a look for a tagger to be overruled. */
const SURE = 0.95

/**
 * What a tagger hears, but for materials and Chinese sizes that it may take for a body: "glass" names a thing too, and
 * the small of a small ball was a part of its name to the bundled one.
 */
export function hearLooks(words: readonly Word[], tagged: readonly Said[]): Said[] {
  const sure = words.flatMap((known, at): Said[] => {
    const { slot, value, share, next } = readBest(known)
    const isBody = tagged.some(one => one.at === at && one.slot === 'shape')
    const isHeard = slot === 'material' || (slot === 'size' && isBody && isHan(known.word))
    const isSure = isHeard && share >= SURE && next < TOLD
    return isSure ? [{ at, slot, values: new Map([[value, share]]) }] : []
  })
  const others = tagged.filter(({ at, slot }) => slot === 'material' || !sure.some(one => one.at === at))
  const missing = sure.filter(({ at }) => !others.some(one => one.at === at))
  return [...others, ...missing].sort((a, b) => a.at - b.at)
}

/** What each word says, and of which slots there may be more. */
export function readLabels(tags: Tags): { said: Said[]; hinted: Said[]; open: Set<Slot> } {
  const [said, hinted] = [[] as Said[], [] as Said[]]
  const open = new Set<Slot>()
  for (const [at, row] of tags.labels.entries()) {
    const slots = new Map<Slot, Map<string, number>>()
    for (let label = 1; label < labels.length; label++) {
      const { slot, value } = labelParts[label]
      slots.set(slot, (slots.get(slot) ?? new Map()).set(value, row[label]))
    }
    const masses = [...slots].map(([slot, values]) => ({ slot, values, mass: sumOf(values) }))
    masses.sort((a, b) => b.mass - a.mass)
    const best = masses[0].mass > row[0] ? masses.shift() : undefined
    if (best) said.push({ at, slot: best.slot, values: best.values })
    for (const { slot, values, mass } of masses) {
      if (mass > PERHAPS) open.add(slot)
      if (mass > GUESSED) hinted.push({ at, slot, values })
    }
  }
  return { said, hinted, open }
}

/** The value for which words speak most. */
export function vote(said: readonly Said[]): string | undefined {
  const votes = new Map<string, number>()
  for (const { values } of said) {
    for (const [value, share] of values) votes.set(value, (votes.get(value) ?? 0) + share)
  }
  return [...votes].sort((a, b) => b[1] - a[1])[0]?.[0]
}

/** What the words that speak of one colour say: of "greenish blue" the last word most. */
export function voteColour(said: readonly Said[]): string | undefined {
  const weighed = said.map(({ at, slot, values }) => {
    const isLast = !said.some(other => other.at === at + 1)
    return {
      at,
      slot,
      values: new Map([...values].map(([value, share]) => [value, share * (isLast ? 1.5 : 1)])),
    }
  })
  return vote(weighed)
}

/** From which share on a look is guessed that some words may also mean. */
const OWN = { colour: 0.2, shape: 0.5 } as const

/** The colour or shape of the worlds that some words most likely have by themselves: jeans are cloth, and blue. */
export function guessOwn(said: readonly Said[], words: readonly Word[], slot: 'colour' | 'shape') {
  const isThere = (value: string) =>
    slot === 'colour' ? nearestColour(value as Hue) === value : value !== 'any' && value !== 'other'
  const shares = said.flatMap(({ at }) =>
    [...(words[at]?.evidence ?? [])].flatMap(([concept, share]) => {
      const [kind, value] = concepts[concept].split(':')
      return kind === slot && share >= OWN[slot] && isThere(value) ? [{ value, share }] : []
    }),
  )
  return shares.sort((a, b) => b.share - a.share).at(0)?.value
}
