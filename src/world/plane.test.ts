import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  FRAME_INTERVAL,
  type PlaneMotion,
  type PlaneScene,
  phyworldLaws,
  planeGrid,
  planeLaws,
  planeRanges,
  planeSceneSchema,
  planeSplits,
  samplePlane,
  simulatePlane,
} from './index.ts'

type Body = PlaneScene['bodies'][number]

const body = (given: Partial<Body> = {}): Body => ({
  colour: 'red',
  radius: 1,
  position: [2, 5],
  velocity: [0, 0],
  ...given,
})

const sceneOf = (given: Partial<PlaneScene> = {}): PlaneScene =>
  planeSceneSchema.parse({
    version: 1,
    family: 'plane',
    law: 'uniform',
    seed: 1,
    gravity: 0,
    walls: false,
    bodies: [body()],
    frameCount: 32,
    fps: 10,
    width: 64,
    height: 64,
    ...given,
  })

const near = (value: number, expected: number, tolerance: number, what: string) =>
  assert.ok(Math.abs(value - expected) <= tolerance, `${what}: ${value}, not ${expected}`)

/** Seconds after which frame f is taken: after step 1, 11, 21 ... of 0.01 s. */
const timeOf = (frame: number) => 0.01 + frame * FRAME_INTERVAL

function energyOf(scene: PlaneScene, states: PlaneMotion['frames'][number]): number {
  return states.reduce((sum, { velocity: [vx, vy], position: [, y] }, i) => {
    const mass = scene.bodies[i].radius ** 2
    return sum + mass * ((vx * vx + vy * vy) / 2 + scene.gravity * y)
  }, 0)
}

function momentumOf(scene: PlaneScene, states: PlaneMotion['frames'][number]): [number, number] {
  return [0, 1].map(axis =>
    states.reduce((sum, { velocity }, i) => sum + scene.bodies[i].radius ** 2 * velocity[axis], 0),
  ) as [number, number]
}

test('a ball in uniform motion is where its speed says', () => {
  const { frames } = simulatePlane(sceneOf({ bodies: [body({ velocity: [3, 0] })] }))
  for (const [f, [{ position }]] of frames.entries()) {
    near(position[0], 2 + 3 * timeOf(f), 1e-12, `x in frame ${f}`)
    assert.equal(position[1], 5)
  }
})

test('a thrown ball follows the closed form of semi-implicit Euler steps', () => {
  const scene = sceneOf({
    law: 'parabola',
    gravity: 2.5,
    bodies: [body({ position: [1, 8.5], velocity: [2, 0] })],
  })
  for (const [f, [{ position, velocity }]] of simulatePlane(scene).frames.entries()) {
    const n = 1 + 10 * f
    near(position[0], 1 + 2 * timeOf(f), 1e-12, `x in frame ${f}`)
    // y(n) = y0 - g dt^2 n (n + 1) / 2
    near(position[1], 8.5 - (2.5 * 0.01 ** 2 * n * (n + 1)) / 2, 1e-12, `y in frame ${f}`)
    near(velocity[1], -2.5 * timeOf(f), 1e-12, `vy in frame ${f}`)
  }
})

