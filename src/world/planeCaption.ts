import { createRandom } from '../array/index.ts'
import { hashOf } from './attributes.ts'
import { fillSlots, openPatterns, type Production, productions } from './planeGrammar.ts'
import { distance, PLANE_EXTENT, type PlaneColour, type PlaneLaw, type PlaneScene } from './planeScene.ts'
import type { PlaneMotion, PlaneState } from './planeSimulate.ts'

/** How fast, in words: up to 0.05, 0.9, 2, 3 and 4.2 units a second. */
export type PlaneSpeed = 'still' | 'very slow' | 'slow' | 'medium' | 'quick' | 'very quick'
/** How large, in words: radii up to 0.5, 0.9, 1.2 and 1.5 units. */
export type PlaneSize = 'tiny' | 'small' | 'medium' | 'large' | 'huge'

/** One ball as a caption tells it; a short caption leaves out all but the colour. */
export interface PlaneBodyAttributes {
  readonly colour: PlaneColour
  readonly size?: PlaneSize
  /** At the beginning. Not told of a pendulum. */
  readonly speed?: PlaneSpeed
  /** Where to, of several balls: one of eight directions, such as "right up". */
  readonly way?: string
  /** What it does after a collision: "stop", or "back", "on" or (when it was at rest) "away" and how fast. */
  readonly after?: string
}

/** What happened in a scene of the plane, read from the simulation or from a caption. */
export interface PlaneAttributes {
  readonly law: PlaneLaw
  readonly bodies: readonly PlaneBodyAttributes[]
  /** uniform, parabola: where the ball starts, and whether it stays, is cut by the edge, or leaves, at the last frame. */
  readonly start?: 'left' | 'middle' | 'right'
  readonly end?: 'inside' | 'cut' | 'right' | 'bottom'
  /** uniform, parabola, collision: how high it begins. */
  readonly height?: 'low' | 'middle' | 'high'
  /** collision: whether the balls meet, and where. */
  readonly meets?: boolean
  readonly place?: 'left' | 'middle' | 'right'
  /** pendulum. */
  readonly rod?: 'short' | 'long'
  readonly swing?: 'gentle' | 'wide'
  readonly side?: 'left' | 'right'
  /** pendulum: how often the ball passes its lowest point; 7 is many. */
  readonly passes?: number
  /** balls: how often two of them meet, which are the first to, and how often one hits a wall; 7 is many. */
  readonly impacts?: number
  readonly first?: readonly [PlaneColour, PlaneColour]
  readonly wallHits?: number
}

function nameStep<T>(value: number, steps: readonly (readonly [number, T])[], beyond: T): T {
  return steps.find(([limit]) => value <= limit)?.[1] ?? beyond
}

const nameSize = (radius: number) =>
  nameStep<PlaneSize>(
    radius,
    [
      [0.5, 'tiny'],
      [0.9, 'small'],
      [1.2, 'medium'],
      [1.5, 'large'],
    ],
    'huge',
  )

const nameSpeed = ({ velocity }: PlaneState) =>
  nameStep<PlaneSpeed>(
    Math.hypot(...velocity),
    [
      [0.05, 'still'],
      [0.9, 'very slow'],
      [2, 'slow'],
      [3, 'medium'],
      [4.2, 'quick'],
    ],
    'very quick',
  )

const nameThird = <T>(value: number, names: readonly [T, T, T]) =>
  names[Math.max(0, Math.min(2, Math.floor((3 * value) / PLANE_EXTENT)))]

const THIRDS = ['left', 'middle', 'right'] as const

const nameCount = (count: number) => Math.min(7, count)

const WAYS = ['right', 'right up', 'up', 'left up', 'left', 'left down', 'down', 'right down']

function nameWay({ velocity: [vx, vy] }: PlaneState): string {
  return WAYS[(Math.round(Math.atan2(vy, vx) / (Math.PI / 4)) + 8) % 8]
}

/** Where a ball is at the end; one that leaves does so at the edge that it crosses first. */
function nameEnd({ frames }: PlaneMotion, radius: number): PlaneAttributes['end'] {
  const [x, y] = frames[frames.length - 1][0].position
  if (x - radius >= PLANE_EXTENT || y + radius <= 0) {
    const left = frames.find(([{ position }]) => position[0] >= PLANE_EXTENT || position[1] <= 0)
    return left![0].position[1] <= 0 ? 'bottom' : 'right'
  }
  return x + radius > PLANE_EXTENT || y - radius < 0 ? 'cut' : 'inside'
}

function nameAfter(before: PlaneState, after: PlaneState): string {
  const speed = nameSpeed(after)
  if (speed === 'still') return 'stop'
  if (nameSpeed(before) === 'still') return `away ${speed}`
  return `${before.velocity[0] * after.velocity[0] < 0 ? 'back' : 'on'} ${speed}`
}

