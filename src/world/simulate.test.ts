import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { type Body, type Scene, sceneFromJson } from './scene.ts'
import { loadPhysics, simulateScene } from './simulate.ts'

before(loadPhysics)

const GRAVITY = 9.81
const FPS = 24

const body: Body = {
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
  restitution: 0.7,
  friction: 0.6,
}

const sceneOf = (...bodies: Partial<Body>[]): Scene =>
  sceneFromJson({
    version: 2,
    family: 'tabletop',
    seed: 1,
    floor: 'plain',
    light: 'noon',
    sky: 'clear',
    camera: { move: 'still' },
    bodies: bodies.map(given => ({ ...body, ...given })),
    frameCount: 97,
    fps: FPS,
    width: 64,
    height: 64,
  })

const moved = (scene: Scene, axis: 0 | 2, index = 0, frame = scene.frameCount - 1) => {
  const { frames } = simulateScene(scene)
  return frames[frame][index].position[axis] - frames[0][index].position[axis]
}

test('what falls follows g t^2 / 2, whatever it weighs', () => {
  for (const material of ['matte', 'metal', 'glass'] as const) {
    const { frames, contacts } = simulateScene(sceneOf({ position: [0, 2, 0], material }))
    for (const frame of [6, 10, 14]) {
      const fallen = frames[0][0].position[1] - frames[frame][0].position[1]
      const expected = (GRAVITY / 2) * (frame / FPS) ** 2
      assert.ok(
        Math.abs(fallen - expected) < 0.04 * expected,
        `frame ${frame}: ${fallen} m, not ${expected} m`,
      )
    }
    const touch = contacts[0].frame / FPS
    assert.ok(Math.abs(touch - Math.sqrt((2 * 2) / GRAVITY)) < 1.5 / FPS, `touches after ${touch} s`)
  }
})

test('a bounce rises to e^2 of the height, for several e', () => {
  for (const restitution of [0.5, 0.7, 0.9]) {
    const { frames, contacts } = simulateScene(sceneOf({ position: [0, 2, 0], restitution }))
    const [touch, next] = contacts.map(({ frame }) => frame)
    const heights = frames.slice(touch + 1, next).map(([state]) => state.position[1] - 0.52)
    const expected = restitution ** 2 * 2
    const peak = Math.max(...heights)
    assert.ok(Math.abs(peak - expected) < 0.06 * 2, `e = ${restitution}: rises ${peak} m, not ${expected} m`)
  }
})

test('a sliding body stops after v^2 / (2 mu g), in either direction', () => {
  for (const [shape, friction, speed] of [
    ['cube', 0.1, 2],
    ['cylinder', 0.2, -2.5],
    ['cone', 0.15, 1.5],
  ] as const) {
    const scene = sceneOf({ shape, position: [-speed, 0, 0], velocity: [speed, 0], friction, upright: true })
    const expected = (Math.sign(speed) * speed ** 2) / (2 * friction * GRAVITY)
    const way = moved(scene, 0)
    assert.ok(
      Math.abs(way - expected) < 0.03 * Math.abs(expected) + 0.02,
      `${shape}: ${way} m, not ${expected} m`,
    )
  }
})

test('a ball that rolls without slipping turns as far as it goes, along x and along z', () => {
  const radius = 0.52
  for (const [velocity, spin] of [
    [
      [2, 0],
      [0, 0, -2 / radius],
    ],
    [
      [0, -2],
      [-2 / radius, 0, 0],
    ],
  ] as const) {
    const { frames } = simulateScene(sceneOf({ velocity: [...velocity], spin: [...spin] }))
    const angle = 2 * Math.acos(Math.abs(frames[8][0].orientation[3]))
    const [from, to] = [frames[0][0].position, frames[8][0].position]
    const way = Math.hypot(to[0] - from[0], to[2] - from[2])
    assert.ok(Math.abs(angle - way / radius) < 0.03, `${angle} rad for ${way} m`)
    assert.ok(Math.abs(way - (2 * 8) / FPS) < 0.04, `${way} m`)
  }
})

