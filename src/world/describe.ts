import { type Attributes, type BodyAttributes, type Event, orderBodies, orderOf } from './attributes.ts'
import { openLens } from './camera.ts'
import { findEvents, type Observed, type TimedEvent, visibleShare } from './describeEvents.ts'
import { type Track, trackBodies } from './describeTrack.ts'
import { halfExtents, type Scene } from './scene.ts'
import type { Motion } from './simulate.ts'

/** What happened in a film, and which body of the scene each of the told ones is. */
export interface Description {
  readonly attributes: Attributes
  /** For each body of `attributes` its number in the scene (which masks count from 1). */
  readonly order: readonly number[]
}

/** Radians and metres that a camera goes before it is said to move. */
const LEAST_TURN = 0.06
const LEAST_SHIFT = 0.25

/** How the camera moved: its way from frame to frame to its own right and forward, and how far it turned. */
function describeCamera(scene: Scene, { camera }: Motion): Attributes['camera'] {
  let [right, forward, turn] = [0, 0, 0]
  for (let frame = 1; frame < camera.length; frame++) {
    const [before, now] = [camera[frame - 1], camera[frame]]
    const lens = openLens(before, scene.width, scene.height)
    const along = (axis: readonly number[]) =>
      axis.reduce((total, a, i) => total + a * (now.position[i] - before.position[i]), 0)
    right += along(lens.right)
    forward += along(lens.forward)
    turn += lens.right[0] * now.direction[0] + lens.right[2] * now.direction[2]
  }
  if (Math.hypot(right, forward) < LEAST_SHIFT) {
    if (Math.abs(turn) < LEAST_TURN) return { move: 'still' }
    return { move: 'pan', direction: turn < 0 ? 'left' : 'right' }
  }
  if (Math.abs(forward) > Math.abs(right)) return { move: 'dolly', direction: forward < 0 ? 'out' : 'in' }
  return { move: 'orbit', direction: right < 0 ? 'left' : 'right' }
}

/** Share of a body that must be seen in some frame for it to be told at all. */
const LEAST_SEEN = 0.2

/** Mean number of words that an event takes in a caption. */
const LENGTHS = {
  rests: 2,
  rolls: 4.5,
  slides: 4.5,
  pushed: 4.5,
  bounces: 3,
  hits: 4.5,
  passes: 5,
  hides: 5,
  drops: 1.5,
  topples: 1.5,
  spins: 1.5,
  stops: 2,
  splashes: 4,
  enters: 4,
  leaves: 4,
} as const satisfies Record<Event['verb'], number>
/** Mean number of words of a body, and of floor, light, sky and camera together. */
const BODY_LENGTH = 5.5
const AROUND_LENGTH = 17
/** A detailed caption has about 60 words at most. */
const MOST_WORDS = 56
/** Events of one body. */
const MOST_EVENTS = 5
/** What is left out when there is too much to tell, the slightest first; a way counts as slight when it is a later one. */
const SLIGHT = [
  'splashes',
  'stops',
  'enters',
  'spins',
  'passes',
  'slight way',
  'hits',
  'bounces',
  'drops',
  'leaves',
] as const

/** The event that can best be left out of what some bodies do, the latest of its kind; of each body one stays. */
function findSlightest(
  bodies: readonly (readonly TimedEvent[])[],
  among: readonly number[],
): { readonly body: number; readonly at: number } | undefined {
  const rows = among.flatMap(body => {
    const way = bodies[body].findIndex(({ event }) => 'direction' in event)
    return bodies[body].map(({ event, frame }, at) => {
      const verb = 'direction' in event && at > way ? 'slight way' : event.verb
      return { body, at, frame, rank: (SLIGHT as readonly string[]).indexOf(verb) }
    })
  })
  return rows
    .filter(({ body, rank }) => rank >= 0 && bodies[body].length > 1)
    .sort((a, b) => a.rank - b.rank || b.frame - a.frame)[0]
}

