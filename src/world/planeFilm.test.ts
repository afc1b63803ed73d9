import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import {
  describePlane,
  filmPlane,
  filmPlaneSplit,
  isPlaneHeldOut,
  type PlaneFilm,
  type PlaneMotion,
  type PlaneScene,
  parsePlaneCaption,
  pixelToPlane,
  planeCaptionWords,
  planeColours,
  planeSplits,
  renderPlane,
  samplePlane,
  simulatePlane,
  writePlaneCaptions,
} from './index.ts'

const near = (value: number, expected: number, tolerance: number, what: string) =>
  assert.ok(Math.abs(value - expected) <= tolerance, `${what}: ${value}, not ${expected}`)

/** A film as PhyWorld draws it, written down as plainly as can be: every pixel of a 256 canvas, then area means. */
function drawPlainly({ bodies, width: size }: PlaneScene, states: PlaneMotion['frames'][number]): number[] {
  const side = Math.max(256, size)
  const canvas = new Float64Array(side * side * 3).fill(255)
  bodies.forEach(({ radius, colour }, b) => {
    const [cx, cy] = states[b].position.map(at => at / 10)
    const square = (radius / 10) ** 2
    for (let i = 0; i < side * side; i++) {
      const dx = (i % side) / (side - 1) - cx
      const dy = (side - 1 - Math.floor(i / side)) / (side - 1) - cy
      const mask = Math.max(0, Math.min(1, (square - dx * dx - dy * dy) / (square * 0.03)))
      for (let c = 0; c < 3; c++)
        canvas[i * 3 + c] = (1 - mask) * canvas[i * 3 + c] + mask * planeColours[colour][c]
    }
  })
  const scale = side / size
  const overlap = (out: number, source: number) =>
    Math.max(0, Math.min((out + 1) * scale, source + 1) - Math.max(out * scale, source)) / scale
  return Array.from({ length: size * size * 3 }, (_, at) => {
    const [row, column, c] = [Math.floor(at / 3 / size), Math.floor(at / 3) % size, at % 3]
    let sum = 0
    for (let y = Math.floor(row * scale); y < Math.min(side, (row + 1) * scale); y++)
      for (let x = Math.floor(column * scale); x < Math.min(side, (column + 1) * scale); x++)
        sum += overlap(row, y) * overlap(column, x) * Math.floor(canvas[(y * side + x) * 3 + c])
    return sum
  })
}

test('pictures are those of PhyWorld at 256 x 256 and their area means, to one grey level', () => {
  for (const law of ['uniform', 'collision', 'balls'] as const) {
    for (const size of [256, 128, 64, 100, 300]) {
      const scene = samplePlane(size, { laws: [law], width: size, height: size })
      const motion = simulatePlane(scene)
      const { frames } = renderPlane(scene, motion)
      const frame = 13
      const plain = drawPlainly(scene, motion.frames[frame])
      const off = plain.reduce((most, value, i) => {
        return Math.max(most, Math.abs(value - frames[frame * plain.length + i]))
      }, 0)
      assert.ok(off <= 1, `${law} at ${size}: off by ${off}`)
    }
  }
})

test('pixels lie where the renderer has them', () => {
  assert.equal(pixelToPlane(0, 256), 0)
  assert.equal(pixelToPlane(255, 256), 10)
  assert.equal(pixelToPlane(511, 512), 10)
  near(pixelToPlane(0, 128), (10 * 0.5) / 255, 1e-12, 'first of 128')
  near(pixelToPlane(63, 64), (10 * 253.5) / 255, 1e-12, 'last of 64')
})

test('masks say whose each pixel is', () => {
  for (const size of [64, 128, 256]) {
    for (const law of ['collision', 'pendulum', 'balls'] as const) {
      const { scene, motion, masks, frames } = filmPlane(
        samplePlane(5, { laws: [law], width: size, height: size }),
      )
      let wrong = 0
      for (let i = 0; i < masks.length; i++) {
        const picture = frames.subarray(i * 3, i * 3 + 3)
        const distanceTo = (colour: readonly number[]) =>
          Math.hypot(...colour.map((value, c) => value - picture[c]))
        const inside = (b: number) => {
          const [x, y] = motion.frames[Math.floor(i / size / size)][b].position
          const [px, py] = [
            pixelToPlane(i % size, size),
            10 - pixelToPlane(Math.floor(i / size) % size, size),
          ]
          return (px - x) ** 2 + (py - y) ** 2 <= scene.bodies[b].radius ** 2 * 0.985
        }
        const owner = masks[i]
        assert.equal(
          owner > 0,
          scene.bodies.some((_, b) => inside(b)),
        )
        if (owner > 0 && distanceTo(planeColours[scene.bodies[owner - 1].colour]) > 225) wrong++
      }
      // A pixel on an edge may be half another's.
      assert.ok(wrong <= masks.length * 2e-4, `${law} at ${size}: ${wrong} pixels`)
    }
  }
})

