import type { Random } from '../array/index.ts'

// A grammar as data that is read in both directions: fields to words (`writeRule`) and words to fields
// (`readRule`). After Rendel and Ostermann, "Invertible syntax descriptions" (Haskell Symposium 2010).

/** What a rule tells, by name. */
export type Fields = Readonly<Record<string, unknown>>

/** A piece of a rule: how some fields are said. */
export type Phrase =
  /** Words (and the commas and full stops that are written with them) that tell nothing by themselves. */
  | string
  /** These fields, in one of these wordings. */
  | { readonly kind: 'says'; readonly fields: Fields; readonly wordings: readonly string[] }
  /** One field, each of whose values has wordings. */
  | { readonly kind: 'table'; readonly key: string; readonly rows: readonly TableRow[] }
  /** A field told by another rule. */
  | { readonly kind: 'part'; readonly key: string; readonly rule: string }
  /** A field with a list of at least one, each told by another rule. */
  | List
  | { readonly kind: 'all'; readonly phrases: readonly Phrase[] }
  | { readonly kind: 'any'; readonly phrases: readonly Phrase[] }
  | { readonly kind: 'maybe'; readonly phrase: Phrase }

interface List {
  readonly kind: 'list'
  readonly key: string
  readonly rule: string
  readonly between: readonly string[]
  readonly last: readonly string[]
}

/** A value and its wordings, the usual one first. */
export type TableRow = readonly [value: string | number, ...wordings: string[]]

/** Rules by name. Each tells exactly the fields of one record. */
export type Grammar = Readonly<Record<string, Phrase>>

/** A tree of a sentence: the rule's name, then its words and smaller trees. */
export interface Tree extends ReadonlyArray<string | Tree> {
  readonly 0: string
}
type Part = Tree | string

/** Fixed fields in one of several wordings, the usual one first. */
export const says = (fields: Fields, ...wordings: string[]): Phrase => ({ kind: 'says', fields, wordings })
/** A field whose values have wordings. */
export const table = (key: string, ...rows: TableRow[]): Phrase => ({ kind: 'table', key, rows })
/** A field told by another rule. */
export const part = (key: string, rule: string): Phrase => ({ kind: 'part', key, rule })
/** A field with a list told by another rule; `between` items stand these words, before the last one `last`. */
export const list = (
  key: string,
  rule: string,
  between: readonly string[],
  last: readonly string[],
): Phrase => ({
  kind: 'list',
  key,
  rule,
  between,
  last,
})
/** One phrase after the other. */
export const all = (...phrases: Phrase[]): Phrase => ({ kind: 'all', phrases })
/** One of the phrases, the usual one first. */
export const any = (...phrases: Phrase[]): Phrase => ({ kind: 'any', phrases })
/** The phrase, or nothing. */
export const maybe = (phrase: Phrase): Phrase => ({ kind: 'maybe', phrase })

/** Splits words from each other, and from commas and full stops. `an` is `a` until it is spelled. */
const pieces = (words: string): string[] =>
  (words.match(/[\p{L}\p{N}]+|[.,]/gu) ?? []).map(word => (word === 'an' ? 'a' : word))
const isWord = (piece: string) => piece !== ',' && piece !== '.'

/** The words of a text as the grammar sees them: small letters, no punctuation, `a` for `an`. */
export function wordsOf(text: string): string[] {
  return pieces(text.toLowerCase()).filter(isWord)
}

/** All items in random order without repetition; the first ones are likelier to come first (weights 1, 1/2, 1/3 ...). */
function* shuffle<T>(items: readonly T[], random: Random): Generator<T> {
  const left = items.map((item, rank) => ({ item, weight: 1 / (rank + 1) }))
  while (left.length > 0) {
    let at = random.uniform() * left.reduce((sum, { weight }) => sum + weight, 0)
    let index = 0
    while (index < left.length - 1 && at >= left[index].weight) at -= left[index++].weight
    yield left.splice(index, 1)[0].item
  }
}

interface Written {
  readonly parts: readonly Part[]
  /** Names of the fields that are told. */
  readonly told: readonly string[]
}

const nothing: Written = { parts: [], told: [] }
const join = (a: Written, b: Written): Written => ({
  parts: [...a.parts, ...b.parts],
  told: [...a.told, ...b.told],
})

