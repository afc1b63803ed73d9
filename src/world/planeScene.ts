import { z } from 'zod'

// Units of the flat world: 10 x 10 units fill the picture, x points right, y up, the origin is bottom left.
// Time is in the world's seconds. Constants: Kang et al. 2024 (arXiv 2411.02385).

/** What rules a scene: PhyWorld's three laws, a pendulum, and several balls between four walls. */
export const planeLaws = ['uniform', 'collision', 'parabola', 'pendulum', 'balls'] as const
/** A law's name. */
export type PlaneLaw = (typeof planeLaws)[number]

/** Units across and up. */
export const PLANE_EXTENT = 10
/** Seconds of one step of the simulator. */
export const PLANE_STEP = 0.01
/** Steps from one frame to the next. */
export const STEPS_PER_FRAME = 10
/** Seconds from one frame to the next. */
export const FRAME_INTERVAL = PLANE_STEP * STEPS_PER_FRAME

/** The colours of bodies as sRGB bytes; red and blue are PhyWorld's. */
export const planeColours = {
  red: [255, 0, 0],
  blue: [0, 0, 255],
  green: [0, 158, 71],
  yellow: [246, 196, 0],
  purple: [142, 44, 190],
  orange: [255, 128, 0],
} as const
/** A colour's name. */
export type PlaneColour = keyof typeof planeColours

/** Balls may touch at the start: what is less inside than this is rounding. */
const ROUNDING = 1e-9

const pairSchema = z.tuple([z.number(), z.number()])

const bodySchema = z.strictObject({
  colour: z.enum(Object.keys(planeColours) as [PlaneColour, ...PlaneColour[]]),
  /** A ball of density 1: its mass is proportional to the square of this. */
  radius: z
    .number()
    .positive()
    .max(PLANE_EXTENT / 4),
  /** Where the centre starts. */
  position: pairSchema,
  /** Units a second. */
  velocity: pairSchema,
})

/**
 * A scene of the family `plane` as data: everything that the simulator and the renderer need. Scenes that make no
 * sense (a picture that is not square, balls inside one another, a pivot where nothing hangs) are refused.
 */
export const planeSceneSchema = z
  .strictObject({
    version: z.literal(1),
    family: z.literal('plane'),
    law: z.enum(planeLaws),
    seed: z.number().int(),
    /** Downwards, units a second squared. */
    gravity: z.number().min(0).max(100),
    /** Whether balls bounce off the edges of the picture. */
    walls: z.boolean(),
    /** Where the only body hangs from, on a rigid rod without mass. */
    pivot: pairSchema.optional(),
    bodies: z.array(bodySchema).min(1).max(6),
    frameCount: z.number().int().min(1).max(721),
    /** At 10 a film plays as fast as its world moves: frames are 0.1 s of the world apart. */
    fps: z.number().positive(),
    width: z.number().int().min(16).max(2048),
    height: z.number().int().min(16).max(2048),
  })
  .superRefine(({ law, pivot, bodies, width, height }, context) => {
    const refuse = (path: string, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message })
    if (width !== height) refuse('height', `must equal width: the plane is square, got ${width} x ${height}`)
    if ((law === 'pendulum') !== (pivot !== undefined)) refuse('pivot', 'belongs to the law "pendulum" alone')
    if (pivot && bodies.length !== 1) refuse('bodies', `a pendulum has one body, got ${bodies.length}`)
    if (pivot && distance(pivot, bodies[0].position) === 0) refuse('pivot', 'must be away from the body')
    for (const [i, a] of bodies.entries()) {
      const inside = bodies
        .slice(i + 1)
        .some(b => distance(a.position, b.position) < a.radius + b.radius - ROUNDING)
      if (inside) refuse('bodies', `must start apart, got one inside body ${i}`)
    }
  })

/** A scene of the family `plane`. */
export type PlaneScene = z.infer<typeof planeSceneSchema>
/** One ball of a scene. */
export type PlaneBody = PlaneScene['bodies'][number]

/** The distance of two points. */
export function distance(a: readonly [number, number], b: readonly [number, number]): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1])
}
