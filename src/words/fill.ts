import { createRandom, type Random } from '../array/index.ts'
import {
  type Attributes,
  type BodyAttributes,
  type Colour,
  colours,
  curricula,
  type Event,
  type ShapeName,
} from '../world/index.ts'
import { nearestColour } from './hue.ts'
import type { Request, RequestBody, RequestEvent, Slot } from './request.ts'

// From what a prompt asks for to all that a detailed caption tells: what is not said is drawn by the seed, as the
// curriculum of the bundled model (`second`) draws it and as things go on in its films.

const second = curricula.second

/** How often bodies are of what, where nothing is said: of glass seldom, which the bundled model tears most often. */
const materials = { matte: 6, metal: 3, glass: 1 } as const

/** Draws a key by its weight. */
function weigh<T extends string>(random: Random, weights: Readonly<Partial<Record<T, number>>>): T {
  const rows = Object.entries(weights) as [T, number][]
  let at = random.uniform() * rows.reduce((sum, [, weight]) => sum + weight, 0)
  return (rows.find(([, weight]) => (at -= weight) < 0) ?? rows[0])[0]
}

/** How often something bounces before it rests, as in films of the curriculum. */
const bounces = { 1: 30, 2: 40, 3: 20, 4: 10 } as const

const goes = ({ verb }: RequestEvent) => verb === 'rolls' || verb === 'slides' || verb === 'moves'

/** Whether the prompt seems to say something of a slot that was not understood: nothing is invented there. */
type IsOpen = (slot: Slot) => boolean

/** A field, if it has a value. */
const given = <Key extends string, Value>(key: Key, value: Value | undefined) =>
  (value === undefined ? {} : { [key]: value }) as { readonly [K in Key]?: Value }

type Draft = { -readonly [K in keyof BodyAttributes]: BodyAttributes[K] } & { events: Event[] }

const sideways = (random: Random): 'left' | 'right' => (random.uniform() < 0.5 ? 'left' : 'right')

/** Looks that are not said; colours that no body has yet, since captions tell bodies apart by them. */
function fillLooks(
  random: Random,
  { colour, size, material, shape }: RequestBody,
  taken: Set<string>,
  isOpen: IsOpen,
): Draft {
  const free = (Object.keys(colours) as Colour[]).filter(name => !taken.has(name))
  const drawn = free[random.integer(free.length)]
  const known = colour && nearestColour(colour)
  const shapes: readonly ShapeName[] = ['ball', 'cube', 'cylinder', 'cone']
  return {
    colour: known ?? drawn,
    shape: shape === 'any' || shape === 'other' ? shapes[random.integer(4)] : shape,
    ...given('size', size ?? (isOpen('size') ? undefined : weigh(random, second.sizes))),
    ...given('material', material ?? (isOpen('material') ? undefined : weigh(random, materials))),
    events: [],
  }
}

/** What a body does when nothing is said. */
function drawEvents(random: Random, shape: ShapeName, isFirst: boolean): RequestEvent[] {
  if (!isFirst) return [{ verb: 'rests' }]
  const kind = random.uniform()
  if (kind < 0.5) return [{ verb: 'moves' }]
  return kind < 0.85 ? [{ verb: shape === 'ball' && kind < 0.6 ? 'moves' : 'drops' }] : [{ verb: 'rests' }]
}

/** A way: by itself rolling for balls, sliding for the rest, with a direction. */
function goesOn(random: Random, event: Partial<RequestEvent>, shape: ShapeName, isOpen: IsOpen): Event {
  const verb =
    event.verb === 'rolls' || event.verb === 'slides' ? event.verb : shape === 'ball' ? 'rolls' : 'slides'
  const drawn = { direction: sideways(random), pace: random.uniform(), kind: random.uniform() }
  const direction = event.direction ?? (isOpen('way') ? undefined : drawn.direction)
  const pace = drawn.kind < 0.4 ? 'slowly' : 'quickly'
  const speed = event.speed ?? (isOpen('speed') || drawn.pace >= 0.25 ? undefined : pace)
  return { verb, ...given('direction', direction), ...given('speed', speed) }
}

