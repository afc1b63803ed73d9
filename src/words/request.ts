import type { Attributes, Event, ShapeName, Size } from '../world/index.ts'
import { floors, lights, type Material, skies } from '../world/index.ts'
import { type Hue, hues } from './hue.ts'

// What a prompt asks for, and the small language in which the expander writes it down: for each body its colour,
// size, material, shape and events, then the scene. What the prompt does not say is left out.

/** A shape of the worlds, one that is not said, or a thing that the worlds do not have. */
export type RequestShape = ShapeName | 'any' | 'other'

/** Something a body shall do; `moves` says no more than that. `other` and `beside` are numbers of bodies from 0. */
export interface RequestEvent {
  readonly verb: Event['verb'] | 'moves'
  readonly direction?: 'left' | 'right' | 'towards' | 'away'
  readonly speed?: 'slowly' | 'quickly'
  readonly times?: number
  readonly other?: number
  readonly beside?: number
}

/** A body as a prompt asks for it. */
export interface RequestBody {
  readonly colour?: Hue
  readonly size?: Size
  readonly material?: Material
  readonly shape: RequestShape
  readonly events: readonly RequestEvent[]
}

/** All that a prompt asks for. */
export interface Request {
  readonly bodies: readonly RequestBody[]
  readonly floor?: Attributes['floor']
  readonly light?: Attributes['light']
  readonly sky?: Attributes['sky']
  readonly camera?: Attributes['camera']
}

const verbs = [
  ...([
    'rests',
    'rolls',
    'slides',
    'moves',
    'pushed',
    'bounces',
    'hits',
    'passes',
    'hides',
    'drops',
  ] as const),
  ...(['topples', 'spins', 'stops', 'splashes', 'enters', 'leaves'] as const),
]

/** Camera moves as one word each. */
const cameraWords = [
  'still',
  'orbit',
  'orbit left',
  'orbit right',
  'pan',
  'pan left',
  'pan right',
  'dolly in',
  'dolly out',
] as const

/** The slots of a request in the order in which they are written; of each at most one value. */
const slots = {
  body: ['body'],
  colour: hues,
  size: ['large', 'small'],
  material: ['matte', 'metal', 'glass'],
  shape: ['ball', 'cube', 'cylinder', 'cone', 'any', 'other'],
  verb: verbs,
  way: ['left', 'right', 'towards', 'away'],
  speed: ['slowly', 'quickly'],
  times: ['1', '2', '3', '4'],
  other: ['0', '1', '2', '3'],
  beside: ['0', '1', '2', '3'],
  scene: ['scene'],
  floor: floors,
  light: lights,
  sky: skies,
  camera: cameraWords,
  end: ['end'],
} as const

type Slot = keyof typeof slots
const order = Object.keys(slots) as Slot[]

interface SlotToken {
  readonly slot: Slot
  readonly value: string
}

const begin = 'begin'
const tokens: readonly SlotToken[] = order.flatMap(slot => slots[slot].map(value => ({ slot, value })))

/** The tokens of requests by name, such as `colour:red`; number 0 begins every one. */
export const requestTokens: readonly string[] = [
  begin,
  ...tokens.map(({ slot, value }) => `${slot}:${value}`),
]

const numbers = new Map(requestTokens.map((name, i) => [name, i]))
const tokenAt = (id: number): SlotToken => tokens[id - 1]
const ofSlot = (slot: Slot): number[] => slots[slot].map(value => numbers.get(`${slot}:${value}`)!)

/** The token that ends every request. */
export const REQUEST_END = numbers.get('end:end')!
const MOST_BODIES = 4
const MOST_EVENTS = 5
/** Tokens of the longest request that is written. */
export const MOST_REQUEST_TOKENS = 44

/** Slots that may follow a slot. */
function slotsAfter(slot: Slot): readonly Slot[] {
  const at = order.indexOf(slot)
  if (at < order.indexOf('shape')) return order.slice(at + 1, order.indexOf('shape') + 1)
  if (at < order.indexOf('scene')) {
    // `shape` and every part of an event: more of this event, the next one, the next body or the scene.
    const parts = slot === 'shape' ? [] : order.slice(at + 1, order.indexOf('scene'))
    return [...parts, 'verb', 'body', 'scene']
  }
  return order.slice(at + 1)
}