/** Every way to tell fields by a phrase, in random order. */
function* write(grammar: Grammar, phrase: Phrase, fields: Fields, random: Random): Generator<Written> {
  if (typeof phrase === 'string') {
    yield { parts: pieces(phrase), told: [] }
  } else if (phrase.kind === 'says') {
    const told = Object.keys(phrase.fields)
    if (told.some(key => fields[key] !== phrase.fields[key])) return
    for (const wording of shuffle(phrase.wordings, random)) yield { parts: pieces(wording), told }
  } else if (phrase.kind === 'table') {
    const row = phrase.rows.find(([value]) => value === fields[phrase.key])
    if (!row) return
    for (const wording of shuffle(row.slice(1) as string[], random)) {
      yield { parts: pieces(wording), told: [phrase.key] }
    }
  } else if (phrase.kind === 'part') {
    if (fields[phrase.key] === undefined) return
    const tree = writeOne(grammar, phrase.rule, fields[phrase.key] as Fields, random)
    if (tree) yield { parts: [tree], told: [phrase.key] }
  } else if (phrase.kind === 'list') {
    const parts = writeList(grammar, phrase, (fields[phrase.key] ?? []) as readonly Fields[], random)
    if (parts) yield { parts, told: [phrase.key] }
  } else if (phrase.kind === 'all') {
    yield* writeSequence(grammar, phrase.phrases, fields, random)
  } else if (phrase.kind === 'any') {
    for (const one of shuffle(phrase.phrases, random)) yield* write(grammar, one, fields, random)
  } else {
    yield* writeMaybe(grammar, phrase.phrase, fields, random)
  }
}

function* writeSequence(
  grammar: Grammar,
  [first, ...rest]: readonly Phrase[],
  fields: Fields,
  random: Random,
): Generator<Written> {
  for (const head of write(grammar, first, fields, random)) {
    if (rest.length === 0) yield head
    else for (const tail of writeSequence(grammar, rest, fields, random)) yield join(head, tail)
  }
}

/** What has something to tell is told first; words that tell nothing are said half of the time. */
function* writeMaybe(grammar: Grammar, phrase: Phrase, fields: Fields, random: Random): Generator<Written> {
  const ways = write(grammar, phrase, fields, random)
  const first = ways.next()
  const skips = first.done || (first.value.told.length === 0 && random.uniform() < 0.5)
  if (skips) yield nothing
  if (!first.done) {
    yield first.value
    yield* ways
    if (!skips) yield nothing
  }
}

function writeList(
  grammar: Grammar,
  { rule, between, last }: List,
  items: readonly Fields[],
  random: Random,
): Part[] | undefined {
  const parts: Part[] = []
  for (const [i, item] of items.entries()) {
    const tree = writeOne(grammar, rule, item, random)
    if (!tree) return undefined
    const [words] = i === 0 ? [''] : shuffle(i === items.length - 1 ? last : between, random)
    parts.push(...pieces(words), tree)
  }
  return parts.length > 0 ? parts : undefined
}

/** Tells exactly these fields by a rule. One way is enough: what stands around it does not depend on the wording. */
function writeOne(grammar: Grammar, rule: string, fields: Fields, random: Random): Tree | undefined {
  const keys = Object.keys(fields).filter(key => fields[key] !== undefined)
  for (const { parts, told } of write(grammar, grammar[rule], fields, random)) {
    if (keys.every(key => told.includes(key))) return [rule, ...parts] as Tree
  }
  return undefined
}

/**
 * Tells fields by a rule, in a wording drawn at random.
 * @throws RangeError when the grammar has no words for them
 */
export function writeRule(grammar: Grammar, rule: string, fields: Fields, random: Random): Tree {
  const tree = writeOne(grammar, rule, fields, random)
  if (tree) return tree
  throw new RangeError(`the grammar cannot tell this ${rule}: ${JSON.stringify(fields)}`)
}

/** The words and punctuation of a tree, in order. */
function leavesOf(tree: Tree): string[] {
  return tree.slice(1).flatMap(child => (typeof child === 'string' ? [child] : leavesOf(child)))
}

/** The text of a tree: as sentences, or as one line without capitals and full stops. */
export function spell(tree: Tree, sentences: boolean): string {
  const leaves = leavesOf(tree)
  let text = ''
  leaves.forEach((leaf, i) => {
    if (!isWord(leaf)) text += leaf === '.' && sentences ? '.' : ','
    else {
      const word = leaf === 'a' && /^[aeiou]/.test(leaves[i + 1] ?? '') ? 'an' : leaf
      const starts = sentences && (i === 0 || leaves[i - 1] === '.')
      text += (i === 0 ? '' : ' ') + (starts ? word[0].toUpperCase() + word.slice(1) : word)
    }
  })
  return sentences ? `${text}.` : text
}

interface Reading {
  readonly fields: Fields
  readonly parts: readonly Part[]
  /** Number of the first word after it. */
  readonly end: number
}

interface Source {
  readonly grammar: Grammar
  readonly words: readonly string[]
  /** Readings by rule and place, so that nothing is read twice. */
  readonly known: Map<string, readonly Reading[]>
  /** The farthest word that fitted no phrase. */
  farthest: number
}

