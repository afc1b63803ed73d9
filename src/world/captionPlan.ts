import type { Random } from '../array/index.ts'
import { type Attributes, type BodyAttributes, type Event, othersOf } from './attributes.ts'

// What lies between attributes and words: a plan says which clause mentions which body, and how. `planCaption`
// and `resolvePlan` undo one another; the grammar tells a plan in words and reads it back.

type Looks = Partial<Pick<BodyAttributes, 'colour' | 'shape' | 'size' | 'material'>>

/** A body as it is mentioned: new (`a`, `another`), or known (`the`), if need be by its number among those that look so. */
export interface Mention extends Looks {
  readonly article: 'a' | 'another' | 'the'
  readonly ordinal?: number
}

/** An event with mentions in place of numbers; `behind` and `leaves` are events of their own told in the same breath. */
export interface PlannedEvent {
  readonly verb: Event['verb']
  readonly direction?: string
  readonly speed?: string
  readonly times?: number
  readonly other?: Mention
  readonly beside?: Mention
  readonly behind?: Mention
  readonly leaves?: 'yes'
  readonly place?: Setting
}

/** One of the things around the bodies. */
export type Setting = Partial<Pick<Attributes, 'floor' | 'light' | 'sky'>>

/** A body and its events; `which` are events of the body mentioned last; `neighbour` rests beside the subject. */
export interface Clause {
  readonly subject: Mention
  readonly events?: readonly PlannedEvent[]
  readonly which?: readonly PlannedEvent[]
  readonly neighbour?: Mention
}

/** A caption before it has words. */
export interface Plan {
  readonly front?: readonly Setting[]
  /** None when there is nothing to be seen. */
  readonly clauses?: readonly Clause[]
  readonly back?: readonly Setting[]
  readonly lead?: Attributes['camera']
  readonly camera?: Attributes['camera']
}

const looksOf = ({ size, colour, material, shape }: Looks): Looks => ({
  ...(size && { size }),
  ...(colour && { colour }),
  ...(material && { material }),
  ...(shape && { shape }),
})

/** Whether a body has all the looks that are named. */
function fits(body: Looks, named: Looks): boolean {
  return (['size', 'colour', 'material', 'shape'] as const).every(
    look => named[look] === undefined || named[look] === body[look],
  )
}

/** Keeps which bodies a caption has mentioned, in order, and mentions them. */
function createMentions(bodies: readonly BodyAttributes[], random: Random) {
  let count = 0
  const introduce = (body: number): Mention => {
    if (body !== count) {
      throw new RangeError(
        `bodies must be in the order of mention (see orderBodies): ${body} comes before ${count}`,
      )
    }
    const looks = looksOf(bodies[body])
    const known = bodies.slice(0, count++).some(other => {
      return JSON.stringify(looksOf(other)) === JSON.stringify(looks)
    })
    return { article: known ? 'another' : 'a', ...looks }
  }
  const refer = (body: number): Mention => {
    const { shape, colour, size, material } = bodies[body]
    const known = bodies.slice(0, count)
    const short = [
      { shape, colour },
      { shape, colour, size },
      { shape, colour, material },
      { shape, colour, size, material },
    ]
    const ways: Looks[] = random.uniform() < 0.25 ? [{ shape }, ...short] : short
    const unique = ways.find(way => known.filter(other => fits(other, way)).length === 1)
    if (unique) return { article: 'the', ...looksOf(unique) }
    const alike = known.flatMap((other, i) => (fits(other, { shape, colour }) ? [i] : []))
    return { article: 'the', ordinal: alike.indexOf(body) + 1, shape, colour }
  }
  return {
    isKnown: (body: number) => body < count,
    mention: (body: number) => (body < count ? refer(body) : introduce(body)),
  }
}

type Mentions = ReturnType<typeof createMentions>

/** Plans the events of one body; a way that leads behind a body or out of view is often told in one breath. */
function planEvents(events: readonly Event[], mentions: Mentions, random: Random): PlannedEvent[] {
  const planned: PlannedEvent[] = []
  for (let i = 0; i < events.length; i++) {
    const event = events[i]
    const next = events[i + 1]
    if ('other' in event) planned.push({ ...event, other: mentions.mention(event.other) })
    else if (event.verb === 'rests') {
      const { verb, beside } = event
      planned.push({ verb, ...(beside === undefined ? {} : { beside: mentions.mention(beside) }) })
    } else {
      const goes = event.verb === 'rolls' || event.verb === 'slides'
      const merges = goes && (next?.verb === 'passes' || next?.verb === 'leaves') && random.uniform() < 0.6
      if (merges) i++
      const also = !merges
        ? {}
        : next.verb === 'passes'
          ? { behind: mentions.mention(next.other) }
          : { leaves: 'yes' as const }
      planned.push({ ...event, ...also })
    }
  }
  return planned
}

/** The body that a clause introduced last, if its last event did. */
function lastMentioned(events: readonly Event[]): number | undefined {
  const last = events.at(-1)
  return last && 'other' in last ? last.other : undefined
}

function planClauses(bodies: readonly BodyAttributes[], random: Random): Clause[] {
  const mentions = createMentions(bodies, random)
  const told = new Set<number>()
  const clauses: Clause[] = []
  bodies.forEach(({ events }, body) => {
    if (told.has(body) || (mentions.isKnown(body) && events.length === 0)) return
    told.add(body)
    const last = lastMentioned(events)
    const isNew = last !== undefined && !mentions.isKnown(last)
    const clause = {
      subject: mentions.mention(body),
      ...(events.length > 0 && { events: planEvents(events, mentions, random) }),
    }
    const next = bodies[body + 1]
    const side = next?.events[0]
    if (isNew && tellsKnown(bodies[last].events, mentions) && random.uniform() < 0.7) {
      told.add(last)
      clauses.push({ ...clause, which: planEvents(bodies[last].events, mentions, random) })
    } else if (
      side?.verb === 'rests' &&
      side.beside === body &&
      next.events.length === 1 &&
      !mentions.isKnown(body + 1) &&
      random.uniform() < 0.7
    ) {
      told.add(body + 1)
      clauses.push({ ...clause, neighbour: mentions.mention(body + 1) })
    } else clauses.push(clause)
  })
  return clauses
}