const following = new Map(order.map(slot => [slot, [...new Set(slotsAfter(slot))].flatMap(ofSlot)]))

/** Which tokens may follow those written so far (without the first, `begin`). */
export function allowedTokens(written: readonly number[]): readonly number[] {
  if (written.length === 0) return ofSlot('body')
  const last = tokenAt(written[written.length - 1])
  const choice = following.get(last.slot)!
  const bodies = written.filter(id => tokenAt(id).slot === 'body').length
  const own = written.slice(written.lastIndexOf(ofSlot('body')[0]))
  const events = own.filter(id => tokenAt(id).slot === 'verb').length
  // Room for a body in full, and for the scene.
  const isLong = written.length > MOST_REQUEST_TOKENS - 14
  return choice.filter(id => {
    const { slot } = tokenAt(id)
    if (slot === 'body') return bodies < MOST_BODIES && !isLong
    return slot !== 'verb' || (events < MOST_EVENTS && !isLong)
  })
}

const cameraWord = ({ move, direction }: NonNullable<Attributes['camera']>) =>
  direction ? `${move} ${direction}` : move

/** Writes a request as tokens, `end` last. */
export function encodeRequest({ bodies, floor, light, sky, camera }: Request): number[] {
  const ids: number[] = []
  const say = (slot: Slot, value: string | number | undefined) => {
    if (value !== undefined) ids.push(numbers.get(`${slot}:${value}`)!)
  }
  for (const { colour, size, material, shape, events } of bodies) {
    say('body', 'body')
    say('colour', colour)
    say('size', size)
    say('material', material)
    say('shape', shape)
    for (const event of events) {
      say('verb', event.verb)
      say('way', event.direction)
      say('speed', event.speed)
      say('times', event.times)
      say('other', event.other)
      say('beside', event.beside)
    }
  }
  say('scene', 'scene')
  say('floor', floor)
  say('light', light)
  say('sky', sky)
  say('camera', camera && cameraWord(camera))
  say('end', 'end')
  return ids
}

type Draft = { -readonly [K in keyof RequestBody]: RequestBody[K] } & { events: Record<string, unknown>[] }

/** Reads tokens back; mentions of bodies that are not there, or of a body by itself, are left out. */
export function decodeRequest(ids: readonly number[]): Request {
  const bodies: Draft[] = []
  const scene: Record<string, unknown> = {}
  for (const { slot, value } of ids.map(tokenAt)) {
    const body = bodies.at(-1)
    const event = body?.events.at(-1)
    if (slot === 'body') bodies.push({ shape: 'any', events: [] })
    else if (slot === 'colour' || slot === 'size' || slot === 'material' || slot === 'shape')
      Object.assign(body ?? {}, { [slot]: value })
    else if (slot === 'verb') body?.events.push({ verb: value })
    else if (slot === 'way') Object.assign(event ?? {}, { direction: value })
    else if (slot === 'speed') Object.assign(event ?? {}, { speed: value })
    else if (slot === 'times' || slot === 'other' || slot === 'beside')
      Object.assign(event ?? {}, { [slot]: Number(value) })
    else if (slot === 'camera') {
      const [move, direction] = value.split(' ')
      scene.camera = { move, ...(direction && { direction }) }
    } else if (slot !== 'scene' && slot !== 'end') scene[slot] = value
  }
  const isThere = (other: unknown, self: number) =>
    typeof other === 'number' && other < bodies.length && other !== self
  const checked = bodies.map((body, self) => ({
    ...body,
    events: body.events.map(({ other, beside, ...event }) => ({
      ...event,
      ...(isThere(other, self) && { other }),
      ...(isThere(beside, self) && { beside }),
    })) as unknown as RequestEvent[],
  }))
  return { bodies: checked, ...scene }
}