/** Reads the words of one wording. */
function readWords(source: Source, wording: string, at: number, fields: Fields = {}): Reading[] {
  const words = pieces(wording).filter(isWord)
  const wrong = words.findIndex((word, i) => source.words[at + i] !== word)
  if (wrong >= 0) source.farthest = Math.max(source.farthest, at + wrong)
  return wrong < 0 ? [{ fields, parts: words, end: at + words.length }] : []
}

/** Every way in which a phrase fits the words from `at` on. */
function read(source: Source, phrase: Phrase, at: number): Reading[] {
  if (typeof phrase === 'string') return readWords(source, phrase, at)
  switch (phrase.kind) {
    case 'says':
      return phrase.wordings.flatMap(wording => readWords(source, wording, at, phrase.fields))
    case 'table':
      return phrase.rows.flatMap(([value, ...wordings]) =>
        wordings.flatMap(wording => readWords(source, wording, at, { [phrase.key]: value })),
      )
    case 'part':
      return readAll(source, phrase.rule, at).map(({ fields, parts, end }) => ({
        fields: { [phrase.key]: fields },
        parts: [[phrase.rule, ...parts] as Tree],
        end,
      }))
    case 'list':
      return readList(source, phrase, at)
    case 'all':
      return phrase.phrases.reduce<Reading[]>(
        (heads, next) => heads.flatMap(head => append(head, read(source, next, head.end))),
        [{ fields: {}, parts: [], end: at }],
      )
    case 'any':
      return phrase.phrases.flatMap(one => read(source, one, at))
    case 'maybe':
      return [{ fields: {}, parts: [], end: at }, ...read(source, phrase.phrase, at)]
  }
}

function append(head: Reading, tails: readonly Reading[]): Reading[] {
  return tails.map(({ fields, parts, end }) => ({
    fields: { ...head.fields, ...fields },
    parts: [...head.parts, ...parts],
    end,
  }))
}

function readList(source: Source, { key, rule, between, last }: List, at: number): Reading[] {
  const joins = [...new Set([...between, ...last].map(words => pieces(words).filter(isWord).join(' ')))]
  const found: Reading[] = []
  const go = (items: readonly Fields[], parts: readonly Part[], from: number, isFirst: boolean) => {
    for (const words of isFirst ? [''] : joins) {
      for (const { end: start, parts: joined } of readWords(source, words, from)) {
        for (const item of readAll(source, rule, start)) {
          const all = [...items, item.fields]
          const told = [...parts, ...joined, [rule, ...item.parts] as Tree]
          go(all, told, item.end, false)
          found.push({ fields: { [key]: all }, parts: told, end: item.end })
        }
      }
    }
  }
  go([], [], at, true)
  return found
}

/** Every different way in which a rule fits the words from `at` on. */
function readAll(source: Source, rule: string, at: number): readonly Reading[] {
  const place = `${rule} ${at}`
  const known = source.known.get(place)
  if (known) return known
  const different = new Map<string, Reading>()
  for (const reading of read(source, source.grammar[rule], at)) {
    const key = `${reading.end} ${JSON.stringify(reading.fields)}`
    if (!different.has(key)) different.set(key, reading)
  }
  const readings = [...different.values()]
  source.known.set(place, readings)
  return readings
}

/**
 * Reads a whole text by a rule: every different reading with its tree. A grammar without double meanings gives one.
 * @throws SyntaxError that names the first words that fit no phrase
 */
export function readRule(grammar: Grammar, rule: string, text: string): { fields: Fields; tree: Tree }[] {
  const words = wordsOf(text)
  const source: Source = { grammar, words, known: new Map(), farthest: 0 }
  const whole = readAll(source, rule, 0).filter(({ end }) => end === words.length)
  if (whole.length > 0) return whole.map(({ fields, parts }) => ({ fields, tree: [rule, ...parts] as Tree }))
  const unread = words.slice(source.farthest, source.farthest + 3).join(' ')
  const where = unread === '' ? 'it ends too early' : `cannot read "${unread}"`
  throw new SyntaxError(`not a caption of this world: ${where} in "${text.trim().replace(/\s+/g, ' ')}"`)
}

/** Every word of a grammar, each once, in the order of its rules. */
export function vocabularyOf(grammar: Grammar): string[] {
  const wordsIn = (phrase: Phrase): string[] => {
    if (typeof phrase === 'string') return pieces(phrase)
    switch (phrase.kind) {
      case 'says':
        return phrase.wordings.flatMap(pieces)
      case 'table':
        return phrase.rows.flatMap(([, ...wordings]) => wordings.flatMap(pieces))
      case 'list':
        return [...phrase.between, ...phrase.last].flatMap(pieces)
      case 'all':
      case 'any':
        return phrase.phrases.flatMap(wordsIn)
      case 'maybe':
        return wordsIn(phrase.phrase)
      case 'part':
        return []
    }
  }
  return [...new Set(Object.values(grammar).flatMap(wordsIn).filter(isWord))]
}
