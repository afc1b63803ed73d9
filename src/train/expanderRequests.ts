import { pick, type Random } from '../array/index.ts'
import { hues, type Request, type RequestBody, type RequestEvent, type RequestShape } from '../words/index.ts'
import { floors, lights, skies } from '../world/index.ts'

// What training prompts ask for: drawn at random, more varied than the worlds, since people ask for anything.

const chance = (random: Random, share: number) => random.uniform() < share

const shapes: readonly RequestShape[] = ['ball', 'cube', 'cylinder', 'cone']
const directions = ['left', 'right', 'left', 'right', 'towards', 'away'] as const
const plainVerbs = ['rests', 'drops', 'topples', 'spins', 'stops', 'splashes', 'enters', 'leaves'] as const

/** Which bodies an event can name: those mentioned before, and the next one. */
interface Mentioned {
  count: number
  readonly all: number
}

function drawOther(random: Random, self: number, mentioned: Mentioned): number | undefined {
  if (mentioned.count < mentioned.all && chance(random, 0.8)) return mentioned.count++
  const known = Array.from({ length: mentioned.count }, (_, i) => i).filter(i => i !== self)
  return known.length > 0 ? pick(random, known) : undefined
}

function drawEvent(random: Random, self: number, mentioned: Mentioned): RequestEvent {
  const kind = random.uniform()
  const way = chance(random, 0.6) ? { direction: pick(random, directions) } : {}
  const speed = chance(random, 0.25) ? { speed: pick(random, ['slowly', 'quickly'] as const) } : {}
  if (kind < 0.4)
    return { verb: pick(random, ['rolls', 'slides', 'rolls', 'slides', 'moves'] as const), ...way, ...speed }
  if (kind < 0.44) return { verb: 'pushed', ...way }
  if (kind < 0.56) return { verb: 'bounces', ...(chance(random, 0.4) && { times: 1 + random.integer(4) }) }
  if (kind < 0.72 && mentioned.all > 1) {
    const other = drawOther(random, self, mentioned)
    if (other !== undefined)
      return { verb: pick(random, ['hits', 'hits', 'passes', 'hides'] as const), other }
  }
  const verb = pick(random, plainVerbs)
  const isBeside = verb === 'rests' && self > 0 && chance(random, 0.3)
  return {
    verb,
    ...(isBeside && { beside: random.integer(self) }),
    ...(verb === 'drops' && chance(random, 0.1) && speed),
  }
}

function drawBody(random: Random, self: number, mentioned: Mentioned): RequestBody {
  mentioned.count = Math.max(mentioned.count, self + 1)
  const kind = random.uniform()
  const shape = kind < 0.78 ? pick(random, shapes) : kind < 0.86 ? 'any' : 'other'
  const few = random.uniform()
  const count = few < (self === 0 ? 0.15 : 0.3) ? 0 : few < 0.75 ? 1 : few < 0.95 ? 2 : 3
  const events: RequestEvent[] = []
  for (let i = 0; i < count; i++) {
    const event = drawEvent(random, self, mentioned)
    if (!events.some(({ verb }) => verb === event.verb)) events.push(event)
  }
  const colour = chance(random, 0.92) ? hues[random.integer(8)] : pick(random, hues)
  return {
    ...(chance(random, shape === 'other' ? 0.45 : 0.82) && { colour }),
    ...(chance(random, 0.35) && { size: pick(random, ['large', 'small'] as const) }),
    ...(chance(random, 0.3) && { material: pick(random, ['matte', 'metal', 'glass'] as const) }),
    shape,
    events,
  }
}

const cameras = [
  { move: 'still' },
  { move: 'orbit' },
  { move: 'orbit', direction: 'left' },
  { move: 'orbit', direction: 'right' },
  { move: 'pan' },
  { move: 'pan', direction: 'left' },
  { move: 'pan', direction: 'right' },
  { move: 'dolly', direction: 'in' },
  { move: 'dolly', direction: 'out' },
] as const

/** Draws what a prompt asks for: one to four bodies, sometimes several of a kind, and what is around them. */
export function drawRequest(random: Random): Request {
  const many = random.uniform()
  const all = many < 0.55 ? 1 : many < 0.88 ? 2 : many < 0.96 ? 3 : 4
  const mentioned = { count: 0, all }
  let bodies = Array.from({ length: all }, (_, i) => drawBody(random, i, mentioned))
  if (all > 1 && chance(random, 0.2)) {
    const [first] = bodies
    const events = first.events.filter(event => event.other === undefined && event.beside === undefined)
    bodies = bodies.map(() => ({ ...first, events }))
  }
  return {
    bodies,
    ...(chance(random, 0.4) && { floor: pick(random, floors) }),
    ...(chance(random, 0.3) && { light: pick(random, lights) }),
    ...(chance(random, 0.25) && { sky: pick(random, skies) }),
    ...(chance(random, 0.3) && { camera: pick(random, cameras) }),
  }
}
