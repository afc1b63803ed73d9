import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import type { Event } from './attributes.ts'
import { isHeldOut } from './attributes.ts'
import { cameraPath } from './camera.ts'
import { parseCaption, writeCaptions } from './caption.ts'
import { describe, describeMotion } from './describe.ts'
import { type Body, type Camera, halfExtents, type Scene, sceneSchema } from './scene.ts'
import { sampleClip } from './sceneSample.ts'
import { type BodyState, loadPhysics, type Motion, simulateScene } from './simulate.ts'

before(loadPhysics)

const ball: Body = {
  shape: 'ball',
  colour: 'red',
  size: 'small',
  material: 'matte',
  position: [0, 0, 0],
  turn: 0,
  tilt: 0,
  velocity: [0, 0],
  spin: [0, 0, 0],
  upright: false,
  restitution: 0.2,
  friction: 0.6,
}

interface Given {
  readonly bodies: readonly Partial<Body>[]
  readonly camera?: Camera
  readonly frameCount?: number
}

const sceneOf = ({ bodies, camera = { move: 'still' }, frameCount = 49 }: Given): Scene =>
  sceneSchema.parse({
    version: 2,
    family: 'tabletop',
    seed: 1,
    floor: 'wood',
    light: 'noon',
    sky: 'clear',
    camera,
    bodies: bodies.map(body => ({ ...ball, ...body })),
    frameCount,
    fps: 12,
    width: 128,
    height: 128,
  })

/** A ball that rolls without slipping. */
const rolling = (vx: number, vz: number, body: Partial<Body> = {}): Partial<Body> => {
  const radius = halfExtents({ ...ball, ...body })[0]
  return { ...body, velocity: [vx, vz], spin: [vz / radius, 0, -vx / radius] }
}

const observe = (given: Given) => {
  const scene = sceneOf(given)
  return describe(scene, simulateScene(scene))
}
const eventsOf = (given: Given, body = 0) => observe(given).attributes.bodies[body].events

/** A motion in closed form: where each body is at each second; nothing turns, nothing touches. */
function moveAlong(scene: Scene, ...paths: ((t: number) => readonly [number, number, number])[]): Motion {
  const state = (path: (typeof paths)[number], t: number): BodyState => {
    const [a, b] = [path(t), path(t + 1e-4)]
    const velocity = a.map((p, axis) => (b[axis] - p) * 1e4) as [number, number, number]
    return { position: a, orientation: [0, 0, 0, 1], velocity }
  }
  const frames = Array.from({ length: scene.frameCount }, (_, frame) =>
    paths.map(path => state(path, frame / scene.fps)),
  )
  return { frames, contacts: [], camera: cameraPath(scene) }
}

test('a ball that rolls left says left, and right, towards and away', () => {
  const ways = { left: [-1, 0], right: [1, 0], towards: [0, 1], away: [0, -1] } as const
  for (const [direction, [x, z]] of Object.entries(ways)) {
    const body = rolling(x, z, { position: [-x * 1.5, 0, -z * 1.5] })
    assert.deepEqual(eventsOf({ bodies: [body] }), [{ verb: 'rolls', direction }], direction)
  }
  const [slow] = eventsOf({ bodies: [rolling(-0.5, 0)] })
  assert.deepEqual(slow, { verb: 'rolls', direction: 'left', speed: 'slowly' })
  const [quick] = eventsOf({ bodies: [rolling(1.8, 0, { position: [-2.5, 0, 0] })], frameCount: 25 })
  assert.deepEqual(quick, { verb: 'rolls', direction: 'right', speed: 'quickly' })
})

test('a cube slides and comes to rest; what moves too little to be seen rests', () => {
  const cube: Partial<Body> = { shape: 'cube', upright: true, friction: 0.1, position: [-1, 0, 0] }
  assert.deepEqual(
    eventsOf({ bodies: [{ ...cube, velocity: [1.9, 0] }] }).map(({ verb }) => verb),
    ['slides', 'stops'],
  )
  assert.deepEqual(eventsOf({ bodies: [{ ...cube, velocity: [0.3, 0] }] }), [{ verb: 'rests' }])
})

