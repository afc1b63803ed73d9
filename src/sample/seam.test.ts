import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRandom } from '../array/index.ts'
import { carryAlong } from './motion.ts'
import { fadeSeam, showBefore } from './seam.ts'

const [width, height, side] = [48, 32, 12]

/** A square of random colours on a grey floor, its left upper corner at (x, 10); `softness` 1 leaves a mean colour of it. */
function draw(x: number, softness = 0): Uint8Array {
  const random = createRandom(3)
  const frame = new Uint8Array(width * height * 3).fill(90)
  for (let j = 0; j < side; j++) {
    for (let i = 0; i < side; i++) {
      const at = ((10 + j) * width + x + i) * 3
      for (let c = 0; c < 3; c++) {
        const value = 40 * c + 160 * random.uniform()
        frame[at + c] = (1 - softness) * value + softness * (40 * c + 80)
      }
    }
  }
  return frame
}

const distance = (a: Uint8Array, b: Uint8Array) =>
  Math.sqrt(a.reduce((sum, value, i) => sum + (value - b[i]) ** 2, 0) / a.length)

test('what belongs to pixels moves with them, and stays where nothing moves', () => {
  const values = Float32Array.from(draw(8), value => value - 90)
  assert.deepEqual(carryAlong(values, draw(8), draw(8), width), values)
  const carried = carryAlong(values, draw(8), draw(13), width)
  const wanted = Float32Array.from(draw(13), value => value - 90)
  const wrong = carried.filter((value, i) => Math.abs(value - wanted[i]) > 1e-3).length
  assert.ok(wrong < 0.02 * wanted.length, `${wrong} of ${wanted.length}`)
})

test('behind a seam what moves stays sharp, and leaves no ghost where it was', () => {
  const places = [12, 16, 20]
  const frames = Uint8Array.from(Buffer.concat(places.map(x => draw(x, 0.5))))
  fadeSeam(frames, { given: draw(8), decoded: draw(8, 0.5) }, width, 'before')
  for (const [n, x] of places.entries()) {
    const frame = frames.subarray(n * draw(0).length, (n + 1) * draw(0).length)
    const [lost, left] = [distance(draw(x, 0.5), draw(x)), distance(frame, draw(x))]
    assert.ok(left < 0.4 * lost, `frame ${n}: ${left} of ${lost}`)
    // Where the square was, the floor is as it is everywhere.
    const ghost = frame.subarray((15 * width + 2) * 3, (15 * width + x - 2) * 3)
    assert.ok(
      ghost.every(value => Math.abs(value - 90) < 8),
      `frame ${n}`,
    )
  }
})

test('a film is shown a moment before it begins: what moves there lies further back', () => {
  const shown = showBefore(draw(12), draw(16), width)
  const [near, far] = [distance(shown, draw(8)), distance(shown, draw(12))]
  assert.ok(near < 0.6 * far, `${near} from where it was, ${far} from where it is`)
  const still = showBefore(draw(12), draw(12), width)
  assert.deepEqual(still, draw(12))
})
