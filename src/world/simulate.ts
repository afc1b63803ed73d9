import type RAPIER from '@dimforge/rapier3d-deterministic-compat'
import { type CameraFrame, cameraPath } from './camera.ts'
import { type Body, halfExtents, materials, type Scene } from './scene.ts'

/** Where a body is in one frame. */
export interface BodyState {
  readonly position: readonly [number, number, number]
  /** Unit quaternion x, y, z, w. */
  readonly orientation: readonly [number, number, number, number]
  /** Metres a second. */
  readonly velocity: readonly [number, number, number]
}

/** Two things that touched: a body's index, the other's or -1 for the floor, and the frame it began in. */
export interface Contact {
  readonly body: number
  readonly other: number
  readonly frame: number
}

/** What happened in a scene. */
export interface Motion {
  /** States by frame, then body. */
  readonly frames: readonly (readonly BodyState[])[]
  readonly contacts: readonly Contact[]
  /** The camera by frame. */
  readonly camera: readonly CameraFrame[]
}

const STEPS_PER_SECOND = 120

let engine: typeof RAPIER
let loading: Promise<void> | undefined

async function load(): Promise<void> {
  // Four megabytes, for those who simulate only.
  engine = (await import('@dimforge/rapier3d-deterministic-compat')).default
  await engine.init()
}

/** Loads the physics engine (Rapier's deterministic build); call once before scenes are simulated. */
export function loadPhysics(): Promise<void> {
  loading ??= load()
  return loading
}

/** How far a body reaches below its origin when it is tilted as it starts. */
function depthBelow(body: Body): number {
  const [across, up] = halfExtents(body)
  const [cos, sin] = [Math.cos(body.tilt), Math.abs(Math.sin(body.tilt))]
  if (body.shape === 'ball') return across
  if (body.shape === 'cone') return Math.max(-up * cos, up * cos + across * sin)
  return up * Math.abs(cos) + across * sin
}

function colliderOf(body: Body): RAPIER.ColliderDesc {
  const [across, up] = halfExtents(body)
  const shapes = {
    ball: () => engine.ColliderDesc.ball(across),
    cube: () => engine.ColliderDesc.cuboid(across, up, across),
    cylinder: () => engine.ColliderDesc.cylinder(up, across),
    cone: () => engine.ColliderDesc.cone(up, across),
  } satisfies Record<Body['shape'], () => RAPIER.ColliderDesc>
  return shapes[body.shape]()
    .setDensity(materials[body.material])
    .setRestitution(body.restitution)
    .setRestitutionCombineRule(engine.CoefficientCombineRule.Max)
    .setFriction(body.friction)
    .setFrictionCombineRule(engine.CoefficientCombineRule.Multiply)
}

/** What rolls slows down a little, as on felt. */
const ROLLING_DAMPING = { ball: 0.1, cube: 0.05, cylinder: 0.25, cone: 0.4 } as const

function addBody(world: RAPIER.World, body: Body): RAPIER.RigidBody {
  const [x, height, z] = body.position
  const [turn, tilt] = [body.turn / 2, body.tilt / 2]
  const desc = engine.RigidBodyDesc.dynamic()
    .setTranslation(x, height + depthBelow(body) + 1e-3, z)
    .setRotation({
      x: Math.cos(turn) * Math.sin(tilt),
      y: Math.sin(turn) * Math.cos(tilt),
      z: -Math.sin(turn) * Math.sin(tilt),
      w: Math.cos(turn) * Math.cos(tilt),
    })
    .setLinvel(body.velocity[0], 0, body.velocity[1])
    .setAngularDamping(ROLLING_DAMPING[body.shape])
    .setCanSleep(false)
  if (body.upright) desc.enabledRotations(false, false, false)
  else desc.setAngvel({ x: body.spin[0], y: body.spin[1], z: body.spin[2] })
  const rigid = world.createRigidBody(desc)
  world.createCollider(colliderOf(body), rigid)
  return rigid
}

function stateOf(rigid: RAPIER.RigidBody): BodyState {
  const p = rigid.translation()
  const q = rigid.rotation()
  const v = rigid.linvel()
  return { position: [p.x, p.y, p.z], orientation: [q.x, q.y, q.z, q.w], velocity: [v.x, v.y, v.z] }
}

/** Moves a scene; `loadPhysics` must have finished. The same scene gives the same numbers on every machine. */
export function simulateScene(scene: Scene): Motion {
  const world = new engine.World({ x: 0, y: -9.81, z: 0 })
  world.timestep = 1 / STEPS_PER_SECOND
  const floor = world.createCollider(
    engine.ColliderDesc.cuboid(50, 1, 50)
      .setTranslation(0, -1, 0)
      .setRestitution(0)
      .setFriction(1)
      .setFrictionCombineRule(engine.CoefficientCombineRule.Multiply),
  )
  const bodies = scene.bodies.map(body => addBody(world, body))
  const colliders = [...bodies.map(body => body.collider(0)), floor]
  const frames: BodyState[][] = []
  const contacts: Contact[] = []
  let touching = new Set<string>()
  let step = 0
  for (let frame = 0; frame < scene.frameCount; frame++) {
    while (step < (frame * STEPS_PER_SECOND) / scene.fps) {
      world.step()
      step++
      touching = recordContacts(world, colliders, touching, frame, contacts)
    }
    frames.push(bodies.map(stateOf))
  }
  world.free()
  return { frames, contacts, camera: cameraPath(scene) }
}

/** Metres within which the engine lets bodies at rest float. */
const CONTACT_SLOP = 5e-3

/** How far two bodies move against each other in one step: a quick hit is over before a step ends. */
function approach(a: RAPIER.Collider, b: RAPIER.Collider): number {
  const [v, w] = [a.parent()!.linvel(), b.parent()!.linvel()]
  return Math.hypot(v.x - w.x, v.y - w.y, v.z - w.z) / STEPS_PER_SECOND
}

/** Appends the pairs that touch now and did not before; returns all that touch now. */
function recordContacts(
  world: RAPIER.World,
  colliders: readonly RAPIER.Collider[],
  before: ReadonlySet<string>,
  frame: number,
  contacts: Contact[],
): Set<string> {
  const now = new Set<string>()
  const floor = colliders.length - 1
  for (let body = 0; body < floor; body++) {
    for (let other = body + 1; other <= floor; other++) {
      const reach = CONTACT_SLOP + (other === floor ? 0 : approach(colliders[body], colliders[other]))
      let touches = false
      world.contactPair(colliders[body], colliders[other], manifold => {
        for (let i = 0; i < manifold.numContacts(); i++) touches ||= manifold.contactDist(i) < reach
      })
      if (!touches) continue
      const pair = `${body}-${other}`
      now.add(pair)
      if (!before.has(pair)) contacts.push({ body, other: other === floor ? -1 : other, frame })
    }
  }
  return now
}
