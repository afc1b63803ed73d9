import type { Random } from '../array/index.ts'
import {
  type Attributes,
  type BodyAttributes,
  colours,
  floors,
  lights,
  materials,
  othersOf,
  shapes,
  sizes,
} from '../world/index.ts'

/** Another value of a list than the one that is told; undefined where none is told. */
function drawOther<T>(random: Random, from: readonly T[], told: T | undefined): T | undefined {
  const others = from.filter(value => value !== told)
  return told === undefined ? undefined : others[random.integer(others.length)]
}

const keysOf = <T extends object>(table: T) => Object.keys(table) as (keyof T)[]

/** A body with another look. */
function alterLook(random: Random, body: BodyAttributes): BodyAttributes | undefined {
  const look = (['shape', 'shape', 'colour', 'size', 'material'] as const)[random.integer(5)]
  const values = { shape: shapes, colour: keysOf(colours), size: keysOf(sizes), material: keysOf(materials) }
  const other = drawOther<unknown>(random, values[look], body[look])
  return other === undefined ? undefined : { ...body, [look]: other }
}

/** A body that goes another way, or that rests instead of what it does, or rolls instead of resting. */
function alterDeed(random: Random, body: BodyAttributes): BodyAttributes {
  const way = drawOther(random, ['left', 'right', 'towards', 'away'] as const, 'left')!
  const turned = body.events.map(event =>
    'direction' in event && event.direction
      ? {
          ...event,
          direction: drawOther(random, ['left', 'right', 'towards', 'away'] as const, event.direction)!,
        }
      : event,
  )
  if (turned.some((event, i) => event !== body.events[i])) return { ...body, events: turned }
  const rests = body.events.every(({ verb }) => verb === 'rests')
  return { ...body, events: rests ? [{ verb: 'rolls', direction: way }] : [{ verb: 'rests' }] }
}

/** One body fewer, or one more that rests. */
function alterCount(random: Random, told: Attributes, at: number): Attributes {
  if (told.bodies.length > 1) return { ...told, bodies: told.bodies.filter((_, i) => i !== at) }
  const [body] = told.bodies
  const colour = drawOther(random, keysOf(colours), body.colour)!
  const more = { ...body, colour, shape: shapes[random.integer(shapes.length)], events: [{ verb: 'rests' }] }
  return { ...told, bodies: [body, more as BodyAttributes] }
}

/** The same told otherwise in one respect: a look or a deed of one body, the place, or how many bodies there are. */
export function alterAttributes(random: Random, told: Attributes): Attributes {
  const at = random.integer(told.bodies.length)
  const replace = (body: BodyAttributes) => ({
    ...told,
    bodies: told.bodies.map((old, i) => (i === at ? body : old)),
  })
  // Where bodies name one another, neither their number nor what they do can be changed alone.
  const areApart = told.bodies.every(({ events }) => events.every(event => othersOf(event).length === 0))
  const kind = random.uniform()
  if (kind < 0.25 && areApart) return alterCount(random, told, at)
  if (kind < 0.45 && areApart) return replace(alterDeed(random, told.bodies[at]))
  const [floor, light] = [drawOther(random, floors, told.floor), drawOther(random, lights, told.light)]
  if (kind < 0.55 && floor) return { ...told, floor }
  if (kind < 0.6 && light) return { ...told, light }
  const body = alterLook(random, told.bodies[at])
  return body
    ? replace(body)
    : replace({ ...told.bodies[at], shape: drawOther(random, shapes, told.bodies[at].shape)! })
}
