import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { Hue } from '../src/words/hue.ts'
import { folderOf } from './wordNet.ts'

// Names of colours (30,000 of them; MIT, npm color-name-list). Where a hue ends is learned from the names themselves:
// thousands say "red" or "pink" in so many words.

/** What names of colours say of a word: shares of hues of all names with it, and of the colour that it names alone. */
export interface NamedColour {
  readonly all: Map<Hue, number>
  readonly own: Map<Hue, number>
  /** Names with the word; one that stands alone counts three times. */
  count: number
}

/** Words that are hues. */
const plainHues: Readonly<Record<string, Hue>> = {
  ...{ red: 'red', orange: 'orange', yellow: 'yellow', green: 'green', blue: 'blue', purple: 'purple' },
  ...{ cyan: 'cyan', turquoise: 'cyan', aqua: 'cyan', violet: 'purple', pink: 'pink', brown: 'brown' },
  ...{ white: 'white', black: 'black', grey: 'grey', gray: 'grey' },
}

/** Where a colour lies in OKLab (Ottosson 2020), by what differs to the eye: lightness counts less than hue. */
function toLab(hex: string): readonly [number, number, number] {
  const [r, g, b] = [1, 3, 5].map(i => {
    const value = Number.parseInt(hex.slice(i, i + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  })
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
  return [
    Math.SQRT1_2 * (0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s),
    Math.SQRT2 * (1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s),
    Math.SQRT2 * (0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s),
  ]
}

/** How near two colours must be to be called alike. */
const WIDTH = 0.025

const wordsOf = (name: string) => name.toLowerCase().match(/[a-z]+/g) ?? []

/** Makes what says which hues a colour is called: those that names nearby say, each hue as if it were named less often. */
function learnHues(list: readonly { readonly name: string; readonly hex: string }[]) {
  const examples = list.flatMap(({ name, hex }) => {
    const hues = new Set(wordsOf(name).flatMap(word => plainHues[word] ?? []))
    return hues.size === 1 ? [{ place: toLab(hex), hue: [...hues][0] }] : []
  })
  const counts = new Map<Hue, number>()
  for (const { hue } of examples) counts.set(hue, (counts.get(hue) ?? 0) + 1)
  return (hex: string): Map<Hue, number> => {
    const [l, a, b] = toLab(hex)
    const votes = new Map<Hue, number>()
    let total = 1e-12
    for (const { place, hue } of examples) {
      const distance = (l - place[0]) ** 2 + (a - place[1]) ** 2 + (b - place[2]) ** 2
      if (distance > 16 * WIDTH ** 2) continue
      const vote = Math.exp(-distance / (2 * WIDTH ** 2)) / Math.sqrt(counts.get(hue)!)
      votes.set(hue, (votes.get(hue) ?? 0) + vote)
      total += vote
    }
    for (const [hue, vote] of votes) votes.set(hue, vote / total)
    return votes
  }
}

/** Reads what the list says of every word in it. */
export function readColours(): Map<string, NamedColour> {
  const file = path.join(folderOf('color-name-list'), 'dist/colornames.json')
  const list = JSON.parse(readFileSync(file, 'utf8')) as { name: string; hex: string }[]
  const huesOf = learnHues(list)
  const found = new Map<string, NamedColour>()
  const add = (hues: Map<Hue, number>, hue: Hue, share: number) => hues.set(hue, (hues.get(hue) ?? 0) + share)
  for (const { name, hex } of list) {
    const words = wordsOf(name)
    const weight = words.length === 1 ? 3 : 1
    const hues = [...huesOf(hex)]
    for (const word of words) {
      const told = found.get(word) ?? { all: new Map(), own: new Map(), count: 0 }
      found.set(word, told)
      told.count += weight
      for (const [hue, share] of hues) {
        add(told.all, hue, weight * share)
        if (words.length === 1) add(told.own, hue, share)
      }
    }
  }
  return found
}
