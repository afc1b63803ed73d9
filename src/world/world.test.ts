import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import {
  captionWords,
  filmScene,
  filmSplit,
  isHeldOut,
  loadPhysics,
  parseCaption,
  type Scene,
  sampleScene,
  sceneSchema,
  simulateScene,
} from './index.ts'

before(loadPhysics)

const small = { width: 64, height: 64, frameCount: 25 }
const body: Scene['bodies'][number] = {
  shape: 'ball',
  colour: 'red',
  size: 'small',
  position: [0, 0, 0],
  turn: 0,
  velocity: 0,
  restitution: 0.7,
  friction: 0.6,
}
const sceneOf = (...bodies: Partial<typeof body>[]): Scene =>
  sceneSchema.parse({
    version: 1,
    family: 'tabletop',
    seed: 1,
    floor: 'plain',
    bodies: bodies.map(given => ({ ...body, ...given })),
    frameCount: 49,
    fps: 12,
    width: 64,
    height: 64,
  })

test('a body falls as g says, and loses at each bounce what its restitution says', () => {
  const { frames, contacts } = simulateScene(sceneOf({ position: [0, 2, 0] }))
  const start = frames[0][0].position[1]
  for (const frame of [2, 4, 6]) {
    const fallen = start - frames[frame][0].position[1]
    const expected = (9.81 / 2) * (frame / 12) ** 2
    assert.ok(Math.abs(fallen - expected) < 0.05 * expected, `frame ${frame}: ${fallen} m, not ${expected} m`)
  }
  const touch = contacts[0].frame
  assert.ok(Math.abs(touch / 12 - Math.sqrt((2 * 2) / 9.81)) < 1.5 / 12, `touches in frame ${touch}`)
  const rest = frames[48][0].position[1]
  const peak = Math.max(...frames.slice(touch + 2).map(([state]) => state.position[1])) - rest
  assert.ok(Math.abs(peak - 0.7 ** 2 * 2) < 0.1, `rises ${peak} m, not ${0.7 ** 2 * 2} m`)
})

test('a sliding body stops after v^2 / (2 mu g)', () => {
  const { frames } = simulateScene(
    sceneOf({ shape: 'cube', position: [-2, 0, 0], velocity: 2, friction: 0.1 }),
  )
  const way = frames[48][0].position[0] - frames[0][0].position[0]
  assert.ok(Math.abs(way - 4 / (2 * 0.1 * 9.81)) < 0.1, `${way} m`)
})

test('a rolling ball turns as far as it goes, and pushes what it hits', () => {
  const { frames, contacts } = simulateScene(
    sceneOf({ position: [-2, 0, 0], velocity: 2 }, { position: [0.5, 0, 0], colour: 'blue' }),
  )
  const angle = 2 * Math.acos(Math.abs(frames[3][0].orientation[3]))
  const way = frames[3][0].position[0] - frames[0][0].position[0]
  assert.ok(Math.abs(angle - way / 0.52) < 0.1, `${angle} rad for ${way} m`)
  assert.ok(contacts.some(({ body, other }) => body === 0 && other === 1))
  assert.ok(frames[48][1].position[0] > 1)
})

test('the same seed gives the same film, byte by byte; another seed another', () => {
  const [a, b, c] = [11, 11, 12].map(seed => filmScene(sampleScene('tabletop', seed, small)))
  assert.deepEqual(a, b)
  assert.notDeepEqual(a.frames, c.frames)
})

test('masks say where bodies are: there the pictures have their colour', () => {
  for (let seed = 1; seed <= 10; seed++) {
    const film = filmScene(sampleScene('tabletop', seed, { ...small, frameCount: 1, twoBodies: 1 }))
    for (const number of [1, 2]) {
      const total = [0, 0, 0]
      film.masks.forEach((mask, i) => {
        if (mask === number) for (let c = 0; c < 3; c++) total[c] += film.frames[i * 3 + c]
      })
      const strongest = { red: 0, orange: 0, yellow: 0, green: 1, blue: 2, purple: 2 }
      const { colour } = film.attributes.bodies[number - 1]
      const seen = total.indexOf(Math.max(...total))
      const count = film.masks.filter(mask => mask === number).length
      if (count > 20) assert.equal(seen, strongest[colour], `seed ${seed}: ${colour}, seen ${total}`)
    }
  }
})

test('captions tell what happens, and can be read back', () => {
  const known = new Set(captionWords)
  for (let seed = 1; seed <= 60; seed++) {
    const { caption, shortCaption, attributes } = filmScene(
      sampleScene('tabletop', seed, { width: 16, height: 16 }),
    )
    const { size: _, ...second } = attributes.bodies[1] ?? {}
    const read = parseCaption(caption)
    assert.equal(read.floor, attributes.floor)
    assert.equal(read.bodies.length, attributes.bodies.length, caption)
    for (const [key, value] of Object.entries(read.bodies[0])) {
      assert.equal(value, attributes.bodies[0][key as keyof (typeof read.bodies)[0]], `${caption}: ${key}`)
    }
    assert.equal(read.bodies[1]?.colour, 'colour' in second ? second.colour : undefined)
    assert.equal(parseCaption(shortCaption).bodies[0].action, attributes.bodies[0].action)
    for (const word of `${caption} ${shortCaption}`.split(' ')) assert.ok(known.has(word), word)
  }
  assert.throws(() => parseCaption('a pink ball rolls'), /not a caption of this world: "a pink ball rolls"/)
})

test('captions of motion agree with the simulation', () => {
  for (let seed = 1; seed <= 60; seed++) {
    const scene = sampleScene('tabletop', seed, { width: 16, height: 16, twoBodies: 0 })
    const { frames } = simulateScene(scene)
    const way = frames[48][0].position[0] - frames[0][0].position[0]
    const { action } = filmScene(scene).attributes.bodies[0]
    if (action === 'left') assert.ok(way < -0.3, `left, but ${way} m`)
    if (action === 'right') assert.ok(way > 0.3, `right, but ${way} m`)
    if (action === 'still') assert.ok(Math.abs(way) < 0.4, `still, but ${way} m`)
  }
})

test('the split: about a tenth is held out, by what the first body is and does', () => {
  const sides = [true, false].map(heldOut => {
    const films = filmSplit('tabletop', 500, heldOut, { width: 16, height: 16, frameCount: 49 })
    return Array.from(
      { length: 40 },
      () => films.next().value as ReturnType<typeof filmScene> & { seed: number },
    )
  })
  assert.ok(sides[0].every(({ attributes }) => isHeldOut(attributes)))
  assert.ok(sides[1].every(({ attributes }) => !isHeldOut(attributes)))
  const share = 40 / (sides[0][39].seed - 499)
  assert.ok(share > 0.04 && share < 0.2, `held out ${share}`)
})

test('a scene that is wrong is refused with the field', () => {
  assert.throws(() => sceneSchema.parse({ ...sceneOf({}), floor: 'lava' }), /floor/)
})
