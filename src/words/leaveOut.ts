import { findAttributes } from '../world/index.ts'
import type { Hue } from './hue.ts'
import { nearestColour } from './hue.ts'
import { type Phrase, readPhrase, sayPhrase } from './phrases.ts'
import type { PromptWord } from './reader.ts'
import { readBest, TOLD } from './said.ts'

// Things that a prompt says shall not be there: the words that name them are taken out before the tagger reads it, since
// to it "no ball" is a ball.

/** A thing that shall not be there. */
export interface LeftOut {
  /** As the prompt names it. */
  readonly name: string
  readonly looks: Phrase['looks']
}

/** What may or must stand between a word that denies and a thing: "not" alone denies what is done. */
const denials: Readonly<Record<string, RegExp>> = {
  no: /^$/,
  without: /^(?:an?|any|the)?$/,
  not: /^(?:an?|any)$/,
}

const articles = new Set(['a', 'an', 'any', 'the'])

/** Where what is denied begins, if the word at a place denies something. */
function readDenial(words: readonly PromptWord[], at: number): number | undefined {
  const [before, { word }, next] = [words[at - 1]?.written, words[at], words[at + 1]?.word]
  if (word === '没' || (word === '不' && next === '要')) {
    // Whether there is one, and whether one is wanted, denies nothing.
    if (before === '有' || before === '要') return undefined
    let end = at + (next === '有' || next === '要' ? 2 : 1)
    while (/^[任何一个只颗其他]$/.test(words[end]?.word ?? '') && (words[end].begins?.word.length ?? 1) === 1)
      end++
    return end
  }
  const article = articles.has(next) ? next : ''
  if (!denials[word]?.test(article) || before === 'or' || before === 'why') return undefined
  return at + (article ? 2 : 1)
}

const isEnd = (word: string | undefined) => word === undefined || /^[,.;:!?]$/.test(word)

/** Whether a denied thing is left out: "no cats yet" is a note, and 没有 also compares. */
function isHeeded(words: readonly PromptWord[], at: number, { end }: Phrase): boolean {
  const after = words[end]?.word
  if (words[at].word !== '没') return after !== 'yet'
  return isEnd(words[at - 1]?.word) || isEnd(after) || /^[只但而和或也]$/.test(after)
}

/** The end of what is denied, which what the thing does is a part of where it stands at the beginning of a sentence. */
function endOf(words: readonly PromptWord[], at: number, end: number): number {
  const next = words[end]
  if (!isEnd(words[at - 1]?.word) || isEnd(next?.word)) return end
  const best = readBest(next)
  const isVerb = next.begins?.concept.startsWith('verb:') ?? (best.slot === 'verb' && best.share >= TOLD)
  if (!isVerb && !/^(?:is|are|will|should|can|may)$/.test(next.word)) return end
  const isNew = ({ word }: PromptWord, i: number) =>
    isEnd(word) ||
    /^(?:but|only|just|while|when|as|只|但|而)$/.test(word) ||
    (word === 'and' && articles.has(words[end + i + 1]?.word))
  const length = words.slice(end).findIndex(isNew)
  return length < 0 ? words.length : end + length
}

/** Takes the things out of a prompt that shall not be there. */
export function leaveOut(words: readonly PromptWord[]): { kept: PromptWord[]; out: LeftOut[] } {
  const [kept, out] = [[] as PromptWord[], [] as LeftOut[]]
  for (let at = 0; at < words.length; at++) {
    const start = readDenial(words, at)
    let phrase = start === undefined ? undefined : readPhrase(words, start)
    if (!phrase || !isHeeded(words, at, phrase)) {
      kept.push(words[at])
      continue
    }
    let end = phrase.end
    while (phrase) {
      out.push({ name: sayPhrase(words, phrase), looks: phrase.looks })
      end = phrase.end
      const isMore = /^(?:or|nor|或|和)$/.test(words[end]?.word)
      phrase = isMore ? readPhrase(words, end + (words[end + 1]?.word === '者' ? 2 : 1)) : undefined
    }
    end = endOf(words, at, end)
    while (/^(?:with|and|but|or|和|但|也)$/.test(kept.at(-1)?.word ?? '')) kept.pop()
    if (isEnd(kept.at(-1)?.word) && isEnd(words[end]?.word)) end++
    at = end - 1
  }
  return { kept, out }
}

/** Whether a caption shows something that shall not be there: details are drawn anew then. */
export function showsLeftOut(caption: string, out: readonly LeftOut[]): boolean {
  const bodies = findAttributes(caption)?.bodies ?? []
  const sayLook = (slot: string, value: string) => (slot === 'colour' ? nearestColour(value as Hue) : value)
  return bodies.some(body =>
    out.some(({ looks }) =>
      [...looks].every(([slot, value]) => body[slot as 'shape' | 'colour' | 'size'] === sayLook(slot, value)),
    ),
  )
}
