import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  MOST_BODIES,
  mapTruth,
  readLooks,
  spreadBodies,
  sumBodies,
  TRUTH_FEATURES,
  truthOfTokens,
} from './truth.ts'

/** Eight frames of 64 x 32: body 2, 16 x 16, begins at the left edge and goes 4 pixels right a frame. */
function filmSquare(): Uint8Array {
  const masks = new Uint8Array(8 * 64 * 32)
  for (let frame = 0; frame < 8; frame++) {
    for (let y = 16; y < 32; y++)
      masks.fill(2, (frame * 32 + y) * 64 + 4 * frame, (frame * 32 + y) * 64 + 4 * frame + 16)
  }
  return masks
}

test('a square that goes right is where it is, and goes as fast as it does', () => {
  const { coverage, velocity } = mapTruth(filmSquare(), 64, 32)
  assert.equal(coverage.length, 2 * 2 * 4 * MOST_BODIES)
  // It is in the lower row: 16, 12, 8, 4 columns of the first latent, 0, 4, 8, 12 of the second.
  const share = (frame: number, row: number, column: number) =>
    coverage[((frame * 2 + row) * 4 + column) * MOST_BODIES + 1]
  for (const [at, expected] of [
    [share(0, 1, 0), 40 / 64],
    [share(0, 1, 1), 24 / 64],
    [share(0, 0, 0), 0],
    [share(1, 1, 1), 40 / 64],
    [share(1, 1, 2), 24 / 64],
  ]) {
    assert.ok(Math.abs(at - expected) < 1e-6, `${at} is not ${expected}`)
  }
  const [right, down] = velocity.subarray(2, 4)
  assert.ok(Math.abs(right - 16 / 64) < 1e-6 && down === 0, `${right}, ${down}`)
})

test('every token is told the looks of what covers it, as far as it does', () => {
  const window = mapTruth(filmSquare(), 64, 32)
  const looks = [
    { shape: 'cube', colour: 'red', material: 'matte' },
    { shape: 'cone', colour: 'pink', material: 'glass' },
  ]
  const told = truthOfTokens(window, looks, 4, 2)
  assert.equal(told.length, 2 * 2 * TRUTH_FEATURES)
  const first = [...told.subarray(0, TRUTH_FEATURES)]
  // The token has 4 latents, of which the body covers 40 + 24 of 64 columns' worth: a quarter of the token.
  const set = first.filter(value => value !== 0)
  assert.equal(set.length, 4, `shape, colour, material and one velocity: ${first}`)
  for (const value of set.slice(0, 3)) assert.ok(Math.abs(value - 0.25) < 0.01, `${value}`)
  assert.ok(Math.abs(set[3] - 0.25 * 2.5) < 0.02, `${set[3]}`)
  const total = sumBodies(window.coverage).reduce((a, b) => a + b)
  assert.ok(Math.abs(total - 2) < 0.02, `a body of one latent's size in two latent frames covers ${total}`)
})

test('looks are read from a scene, and nothing from clips that have none', () => {
  const bodies = [{ shape: 'ball', colour: 'red', material: 'metal', turn: 1 }]
  assert.deepEqual(readLooks({ scene: { bodies } }), [{ shape: 'ball', colour: 'red', material: 'metal' }])
  assert.deepEqual(readLooks(undefined), [])
  assert.deepEqual(readLooks({ caption: 'a dog' }), [])
})

test('what a body covers is spread to the latents around it, within its frame', () => {
  const bodies = new Float32Array(2 * 4 * 5)
  bodies[1 * 5 + 0] = 0.5 // frame 0, second row, first column
  bodies[4 * 5 + 3 * 5 + 4] = 1 // frame 1, last row and column
  const spread = spreadBodies(bodies, 4, 5)
  const expected = new Float32Array(2 * 4 * 5)
  for (const row of [0, 1, 2]) expected.fill(0.5, row * 5, row * 5 + 2)
  for (const row of [2, 3]) expected.fill(1, 20 + row * 5 + 3, 20 + row * 5 + 5)
  assert.deepEqual(spread, expected)
})