test('a slipping ball ends up rolling at 5/7 of its speed', () => {
  const { frames } = simulateScene(sceneOf({ position: [-3, 0, 0], velocity: [3, 0], friction: 0.3 }))
  // It slips for t = 2 v / (7 mu g) = 0.29 s.
  const speed = frames[12][0].velocity[0]
  assert.ok(Math.abs(speed - (3 * 5) / 7) < 0.08, `${speed} m/s`)
})

test('an elastic collision keeps momentum and energy, and gives the speeds of the closed form', () => {
  const radius = { small: 0.52, large: 0.78 }
  const density = { matte: 1, metal: 5 }
  for (const [a, b] of [
    [
      ['small', 'matte'],
      ['small', 'matte'],
    ],
    [
      ['large', 'matte'],
      ['small', 'matte'],
    ],
    [
      ['small', 'matte'],
      ['small', 'metal'],
    ],
  ] as const) {
    // High up and without friction, so that nothing but the collision counts.
    const [first, second] = [a, b].map(
      ([size, material]) => ({ size, material, restitution: 1, friction: 0 }) as const,
    )
    const scene = sceneOf(
      { ...first, position: [-1.5, 50 - radius[a[0]], 0], velocity: [4, 0] },
      { ...second, position: [0.4, 50 - radius[b[0]], 0] },
    )
    const { frames, contacts } = simulateScene(scene)
    assert.ok(contacts.some(({ body: i, other }) => i === 0 && other === 1))
    const [m, n] = [a, b].map(([size, material]) => density[material] * radius[size] ** 3)
    const [v, w] = frames[20].map(({ velocity }) => velocity[0])
    assert.ok(Math.abs(m * v + n * w - m * 4) < 0.01 * m * 4, `momentum ${m * v + n * w}, not ${m * 4}`)
    const energy = frames[20].map(({ velocity }) => velocity[0] ** 2 + velocity[2] ** 2)
    assert.ok(
      Math.abs(m * energy[0] + n * energy[1] - m * 16) < 0.05 * m * 16,
      `energy ${m * energy[0] + n * energy[1]}`,
    )
    assert.ok(Math.abs(v - (4 * (m - n)) / (m + n)) < 0.12, `first goes on at ${v} m/s`)
    assert.ok(Math.abs(w - (4 * 2 * m) / (m + n)) < 0.12, `second goes off at ${w} m/s`)
  }
})

test('what stands, stands; what is upright stays upright; a push above the centre topples a cylinder', () => {
  for (const shape of ['ball', 'cube', 'cylinder', 'cone'] as const) {
    for (const size of ['small', 'large'] as const) {
      const { frames } = simulateScene(sceneOf({ shape, size, turn: 0.4, restitution: 0.2 }))
      const [from, to] = [frames[0][0].position, frames[96][0].position]
      assert.ok(Math.hypot(...to.map((p, i) => p - from[i])) < 0.01, `${size} ${shape} wanders off`)
    }
  }
  const push = {
    shape: 'cylinder',
    velocity: [1.7, 0],
    spin: [0, 0, -4],
    restitution: 0.1,
    friction: 1.2,
  } satisfies Partial<Body>
  const up = (scene: Scene) => {
    const [x, , z] = simulateScene(scene).frames[96][0].orientation
    return 1 - 2 * (x * x + z * z)
  }
  assert.ok(up(sceneOf({ ...push, upright: true })) > 0.999)
  assert.ok(Math.abs(up(sceneOf(push))) < 0.2)
})

test('nothing sinks into the floor or into another body', () => {
  const scene = sceneOf(
    { position: [-2, 0, 0], velocity: [5, 0], spin: [0, 0, -9.6], size: 'large', material: 'metal' },
    { position: [0, 0, 0], colour: 'blue', shape: 'cube' },
    { position: [1.4, 0, 0.1], colour: 'green', shape: 'ball' },
    { position: [0.2, 3, 0], colour: 'pink', shape: 'ball' },
  )
  for (const frame of simulateScene(scene).frames) {
    for (const { position } of frame) assert.ok(position[1] > 0.42, `${position[1]} m`)
    const [a, , b] = frame
    const apart = Math.hypot(...a.position.map((p, i) => p - b.position[i]))
    assert.ok(apart > 0.52 + 0.78 - 0.05, `${apart} m apart`)
  }
})
