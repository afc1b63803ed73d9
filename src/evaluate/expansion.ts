import type { Expander, Request, RequestBody, RequestEvent } from '../words/index.ts'
import { nearestColour } from '../words/index.ts'
import { type Attributes, type BodyAttributes, parseCaption } from '../world/index.ts'
import type { AskedPrompt } from './expansionPrompts.ts'

/** What became of one thing that a prompt states. */
export interface Fate {
  /** What kind of thing it is: colour, shape, event ... */
  readonly attribute: string
  /** It is in the caption. */
  readonly survives: boolean
  /** The caption says something else in its place. */
  readonly isContradicted: boolean
}

/** What an expander did with many prompts. */
export interface ExpansionScore {
  readonly prompts: number
  /** Share of captions that the grammar reads. */
  readonly parses: number
  /** Share of stated attributes that are in the caption. */
  readonly survives: number
  /** Share of prompts in whose caption nothing stated is contradicted. */
  readonly uncontradicted: number
  /** Share of stated attributes that are not contradicted. */
  readonly attributesUncontradicted: number
  /** Shares that survive, by attribute. */
  readonly byAttribute: Readonly<Record<string, number>>
  /** Milliseconds of one expansion: the middle one and the slowest but one in a hundred. */
  readonly milliseconds: { readonly median: number; readonly slow: number }
  /** Prompts with something lost, and what was made of them. */
  readonly losses: readonly {
    readonly prompt: string
    readonly caption: string
    readonly lost: readonly string[]
  }[]
}

function judgeLook(attribute: string, asked: string | undefined, told: string | undefined): Fate[] {
  if (asked === undefined) return []
  return [{ attribute, survives: asked === told, isContradicted: told !== undefined && asked !== told }]
}

/** Whether a caption's event is what was asked for: whatever goes moves, and what stops comes to rest. */
function isSame(verb: RequestEvent['verb'], told: string): boolean {
  if (verb === 'moves') return told === 'rolls' || told === 'slides'
  return verb === told || (verb === 'rests' && told === 'stops')
}

const goes = (verb: string) => verb === 'rolls' || verb === 'slides' || verb === 'moves'

function judgeEvents({ events }: RequestBody, told: BodyAttributes | undefined): Fate[] {
  return events.flatMap(({ verb, direction, speed, times }) => {
    const same = told?.events.find(event => isSame(verb, event.verb))
    // What shall roll left and is told to slide left keeps its way, though not what it does.
    const match = same ?? (goes(verb) ? told?.events.find(event => goes(event.verb)) : undefined)
    const fates: Fate[] = [{ attribute: 'event', survives: same !== undefined, isContradicted: false }]
    const detail = (name: string, asked: unknown, found: unknown) => {
      if (asked === undefined) return
      const isOther = found !== undefined && found !== asked
      fates.push({ attribute: name, survives: found === asked, isContradicted: isOther })
    }
    detail('direction', direction, match && 'direction' in match ? match.direction : undefined)
    detail('speed', speed, match && 'speed' in match ? match.speed : undefined)
    detail('times', times, match && 'times' in match ? match.times : undefined)
    return fates
  })
}

function judgeBody(asked: RequestBody, told: BodyAttributes | undefined): Fate[] {
  const shape = asked.shape === 'any' || asked.shape === 'other' ? undefined : asked.shape
  return [
    ...judgeLook('colour', asked.colour && nearestColour(asked.colour), told?.colour),
    ...judgeLook('shape', shape, told?.shape),
    ...judgeLook('size', asked.size, told?.size),
    ...judgeLook('material', asked.material, told?.material),
    ...judgeEvents(asked, told),
  ]
}

/** All orders of the numbers from 0 to n - 1. */
function permutations(n: number): number[][] {
  if (n === 0) return [[]]
  return permutations(n - 1).flatMap(order =>
    Array.from({ length: n }, (_, at) => [...order.slice(0, at), n - 1, ...order.slice(at)]),
  )
}

/** What became of everything that a request states; bodies are matched as they fit best. */
function judgeExpansion(request: Request, told: Attributes): Fate[] {
  const count = Math.max(request.bodies.length, told.bodies.length)
  const survivors = (fates: readonly Fate[]) => fates.filter(({ survives }) => survives).length
  let best: Fate[] = []
  for (const order of permutations(Math.min(4, count))) {
    const fates = request.bodies.flatMap((body, i) => judgeBody(body, told.bodies[order[i]]))
    if (best.length === 0 || survivors(fates) > survivors(best)) best = fates
  }
  const { floor, light, sky, camera } = request
  return [
    ...best,
    ...judgeLook('floor', floor, told.floor),
    ...judgeLook('light', light, told.light),
    ...judgeLook('sky', sky, told.sky),
    ...judgeLook('camera', camera?.move, told.camera?.move),
  ]
}

const share = (part: number, of: number) => (of === 0 ? 1 : part / of)

/** Expands prompts one after another, and judges what became of all that they state. */
export async function scoreExpander(
  expander: Pick<Expander, 'expand'>,
  asked: readonly AskedPrompt[],
): Promise<ExpansionScore> {
  const times: number[] = []
  const losses: ExpansionScore['losses'][number][] = []
  const all: Fate[] = []
  let [parses, clean] = [0, 0]
  for (const [seed, { prompt, request }] of asked.entries()) {
    const started = performance.now()
    const { caption } = await expander.expand(prompt, { seed })
    times.push(performance.now() - started)
    let told: Attributes = { bodies: [] }
    try {
      told = parseCaption(caption)
      parses++
    } catch {}
    const fates = judgeExpansion(request, told)
    all.push(...fates)
    if (!fates.some(({ isContradicted }) => isContradicted)) clean++
    const lost = fates.filter(({ survives }) => !survives).map(({ attribute }) => attribute)
    if (lost.length > 0) losses.push({ prompt, caption, lost })
  }
  times.sort((a, b) => a - b)
  const names = [...new Set(all.map(({ attribute }) => attribute))]
  const survived = (fates: readonly Fate[]) =>
    share(fates.filter(({ survives }) => survives).length, fates.length)
  return {
    prompts: asked.length,
    parses: share(parses, asked.length),
    survives: survived(all),
    uncontradicted: share(clean, asked.length),
    attributesUncontradicted: share(all.filter(({ isContradicted }) => !isContradicted).length, all.length),
    byAttribute: Object.fromEntries(
      names.map(name => [name, survived(all.filter(({ attribute }) => attribute === name))]),
    ),
    milliseconds: { median: times[times.length >> 1], slow: times[Math.floor(times.length * 0.99)] },
    losses,
  }
}
