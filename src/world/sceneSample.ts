import { createRandom } from '../array/index.ts'
import { openLens, project } from './camera.ts'
import {
  type Body,
  type Camera,
  type Colour,
  cameraMoves,
  colours,
  type EventName,
  events,
  floors,
  halfExtents,
  lights,
  type Scene,
  type SceneOptions,
  type ShapeName,
  sceneDefaults,
  sceneSchema,
  skies,
} from './scene.ts'
import { allows, between, draw, round, type Sampler } from './sceneChoice.ts'
import { drawCompanion, drawEvent } from './sceneEvents.ts'
import { type Motion, simulateScene } from './simulate.ts'

/** A scene and what happens in it. */
export interface Clip {
  readonly scene: Scene
  readonly motion: Motion
}

/** Shapes that an event needs one of, for its first body and its second. */
const needs = {
  roll: [['ball', 'cylinder']],
  slide: [['cube', 'cylinder', 'cone']],
  drop: [],
  collide: [[], ['ball']],
  topple: [['cube', 'cylinder', 'cone']],
  rest: [],
  hide: [
    ['ball', 'cylinder'],
    ['cube', 'cylinder', 'cone'],
  ],
  leave: [['ball', 'cylinder']],
} as const satisfies Record<EventName, readonly (readonly ShapeName[])[]>

function drawCamera({ random, options, seconds }: Sampler): Camera {
  const move = draw(random, cameraMoves, options.cameras)
  const haste = Math.min(1, seconds / 4)
  if (move === 'still') return { move }
  const [first, second] = [random.uniform() < 0.5, between(random, 0.6, 1) * haste]
  if (move === 'dolly') return { move, direction: first ? 'in' : 'out', amount: round(2.4 * second) }
  return {
    move,
    direction: first ? 'left' : 'right',
    amount: round((move === 'orbit' ? 1.2 : 0.45) * second),
  }
}

/** Whether two bodies start inside one another, taking each for the ball around it. */
function overlaps(a: Body, b: Body): boolean {
  const reach = (body: Body) =>
    body.shape === 'ball' ? halfExtents(body)[0] : Math.hypot(halfExtents(body)[0], halfExtents(body)[2])
  const flat = Math.hypot(a.position[0] - b.position[0], a.position[2] - b.position[2])
  const tall = Math.abs(a.position[1] - b.position[1])
  return flat < reach(a) + reach(b) + 0.05 && tall < 2 * Math.max(halfExtents(a)[1], halfExtents(b)[1]) + 0.1
}

function drawBodies(sampler: Sampler, event: EventName): Body[] | undefined {
  const { random, options } = sampler
  const bodies = drawEvent(sampler, event)
  const counts = (options.bodies ?? [1, 1, 1, 1]).map((weight, i) => [String(i + 1), weight] as const)
  const count = Number(
    draw(
      random,
      counts.map(([name]) => name),
      Object.fromEntries(counts),
      name => Number(name) >= bodies.length,
    ),
  )
  for (let tries = 0; bodies.length < count; tries++) {
    if (tries === 20) return undefined
    const before = [...sampler.coloursLeft]
    const body = drawCompanion(sampler)
    if (!bodies.some(other => overlaps(body, other))) bodies.push(body)
    else for (const colour of before) sampler.coloursLeft.add(colour)
  }
  const collided = bodies.some((body, i) => bodies.some((other, j) => j < i && overlaps(body, other)))
  return collided ? undefined : bodies
}

/** Share of the picture's half width and height at which a body is seen in a frame; above 1 it is beyond the edge. */
function eccentricity({ scene, motion }: Clip, frame: number, body: number): number {
  const lens = openLens(motion.camera[frame], scene.width, scene.height)
  const [column, row, depth] = project(lens, ...motion.frames[frame][body].position)
  if (depth < 0.5) return Infinity
  return Math.max(Math.abs(column / scene.width - 0.5), Math.abs(row / scene.height - 0.5)) * 2
}

/** Whether one body stands between the camera and another so that most of that is hidden. */
function hides({ scene, motion }: Clip, frame: number, front: number, back: number): boolean {
  const lens = openLens(motion.camera[frame], scene.width, scene.height)
  const [a, b] = [front, back].map(i => project(lens, ...motion.frames[frame][i].position))
  const radius = halfExtents(scene.bodies[front])[0] / (a[2] * lens.pixel)
  return a[2] < b[2] && Math.abs(a[0] - b[0]) < 0.6 * radius
}

