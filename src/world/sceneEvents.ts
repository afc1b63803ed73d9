import { pick } from '../array/index.ts'
import type { Body, EventName, ShapeName } from './scene.ts'
import { halfExtents } from './scene.ts'
import {
  allows,
  between,
  drawBody,
  drawRestitution,
  drawSide,
  prefer,
  rollAlong,
  round,
  type Sampler,
} from './sceneChoice.ts'

const GRAVITY = 9.81
const angular: readonly ShapeName[] = ['cube', 'cylinder', 'cone']

/** Unit vectors along the floor: right, left, towards the camera, away from it. */
const ways = [
  [1, 0],
  [-1, 0],
  [0, 1],
  [0, -1],
] as const

/** Metres a second with which a ball comes `distance` metres far in a part of the clip. */
function drawSpeed({ random, seconds }: Sampler, distance: number): number {
  return distance / (Math.min(seconds, 6) * between(random, 0.6, 1))
}

/** Where something that crosses the picture starts and how far it goes: along x from the side, or along z. */
function drawWay({ random, options }: Sampler): {
  x: number
  z: number
  dx: number
  dz: number
  distance: number
} {
  const [dx, dz] = options.simple ? ways[random.integer(2)] : pick(random, ways)
  const distance = between(random, 2.6, 4)
  if (dx !== 0) {
    return { x: -dx * between(random, 1.7, 2.4), z: between(random, -0.8, 0.8), dx, dz, distance }
  }
  return { x: between(random, -1.3, 1.3), z: -dz * between(random, 1.2, 1.8) - 0.6, dx, dz, distance }
}

/** Velocity with which a body slides `distance` metres over this friction: v^2 = 2 mu g s. */
const slideSpeed = (friction: number, distance: number) => Math.sqrt(2 * friction * GRAVITY * distance)

function drawRoll(sampler: Sampler): Body {
  const { x, z, dx, dz, distance } = drawWay(sampler)
  // Cylinders roll on their sides.
  const body = drawBody(sampler, x, z, sampler.options.simple ? ['ball'] : ['ball', 'cylinder'])
  const speed = drawSpeed(sampler, distance)
  return rollAlong({ ...body, upright: false }, dx * speed, dz * speed)
}

function drawSlide(sampler: Sampler): Body {
  const { random, seconds } = sampler
  const { x, z, dx, dz, distance } = drawWay(sampler)
  const body = drawBody(sampler, x, z, angular)
  // It stops in time: t = sqrt(2 s / (mu g)) is at most the clip.
  const least = Math.max(0.03, (2 * distance) / (GRAVITY * seconds ** 2))
  const friction = round(between(random, least, least + 0.07))
  const speed = slideSpeed(friction, distance)
  return { ...body, upright: true, velocity: [round(dx * speed), round(dz * speed)], friction }
}

function drawDrop(
  sampler: Sampler,
  x = between(sampler.random, -1.5, 1.5),
  z = between(sampler.random, -0.8, 0.8),
): Body {
  const { random, options } = sampler
  const body = drawBody(sampler, x, z)
  const tumbles = !options.simple && body.shape !== 'ball' && random.uniform() < 0.5
  return {
    ...body,
    upright: body.shape !== 'ball' && !tumbles,
    turn: body.upright ? 0 : body.turn,
    tilt: tumbles ? round(between(random, -0.9, 0.9)) : 0,
    position: [body.position[0], round(between(random, 1.2, 2.2)), body.position[2]],
    restitution: drawRestitution(sampler, body),
  }
}

/** A body that comes from one side and goes on to the other, at the depth z. */
function drawRunner(sampler: Sampler, side: number, distance: number, z: number): Body {
  const body = drawBody(
    sampler,
    -side * between(sampler.random, 1.9, 2.6),
    z,
    sampler.options.simple ? undefined : ['ball'],
  )
  if (body.shape === 'ball') return rollAlong(body, side * drawSpeed(sampler, distance) * 1.3, 0)
  const friction = round(between(sampler.random, 0.03, 0.1))
  return {
    ...body,
    turn: 0,
    upright: true,
    velocity: [round(side * slideSpeed(friction, distance)), 0],
    friction,
  }
}

function drawCollision(sampler: Sampler): Body[] {
  const { random, options } = sampler
  const side = drawSide(random)
  const z = options.simple ? 0 : between(random, -0.4, 0.4)
  const target = drawBody(sampler, side * between(random, 0, 0.8), z)
  const friction = options.simple ? 0.1 : target.friction
  const runner = drawRunner(sampler, side, 4, z + (options.simple ? 0 : between(random, -0.25, 0.25)))
  return [runner, { ...target, turn: options.simple ? 0 : target.turn, friction }]
}

