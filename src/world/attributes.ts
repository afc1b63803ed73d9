import type { CameraMove, Colour, Floor, Light, Material, ShapeName, Size, Sky } from './scene.ts'

/** Where something goes, as the camera sees it at that time. */
export type Direction = 'left' | 'right' | 'towards' | 'away'
/** How it goes there. */
export type Speed = 'slowly' | 'quickly'

/** Something a body does. `other` and `beside` are numbers of bodies in `Attributes.bodies`, counted from 0. */
export type Event =
  /** Does nothing in the whole film; `beside` another body, as the first frame shows it. */
  | { readonly verb: 'rests'; readonly beside?: number }
  | { readonly verb: 'rolls' | 'slides'; readonly direction?: Direction; readonly speed?: Speed }
  /** Is set in motion by a body that hits it. */
  | { readonly verb: 'pushed'; readonly direction?: Direction }
  /** `times`: 1 to 3, or 4 for four and more. */
  | { readonly verb: 'bounces'; readonly times?: number }
  /** Touches a body, and one of the two changes its way. */
  | { readonly verb: 'hits'; readonly other: number }
  /** Goes behind a body and comes out again; goes behind it and stays there. */
  | { readonly verb: 'passes' | 'hides'; readonly other: number }
  | { readonly verb: 'drops' | 'topples' | 'spins' | 'stops' | 'splashes' | 'enters' | 'leaves' }

/** One body as a caption tells it; what is left out is not told. */
export interface BodyAttributes {
  readonly colour: Colour
  readonly shape: ShapeName
  readonly size?: Size
  readonly material?: Material
  /** In the order of time. */
  readonly events: readonly Event[]
}

/** What happened in a film, read from the simulation, or from a caption (which may leave things out). */
export interface Attributes {
  /** In the order in which captions mention them (`orderBodies`). */
  readonly bodies: readonly BodyAttributes[]
  readonly floor?: Floor
  readonly light?: Light
  readonly sky?: Sky
  readonly camera?: { readonly move: CameraMove; readonly direction?: 'left' | 'right' | 'in' | 'out' }
}

/** The one thing that a body mostly does: the way it goes, or that it bounces, topples, spins or stays. */
export type Action = Direction | 'bounce' | 'topple' | 'spin' | 'still'

/** The first event of a body that sets a direction, or a jump, fall or spin. */
export function mainAction({ events }: Pick<BodyAttributes, 'events'>): Action {
  for (const event of events) {
    if (event.verb === 'drops' || event.verb === 'bounces' || event.verb === 'splashes') return 'bounce'
    if (event.verb === 'topples') return 'topple'
    if (event.verb === 'spins') return 'spin'
    if ('direction' in event && event.direction) return event.direction
  }
  return 'still'
}

/** The bodies that an event names. */
export function othersOf(event: Event): number[] {
  if ('other' in event) return [event.other]
  return 'beside' in event && event.beside !== undefined ? [event.beside] : []
}

/** The same event with the numbers of bodies changed. */
function renumber(event: Event, change: (body: number) => number): Event {
  if ('other' in event) return { ...event, other: change(event.other) }
  return 'beside' in event && event.beside !== undefined ? { ...event, beside: change(event.beside) } : event
}

/**
 * The order in which a caption mentions bodies: each clause tells the next body, and mentions the bodies that its
 * events name.
 * @param importance numbers of bodies, those to be told first in front; bodies that are not named are dropped
 */
export function orderOf(bodies: readonly BodyAttributes[], importance?: readonly number[]): number[] {
  const order: number[] = []
  const place = (body: number) => {
    if (!order.includes(body)) order.push(body)
  }
  const waiting = [...(importance ?? bodies.keys())]
  for (let told = 0; told < order.length || waiting.length > 0; told++) {
    while (told >= order.length && waiting.length > 0) place(waiting.shift()!)
    if (told >= order.length) break
    for (const event of bodies[order[told]].events) if ('other' in event) place(event.other)
  }
  return order
}

/** Puts bodies into that order (`orderOf`). A `beside` that would name a body told later is left out. */
export function orderBodies(attributes: Attributes, importance?: readonly number[]): Attributes {
  const { bodies } = attributes
  const order = orderOf(bodies, importance)
  const numbered = order.map((body, rank): BodyAttributes => {
    const events = bodies[body].events.map((event): Event => {
      const changed = renumber(event, other => order.indexOf(other))
      const late = changed.verb === 'rests' && (changed.beside ?? 0) >= rank
      const lost = changed.verb === 'rests' && (changed.beside ?? 0) < 0
      return late || lost ? { verb: 'rests' } : changed
    })
    return { ...bodies[body], events }
  })
  return { ...attributes, bodies: numbered }
}

/** A whole number from letters (FNV-1a with a last stir). */
export function hashOf(text: string): number {
  let hash = 2166136261
  for (const letter of text) hash = Math.imul(hash ^ letter.charCodeAt(0), 16777619)
  return (hash ^ (hash >>> 15)) >>> 0
}

/** Colours of metal and glass that no first body has in training. */
const heldOutLooks: readonly string[] = ['purple metal', 'orange glass']

/**
 * Whether a film is kept out of training, by its first body: its combination of colour, shape and main action
 * (about one in ten, by hash), or of colour and material.
 */
export function isHeldOut({ bodies: [first] }: Attributes): boolean {
  if (!first) return false
  const { colour, shape, material } = first
  return (
    heldOutLooks.includes(`${colour} ${material}`) ||
    hashOf(`${colour} ${shape} ${mainAction(first)}`) % 10 === 0
  )
}

/** How often each value of each attribute occurs in many films: the histogram of a dataset. */
export function countAttributes(list: readonly Attributes[]): Record<string, Record<string, number>> {
  const counts: Record<string, Record<string, number>> = {}
  const count = (attribute: string, value: string | number | undefined) => {
    if (value === undefined) return
    counts[attribute] ??= {}
    counts[attribute][value] = (counts[attribute][value] ?? 0) + 1
  }
  for (const { bodies, floor, light, sky, camera } of list) {
    count('bodies', bodies.length)
    count('floor', floor)
    count('light', light)
    count('sky', sky)
    if (camera) count('camera', camera.direction ? `${camera.move} ${camera.direction}` : camera.move)
    if (bodies.length > 0) count('action', mainAction(bodies[0]))
    for (const body of bodies) {
      for (const look of ['colour', 'shape', 'size', 'material'] as const) count(look, body[look])
      for (const event of body.events) {
        count('event', event.verb)
        if ('direction' in event) count('direction', event.direction)
        if ('speed' in event) count('speed', event.speed)
        if ('times' in event) count('bounces', event.times)
      }
    }
  }
  return counts
}