test('unequal balls exchange what an elastic impact says, also when they are slow', () => {
  for (const [r1, r2, v1, v2] of [
    [0.5, 1.5, 4, 1],
    [1.5, 0.6, 1, 2],
    [1, 1, 3, 2],
    [0.8, 1.1, 0.3, 0.2],
  ]) {
    const gap = 1.2 * (v1 + v2)
    const bodies = [
      body({ radius: r1, position: [3, 5], velocity: [v1, 0] }),
      body({ radius: r2, position: [3 + r1 + r2 + gap, 5], velocity: [-v2, 0], colour: 'blue' }),
    ]
    const scene = sceneOf({ law: 'collision', bodies })
    const { frames, contacts } = simulatePlane(scene)
    const [m1, m2] = [r1 * r1, r2 * r2]
    const last = frames[31]
    near(last[0].velocity[0], ((m1 - m2) * v1 - 2 * m2 * v2) / (m1 + m2), 1e-12, 'left')
    near(last[1].velocity[0], (2 * m1 * v1 + (m1 - m2) * v2) / (m1 + m2), 1e-12, 'right')
    near(energyOf(scene, last), energyOf(scene, frames[0]), 1e-9, 'energy')
    near(momentumOf(scene, last)[0], momentumOf(scene, frames[0])[0], 1e-9, 'momentum')
    assert.equal(contacts.length, 1)
    // They meet after 1.2 s, which the frame at 1.21 s shows first, or the next when a step ends just short of it.
    near(timeOf(contacts[0].frame), 1.26, 0.06, 'time of contact')
  }
})

test('several balls keep their energy for a minute, and their momentum while they hit no wall', () => {
  for (let seed = 1; seed <= 10; seed++) {
    const scene = samplePlane(seed, { laws: ['balls'], frameCount: 601 })
    const { frames, contacts } = simulatePlane(scene)
    const start = energyOf(scene, frames[0])
    for (const states of frames) near(energyOf(scene, states), start, 1e-9 * start, `energy, seed ${seed}`)
    for (const states of frames)
      for (const [i, { position }] of states.entries())
        for (const at of position)
          assert.ok(
            at > scene.bodies[i].radius - 0.1 && at < 10.1 - scene.bodies[i].radius,
            `seed ${seed}: at ${at}`,
          )
    const free = simulatePlane({ ...scene, walls: false })
    for (const axis of [0, 1] as const)
      near(
        momentumOf(scene, free.frames[600])[axis],
        momentumOf(scene, free.frames[0])[axis],
        1e-9,
        'momentum',
      )
    assert.ok(contacts.some(({ other }) => other >= 0))
  }
})

/** The arithmetic-geometric mean, by which a pendulum's period is 2 pi sqrt(L / g) / agm(1, cos(a / 2)). */
function agm(a: number, b: number): number {
  return Math.abs(a - b) < 1e-15 ? a : agm((a + b) / 2, Math.sqrt(a * b))
}

test('a pendulum keeps its energy for 60 s and swings with the period of its amplitude', () => {
  for (const angle of [0.3, 1.2]) {
    const length = 5
    const position: [number, number] = [5 + length * Math.sin(angle), 9 - length * Math.cos(angle)]
    const scene = sceneOf({
      law: 'pendulum',
      gravity: 9.81,
      pivot: [5, 9],
      frameCount: 601,
      bodies: [body({ position })],
    })
    const { frames } = simulatePlane(scene)
    const start = energyOf(scene, frames[0]) - 9.81 * (9 - length)
    for (const [f, states] of frames.entries()) {
      near(energyOf(scene, states) - 9.81 * (9 - length), start, 1e-4 * start, `energy in frame ${f}`)
      const [x, y] = states[0].position
      near(Math.hypot(x - 5, y - 9), length, 1e-12, 'rod')
    }
    // Crossings of the lowest point, in between frames by the straight line.
    const crossings = frames.flatMap(
      (
        [
          {
            position: [x],
          },
        ],
        f,
      ) => {
        if (f === 0) return []
        const before = frames[f - 1][0].position[0]
        return (before - 5) * (x - 5) < 0 ? [timeOf(f) - (FRAME_INTERVAL * (x - 5)) / (x - before)] : []
      },
    )
    const periods = (crossings.length - 1) / 2
    const period = (crossings[crossings.length - 1] - crossings[0]) / periods
    near(period, (2 * Math.PI * Math.sqrt(length / 9.81)) / agm(1, Math.cos(angle / 2)), 1e-3, 'period')
  }
})