test('a dropped ball bounces as often as its height comes up again', () => {
  const height = 2
  for (const restitution of [0.3, 0.5, 0.65, 0.8]) {
    const scene = sceneOf({ bodies: [{ position: [0, height, 0], restitution }] })
    // Up to e^2n h after bounce n; each flight takes 2 sqrt(2 h / g).
    let [expected, peak, t] = [0, height, Math.sqrt((2 * height) / 9.81)]
    while (t < 48 / 12 && peak * restitution ** 2 > 0.07) {
      peak *= restitution ** 2
      t += 2 * Math.sqrt((2 * peak) / 9.81)
      expected++
    }
    const events = describeMotion(scene, simulateScene(scene)).bodies[0].events
    assert.deepEqual(
      events.slice(0, 2),
      [{ verb: 'drops' }, { verb: 'bounces', times: Math.min(4, expected) }],
      `e = ${restitution}`,
    )
  }
  const flat = eventsOf({ bodies: [{ position: [0, 1.5, 0], restitution: 0 }] })
  assert.deepEqual(flat, [{ verb: 'drops' }])
})

test('a hit names the right bodies, the one that comes first, and what it sets in motion', () => {
  const { attributes, order } = observe({
    bodies: [
      { colour: 'green', shape: 'cone', position: [-1.8, 0, -1.2] },
      { colour: 'blue', position: [0.4, 0, 0] },
      rolling(1.8, 0, { position: [-2, 0, 0] }),
    ],
  })
  assert.deepEqual(order, [2, 1, 0])
  assert.deepEqual(
    attributes.bodies.map(({ colour }) => colour),
    ['red', 'blue', 'green'],
  )
  const [red, blue, green] = attributes.bodies.map(({ events }) => events)
  assert.deepEqual(red.slice(0, 2), [
    { verb: 'rolls', direction: 'right', speed: 'quickly' },
    { verb: 'hits', other: 1 },
  ])
  assert.deepEqual(blue[0], { verb: 'pushed', direction: 'right' })
  assert.equal(green[0].verb, 'rests')
})

test('the order of the bodies of a scene does not matter', () => {
  const bodies: Partial<Body>[] = [
    rolling(1.5, 0, { position: [-2, 0, 0.3], colour: 'red' }),
    { position: [0.5, 1.5, -0.5], colour: 'blue', shape: 'cube', upright: true },
    { position: [1.8, 0, 0.4], colour: 'green', shape: 'cylinder' },
    { position: [-1.2, 0, -1.4], colour: 'pink', shape: 'cone' },
  ]
  const expected = observe({ bodies }).attributes
  assert.deepEqual(observe({ bodies: [...bodies].reverse() }).attributes, expected)
  assert.deepEqual(observe({ bodies: [2, 0, 3, 1].map(i => bodies[i]) }).attributes, expected)
})

test('a body that rolls out of the picture leaves the view, one that comes in enters it', () => {
  const verbs = (events: readonly Event[]) => events.map(({ verb }) => verb)
  assert.deepEqual(verbs(eventsOf({ bodies: [rolling(2, 0)] })), ['rolls', 'leaves'])
  assert.deepEqual(verbs(eventsOf({ bodies: [rolling(2, 0, { position: [-5.5, 0, 0] })] })), [
    'enters',
    'rolls',
  ])
})

test('a tall cylinder that is struck falls over', () => {
  const events = eventsOf({
    bodies: [
      { shape: 'cylinder', spin: [0, 0, -6], velocity: [2, 0], friction: 1.2, position: [-0.5, 0, 0] },
    ],
  })
  assert.ok(
    events.some(({ verb }) => verb === 'topples'),
    JSON.stringify(events),
  )
})