test('detailed captions are read back to all that they were written from, over 10,000 films', () => {
  const known = new Set(planeCaptionWords)
  const read = (text: string) => {
    for (const word of text.match(/[a-z]+/g)!) assert.ok(known.has(word), word)
    return parsePlaneCaption(text)
  }
  for (let seed = 0; seed < 10_000; seed++) {
    const split = planeSplits[seed % 8] ?? 'inside'
    const scene = samplePlane(seed, { split })
    const attributes = describePlane(scene, simulatePlane(scene))
    const { caption, shortCaption } = writePlaneCaptions(attributes, seed)
    assert.deepEqual(read(caption), attributes, caption)
    const { law, bodies } = read(shortCaption)
    assert.equal(law, attributes.law, shortCaption)
    assert.deepEqual(
      bodies.map(({ colour }) => colour),
      attributes.bodies.map(({ colour }) => colour),
    )
  }
  assert.throws(
    () => parsePlaneCaption('a pink ball moves right'),
    /not a caption of the plane: "a pink ball moves right"/,
  )
})

test('captions tell what the simulation did', () => {
  for (let seed = 0; seed < 300; seed++) {
    const { attributes, motion, scene } = filmPlane(samplePlane(seed, { width: 16, height: 16 }))
    const last = motion.frames[31]
    const [x, y] = last[0].position
    const { radius } = scene.bodies[0]
    if (attributes.end === 'inside') assert.ok(x + radius <= 10 && y - radius >= 0)
    if (attributes.end === 'right') assert.ok(x - radius >= 10 || y + radius <= 0)
    if (attributes.law === 'collision') {
      for (const [i, { after }] of attributes.bodies.entries()) {
        const turned = Math.sign(last[i].velocity[0]) !== Math.sign(scene.bodies[i].velocity[0])
        if (after !== 'stop') assert.equal(after!.startsWith('back'), turned, `seed ${seed}`)
      }
    }
    if (attributes.impacts) {
      const found = motion.contacts.find(({ other }) => other >= 0)!
      const [a, b] = [found.body, found.other].map(i => motion.frames[found.frame][i].position)
      const reach = scene.bodies[found.body].radius + scene.bodies[found.other].radius
      assert.ok(
        Math.hypot(a[0] - b[0], a[1] - b[1]) < reach + 0.8,
        `seed ${seed}: the first to meet are apart`,
      )
    }
  }
})

test('the split: about a tenth is held out', () => {
  const sides = [true, false].map(heldOut => {
    const films: (PlaneFilm & { readonly seed: number })[] = []
    for (const film of filmPlaneSplit(500, heldOut, { width: 16, height: 16 }))
      if (films.push(film) === 60) break
    return films
  })
  assert.ok(sides[0].every(({ attributes }) => isPlaneHeldOut(attributes)))
  assert.ok(sides[1].every(({ attributes }) => !isPlaneHeldOut(attributes)))
  const share = 60 / (sides[0][59].seed - 499)
  assert.ok(share > 0.05 && share < 0.2, `held out ${share}`)
})

test('the same seed gives the same bytes in two processes', () => {
  const program = `
    import { createHash } from 'node:crypto'
    import { filmPlane, samplePlane } from './src/world/index.ts'
    const hash = createHash('sha256')
    for (let seed = 1; seed <= 20; seed++) {
      const { frames, masks, ...rest } = filmPlane(samplePlane(seed))
      hash.update(frames).update(masks).update(JSON.stringify(rest))
    }
    console.log(hash.digest('hex'))`
  const run = () =>
    execFileSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
      encoding: 'utf8',
    }).trim()
  const hash = createHash('sha256')
  for (let seed = 1; seed <= 20; seed++) {
    const { frames, masks, ...rest } = filmPlane(samplePlane(seed))
    hash.update(frames).update(masks).update(JSON.stringify(rest))
  }
  const own = hash.digest('hex')
  assert.equal(run(), own)
})
