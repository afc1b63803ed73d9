import { z } from 'zod'

// Units: metres, seconds, radians. x points right, y up, z towards the camera; the floor is y = 0.

/** The colours that captions name, as linear reflectances. */
export const colours = {
  red: [0.72, 0.03, 0.03],
  orange: [0.88, 0.24, 0.01],
  yellow: [0.85, 0.66, 0.02],
  green: [0.04, 0.42, 0.07],
  cyan: [0.02, 0.52, 0.58],
  blue: [0.03, 0.1, 0.72],
  purple: [0.32, 0.04, 0.5],
  pink: [0.86, 0.16, 0.42],
} as const
/** Half the extent of a body in metres: about 30 and 20 pixels across at 128 x 128. */
export const sizes = { large: 0.78, small: 0.52 } as const
/** The kinds of body. */
export const shapes = ['ball', 'cube', 'cylinder', 'cone'] as const
/** What bodies are made of, and the density of each relative to matte (painted wood). */
export const materials = { matte: 1, metal: 5, glass: 2.5 } as const
/** The kinds of floor; asphalt is wet and mirrors, water is a shallow pool over a hard ground. */
export const floors = ['plain', 'checkered', 'wood', 'grass', 'asphalt', 'water'] as const
/** The times of day; at night a lamp stands beside the camera. */
export const lights = ['noon', 'sunset', 'night'] as const
/** The kinds of sky; at night a clear one has stars. */
export const skies = ['clear', 'cloudy'] as const
/** The ways in which a camera moves. */
export const cameraMoves = ['still', 'orbit', 'dolly', 'pan'] as const

/** A colour's name. */
export type Colour = keyof typeof colours
/** A size's name. */
export type Size = keyof typeof sizes
/** A shape's name. */
export type ShapeName = (typeof shapes)[number]
/** A material's name. */
export type Material = keyof typeof materials
/** A floor's name. */
export type Floor = (typeof floors)[number]
/** A time of day. */
export type Light = (typeof lights)[number]
/** A sky's name. */
export type Sky = (typeof skies)[number]
/** The name of a camera's move. */
export type CameraMove = (typeof cameraMoves)[number]

const namesOf = <T extends string>(table: Readonly<Record<T, unknown>>) => Object.keys(table) as [T, ...T[]]
const finite = () => z.number().min(-1000).max(1000)

const bodySchema = z.strictObject({
  shape: z.enum(shapes),
  colour: z.enum(namesOf<Colour>(colours)),
  size: z.enum(namesOf<Size>(sizes)),
  material: z.enum(namesOf<Material>(materials)),
  /** Where it starts: x of the centre, height of the lowest point above the floor, z of the centre. */
  position: z.tuple([finite(), z.number().min(0).max(100), finite()]),
  /** Radians around the vertical axis, after `tilt`. */
  turn: finite(),
  /** Radians around the body's own x axis: pi / 2 lays a cylinder along z, so that it can roll along x. */
  tilt: finite(),
  /** Metres a second along x and z. */
  velocity: z.tuple([finite(), finite()]),
  /** Radians a second around the axes of the world. */
  spin: z.tuple([finite(), finite(), finite()]),
  /** Never turns: small models learn that first, and things that slide do not stumble. */
  upright: z.boolean(),
  restitution: z.number().min(0).max(1),
  friction: z.number().min(0).max(2),
})

/** How the camera goes from the first frame to the last: `amount` is radians of an orbit or a pan, metres of a dolly. */
const cameraSchema = z.discriminatedUnion('move', [
  z.strictObject({ move: z.literal('still') }),
  z.strictObject({
    move: z.enum(['orbit', 'pan']),
    direction: z.enum(['left', 'right']),
    amount: z.number().positive().max(7),
  }),
  z.strictObject({
    move: z.literal('dolly'),
    direction: z.enum(['in', 'out']),
    amount: z.number().positive().max(5),
  }),
])

/** A scene as data: everything the simulator and the renderer need. */
export const sceneSchema = z.strictObject({
  version: z.literal(2),
  family: z.literal('tabletop'),
  seed: z.number().int(),
  floor: z.enum(floors),
  light: z.enum(lights),
  sky: z.enum(skies),
  camera: cameraSchema,
  bodies: z.array(bodySchema).min(1).max(4),
  frameCount: z.number().int().min(1).max(3601),
  fps: z.number().positive().max(240),
  width: z.number().int().min(16).max(2048),
  height: z.number().int().min(16).max(2048),
})

