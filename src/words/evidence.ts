import { concepts } from './concepts.ts'
import type { PromptWord } from './reader.ts'
import { allowedTokens, requestTokens } from './request.ts'

// What the words of a prompt leave open to the model. The grammar of requests says what can be written; the lexicon
// says which values a prompt speaks of at all. The model chooses among what both allow: which value belongs to which
// body, and what the words mean that the lexicon does not know.

/** Slots of which a prompt's words are evidence, and the concept's name in front of the colon. */
const slotsOf = {
  colour: 'colour',
  size: 'size',
  material: 'material',
  shape: 'shape',
  way: 'way',
  speed: 'speed',
  times: 'number',
  floor: 'floor',
  light: 'light',
  sky: 'sky',
} as const
type Slot = keyof typeof slotsOf
const slotNames = Object.keys(slotsOf) as Slot[]

/** Values that words stand for: surely, and perhaps. */
interface Values {
  readonly sure: ReadonlySet<string>
  readonly some: ReadonlySet<string>
}

type Evidence = Readonly<Record<Slot, Values>> & { readonly hasCamera: boolean; readonly hasThings: boolean }

const things = new Set(['a', 'p', 'l', 'f', 'b', 't', 'n'])

/** Gathers what the words are evidence of. */
function gather(words: readonly PromptWord[]): Evidence {
  const found = words.flatMap(({ hints, concept }) => [
    ...hints.map(code => ({ name: concepts[Math.floor((code - 1) / 2)], isSure: code % 2 === 0 })),
    ...(concept ? [{ name: concept, isSure: true }] : []),
  ])
  const valuesOf = (prefix: string, isSure: boolean) =>
    new Set(
      found.flatMap(({ name, isSure: sure }) => {
        return name.startsWith(`${prefix}:`) && (sure || !isSure) ? [name.slice(prefix.length + 1)] : []
      }),
    )
  const rows = slotNames.map(slot => {
    return [slot, { sure: valuesOf(slotsOf[slot], true), some: valuesOf(slotsOf[slot], false) }] as const
  })
  return {
    ...(Object.fromEntries(rows) as unknown as Record<Slot, Values>),
    hasCamera: words.some(({ word }) => /^(?:camera|镜头|镜|shot|lens)/.test(word)),
    hasThings: words.some(({ kind, hints }) => kind !== undefined && things.has(kind) && hints.length === 0),
  }
}

const split = (id: number) => {
  const [slot, value] = requestTokens[id].split(':')
  return { slot, value }
}

/** What has been written of the last body, and of all. */
function review(written: readonly number[]) {
  const told = written.map(split)
  const used = (slot: string) => new Set(told.filter(token => token.slot === slot).map(({ value }) => value))
  const start = told.findLastIndex(({ slot }) => slot === 'body')
  const body = told.slice(start)
  const event = body.slice(body.findLastIndex(({ slot }) => slot === 'verb'))
  return {
    used,
    body,
    event,
    isScene: told.some(({ slot }) => slot === 'scene'),
    last: told[told.length - 1],
  }
}

type Review = ReturnType<typeof review>
const minus = (all: ReadonlySet<string>, gone: ReadonlySet<string>) =>
  [...all].filter(value => !gone.has(value))

/** Whether a value may stand in a slot: one that words speak of, when any word surely speaks of the slot. */
function isSpokenOf(evidence: Evidence, slot: string, value: string): boolean {
  const values = evidence[slot as Slot]
  if (!values || values.sure.size === 0) return true
  // A thing without hints may be a word for a shape that the lexicon does not know.
  if (slot === 'shape' && (value === 'any' || evidence.hasThings)) return true
  return values.some.has(value)
}

const looks = ['colour', 'size', 'material'] as const
const going = new Set(['rolls', 'slides', 'moves', 'pushed'])

/** The look that must be told next, because a word says so and no later body is left that it could belong to. */
function owedLook(evidence: Evidence, { used, body }: Review): { slot: Slot; values: string[] } | undefined {
  if (body.some(({ slot }) => slot === 'shape')) return undefined
  const shapesLeft = minus(evidence.shape.sure, used('shape')).length
  const at = Math.max(-1, ...body.map(({ slot }) => looks.indexOf(slot as (typeof looks)[number])))
  for (const slot of looks.slice(at + 1)) {
    const values = minus(evidence[slot].sure, used(slot))
    if (values.length > 0 && (shapesLeft <= 1 || values.length >= shapesLeft) && !evidence.hasThings) {
      return { slot, values }
    }
  }
  return undefined
}

/** The way or the pace that must be told next: the words have it, and something goes. */
function owedDetail(
  evidence: Evidence,
  { used, event, last }: Review,
): { slot: Slot; values: string[] } | undefined {
  if (event[0]?.slot !== 'verb' || !going.has(event[0].value)) return undefined
  for (const slot of ['way', 'speed'] as const) {
    const values = minus(evidence[slot].sure, used(slot))
    const isOpen = last.slot === 'verb' || (slot === 'speed' && last.slot === 'way')
    if (values.length > 0 && isOpen) return { slot, values }
  }
  return undefined
}

/** The part of the scene that must be told next. */
function owedScene(
  evidence: Evidence,
  { used, isScene }: Review,
): { slot: string; values?: string[] } | undefined {
  if (!isScene) return undefined
  for (const slot of ['floor', 'light', 'sky'] as const) {
    if (evidence[slot].sure.size > 0 && used(slot).size === 0)
      return { slot, values: [...evidence[slot].sure] }
  }
  return evidence.hasCamera && used('camera').size === 0 ? { slot: 'camera' } : undefined
}

/**
 * Which tokens of a request may come next, given the words of the prompt: what surely is said must be written, and
 * what is not said is not.
 */
export function allowByEvidence(
  words: readonly PromptWord[],
): (written: readonly number[]) => readonly number[] {
  const evidence = gather(words)
  return written => {
    const grammatical = allowedTokens(written)
    if (written.length === 0) return grammatical
    const reviewed = review(written)
    const owed =
      owedLook(evidence, reviewed) ?? owedDetail(evidence, reviewed) ?? owedScene(evidence, reviewed)
    const isOwed = (id: number) => {
      const { slot, value } = split(id)
      return slot === owed?.slot && (!owed.values || owed.values.includes(value))
    }
    const must = owed ? grammatical.filter(isOwed) : []
    if (must.length > 0) return must
    const shapesLeft = minus(evidence.shape.sure, reviewed.used('shape'))
    const may = grammatical.filter(id => {
      const { slot, value } = split(id)
      // Every shape that is named is somebody.
      if (
        slot === 'scene' &&
        shapesLeft.length > 0 &&
        grammatical.some(other => split(other).slot === 'body')
      )
        return false
      if (slot === 'shape' && shapesLeft.length > 0 && reviewed.used('shape').has(value)) return false
      return isSpokenOf(evidence, slot, value)
    })
    return may.length > 0 ? may : grammatical
  }
}
