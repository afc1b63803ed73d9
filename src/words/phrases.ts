import { smallWords } from './lexicon.ts'
import { isHan, type PromptWord } from './reader.ts'
import { readBest, TOLD, type Word } from './said.ts'

// Names of things with their looks, such as "large red balls", read by rules: the tagger was taught neither to count
// several kinds of things nor to leave one out.

/** A thing and its looks, without article and number. */
export interface Phrase {
  /** Its words: from `start` to before `end`, the noun's from `noun`. */
  readonly start: number
  readonly noun: number
  readonly end: number
  /** What is said of it, by slot: `shape` always, `colour`, `size`, `material`. */
  readonly looks: ReadonlyMap<string, string>
}

/** Words that say one thing together. */
interface Unit {
  readonly length: number
  readonly slot?: string
  readonly value?: string
}

/** Adjectives among the small words; the others end a phrase. */
const small = new Set('other more such single very really quite new old'.split(' '))

/** The bit of adjectives (`Entry`). */
const ADJECTIVE = 4

/** What a word of a phrase says; undefined when it can stand in none. */
function readUnit(words: readonly Word[], at: number): Unit | undefined {
  const known = words[at]
  if (!known) return undefined
  const { word, begins, kind, parts = 0 } = known
  if (begins) {
    const [slot, value] = begins.concept.split(':')
    return { length: [...begins.word].length, slot, value }
  }
  if (isHan(word)) return word === '的' ? { length: 1 } : undefined
  if (small.has(word)) return { length: 1 }
  const { slot, value, share } = readBest(known)
  if (share >= TOLD) {
    return ['shape', 'colour', 'size', 'material'].includes(slot) ? { length: 1, slot, value } : undefined
  }
  const isAdjective = (parts & ADJECTIVE) > 0 && !/ed$/.test(word)
  if (smallWords.has(word)) return undefined
  if (kind && 'aplft'.includes(kind)) return { length: 1, slot: 'shape', value: 'other' }
  return isAdjective ? { length: 1 } : undefined
}

const isLook = (unit: Unit | undefined) => ['colour', 'size', 'material'].includes(unit?.slot ?? '')

/** The phrase that begins at a word, if one does. */
export function readPhrase(words: readonly Word[], start: number): Phrase | undefined {
  const looks = new Map<string, string>()
  let [noun, end] = [-1, start]
  for (;;) {
    const unit = readUnit(words, end)
    const isNoun = unit?.slot === 'shape'
    // Of "box" and "cat" in "box cat" the last is the thing; looks behind a noun are those of something else.
    if (!unit || (noun >= 0 && !isNoun) || !(isNoun || !unit.slot || isLook(unit))) break
    if (isNoun) noun = end
    if (unit.slot) looks.set(unit.slot, unit.value!)
    end += unit.length
    // "red or blue balls"
    if (!isNoun && /^(?:or|and|,)$/.test(words[end]?.word) && isLook(readUnit(words, end + 1))) end++
  }
  return noun < 0 ? undefined : { start, noun, end, looks }
}

/** Whether the worlds have such a thing. */
export const isWorldShape = ({ looks }: Phrase): boolean =>
  !/^(?:any|other)$/.test(looks.get('shape') ?? 'any')

/** What a phrase says as it is written. */
export function sayPhrase(words: readonly PromptWord[], { start, end }: Phrase): string {
  const own = words.slice(start, end).map(({ word }) => word)
  return own.join(own.some(isHan) ? '' : ' ')
}

const numbersFrom = (from: number, names: string) =>
  Object.fromEntries([...names.split(' ').entries()].map(([i, name]) => [name, from + i]))

const ones: Readonly<Record<string, number>> = {
  ...numbersFrom(1, 'one two three four five six seven eight nine ten eleven twelve thirteen fourteen'),
  ...numbersFrom(15, 'fifteen sixteen seventeen eighteen nineteen twenty'),
  ...numbersFrom(1, '一 二 三 四 五 六 七 八 九'),
  ...{ thirty: 30, forty: 40, fifty: 50, sixty: 60, seventy: 70, eighty: 80, ninety: 90, 两: 2, 俩: 2 },
}

/** Words that multiply the number before them, or stand for themselves. */
const scales: Readonly<Record<string, number>> = {
  ...{ pair: 2, couple: 2, trio: 3, dozen: 12, hundred: 100, thousand: 1000, 十: 10, 百: 100, 千: 1000 },
  ...{ dozens: 24, hundreds: 200, thousands: 2000 },
}

/** Letters that stand between a Chinese number and a thing. */
const MEASURES = new Set('个只颗粒辆枚块根座棵架艘朵位条头匹件枝支')

/** The number that some words from one on say together, and where it ends; undefined when there is none. */
export function readNumber(
  words: readonly Word[],
  start: number,
): { value: number; end: number } | undefined {
  let [total, last, end] = [0, 0, start]
  for (; end < words.length; end++) {
    const { word } = words[end]
    if (/^\d{1,6}$/.test(word)) last = Number(word)
    else if (Object.hasOwn(ones, word)) last += ones[word]
    else if (Object.hasOwn(scales, word)) {
      total += (last || 1) * scales[word]
      last = 0
    } else break
  }
  return total + last === 0 ? undefined : { value: total + last, end }
}

/** A phrase with the number before it. */
export interface Counted extends Phrase {
  readonly number: number
}

/** Where the thing begins that a number counts which ends at a place; a Chinese one needs a measure word. */
function startOfCounted(words: readonly Word[], end: number): number | undefined {
  const [{ word }, next] = [words[end - 1], words[end]?.word ?? '']
  if (MEASURES.has(next)) return end + 1
  if (isHan(word)) return undefined
  const start = Object.hasOwn(scales, word) && next === 'of' ? end + 1 : end
  return /ing$/.test(words[start]?.word ?? '') ? start + 1 : start
}

/** All things of which a prompt says in numbers how many there are. */
export function readCounts(words: readonly Word[]): Counted[] {
  const counts: Counted[] = []
  for (let at = 0; at < words.length; at++) {
    const number = readNumber(words, at)
    if (!number) continue
    // The third ball is one ball; the two balls may be those that were counted before.
    const before = words[at - 1]?.word ?? ''
    const isKnown = counts.length > 0 && /^(?:the|these|those|both|这|那)$/.test(before)
    const start = startOfCounted(words, number.end)
    at = number.end - 1
    if (isKnown || before === '第' || start === undefined) continue
    const phrase = readPhrase(words, start)
    if (phrase) counts.push({ ...phrase, number: number.value })
  }
  return counts
}
