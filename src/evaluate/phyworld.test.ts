import assert from 'node:assert/strict'
import { test } from 'node:test'
import { filmPlane, type PhyworldLaw, type PlaneScene, planeGrid, samplePlane } from '../world/index.ts'
import { findBall, isCounted, measureFloor, measureVelocityError } from './index.ts'

/** The first scenes of a law that training could have shown, of the size asked for. */
function* drawScenes(law: PhyworldLaw, count: number, size: number): Generator<PlaneScene> {
  for (let seed = 1; seed <= count; seed++)
    yield samplePlane(seed, { laws: [law], width: size, height: size })
}

const between = (value: number, low: number, high: number, what: string) =>
  assert.ok(value >= low && value <= high, `${what}: ${value}, not ${low} to ${high}`)

const format = { width: 256, height: 256 }

test("the floors of PhyWorld's ground truth come out of our own worlds", () => {
  const uniform = measureFloor(planeGrid('uniform', 'evaluation', format))
  between(uniform.released.mean, 0.0092, 0.0102, 'uniform')
  assert.equal(uniform.released.clips, 160)
  const parabola = measureFloor(planeGrid('parabola', 'evaluation', format))
  between(parabola.released.mean, 0.0213, 0.0233, 'parabola')
  // Over what training shows: the evaluation's grid has no ball between 0.5 and 0.83, whose quick rebounds cost most.
  const collision = measureFloor(drawScenes('collision', 200, 256))
  between(collision.released.mean, 0.0104, 0.0129, 'collision')
  between(
    measureFloor(planeGrid('collision', 'evaluation', format)).released.mean,
    0.0093,
    0.0108,
    'its grid',
  )
  // Calibrated, what is left is how finely pixels say where a disc is.
  between(uniform.calibrated.mean, 0, 0.001, 'uniform, calibrated')
  between(parabola.calibrated.mean, 0, 0.002, 'parabola, calibrated')
  between(collision.calibrated.mean, 0, 0.003, 'collision, calibrated')
})

test('smaller pictures raise the released floor of collisions, and hardly the calibrated ones', () => {
  const small = { width: 64, height: 64 }
  const collision = measureFloor(drawScenes('collision', 100, 64))
  between(collision.released.mean, 0.02, 0.035, 'collision')
  between(collision.calibrated.mean, 0, 0.006, 'collision, calibrated')
  const parabola = measureFloor(planeGrid('parabola', 'evaluation', small))
  between(parabola.released.mean, 0.021, 0.025, 'parabola')
  between(parabola.calibrated.mean, 0, 0.003, 'parabola, calibrated')
})

test('a ball is found where it is', () => {
  const scene = samplePlane(3, { laws: ['collision'], width: 128, height: 128 })
  const { frames, motion } = filmPlane(scene)
  for (const [i, colour] of (['red', 'blue'] as const).entries()) {
    const [x, y] = motion.frames[0][i].position
    const first = frames.subarray(0, 128 * 128 * 3)
    const calibrated = findBall(first, 128, colour, 'calibrated')!
    between(Math.hypot(calibrated.x - x, calibrated.y - y), 0, 0.005, `${colour}, calibrated`)
    const released = findBall(first, 128, colour, 'released')!
    between(Math.hypot(released.x - x, released.y - y), 0, 0.1, `${colour}, released`)
    between(Math.abs(released.radius - scene.bodies[i].radius), 0, 0.05, 'radius')
  }
  assert.equal(findBall(new Uint8Array(16 * 16 * 3).fill(255), 16, 'red', 'calibrated'), undefined)
})

test('a film of another speed is wrong by the difference', () => {
  for (const law of ['uniform', 'parabola'] as const) {
    const scene = samplePlane(7, { laws: [law], width: 128, height: 128 })
    const [body] = scene.bodies
    const slower = {
      ...scene,
      bodies: [{ ...body, velocity: [body.velocity[0] - 0.25, 0] as [number, number] }],
    }
    const { frames } = filmPlane(slower)
    const { x, y, error } = measureVelocityError({ frames, width: 128, height: 128 }, scene, 'calibrated')!
    between(x, 0.24, 0.26, 'x')
    between(y, 0, 0.01, 'y')
    assert.equal(error, law === 'parabola' ? x + y : x)
  }
})

test('a film without a ball, one too short, and one of noise are measured or refused, never a crash', () => {
  const scene = samplePlane(1, { laws: ['uniform'], width: 32, height: 32 })
  const empty = { frames: new Uint8Array(32 * 32 * 32 * 3).fill(255), width: 32, height: 32 }
  // A lost ball is taken to stay at the edge: its whole speed is the error.
  assert.ok(
    Math.abs(measureVelocityError(empty, scene, 'released')!.error - scene.bodies[0].velocity[0]) < 1e-9,
  )
  const thrown = samplePlane(1, { laws: ['parabola'], width: 32, height: 32 })
  const lost = measureVelocityError(empty, thrown, 'calibrated')!
  between(
    lost.error,
    thrown.bodies[0].velocity[0] + 2,
    thrown.bodies[0].velocity[0] + 5,
    'a lost thrown ball',
  )
  const short = { ...empty, frames: empty.frames.subarray(0, 4 * 32 * 32 * 3) }
  assert.equal(measureVelocityError(short, scene, 'released'), undefined)
  const pendulum = samplePlane(1, { laws: ['pendulum'] })
  assert.throws(() => measureVelocityError(empty, pendulum, 'released'), /got "pendulum"/)
  assert.throws(
    () => measureVelocityError({ ...empty, height: 16 }, scene, 'released'),
    /square, got 32 x 16/,
  )
})

test('faint noise on white ground does not move the calibrated centroid', () => {
  const scene = samplePlane(2, { laws: ['uniform'], width: 64, height: 64 })
  const film = filmPlane(scene)
  const noisy = film.frames.map((value, i) => Math.max(0, Math.min(255, value + ((i * 7919) % 21) - 10)))
  const { error } = measureVelocityError({ ...film, frames: noisy }, scene, 'calibrated')!
  between(error, 0, 0.02, 'error')
})

test('small balls are not counted', () => {
  assert.equal(isCounted(samplePlane(1, { laws: ['uniform'] })), true)
  const scene = samplePlane(1, { laws: ['uniform'] })
  assert.equal(isCounted({ ...scene, bodies: [{ ...scene.bodies[0], radius: 0.59 }] }), false)
})
