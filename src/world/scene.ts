import { z } from 'zod'
import { createRandom, type Random } from '../array/index.ts'

// Units: metres and seconds. x points right, y up, z towards the camera; the floor is y = 0.

/** The colours that captions name, as linear reflectances. */
export const colours = {
  red: [0.72, 0.03, 0.03],
  green: [0.04, 0.42, 0.07],
  blue: [0.03, 0.1, 0.72],
  yellow: [0.85, 0.66, 0.02],
  purple: [0.32, 0.04, 0.5],
  orange: [0.88, 0.24, 0.01],
} as const
/** Half the extent of a body in metres: about 30 and 20 pixels across at 128 x 128. */
export const sizes = { large: 0.78, small: 0.52 } as const
/** The kinds of body. */
export const shapes = ['ball', 'cube', 'cylinder'] as const
/** The kinds of floor. */
export const floors = ['plain', 'checkered'] as const

/** A colour's name. */
export type Colour = keyof typeof colours
/** A size's name. */
export type Size = keyof typeof sizes
/** A shape's name. */
export type ShapeName = (typeof shapes)[number]

const bodySchema = z.strictObject({
  shape: z.enum(shapes),
  colour: z.enum(Object.keys(colours) as [Colour, ...Colour[]]),
  size: z.enum(Object.keys(sizes) as [Size, ...Size[]]),
  /** Where the centre starts: x, height of the lowest point above the floor, z. */
  position: z.tuple([z.number(), z.number().min(0), z.number()]),
  /** Radians around the vertical axis. */
  turn: z.number(),
  /** Metres a second along x. */
  velocity: z.number(),
  restitution: z.number().min(0).max(1),
  friction: z.number().min(0).max(2),
})

/** A scene as data: everything the simulator and the renderer need. */
export const sceneSchema = z.strictObject({
  version: z.literal(1),
  family: z.literal('tabletop'),
  seed: z.number().int(),
  floor: z.enum(floors),
  bodies: z.array(bodySchema).min(1).max(4),
  frameCount: z.number().int().min(1).max(721),
  fps: z.number().positive(),
  width: z.number().int().min(16).max(2048),
  height: z.number().int().min(16).max(2048),
})

/** A scene as data. */
export type Scene = z.infer<typeof sceneSchema>
/** One body of a scene. */
export type Body = Scene['bodies'][number]

/** What can be asked of a sampled scene. */
export interface SceneOptions {
  readonly width?: number
  readonly height?: number
  readonly frameCount?: number
  readonly fps?: number
  /** Share of scenes with two bodies: the curriculum's dial. */
  readonly twoBodies?: number
}

/** What is filmed when nothing else is asked for: 4 seconds at 128 x 128. */
export const sceneDefaults = { width: 128, height: 128, frameCount: 49, fps: 12, twoBodies: 0.3 } as const

function pick<T>(random: Random, from: readonly T[]): T {
  return from[random.integer(from.length)]
}

const between = (random: Random, low: number, high: number) => low + (high - low) * random.uniform()
const round = (value: number) => Math.round(value * 1e4) / 1e4

function drawLooks(random: Random): Pick<Body, 'shape' | 'colour' | 'size' | 'turn'> {
  return {
    shape: pick(random, shapes),
    colour: pick(random, Object.keys(colours) as Colour[]),
    size: pick(random, Object.keys(sizes) as Size[]),
    turn: round(between(random, -0.5, 0.5)),
  }
}

/** A body that stands on the floor. */
function drawResting(random: Random, x: number, z: number): Body {
  return {
    ...drawLooks(random),
    position: [round(x), 0, round(z)],
    velocity: 0,
    restitution: 0.2,
    friction: 0.6,
  }
}

/** A body that falls from a height and bounces. */
function drawDropping(random: Random, x: number, z: number): Body {
  const body = drawResting(random, x, z)
  const restitution = round(between(random, 0.45, body.shape === 'ball' ? 0.85 : 0.65))
  return {
    ...body,
    turn: 0,
    position: [body.position[0], round(between(random, 1.2, 2.2)), body.position[2]],
    restitution,
  }
}

const GRAVITY = 9.81

/** A body that starts at one side and rolls (balls) or slides (the others) `distance` metres towards the other. */
function drawMoving(random: Random, direction: number, distance: number, z: number): Body {
  const body = drawResting(random, -direction * between(random, 1.7, 2.4), z)
  if (body.shape === 'ball') {
    return { ...body, velocity: round((direction * distance) / between(random, 2.4, 4)), friction: 0.6 }
  }
  const friction = between(random, 0.03, 0.1)
  const velocity = round(direction * Math.sqrt(2 * friction * GRAVITY * distance))
  return { ...body, turn: 0, velocity, friction: round(friction) }
}

function drawOne(random: Random): Body[] {
  const z = between(random, -0.8, 0.8)
  const kind = random.uniform()
  if (kind < 0.6) return [drawMoving(random, kind < 0.3 ? -1 : 1, between(random, 2.6, 4), z)]
  if (kind < 0.85) return [drawDropping(random, between(random, -1.5, 1.5), z)]
  return [drawResting(random, between(random, -1.7, 1.7), z)]
}

function drawTwo(random: Random): Body[] {
  const kind = random.uniform()
  const side = random.uniform() < 0.5 ? -1 : 1
  const distance = between(random, 1.5, 2.2)
  const other = drawResting(random, (side * distance) / 2, between(random, -0.5, 0.5))
  if (kind < 0.5) {
    const moving = drawMoving(random, side, 4, 0)
    return [
      moving,
      { ...other, turn: 0, position: [round(side * between(random, 0, 0.8)), 0, 0], friction: 0.1 },
    ]
  }
  const first = kind < 0.75 ? drawDropping : drawResting
  return [first(random, (-side * distance) / 2, between(random, -0.5, 0.5)), other]
}

/**
 * Draws a scene of the family `tabletop`: one or two bodies that roll, slide, drop, collide or rest on a
 * floor before a still camera.
 * @param seed the same seed gives the same scene
 */
export function sampleScene(family: 'tabletop', seed: number, options: SceneOptions = {}): Scene {
  const { width, height, frameCount, fps, twoBodies } = { ...sceneDefaults, ...options }
  const random = createRandom(seed)
  const floor = pick(random, floors)
  let bodies = random.uniform() < twoBodies ? drawTwo(random) : drawOne(random)
  // Two bodies of one colour could not be told apart by what a caption says of them.
  while (bodies.length === 2 && bodies[0].colour === bodies[1].colour) {
    bodies = [bodies[0], { ...bodies[1], colour: pick(random, Object.keys(colours) as Colour[]) }]
  }
  return sceneSchema.parse({ version: 1, family, seed, floor, bodies, frameCount, fps, width, height })
}
