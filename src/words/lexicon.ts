import { captionWords } from '../world/index.ts'
import { concepts, type Kind } from './concepts.ts'

/** A concept that a word may stand for. */
export interface Hint {
  /** Its number in `concepts`. */
  readonly concept: number
  /** How surely: 1 hardly, 9 surely; the square of its ninth is about a probability. */
  readonly level: number
}

/** What the lexicon knows of a word. */
export interface Entry {
  /** Parts of speech as bits: noun 1, verb 2, adjective 4, adverb 8. */
  readonly parts: number
  /** What kind of thing it is as a noun, if it is one. */
  readonly kind?: Kind
  /** How common it is: 0 never counted, 9 very. */
  readonly common: number
  /** Concepts that are near, the nearest first. */
  readonly hints: readonly Hint[]
}

/** Words and what they may mean to the worlds. */
export interface Lexicon {
  readonly entries: ReadonlyMap<string, Entry>
}

/** The level from which on a hint is as good as certain. */
export const SURE = 7

const isSure = ({ hints }: Entry) => hints.some(({ level }) => level >= SURE)

/**
 * Reads a lexicon from the lines that tools/learnLexicon.ts writes: word, then parts of speech, kind and commonness in
 * three letters, then level and concept of every hint.
 * @throws Error naming the line that is damaged
 */
export function readLexicon(text: string): Lexicon {
  const entries = new Map<string, Entry>()
  for (const line of text.split('\n')) {
    const [word, what, ...codes] = line.split(' ')
    const hints = codes.map(code => ({
      level: Number(code[0]),
      concept: Number.parseInt(code.slice(1), 36),
    }))
    if (what?.length !== 3 || hints.some(({ concept, level }) => !(concept < concepts.length && level > 0))) {
      throw new Error(`the lexicon is damaged: ${line}`)
    }
    const kind = what[1] === '-' ? undefined : (what[1] as Kind)
    entries.set(word, { parts: Number.parseInt(what[0], 16), kind, common: Number(what[2]), hints })
  }
  return { entries }
}

/** Small words that are never taken for misspelt ones. */
export const smallWords: ReadonlySet<string> = new Set(
  (
    'a an the of or and to in on at by for with as that is are be it its from which who into some such than like up out ' +
    'off over other more then while when where what there here this these those not no so but if we i you me my your our us ' +
    'they them their he she his her hers him was were will would can could shall should may might must do does did done has ' +
    'have had please show make let just very really quite too also only again still under above below behind beside near ' +
    'next between through across along around against after before during until onto upon towards toward away down back ' +
    'forward one two three four five six first second third once twice hd ok video film clip scene movie camera get gets ' +
    'got see want need give put its dont doesnt isnt without within about all both each every any another same own new old'
  ).split(' '),
)

const irregular: Readonly<Record<string, string>> = Object.fromEntries(
  (
    'fell:fall fallen:fall rose:rise risen:rise spun:spin stood:stand sat:sit lay:lie lain:lie lying:lie went:go gone:go came:come ' +
    'left:left hid:hide hidden:hide struck:strike hit:hit hitting:hit ran:run flew:fly flown:fly sank:sink sunk:sink sprang:spring ' +
    'sprung:spring swam:swim threw:throw thrown:throw slid:slide slidden:slide fled:flee kept:keep broke:break broken:break ' +
    'shook:shake drove:drive driven:drive swung:swing crept:creep swept:sweep drew:draw blew:blow mice:mouse men:man women:woman ' +
    'people:person children:child feet:foot geese:goose wolves:wolf leaves:leave knives:knife moved:move moving:move dice:dice'
  )
    .split(' ')
    .map(pair => pair.split(':')),
)

/** Forms that an English word may be an inflection of, itself first. */
export function lemmasOf(word: string): string[] {
  const tries = [word]
  if (irregular[word]) tries.push(irregular[word])
  const cut = (ending: string, ...instead: string[]) => {
    if (!word.endsWith(ending) || word.length < ending.length + 2) return
    for (const end of instead) tries.push(word.slice(0, -ending.length) + end)
  }
  for (const ending of ['ies', 'ier', 'iest']) cut(ending, 'y')
  cut('es', '', 'e')
  cut('s', '')
  for (const ending of ['ing', 'ed', 'er', 'est']) {
    cut(ending, '', 'e')
    const stem = word.slice(0, -ending.length)
    if (word.endsWith(ending) && stem.at(-1) === stem.at(-2)) tries.push(stem.slice(0, -1))
  }
  cut('ied', 'y')
  cut('ly', '', 'e', 'le')
  cut('ish', '', 'e')
  if (/ddish$|gged$/.test(word)) tries.push(word.slice(0, -4))
  return tries
}

const plain: ReadonlySet<string> = new Set(captionWords)

const isTold = (entry: Entry) => entry.hints.length > 0

/** What the two words say together that a long one is made of, less surely; undefined when it is made of none. */
function splitCompound({ entries }: Lexicon, word: string): Entry | undefined {
  for (let at = word.length - 3; at > 3; at--) {
    const parts = [word.slice(0, at), word.slice(at)].map(part => entries.get(part))
    const [first, second] = parts
    if (!first || !second || first.common + second.common === 0) continue
    const levels = new Map<number, number>()
    for (const { concept, level } of [...first.hints, ...second.hints])
      levels.set(concept, Math.max(levels.get(concept) ?? 1, level - 3))
    const hints = [...levels].map(([concept, level]) => ({ concept, level }))
    if (hints.length > 0) return { parts: second.parts, kind: second.kind, common: 0, hints }
  }
  return undefined
}

/** The level up to which a long word is also taken for what it is made of. */
const DIM = 3