test('behind is behind: it overlaps in the picture and is farther away', () => {
  const screen = { shape: 'cube', colour: 'blue', size: 'large', upright: true } as const
  const pass = (z: number, x: number, v: number) =>
    eventsOf({ bodies: [rolling(v, 0, { position: [x, 0, z] }), { ...screen, position: [0, 0, 0] }] })
  const behind = pass(-1.6, -2.2, 1.4)
  assert.deepEqual(
    behind.map(event => [event.verb, 'other' in event ? event.other : undefined]),
    [
      ['rolls', undefined],
      ['passes', 1],
    ],
  )
  const before = pass(1.6, -1.8, 1.2)
  assert.ok(!before.some(({ verb }) => verb === 'passes' || verb === 'hides'), JSON.stringify(before))
  const scene = sceneOf({ bodies: [{}, { ...screen, position: [0, 0, 0] }] })
  const [height, radius] = [halfExtents(scene.bodies[1])[1], halfExtents(scene.bodies[0])[0]]
  const hiding = describeMotion(
    scene,
    moveAlong(
      scene,
      t => [Math.min(0, -2 + t), radius, -1.6],
      () => [0, height, 0],
    ),
  )
  assert.deepEqual(hiding.bodies[0].events.at(-1), { verb: 'hides', other: 1 })
})

test('the camera is said as it went', () => {
  const body: Partial<Body> = { position: [0, 0, 0] }
  const cameras: Camera[] = [
    { move: 'still' },
    ...(['orbit', 'pan'] as const).flatMap(move =>
      (['left', 'right'] as const).map((direction): Camera => ({ move, direction, amount: 0.5 })),
    ),
    { move: 'orbit', direction: 'left', amount: 6.28 },
    { move: 'dolly', direction: 'in', amount: 1.5 },
    { move: 'dolly', direction: 'out', amount: 1.5 },
  ]
  for (const camera of cameras) {
    const { attributes } = observe({ bodies: [body], camera })
    const { amount: _, ...said } = { amount: 0, ...camera }
    assert.deepEqual(attributes.camera, said)
    assert.deepEqual(attributes.bodies[0].events, [{ verb: 'rests' }], JSON.stringify(camera))
  }
})

test('directions are as the camera sees them at that time', () => {
  // Half way around: what goes along +x goes to the left, away or towards by where the camera is.
  for (const [amount, direction] of [
    [6.28, 'left'],
    [3.14, 'away'],
  ] as const) {
    const scene = sceneOf({
      bodies: [{}],
      camera: { move: 'orbit', direction: 'left', amount },
      frameCount: 49,
    })
    const radius = halfExtents(scene.bodies[0])[0]
    // It goes only in the first half second, when the camera is at -amount / 2 from the middle of its path.
    const motion = moveAlong(scene, t => [
      direction === 'left' ? 1.6 * Math.min(t, 0.5) : -1.6 * Math.min(t, 0.5),
      radius,
      0,
    ])
    const [event] = describeMotion(scene, motion).bodies[0].events
    assert.ok('direction' in event && event.direction === direction, `${amount}: ${JSON.stringify(event)}`)
  }
})

test('a single picture says what is there, not what happens', () => {
  const { attributes } = observe({ bodies: [{ position: [0, 1, 0] }], frameCount: 1 })
  assert.deepEqual(attributes.bodies[0].events, [])
  assert.equal(attributes.camera, undefined)
})

test('what is never seen is not told', () => {
  const { attributes, order } = observe({ bodies: [{ position: [30, 0, 0] }, { colour: 'blue' }] })
  assert.deepEqual(order, [1])
  assert.equal(attributes.bodies[0].colour, 'blue')
  const nothing = observe({ bodies: [{ position: [30, 0, 0] }] }).attributes
  assert.deepEqual(nothing.bodies, [])
  assert.ok(!isHeldOut(nothing))
  const { caption, shortCaption } = writeCaptions(nothing, 3)
  assert.deepEqual(parseCaption(caption), nothing)
  assert.match(shortCaption, /an empty scene/)
})

test('drawn clips: captions have about 60 words at most, and about a tenth is held out', () => {
  let held = 0
  const clips = 160
  for (let seed = 1; seed <= clips; seed++) {
    const { scene, motion } = sampleClip(seed)
    const attributes = describeMotion(scene, motion)
    if (isHeldOut(attributes)) held++
    const { caption } = writeCaptions(attributes, seed)
    assert.ok(caption.split(' ').length <= 60, caption)
    assert.ok(
      attributes.bodies.length > 0 && attributes.bodies.every(({ events }) => events.length > 0),
      caption,
    )
  }
  assert.ok(held > 0.05 * clips && held < 0.16 * clips, `${held} of ${clips}`)
})