test('scenes are drawn from the ranges of their split, with the room that PhyWorld gives them', () => {
  const isIn = (value: number, ranges: readonly (readonly [number, number])[]) =>
    ranges.some(([low, high]) => value >= low - 1e-9 && value <= high + 1e-9)
  for (const law of phyworldLaws) {
    const { inside, outside } = planeRanges[law === 'collision' ? 'collision' : 'ball']
    for (const split of planeSplits) {
      const isOdd = {
        inside: [false, false],
        radius: [true, false],
        speed: [false, true],
        both: [true, true],
      }[split]
      for (let seed = 0; seed < 200; seed++) {
        const scene = samplePlane(seed, { laws: [law], split })
        const numbers = [
          { values: scene.bodies.map(({ radius }) => radius), range: inside.radius, beyond: outside.radius },
          {
            values: scene.bodies.map(({ velocity: [vx] }) => Math.abs(vx)),
            range: inside.speed,
            beyond: outside.speed,
          },
        ]
        for (const [i, { values, range, beyond }] of numbers.entries()) {
          assert.ok(
            values.every(value => isIn(value, isOdd[i] ? [range, ...beyond] : [range])),
            `${law} ${split}: ${values}`,
          )
          assert.equal(
            values.some(value => isIn(value, beyond)),
            isOdd[i],
            `${law} ${split}: ${values}`,
          )
        }
        if (split !== 'inside') continue
        const { frames, contacts } = simulatePlane(scene)
        if (law === 'collision') {
          assert.ok(
            contacts[0].frame >= 8 && contacts[0].frame <= 24,
            `contact in frame ${contacts[0].frame}`,
          )
        } else {
          const [{ position, velocity, radius }] = scene.bodies
          const reach = position[0] + 2.4 * velocity[0] + radius
          assert.ok(
            reach <= 10 + 1e-9 || position[0] <= radius + 0.5,
            `seed ${seed}: at ${reach} after 24 frames`,
          )
          if (law === 'parabola') assert.ok(position[1] >= 8.5 - radius && position[1] <= 9.5 - radius)
          assert.ok(frames[0][0].position[0] >= radius)
        }
      }
    }
  }
})

test("grids have PhyWorld's counts, but for collisions without room", () => {
  const count = (...of: Parameters<typeof planeGrid>) => [...planeGrid(...of)].length
  assert.equal(count('uniform'), 160)
  assert.equal(count('uniform', '30K'), 30_000)
  assert.equal(count('parabola', 'evaluation', { split: 'both' }), 32 * 16)
  const collisions = count('collision')
  assert.ok(collisions > 200 && collisions <= 256, `${collisions}`)
  const [first] = planeGrid('collision', '3M')
  assert.deepEqual(
    first.bodies.map(({ radius, velocity }) => [radius, Math.abs(velocity[0])]),
    [
      [0.5, 1],
      [0.5, 1],
    ],
  )
})

test('laws are drawn equally often, and what they do not have is refused', () => {
  const counts = new Map<string, number>()
  for (let seed = 0; seed < 1000; seed++) {
    const { law } = samplePlane(seed)
    counts.set(law, (counts.get(law) ?? 0) + 1)
  }
  for (const law of planeLaws) near(counts.get(law) ?? 0, 200, 50, law)
  assert.throws(
    () => samplePlane(1, { laws: ['pendulum'], split: 'both' }),
    /split must be "inside" for the law "pendulum"/,
  )
})

test('a scene that makes no sense is refused with the field', () => {
  assert.throws(() => sceneOf({ height: 32 }), /height.*square, got 64 x 32/s)
  assert.throws(() => sceneOf({ pivot: [5, 9] }), /pivot/)
  assert.throws(() => sceneOf({ law: 'pendulum' }), /pivot/)
  assert.throws(() => sceneOf({ bodies: [body(), body({ position: [3, 5] })] }), /bodies/)
  assert.throws(() => sceneOf({ depth: 1 } as Partial<PlaneScene>), /depth/)
})