/**
 * What is known of a word, of the word that it is a form of, or of those that it is made of; what is known to mean
 * something goes before what is not.
 */
export function lookUp(lexicon: Lexicon, word: string): { lemma: string; entry: Entry } | undefined {
  // Leftwards is the way to the left.
  const lemmas = [...lemmasOf(word), ...(/^(.+)wards?$/.exec(word)?.slice(1) ?? [])]
  const [own, ...forms] = lemmas.map(lemma => ({ lemma, entry: lexicon.entries.get(lemma) }))
  // Butter is nobody who butts, but nearer, which is no word of its own to the lexicon's dictionary, is near.
  const others = own.entry && own.entry.parts > 0 && /(?:er|est)$/.test(word) ? [] : forms
  const entries = [own, ...others].flatMap(({ lemma, entry }) => (entry ? [{ lemma, entry }] : []))
  // Forms that stand in lists of synonyms alone say less than what they are forms of.
  const found = [true, false].flatMap(isWord => entries.filter(({ entry }) => entry.parts > 0 === isWord))
  // "left" is a direction and "leaves" goes: the form as it stands says more than what it may come from.
  const told = found.find(({ entry }) => isSure(entry)) ?? found.find(({ entry }) => isTold(entry))
  if (word.length < 7 || (told && told.entry.hints[0].level > DIM)) return told ?? found[0]
  const made = splitCompound(lexicon, word)
  if (!made) return told ?? found[0]
  const known = told?.entry.hints ?? []
  const isNews = (hint: Hint, among: readonly Hint[]) =>
    !among.some(({ concept, level }) => concept === hint.concept && level >= hint.level)
  const kept = known.filter(hint => isNews(hint, made.hints))
  const hints = [...kept, ...made.hints.filter(hint => isNews(hint, kept))].sort((a, b) => b.level - a.level)
  return { lemma: word, entry: { ...made, ...(found[0]?.entry ?? {}), hints } }
}

/** Letters that must be changed, added, left out or swapped with their neighbour (Damerau 1964), up to `most` + 1. */
export function editDistance(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most) return most + 1
  let [before, row] = [[] as number[], Array.from({ length: b.length + 1 }, (_, i) => i)]
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + change)
      const swaps = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      if (swaps) next[j] = Math.min(next[j], before[j - 2] + 1)
    }
    if (Math.min(...next) > most) return most + 1
    ;[before, row] = [row, next]
  }
  return row[b.length]
}

const corrections = new WeakMap<Lexicon, Map<string, string>>()

/** Words that a misspelt one may stand for, by length: those of the captions, and what means something to the worlds. */
const candidates = new WeakMap<Lexicon, readonly (readonly string[])[]>()

function candidatesOf(lexicon: Lexicon): readonly (readonly string[])[] {
  const known = candidates.get(lexicon)
  if (known) return known
  const useful = [...lexicon.entries].flatMap(([word, entry]) =>
    isSure(entry) || entry.common > 2 ? [word] : [],
  )
  const byLength: string[][] = Array.from({ length: 20 }, () => [])
  for (const word of new Set([...plain, ...useful])) byLength[Math.min(19, word.length)].push(word)
  candidates.set(lexicon, byLength)
  return byLength
}

/** A word as it was probably meant; itself when it is known or nothing is near. */
export function correctSpelling(lexicon: Lexicon, word: string): string {
  const found = lookUp(lexicon, word)?.entry
  // Rare words of the lists, short or in the thesaurus alone, are likelier to be slips of common ones.
  const isDim = found && found.common === 0 && (found.hints[0]?.level ?? 0) <= DIM
  const isRare = isDim && (word.length < 6 || found.parts === 0)
  if (plain.has(word) || smallWords.has(word) || (found && !isRare) || !/^[a-z]{3,}$/.test(word)) return word
  const memory = corrections.get(lexicon) ?? new Map<string, string>()
  corrections.set(lexicon, memory)
  const known = memory.get(word)
  if (known) return known
  const best = nearestWord(lexicon, word) ?? word
  memory.set(word, best)
  return best
}

/** Letters of a word as bits: what differs there differs in the words. */
function lettersOf(word: string): number {
  let bits = 0
  for (let i = 0; i < word.length; i++) bits |= 1 << (word.charCodeAt(i) - 97)
  return bits
}

function countBits(bits: number): number {
  let count = 0
  for (let left = bits; left !== 0; left &= left - 1) count++
  return count
}

function nearestWord(lexicon: Lexicon, word: string): string | undefined {
  const most = word.length < 5 ? 1 : 2
  const byLength = candidatesOf(lexicon)
  let [best, least] = [undefined as string | undefined, Infinity]
  const stem = word.replace(/(?:ing|ed|es|s)$/, '')
  for (const form of new Set([word, stem])) {
    const letters = lettersOf(form)
    for (let length = Math.max(2, form.length - most); length <= form.length + most; length++) {
      for (const candidate of byLength[Math.min(19, length)]) {
        if (countBits(letters ^ lettersOf(candidate)) > 2 * most) continue
        const distance = editDistance(form, candidate, most)
        if (distance > most) continue
        const entry = lexicon.entries.get(candidate)
        const useful = plain.has(candidate) ? 0.6 : entry && isSure(entry) ? 0.3 : 0
        const first = candidate[0] === form[0] ? 0.3 : 0
        const rare = entry?.common === 0 && !plain.has(candidate) ? 0.3 : 0
        const cost = distance + rare - useful - first - (entry?.common ?? 0) / 40 + (form === word ? 0 : 0.2)
        if (cost < least) [best, least] = [candidate, cost]
      }
    }
  }
  return best
}
