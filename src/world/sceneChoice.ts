import type { Random } from '../array/index.ts'
import {
  type Body,
  type Choice,
  type Colour,
  colours,
  halfExtents,
  type Material,
  materials,
  type SceneOptions,
  type ShapeName,
  type Size,
  shapes,
  sizes,
} from './scene.ts'

/** A number drawn between two others. */
export const between = (random: Random, low: number, high: number) => low + (high - low) * random.uniform()

/** What is written into scenes: four decimals. */
export const round = (value: number) => Math.round(value * 1e4) / 1e4

/** -1 or 1. */
export const drawSide = (random: Random) => (random.uniform() < 0.5 ? -1 : 1)

/** What a choice leaves of all values, with the weight of each. */
function weigh<T extends string>(all: readonly T[], choice: Choice<T> | undefined): [T, number][] {
  if (choice === undefined) return all.map(value => [value, 1])
  if (Array.isArray(choice)) return (choice as readonly T[]).map(value => [value, 1])
  return all.map(value => [value, (choice as Partial<Record<T, number>>)[value] ?? 0])
}

/**
 * Draws one of `all` as the choice says, among those that `fits` allows.
 * @throws RangeError when nothing is left to draw from.
 */
export function draw<T extends string>(
  random: Random,
  all: readonly T[],
  choice: Choice<T> | undefined,
  fits: (value: T) => boolean = () => true,
): T {
  const left = weigh(all, choice).filter(([value, weight]) => weight > 0 && fits(value))
  const total = left.reduce((sum, [, weight]) => sum + weight, 0)
  if (total === 0) throw new RangeError(`nothing to draw from: none of ${all.join(', ')} is left`)
  let at = random.uniform() * total
  return (left.find(([, weight]) => (at -= weight) < 0) ?? left[left.length - 1])[0]
}

/** Whether a choice leaves one of the values. */
export function allows<T extends string>(choice: Choice<T> | undefined, values: readonly T[]): boolean {
  return weigh(values, choice).some(([value, weight]) => weight > 0 && values.includes(value))
}

/** A value that an event goes better with, where the dial allows it; else the one that was drawn. */
export const prefer = <T extends string>(choice: Choice<T> | undefined, wanted: T, drawn: T): T =>
  allows(choice, [wanted]) ? wanted : drawn

/** What a scene is drawn with: the dial, the random stream, and how long the clip is. */
export interface Sampler {
  readonly random: Random
  readonly options: SceneOptions
  readonly seconds: number
  /** Colours that no body of the scene has yet: a caption tells bodies apart by colour. */
  readonly coloursLeft: Set<Colour>
}

const bounciness = { matte: [0.45, 0.82], metal: [0.3, 0.6], glass: [0.4, 0.7] } as const

/** How much of its speed a falling body keeps; what is not round keeps less. */
export function drawRestitution(
  { random }: Sampler,
  { shape, material }: Pick<Body, 'shape' | 'material'>,
): number {
  const [low, high] = bounciness[material]
  return round(between(random, low, shape === 'ball' ? high : low + (high - low) * 0.5))
}

/** A body that stands on the floor at (x, z), of one of the shapes given. */
export function drawBody(sampler: Sampler, x: number, z: number, kinds: readonly ShapeName[] = shapes): Body {
  const { random, options, coloursLeft } = sampler
  const shape = draw(random, shapes, options.shapes, value => kinds.includes(value))
  const colour = draw(random, Object.keys(colours) as Colour[], options.colours, value =>
    coloursLeft.has(value),
  )
  coloursLeft.delete(colour)
  return {
    shape,
    colour,
    size: draw(random, Object.keys(sizes) as Size[], options.sizes),
    material: draw(random, Object.keys(materials) as Material[], options.materials),
    position: [round(x), 0, round(z)],
    turn: round(between(random, -0.5, 0.5)),
    tilt: 0,
    velocity: [0, 0],
    spin: [0, 0, 0],
    upright: options.simple === true && shape !== 'ball',
    restitution: 0.2,
    friction: 0.6,
  }
}

/** Gives a body a velocity as if it rolled without slipping: balls, and cylinders that lie across the way. */
export function rollAlong(body: Body, vx: number, vz: number): Body {
  const [radius] = halfExtents(body)
  const lies = body.shape === 'ball' ? {} : { tilt: round(Math.PI / 2), turn: round(Math.atan2(-vz, vx)) }
  return {
    ...body,
    ...lies,
    velocity: [round(vx), round(vz)],
    spin: [round(vz / radius), 0, round(-vx / radius)],
  }
}