/** A push above the centre: enough angular velocity around the foot for it to fall over its edge. */
function drawToppling(sampler: Sampler): Body[] {
  const { random, options } = sampler
  const side = drawSide(random)
  const kinds: readonly ShapeName[] = ['cube', 'cylinder', 'cone']
  const body = {
    ...drawBody(sampler, between(random, -1, 1), between(random, -0.6, 0.6), kinds),
    friction: 1.2,
  }
  const [across, up] = halfExtents(body)
  if ((options.bodies?.[1] ?? 1) > 0 && allows(options.shapes, ['ball']) && random.uniform() < 0.5) {
    // Hit by a heavy fast ball instead.
    const ball = drawBody(sampler, body.position[0] - side * between(random, 2, 2.6), body.position[2], [
      'ball',
    ])
    const size = prefer(options.sizes, 'large', ball.size)
    const material = prefer(options.materials, pick(random, ['metal', ball.material]), ball.material)
    const runner = rollAlong({ ...ball, size, material }, side * between(random, 3, 4.2), 0)
    return [{ ...body, size: prefer(options.sizes, pick(random, ['small', body.size]), body.size) }, runner]
  }
  const rate = between(random, 1.5, 1.9) * Math.sqrt(GRAVITY / up)
  return [
    {
      ...body,
      turn: round(between(random, -0.15, 0.15)),
      velocity: [round(side * rate * up * 0.8), 0],
      spin: [0, 0, round(-side * rate * (across > up ? 1.1 : 1))],
      restitution: 0.1,
    },
  ]
}

/** A ball that rolls behind something that stands nearer to the camera. */
function drawHiding(sampler: Sampler): Body[] {
  const { random, options } = sampler
  const side = drawSide(random)
  const stands = drawBody(sampler, between(random, -0.5, 0.9) * side, between(random, 0.3, 1), angular)
  const screen = { ...stands, size: prefer(options.sizes, 'large', stands.size) }
  const runner = drawBody(sampler, -side * between(random, 1.9, 2.6), between(random, -1.6, -0.9), [
    'ball',
    'cylinder',
  ])
  return [
    rollAlong({ ...runner, upright: false }, side * drawSpeed(sampler, between(random, 2.2, 5.5)), 0),
    screen,
  ]
}

/** Something that rolls out of the picture. */
function drawLeaving(sampler: Sampler): Body {
  const { random, seconds } = sampler
  const side = drawSide(random)
  const body = drawBody(sampler, -side * between(random, 0, 2.2), between(random, -0.8, 0.8), [
    'ball',
    'cylinder',
  ])
  const speed =
    (between(random, 4.6, 6) - body.position[0] * side) / (Math.min(seconds, 4) * between(random, 0.6, 0.8))
  return rollAlong({ ...body, upright: false }, side * speed, 0)
}

/** The bodies that an event is about, the one it happens to first. */
export function drawEvent(sampler: Sampler, event: EventName): Body[] {
  const { random } = sampler
  const tables = {
    roll: () => [drawRoll(sampler)],
    slide: () => [drawSlide(sampler)],
    drop: () => [drawDrop(sampler)],
    collide: () => drawCollision(sampler),
    topple: () => drawToppling(sampler),
    rest: () => [drawBody(sampler, between(random, -1.7, 1.7), between(random, -0.8, 0.8))],
    hide: () => drawHiding(sampler),
    leave: () => [drawLeaving(sampler)],
  } satisfies Record<EventName, () => Body[]>
  return tables[event]()
}

/** Another body: mostly it stands there, sometimes it falls or rolls by as well. */
export function drawCompanion(sampler: Sampler): Body {
  const { random, options } = sampler
  const [x, z] = [
    between(random, -2, 2),
    between(random, options.simple ? -0.5 : -1.8, options.simple ? 0.5 : 1),
  ]
  const kind = options.simple ? 0 : random.uniform()
  if (kind < 0.55) return drawBody(sampler, x, z)
  if (kind < 0.8 || !allows(options.shapes, ['ball'])) return drawDrop(sampler, x, z)
  const side = drawSide(random)
  const body = drawBody(sampler, -side * between(random, 1.9, 2.6), z, ['ball'])
  return rollAlong(body, side * drawSpeed(sampler, between(random, 2.6, 4.5)), 0)
}