/** Leaves out the slightest events until a caption can tell the rest. */
function limitEvents(bodies: readonly (readonly TimedEvent[])[], told: readonly number[]): Event[][] {
  const kept = bodies.map(events => [...events])
  const words = () =>
    told.reduce((total, body) => {
      return total + BODY_LENGTH + kept[body].reduce((sum, { event }) => sum + LENGTHS[event.verb], 0)
    }, AROUND_LENGTH)
  const leaveOut = (among: readonly number[]) => {
    const slightest = findSlightest(kept, among)
    if (slightest) kept[slightest.body].splice(slightest.at, 1)
    return slightest !== undefined
  }
  for (const body of told) while (kept[body].length > MOST_EVENTS && leaveOut([body]));
  while (words() > MOST_WORDS && leaveOut(told));
  return kept.map(events => events.map(({ event }) => event))
}

function isSeen(track: Track): boolean {
  return track.inView.some((_, frame) => visibleShare(track, frame) > LEAST_SEEN)
}

/** Bodies in the order of what they do: who moves first, who moves more, then those that rest, from left to right. */
function rankBodies({ scene, tracks }: Observed, events: readonly (readonly TimedEvent[])[]): number[] {
  const keys = tracks.map(({ steps, seen }, body) => {
    const begins = events[body].length > 0 ? Math.floor((events[body][0].frame / scene.fps) * 4) : Infinity
    const way = steps.reduce((total, { flat }) => total + flat, 0)
    return { body, begins, way: Math.round(way * 5), x: seen[0].x }
  })
  return keys
    .filter(({ body }) => isSeen(tracks[body]))
    .sort((a, b) => (a.begins === b.begins ? b.way - a.way || a.x - b.x : a.begins - b.begins))
    .map(({ body }) => body)
}

/** The nearest body that a resting one stands beside in the first frame: near on the floor and in the picture. */
function findNeighbour(
  { scene, motion, tracks }: Observed,
  body: number,
  among: readonly number[],
): number | undefined {
  const gap = (other: number) => {
    const [a, b] = [motion.frames[0][body].position, motion.frames[0][other].position]
    const [mine, its] = [halfExtents(scene.bodies[body])[0], halfExtents(scene.bodies[other])[0]]
    return Math.hypot(a[0] - b[0], a[2] - b[2]) - mine - its
  }
  const isBeside = (other: number) => {
    const [a, b] = [tracks[body].seen[0], tracks[other].seen[0]]
    const [near, level] = [gap(other) < 0.9, Math.abs(a.radius / b.radius - 1) < 1]
    return (
      near && level && tracks[other].inView[0] > 0.5 && Math.abs(a.x - b.x) > Math.min(a.radius, b.radius)
    )
  }
  return among.filter(isBeside).sort((a, b) => gap(a) - gap(b))[0]
}

/** What happened in a scene, and in which order its bodies are told. */
export function describe(scene: Scene, motion: Motion): Description {
  const observed = { scene, motion, tracks: trackBodies(scene, motion) }
  const timed = scene.bodies.map((_, body) => findEvents(observed, body))
  const ranked = rankBodies(observed, timed)
  const seen = timed.map(events => {
    return events.filter(({ event }) => !('other' in event) || ranked.includes(event.other))
  })
  const limited = limitEvents(seen, ranked)
  const bodies = scene.bodies.map(({ colour, shape, size, material }, body): BodyAttributes => {
    const rests = limited[body].length === 0 && scene.frameCount > 1
    return { colour, shape, size, material, events: rests ? [{ verb: 'rests' }] : limited[body] }
  })
  const { floor, light, sky } = scene
  const camera = scene.frameCount > 1 ? describeCamera(scene, motion) : undefined
  const ordered = orderBodies({ bodies, floor, light, sky, ...(camera && { camera }) }, ranked)
  const order = orderOf(bodies, ranked)
  const told = ordered.bodies.map((body, rank): BodyAttributes => {
    if (body.events[0]?.verb !== 'rests') return body
    const beside = findNeighbour(observed, order[rank], order.slice(0, rank))
    return beside === undefined
      ? body
      : { ...body, events: [{ verb: 'rests', beside: order.indexOf(beside) }] }
  })
  return { attributes: { ...ordered, bodies: told }, order }
}

/** What happened in a scene, read from positions, contacts and the camera's path, as far as it can be seen. */
export function describeMotion(scene: Scene, motion: Motion): Attributes {
  return describe(scene, motion).attributes
}