function describePendulum(
  { pivot, bodies }: PlaneScene,
  { frames }: PlaneMotion,
): Omit<PlaneAttributes, 'law' | 'bodies'> {
  const [[px, py], [x, y]] = [pivot!, bodies[0].position]
  const sides = frames.map(([{ position }]) => Math.sign(position[0] - px))
  return {
    rod: distance([px, py], [x, y]) < 4.8 ? 'short' : 'long',
    swing: Math.abs(Math.atan2(x - px, py - y)) < 0.6 ? 'gentle' : 'wide',
    side: x < px ? 'left' : 'right',
    passes: nameCount(sides.filter((side, i) => i > 0 && side !== sides[i - 1]).length),
  }
}

function describeBalls(
  { bodies }: PlaneScene,
  { contacts }: PlaneMotion,
): Omit<PlaneAttributes, 'law' | 'bodies'> {
  const impacts = contacts.filter(({ other }) => other >= 0)
  const first = impacts[0]
  return {
    impacts: nameCount(impacts.length),
    ...(first ? { first: [bodies[first.body].colour, bodies[first.other].colour] as const } : {}),
    wallHits: nameCount(contacts.length - impacts.length),
  }
}

/** What happened in a scene, read from positions, velocities and contacts. */
export function describePlane(scene: PlaneScene, motion: PlaneMotion): PlaneAttributes {
  const { law } = scene
  const last = motion.frames[motion.frames.length - 1]
  const meets = motion.contacts.length > 0
  const bodies = scene.bodies.map(({ colour, radius, position, velocity }, i): PlaneBodyAttributes => {
    const start = { position, velocity }
    const looks = { colour, size: nameSize(radius) }
    if (law === 'pendulum') return looks
    const told = { ...looks, speed: nameSpeed(start) }
    if (law === 'balls') return { ...told, way: nameWay(start) }
    return law === 'collision' && meets ? { ...told, after: nameAfter(start, last[i]) } : told
  })
  if (law === 'pendulum') return { law, bodies, ...describePendulum(scene, motion) }
  if (law === 'balls') return { law, bodies, ...describeBalls(scene, motion) }
  const [{ position, radius }] = scene.bodies
  const height = nameThird(position[1], ['low', 'middle', 'high'] as const)
  if (law === 'collision') {
    if (!meets) return { law, bodies, height, meets }
    const touching = motion.frames[motion.contacts[0].frame][0].position[0] + radius
    return { law, bodies, height, meets, place: nameThird(touching, THIRDS) }
  }
  const start = nameThird(position[0], THIRDS)
  return { law, bodies, height, start, end: nameEnd(motion, radius) }
}

/** The attribute at a path such as `bodies.0.size`. */
function attributeAt(attributes: PlaneAttributes, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], attributes)
}

const fits = (attributes: PlaneAttributes, { fixed, balls }: Production) =>
  balls === attributes.bodies.length &&
  Object.entries(fixed).every(([path, value]) => attributeAt(attributes, path) === value)

/** The captions of a film: a detailed one that tells all attributes and a short one, in wording that the seed chooses. */
export function writePlaneCaptions(
  attributes: PlaneAttributes,
  seed: number,
): { caption: string; shortCaption: string } {
  const random = createRandom(seed ^ 0x5eed)
  const production = productions.find(candidate => fits(attributes, candidate))
  if (!production) throw new RangeError(`no wording for a scene of the law "${attributes.law}"`)
  const say = (wordings: readonly string[]) =>
    fillSlots(wordings[random.integer(wordings.length)], path => attributeAt(attributes, path))
  return { caption: say(production.detailed), shortCaption: say(production.short) }
}

/** Sets an attribute by its path; numbers in it are places in a list. */
function setAttribute(target: Record<string, unknown>, path: string, value: unknown): void {
  const keys = path.split('.')
  let at = target
  for (const [i, key] of keys.slice(0, -1).entries()) {
    at[key] ??= /^\d/.test(keys[i + 1]) ? [] : {}
    at = at[key] as Record<string, unknown>
  }
  at[keys[keys.length - 1]] = value
}

/**
 * Reads a caption of the plane back: all attributes from a detailed one, law and colours from a short one.
 * @throws SyntaxError when the text is no sentence of the grammar.
 */
export function parsePlaneCaption(text: string): PlaneAttributes {
  for (const { expression, slots, production } of openPatterns()) {
    const match = expression.exec(text)
    if (!match) continue
    const isShort = !slots.some(({ path }) => path.endsWith('size'))
    const attributes: Record<string, unknown> = {}
    for (const [path, value] of Object.entries(production.fixed)) {
      // Short captions of several balls do not tell whether any meet.
      if (!(isShort && path === 'impacts')) setAttribute(attributes, path, value)
    }
    for (const [i, { path, values }] of slots.entries())
      setAttribute(attributes, path, values.get(match[i + 1]))
    return attributes as unknown as PlaneAttributes
  }
  throw new SyntaxError(`not a caption of the plane: "${text}"`)
}

/** Whether this combination of law, looks and motion is kept out of training (about one in ten). */
export function isPlaneHeldOut({ law, bodies, height, start, rod, side, swing }: PlaneAttributes): boolean {
  const looks = bodies.flatMap(({ colour, size, speed }) => [colour, size, speed])
  return hashOf([law, ...looks, height, start, rod, side, swing].join(' ')) % 10 === 0
}