function toppled({ motion }: Clip, body: number): boolean {
  const upright = (frame: number) => {
    const [x, , z] = motion.frames[frame][body].orientation
    return 1 - 2 * (x * x + z * z)
  }
  return upright(0) > 0.9 && Math.abs(upright(motion.frames.length - 1)) < 0.5
}

function travelled({ motion }: Clip, body: number): number {
  const [from, to] = [motion.frames[0], motion.frames[motion.frames.length - 1]].map(
    frame => frame[body].position,
  )
  return Math.hypot(to[0] - from[0], to[2] - from[2])
}

/** Whether a clip shows the event that it was drawn for. */
function shows(clip: Clip, event: EventName): boolean {
  const { motion } = clip
  const last = motion.frames.length - 1
  const hit = (body: number, other: number) =>
    motion.contacts.some(
      contact => contact.body === body && contact.other === other && contact.frame < 0.85 * last,
    )
  const first = (i: number) => eccentricity(clip, i, 0)
  const questions = {
    roll: () => travelled(clip, 0) > 0.8,
    slide: () => travelled(clip, 0) > 0.8,
    drop: () => hit(0, -1),
    collide: () => hit(0, 1) && travelled(clip, 0) > 0.5,
    topple: () => toppled(clip, 0),
    rest: () => travelled(clip, 0) < 0.3,
    hide: () =>
      motion.frames.some((_, frame) => frame > 0 && hides(clip, frame, 1, 0)) && !hides(clip, 0, 1, 0),
    leave: () => first(last) > 1.15,
  } satisfies Record<EventName, () => boolean>
  return questions[event]()
}

/** Whether a clip is worth filming: what it is about is seen where it starts, and something of it until the end. */
function isWorthFilming(clip: Clip, event: EventName): boolean {
  const bodies = clip.scene.bodies.map((_, i) => i)
  if (bodies.some(body => eccentricity(clip, 0, body) > (body === 0 ? 0.92 : 1.05))) return false
  if (clip.scene.frameCount === 1) return true
  const last = clip.motion.frames.length - 1
  const remains = event === 'leave' || bodies.some(body => eccentricity(clip, last, body) < 0.9)
  return remains && shows(clip, event)
}

/** After this many clips that were not worth filming, a kind of event cannot be had with these options. */
const MOST_TRIES = 60

/**
 * Draws a scene of the family `tabletop` and moves it; what is dull is drawn again from the same random stream.
 * `loadPhysics` must have finished.
 * @param seed the same seed and options give the same scene
 * @throws RangeError when the options leave nothing to draw, or no such clip is ever worth filming.
 */
export function sampleClip(seed: number, options: SceneOptions = {}): Clip {
  const { width, height, frameCount, fps } = { ...sceneDefaults, ...options }
  const random = createRandom(seed)
  // What fits into less than a second would be too fast to follow.
  const sampler = { random, options, seconds: frameCount === 1 ? 4 : Math.max(1, frameCount / fps) }
  const canShow = (event: EventName) => {
    const [first = [], second] = needs[event] as readonly (readonly ShapeName[])[]
    const enough = second === undefined || (options.bodies ?? [1, 1]).some((weight, i) => i > 0 && weight > 0)
    return enough && [first, second ?? []].every(kinds => kinds.length === 0 || allows(options.shapes, kinds))
  }
  const event = draw(random, events, options.events, canShow)
  const place = {
    floor: draw(random, floors, options.floors),
    light: draw(random, lights, options.lights),
    sky: draw(random, skies, options.skies),
    camera: drawCamera({ ...sampler, coloursLeft: new Set() }),
  }
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const bodies = drawBodies({ ...sampler, coloursLeft: new Set(Object.keys(colours) as Colour[]) }, event)
    if (!bodies) continue
    const scene = sceneSchema.parse({
      version: 2,
      family: 'tabletop',
      seed,
      ...place,
      bodies,
      frameCount,
      fps,
      width,
      height,
    })
    const clip = { scene, motion: simulateScene(scene) }
    if (isWorthFilming(clip, event)) return clip
  }
  throw new RangeError(
    `no clip with seed ${seed} and these options is worth filming: "${event}" never happens`,
  )
}

/** Draws a scene as `sampleClip` does, without its motion. */
export function sampleScene(seed: number, options: SceneOptions = {}): Scene {
  return sampleClip(seed, options).scene
}
