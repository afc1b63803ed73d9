import RAPIER from '@dimforge/rapier3d-deterministic-compat'
import { type Body, type Scene, sizes } from './scene.ts'

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
}

const STEPS_PER_SECOND = 120

let loading: Promise<void> | undefined

/** Loads the physics engine (Rapier's deterministic build); call once before scenes are simulated. */
export function loadPhysics(): Promise<void> {
  loading ??= RAPIER.init()
  return loading
}

function colliderOf(body: Body): RAPIER.ColliderDesc {
  const half = sizes[body.size]
  const desc =
    body.shape === 'ball'
      ? RAPIER.ColliderDesc.ball(half)
      : body.shape === 'cube'
        ? RAPIER.ColliderDesc.cuboid(half * 0.86, half * 0.86, half * 0.86)
        : RAPIER.ColliderDesc.cylinder(half, half * 0.8)
  return desc
    .setRestitution(body.restitution)
    .setRestitutionCombineRule(RAPIER.CoefficientCombineRule.Max)
    .setFriction(body.friction)
    .setFrictionCombineRule(RAPIER.CoefficientCombineRule.Multiply)
}

/** Half the height of a body in metres. */
export function halfHeight(body: Body): number {
  return body.shape === 'cube' ? sizes[body.size] * 0.86 : sizes[body.size]
}

function addBody(world: RAPIER.World, body: Body): RAPIER.RigidBody {
  const [x, height, z] = body.position
  const desc = RAPIER.RigidBodyDesc.dynamic()
    .setTranslation(x, height + halfHeight(body) + 1e-3, z)
    .setRotation({ x: 0, y: Math.sin(body.turn / 2), z: 0, w: Math.cos(body.turn / 2) })
    .setLinvel(body.velocity, 0, 0)
    .setCanSleep(false)
    // Only balls roll: the others keep upright, which a small model learns first.
    .enabledRotations(body.shape === 'ball', body.shape === 'ball', body.shape === 'ball')
  // A ball starts rolling without slipping and slows down a little, as on felt.
  if (body.shape === 'ball')
    desc.setAngvel({ x: 0, y: 0, z: -body.velocity / sizes[body.size] }).setAngularDamping(0.1)
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
  const world = new RAPIER.World({ x: 0, y: -9.81, z: 0 })
  world.timestep = 1 / STEPS_PER_SECOND
  const floor = world.createCollider(
    RAPIER.ColliderDesc.cuboid(50, 1, 50)
      .setTranslation(0, -1, 0)
      .setRestitution(0)
      .setFriction(1)
      .setFrictionCombineRule(RAPIER.CoefficientCombineRule.Multiply),
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
  return { frames, contacts }
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