/** A scene as data. */
export type Scene = z.infer<typeof sceneSchema>
/** One body of a scene. */
export type Body = Scene['bodies'][number]
/** The camera of a scene. */
export type Camera = Scene['camera']

/**
 * Checks a scene that comes from outside.
 * @throws RangeError that names every field that is wrong, and why.
 */
export function sceneFromJson(json: unknown): Scene {
  const result = sceneSchema.safeParse(json)
  if (result.success) return result.data
  const issues = result.error.issues.map(({ path, message }) => `${path.join('.') || 'scene'}: ${message}`)
  throw new RangeError(`not a scene of version 2: ${issues.join('; ')}`)
}

/**
 * Half the extents of a body along its own axes: radius of a ball; half sides of a cube; radius, half height,
 * radius of a cylinder and of a cone (whose tip is up, and whose origin is half way up).
 */
export function halfExtents({
  shape,
  size,
}: Pick<Body, 'shape' | 'size'>): readonly [number, number, number] {
  const s = sizes[size]
  if (shape === 'ball') return [s, s, s]
  if (shape === 'cube') return [s * 0.86, s * 0.86, s * 0.86]
  return shape === 'cylinder' ? [s * 0.8, s, s * 0.8] : [s * 0.88, s, s * 0.88]
}

/** The events that scenes are drawn from; what a body really does is read from its motion. */
export const events = ['roll', 'slide', 'drop', 'collide', 'topple', 'rest', 'hide', 'leave'] as const
/** An event's name. */
export type EventName = (typeof events)[number]

/** Which values may be drawn: a list (all alike), or a weight for each value (0 or absent: never). */
export type Choice<T extends string> = readonly T[] | Readonly<Partial<Record<T, number>>>

/** What can be asked of a sampled scene: the curriculum's dial. Everything is drawn uniformly where nothing is said. */
export interface SceneOptions {
  readonly width?: number
  readonly height?: number
  readonly frameCount?: number
  readonly fps?: number
  /** Weights of one, two, three and four bodies. */
  readonly bodies?: readonly number[]
  readonly shapes?: Choice<ShapeName>
  readonly colours?: Choice<Colour>
  readonly sizes?: Choice<Size>
  readonly materials?: Choice<Material>
  readonly floors?: Choice<Floor>
  readonly lights?: Choice<Light>
  readonly skies?: Choice<Sky>
  readonly cameras?: Choice<CameraMove>
  /** What the first body does. */
  readonly events?: Choice<EventName>
  /** Bodies move only across the picture, and never turn unless they are balls. */
  readonly simple?: boolean
}

/** The size of what is filmed when nothing else is asked for: 4 seconds at 128 x 128. */
export const sceneDefaults = { width: 128, height: 128, frameCount: 49, fps: 12 } as const

/**
 * Named settings of the dial, from what a small model learns first to everything: `second` has all looks but
 * simple ways, `third` all ways.
 */
export const curricula = {
  first: {
    bodies: [0.7, 0.3],
    shapes: ['ball', 'cube', 'cylinder'],
    sizes: { large: 0.7, small: 0.3 },
    materials: ['matte'],
    floors: ['plain', 'checkered'],
    lights: ['noon'],
    skies: ['clear'],
    cameras: ['still'],
    events: { roll: 0.3, slide: 0.3, drop: 0.25, collide: 0.15, rest: 0.15 },
    simple: true,
  },
  second: {
    bodies: [0.7, 0.3],
    sizes: { large: 0.7, small: 0.3 },
    materials: { matte: 0.6, metal: 0.25, glass: 0.15 },
    floors: { plain: 2, checkered: 2, wood: 1, grass: 1, asphalt: 1, water: 0.5 },
    lights: { noon: 0.6, sunset: 0.25, night: 0.15 },
    cameras: ['still'],
    events: { roll: 0.3, slide: 0.25, drop: 0.25, collide: 0.15, rest: 0.15 },
    simple: true,
  },
  third: {
    bodies: [0.5, 0.4, 0.1],
    materials: { matte: 0.6, metal: 0.3, glass: 0.1 },
    lights: { noon: 0.6, sunset: 0.4 },
    cameras: { still: 0.8, orbit: 0.1, dolly: 0.05, pan: 0.05 },
    events: { roll: 1, slide: 1, drop: 1, collide: 1, topple: 0.5, rest: 0.5 },
  },
  full: {},
} as const satisfies Record<string, SceneOptions>

/** The name of a curriculum. */
export type CurriculumName = keyof typeof curricula
