import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import {
  curricula,
  type EventName,
  events,
  floors,
  lights,
  loadPhysics,
  materials,
  type Scene,
  type SceneOptions,
  sampleClip,
  sampleScene,
  sceneFromJson,
  shapes,
  sizes,
  skies,
} from './index.ts'

before(loadPhysics)

const sample = (count: number, options: SceneOptions = {}, first = 1): Scene[] =>
  Array.from({ length: count }, (_, i) => sampleScene(first + i, { frameCount: 25, ...options }))

function count(values: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1
  return counts
}

test('a scene that is wrong is refused with every field that is wrong', () => {
  const scene = sampleScene(3)
  assert.deepEqual(sceneFromJson(JSON.parse(JSON.stringify(scene))), scene)
  const cases: [unknown, RegExp][] = [
    [{ ...scene, floor: 'lava' }, /floor: .*"grass"/],
    [{ ...scene, version: 1 }, /version/],
    [{ ...scene, colour: 'red' }, /colour/],
    [{ ...scene, bodies: [] }, /bodies/],
    [{ ...scene, bodies: [{ ...scene.bodies[0], material: 'wool' }] }, /bodies\.0\.material/],
    [{ ...scene, bodies: [{ ...scene.bodies[0], position: [0, -1, 0] }] }, /bodies\.0\.position\.1/],
    [{ ...scene, camera: { move: 'dolly', direction: 'left', amount: 1 } }, /camera\.direction/],
    [{ ...scene, width: 8, height: 9000 }, /width: .*; height: /],
    ['a ball', /scene: /],
  ]
  for (const [json, message] of cases) {
    assert.throws(() => sceneFromJson(json), message)
    assert.throws(() => sceneFromJson(json), /^RangeError: not a scene of version 2: /)
  }
})

test('the same seed and options give the same scene, other seeds others', () => {
  const [a, b] = [sample(5), sample(5)]
  assert.deepEqual(a, b)
  assert.equal(new Set(a.map(scene => JSON.stringify(scene.bodies))).size, 5)
})

test('everything that can be drawn is drawn, about as often as the rest', () => {
  const scenes = sample(400, { frameCount: 13, fps: 6 })
  const bodies = scenes.flatMap(scene => scene.bodies)
  const drawn: [readonly string[], readonly string[], number][] = [
    [floors, scenes.map(({ floor }) => floor), 0.4],
    [lights, scenes.map(({ light }) => light), 0.25],
    [skies, scenes.map(({ sky }) => sky), 0.2],
    [['still', 'orbit', 'dolly', 'pan'], scenes.map(({ camera }) => camera.move), 0.35],
    [['1', '2', '3', '4'], scenes.map(scene => String(scene.bodies.length)), 0.7],
    [Object.keys(sizes), bodies.map(({ size }) => size), 0.35],
    [Object.keys(materials), bodies.map(({ material }) => material), 0.3],
    [shapes, bodies.map(({ shape }) => shape), 0.75],
  ]
  for (const [names, values, tolerance] of drawn) {
    const counts = count(values)
    assert.deepEqual(Object.keys(counts).sort(), [...names].sort())
    const even = values.length / names.length
    for (const name of names) {
      assert.ok(
        Math.abs(counts[name] - even) < tolerance * even,
        `${name}: ${counts[name]} of ${values.length}`,
      )
    }
  }
})

test('the dial holds: lists, weights, curricula', () => {
  for (const { bodies, floor, light, sky, camera } of sample(40, curricula.first)) {
    assert.ok(bodies.length <= 2 && ['plain', 'checkered'].includes(floor))
    assert.deepEqual([light, sky, camera.move], ['noon', 'clear', 'still'])
    for (const { shape, material, upright, velocity } of bodies) {
      assert.ok(shape !== 'cone' && material === 'matte')
      assert.ok(upright || shape === 'ball')
      assert.equal(velocity[1], 0)
    }
  }
  const large = sample(60, {
    sizes: { large: 1 },
    colours: ['red', 'blue'],
    bodies: [1, 1],
    events: ['rest'],
  })
  assert.ok(
    large.every(({ bodies }) =>
      bodies.every(({ size, colour }) => size === 'large' && /red|blue/.test(colour)),
    ),
  )
  const plain = { sizes: ['small'], materials: ['matte'], cameras: ['still'] } as const
  for (const event of ['topple', 'hide'] as const) {
    for (const { bodies } of sample(8, { ...plain, events: [event], bodies: [0, 1] }))
      for (const { size, material } of bodies) assert.deepEqual([size, material], ['small', 'matte'], event)
  }
  assert.throws(() => sample(1, { floors: [] }), /nothing to draw from/)
  assert.throws(() => sample(1, { events: ['roll'], shapes: ['cube'] }), /nothing to draw from/)
})

test('bodies of a scene have colours of their own, start apart, and are seen', () => {
  for (const { bodies } of sample(60, { bodies: [0, 0, 0, 1] })) {
    assert.equal(new Set(bodies.map(({ colour }) => colour)).size, bodies.length)
    for (const { position } of bodies) assert.ok(Math.abs(position[0]) < 4 && Math.abs(position[2]) < 4)
  }
})

test('clips show the event that they were drawn for', () => {
  const moved = (event: EventName, seed: number) => {
    const { scene, motion } = sampleClip(seed, {
      events: [event],
      frameCount: 37,
      cameras: ['still'],
    })
    const [from, to] = [motion.frames[0], motion.frames[36]].map(states => states[0])
    const way = Math.hypot(to.position[0] - from.position[0], to.position[2] - from.position[2])
    const hits = motion.contacts.filter(({ body, other }) => body === 0 && other === 1).length
    return { scene, way, hits, fall: from.position[1] - to.position[1], to }
  }
  const expectations = {
    roll: ({ way }) => way > 0.8,
    slide: ({ way, scene }) => way > 0.8 && scene.bodies[0].upright,
    drop: ({ fall }) => fall > 0.3,
    collide: ({ hits }) => hits > 0,
    topple: ({ to }) => Math.abs(1 - 2 * (to.orientation[0] ** 2 + to.orientation[2] ** 2)) < 0.5,
    rest: ({ way }) => way < 0.3,
    hide: ({ scene }) => scene.bodies[1].position[2] > scene.bodies[0].position[2],
    leave: ({ to }) => Math.abs(to.position[0]) > 3,
  } satisfies Record<EventName, (clip: ReturnType<typeof moved>) => boolean>
  for (const event of events) {
    for (let seed = 1; seed <= 4; seed++)
      assert.ok(expectations[event](moved(event, seed)), `${event}, seed ${seed}`)
  }
})

test('from a single picture to a minute, at any rate and shape', () => {
  for (const options of [
    { frameCount: 1 },
    { frameCount: 13, fps: 12 },
    { frameCount: 25, fps: 24, width: 320, height: 180 },
    { frameCount: 121, fps: 2, width: 180, height: 320 },
  ]) {
    for (const scene of sample(6, options)) assert.equal(scene.frameCount, options.frameCount)
  }
})