/** The events of one body in full: what must come before them, and how they go on. */
function fillEvents(
  random: Random,
  asked: readonly RequestEvent[],
  shape: ShapeName,
  isWet: boolean,
  isOpen: IsOpen,
): Event[] {
  const events: Event[] = []
  const has = (verb: Event['verb']) => events.some(event => event.verb === verb)
  const willBounce = asked.some(({ verb }) => verb === 'bounces')
  const needsWay = (verb: string) => ['hits', 'passes', 'hides', 'leaves', 'stops'].includes(verb)
  for (const event of asked) {
    const { verb } = event
    const isMoving = events.some(({ verb: before }) =>
      ['rolls', 'slides', 'pushed', 'enters'].includes(before),
    )
    if (needsWay(verb) && !isMoving && !asked.some(goes) && events.length === 0) {
      events.push(goesOn(random, {}, shape, isOpen))
    }
    if (goes(event)) events.push(goesOn(random, event, shape, isOpen))
    else if (verb === 'pushed') {
      const direction = event.direction ?? (isOpen('way') ? undefined : sideways(random))
      events.push({ verb, ...given('direction', direction) })
    } else if (verb === 'bounces') {
      if (!has('drops')) events.push({ verb: 'drops' })
      events.push({ verb, times: event.times ?? Number(weigh(random, bounces)) })
    } else if (verb === 'rests') {
      // At the end of a way to stand still is to stop.
      if (events.length === 0)
        events.push({ verb, ...(event.beside !== undefined && { beside: event.beside }) })
      else if (!has('stops')) events.push({ verb: 'stops' })
    } else if (verb === 'hits' || verb === 'passes' || verb === 'hides') {
      if (event.other !== undefined) events.push({ verb, other: event.other })
    } else if (verb !== 'moves' && verb !== 'rolls' && verb !== 'slides') events.push({ verb })
    if (verb === 'drops' && isWet && random.uniform() < 0.5 && !asked.some(next => next.verb === 'splashes'))
      events.push({ verb: 'splashes' })
    if (verb === 'drops' && !willBounce)
      events.push({ verb: 'bounces', times: Number(weigh(random, bounces)) })
  }
  const [last] = events.slice(-1)
  if (last?.verb === 'slides' && asked.length === 1) events.push({ verb: 'stops' })
  return events
}

/** Bodies that are named but not there: something must be hit, something must hide what passes. */
function addMissing(bodies: readonly RequestBody[]): RequestBody[] {
  const all = [...bodies]
  return bodies
    .map((body, self): RequestBody => {
      const events = body.events.map((event): RequestEvent => {
        if (!['hits', 'passes', 'hides'].includes(event.verb) || event.other !== undefined) return event
        const other = all.findIndex((_, i) => i !== self)
        if (other >= 0) return { ...event, other }
        all.push({ shape: event.verb === 'hits' ? 'any' : 'cube', events: [] })
        return { ...event, other: all.length - 1 }
      })
      return { ...body, events }
    })
    .concat(all.slice(bodies.length))
}

/** A body that is hit and does nothing else is pushed on, or stands firm. */
function pushHit(random: Random, bodies: readonly Draft[], asked: readonly RequestBody[]): void {
  for (const { events } of bodies) {
    const hit = events.find(event => event.verb === 'hits')
    const target = hit && 'other' in hit ? bodies[hit.other] : undefined
    const way = events.find(event => 'direction' in event && event.direction)
    if (!target || asked[bodies.indexOf(target)].events.length > 0) continue
    const direction = way && 'direction' in way ? way.direction : sideways(random)
    target.events = random.uniform() < 0.7 ? [{ verb: 'pushed', direction }] : [{ verb: 'rests' }]
  }
}

/**
 * Fills in what a request leaves open, by the seed; what it says stays, in the nearest way that the worlds can show.
 * Bodies are in the order of the request.
 */
export function fillRequest(request: Request, seed: number): Attributes {
  const random = createRandom(seed ^ 0xf111)
  const isOpen: IsOpen = slot => request.open?.includes(slot) ?? false
  const asked = addMissing(request.bodies.length > 0 ? request.bodies : [{ shape: 'any', events: [] }])
  const splashes = asked.some(({ events }) => events.some(({ verb }) => verb === 'splashes'))
  const drawn = splashes ? 'water' : weigh(random, second.floors)
  const floor = request.floor ?? (isOpen('floor') ? undefined : drawn)
  const taken = new Set<string>(asked.flatMap(({ colour }) => (colour ? [nearestColour(colour)] : [])))
  const bodies = asked.map(body => {
    const draft = fillLooks(random, body, taken, isOpen)
    taken.add(draft.colour)
    return draft
  })
  for (const [i, draft] of bodies.entries()) {
    const { events } = asked[i]
    const wanted = events.length > 0 ? events : drawEvents(random, draft.shape, i === 0)
    draft.events = fillEvents(random, wanted, draft.shape, floor === 'water', isOpen)
  }
  pushHit(random, bodies, asked)
  const light = weigh(random, second.lights)
  const sky = random.uniform() < 0.5 ? 'clear' : 'cloudy'
  return {
    bodies,
    ...given('floor', floor),
    ...given('light', request.light ?? (isOpen('light') ? undefined : light)),
    ...given('sky', request.sky ?? (isOpen('sky') ? undefined : sky)),
    ...given('camera', request.camera ?? (isOpen('camera') ? undefined : ({ move: 'still' } as const))),
  }
}