/** Whether there are events, and all bodies that they name have been mentioned. */
function tellsKnown(events: readonly Event[], mentions: Mentions): boolean {
  return events.length > 0 && events.every(event => othersOf(event).every(mentions.isKnown))
}

/** Puts the floor into the middle of the first clause, where there is a middle. */
function placeFloor(clauses: readonly Clause[], floor: Attributes['floor']): Clause[] | undefined {
  const [first, ...rest] = clauses
  if (!first?.events || first.events.length < 2 || 'other' in first.events[0] || 'beside' in first.events[0])
    return undefined
  if (first.events[0].behind || first.events[0].leaves) return undefined
  return [{ ...first, events: [{ ...first.events[0], place: { floor } }, ...first.events.slice(1)] }, ...rest]
}

/** A list in another order, drawn from what is left one by one: captions of a seed depend on it. */
function mix<T>(items: readonly T[], random: Random): T[] {
  const left = [...items]
  return items.map(() => left.splice(random.integer(left.length), 1)[0])
}

/** Draws how attributes are told: in which clauses, and what comes before and after them. */
export function planCaption({ bodies, floor, light, sky, camera }: Attributes, random: Random): Plan {
  let clauses = planClauses(bodies, random)
  const settings: Setting[] = [
    ...(floor ? [{ floor }] : []),
    ...(light ? [{ light }] : []),
    ...(sky ? [{ sky }] : []),
  ]
  const middle = floor && random.uniform() < 0.15 ? placeFloor(clauses, floor) : undefined
  if (middle) clauses = middle
  const rest = settings.filter(setting => !(middle && setting.floor))
  const mixed = random.uniform() < 0.5 ? rest : mix(rest, random)
  const leads = camera && clauses.length > 0 && random.uniform() < 0.25
  const frontCount = leads || random.uniform() < 0.6 ? 0 : random.integer(mixed.length + 1)
  const [front, back] = [mixed.slice(0, frontCount), mixed.slice(frontCount)]
  return {
    ...(clauses.length > 0 && { clauses }),
    ...(front.length > 0 && { front }),
    ...(back.length > 0 && { back }),
    ...(camera && (leads ? { lead: camera } : { camera })),
  }
}

interface Told extends BodyAttributes {
  events: Event[]
}

/** Finds or makes the body that a mention means. */
function findBody(bodies: Told[], { article, ordinal, ...looks }: Mention): number {
  const alike = bodies.flatMap((body, i) => (fits(body, looks) ? [i] : []))
  const name = `the ${[looks.size, looks.colour, looks.material, looks.shape].filter(Boolean).join(' ')}`
  if (article === 'the' && ordinal !== undefined) {
    if (ordinal > alike.length)
      throw new SyntaxError(`not a caption of this world: there is no number ${ordinal} of "${name}"`)
    return alike[ordinal - 1]
  }
  if (article === 'the' && alike.length === 1) return alike[0]
  if (article === 'the' && alike.length > 1) {
    throw new SyntaxError(`not a caption of this world: "${name}" may be one of ${alike.length} bodies`)
  }
  const { colour, shape } = looks
  if (!colour || !shape)
    throw new SyntaxError(`not a caption of this world: "${name}" was not mentioned before`)
  bodies.push({ ...looks, colour, shape, events: [] })
  return bodies.length - 1
}

/** Reads the events of one body; returns the body mentioned last. */
function resolveEvents(
  bodies: Told[],
  body: number,
  events: readonly PlannedEvent[],
  settings: Setting[],
): number {
  let last = body
  const find = (mention: Mention) => {
    last = findBody(bodies, mention)
    return last
  }
  for (const { other, beside, behind, leaves, place, ...event } of events) {
    if (place) settings.push(place)
    bodies[body].events.push({
      ...event,
      ...(other && { other: find(other) }),
      ...(beside && { beside: find(beside) }),
    } as Event)
    if (behind) bodies[body].events.push({ verb: 'passes', other: find(behind) })
    if (leaves) bodies[body].events.push({ verb: 'leaves' })
  }
  return last
}

/**
 * Reads a plan back.
 * @throws SyntaxError when a mention means no body or several, or a thing is told twice
 */
export function resolvePlan({ front = [], clauses = [], back = [], lead, camera }: Plan): Attributes {
  const bodies: Told[] = []
  const settings = [...front, ...back]
  for (const { subject, events = [], which, neighbour } of clauses) {
    const body = findBody(bodies, subject)
    const last = resolveEvents(bodies, body, events, settings)
    if (which) resolveEvents(bodies, last, which, settings)
    if (neighbour) bodies[findBody(bodies, neighbour)].events.push({ verb: 'rests', beside: body })
  }
  const keys = settings.flatMap(setting => Object.keys(setting))
  const twice = keys.find((key, i) => keys.indexOf(key) < i)
  if (twice) throw new SyntaxError(`not a caption of this world: the ${twice} is told twice`)
  return { bodies, ...Object.assign({}, ...settings), ...((lead ?? camera) && { camera: lead ?? camera }) }
}
