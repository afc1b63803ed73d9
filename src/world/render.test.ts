import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { before, test } from 'node:test'
import {
  type Body,
  curricula,
  filmScene,
  filmSplit,
  isHeldOut,
  loadPhysics,
  renderMotion,
  type Scene,
  sampleClip,
  sampleScene,
  sceneFromJson,
  simulateScene,
} from './index.ts'

before(loadPhysics)

const body: Body = {
  shape: 'ball',
  colour: 'red',
  size: 'large',
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
const sceneOf = (given: Partial<Scene>, ...bodies: Partial<Body>[]): Scene =>
  sceneFromJson({
    version: 2,
    family: 'tabletop',
    seed: 1,
    floor: 'plain',
    light: 'noon',
    sky: 'clear',
    camera: { move: 'still' },
    bodies: bodies.map(one => ({ ...body, ...one })),
    frameCount: 1,
    fps: 12,
    width: 64,
    height: 64,
    ...given,
  })

/** Mean colour of the pixels for which `pick` is true. */
function meanOf(
  { frames, masks }: { frames: Uint8Array; masks: Uint8Array },
  pick: (pixel: number) => boolean,
): number[] {
  const total = [0, 0, 0, 0]
  masks.forEach((_, pixel) => {
    if (!pick(pixel)) return
    for (let c = 0; c < 3; c++) total[c] += frames[pixel * 3 + c]
    total[3]++
  })
  return total.slice(0, 3).map(sum => sum / total[3])
}

test('the same seed gives identical bytes in two processes', () => {
  const script = `
    import { createHash } from 'node:crypto'
    import { filmScene, loadPhysics, sampleClip } from ${JSON.stringify(new URL('./index.ts', import.meta.url).href)}
    loadPhysics().then(() => {
      const hash = createHash('sha256')
      for (let seed = 1; seed <= 8; seed++) {
        const { scene, motion } = sampleClip(seed, { width: 48, height: 32, frameCount: 13 })
        const { frames, masks, depth, caption } = filmScene(scene, { motion, depth: true })
        hash.update(frames).update(masks).update(new Uint8Array(depth.buffer)).update(caption).update(JSON.stringify(motion))
      }
      console.log(hash.digest('hex'))
    })`
  const hashes = [1, 2].map(() => {
    const args = ['--import', import.meta.resolve('tsx'), '--input-type=module', '-e', script]
    const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
    assert.match(stdout, /^[0-9a-f]{64}\n$/, stderr)
    return stdout
  })
  assert.equal(hashes[0], hashes[1])
})

test('a film does not depend on what was filmed before it', () => {
  const [scene, other] = [4, 5].map(seed => sampleScene(seed, { width: 48, height: 48, frameCount: 9 }))
  const first = filmScene(scene).frames
  filmScene(other)
  assert.deepEqual(filmScene(scene).frames, first)
})

test('rays are cast only where something is, and nothing is missed there: boxes change no byte', () => {
  // A camera that moves by nothing is rendered without a backdrop: every pixel is traced.
  for (let seed = 1; seed <= 8; seed++) {
    const options = { width: 64, height: 64, frameCount: 9, cameras: ['still'] } as const
    const { scene, motion } = sampleClip(seed, options)
    const still = filmScene(scene, { motion })
    const traced = filmScene(
      { ...scene, camera: { move: 'pan', direction: 'left', amount: 1e-12 } },
      { motion },
    )
    let different = 0
    still.frames.forEach((value, i) => {
      if (Math.abs(value - traced.frames[i]) > 2) different++
    })
    assert.ok(
      different < still.frames.length * 2e-4,
      `seed ${seed}, ${scene.floor}: ${different} bytes differ`,
    )
    assert.deepEqual(still.masks, traced.masks)
  }
})

test('depth is the distance along the view, sky is infinitely far', () => {
  const { depth, masks } = filmScene(sceneOf({}, { position: [0, 0, 0] }), { depth: true })
  assert.ok(depth)
  // The camera stands at z = 7.4, y = 2.5 and looks 0.17 radians down; the ball of radius 0.78 is seen from in front.
  const centre = (7.4 * Math.cos(0.17) + (2.5 - 0.78) * Math.sin(0.17)) as number
  const nearest = Math.min(...Array.from(depth).filter((_, pixel) => masks[pixel] === 1))
  assert.ok(Math.abs(nearest - (centre - 0.78)) < 0.05, `${nearest} m, not ${centre - 0.78} m`)
  assert.equal(depth[32], Infinity)
  const floor = depth[63 * 64 + 2]
  const down = 0.17 + Math.atan(0.44 * (31.5 / 32))
  assert.ok(Math.abs(floor - (2.5 / Math.sin(down)) * Math.cos(down - 0.17)) < 0.1, `${floor} m`)
})

test('a colour is told from the others in every material and light', () => {
  const strongest = {
    red: [0],
    green: [1],
    blue: [2],
    cyan: [1, 2],
    yellow: [0, 1],
    pink: [0, 2],
    orange: [0, 1],
    purple: [2, 0],
  }
  for (const light of ['noon', 'sunset', 'night'] as const) {
    for (const material of ['matte', 'metal', 'glass'] as const) {
      for (const [colour, channels] of Object.entries(strongest)) {
        const film = filmScene(sceneOf({ light }, { colour: colour as Body['colour'], material }))
        const mean = meanOf(film, pixel => film.masks[pixel] === 1)
        const weakest = [0, 1, 2].filter(c => !channels.includes(c))
        const message = `${light} ${material} ${colour}: ${mean.map(Math.round)}`
        for (const c of channels) for (const w of weakest) assert.ok(mean[c] > 1.15 * mean[w], message)
      }
    }
  }
})

test('shadows are dark, of glass coloured; wet asphalt and water mirror what stands there', () => {
  const film = (given: Partial<Scene>, ...bodies: Partial<Body>[]) => {
    const scene = sceneOf(given, ...bodies)
    return renderMotion(scene, simulateScene(scene))
  }
  // Beside the ball, away from the sun at the left.
  const inShadow = (pixel: number) => Math.floor(pixel / 64) === 41 && pixel % 64 > 41 && pixel % 64 < 45
  const [empty] = meanOf(film({}, { position: [0, 0, 90] }), inShadow)
  const [dark] = meanOf(film({}, {}), inShadow)
  assert.ok(dark < 0.75 * empty, `${dark} of ${empty}`)
  const [red, green] = meanOf(film({}, { material: 'glass' }), inShadow)
  assert.ok(red > 1.15 * green, `shadow of red glass: ${red}, ${green}`)
  const below = (pixel: number) =>
    Math.floor(pixel / 64) > 46 && Math.floor(pixel / 64) < 50 && Math.abs((pixel % 64) - 32) < 3
  for (const floor of ['asphalt', 'water'] as const) {
    const [with1, without1] = [
      [0, 0, 0],
      [0, 0, 90],
    ].map(position => meanOf(film({ floor }, { position: position as [number, number, number] }), below))
    assert.ok(with1[0] - with1[1] > without1[0] - without1[1] + 4, `${floor}: ${with1}, empty ${without1}`)
  }
})

test('the camera moves as it is said to', () => {
  const column = (camera: Scene['camera'], frame: number) => {
    const film = filmScene(sceneOf({ camera, frameCount: 5 }, { position: [0, 0, 0] }))
    const seen = Array.from(film.masks.subarray(frame * 4096, (frame + 1) * 4096).keys()).filter(
      i => film.masks[frame * 4096 + i] === 1,
    )
    return { x: seen.reduce((sum, i) => sum + (i % 64), 0) / seen.length, area: seen.length }
  }
  const pan = { move: 'pan', direction: 'left', amount: 0.3 } as const
  assert.ok(column(pan, 4).x > column(pan, 0).x + 10, 'turning left, things go right')
  const dolly = { move: 'dolly', direction: 'in', amount: 2 } as const
  assert.ok(column(dolly, 4).area > 1.4 * column(dolly, 0).area, 'nearer is larger')
  const orbit = { move: 'orbit', direction: 'right', amount: 1 } as const
  assert.ok(Math.abs(column(orbit, 4).x - column(orbit, 0).x) < 1, 'what is in the middle stays there')
  const { motion } = filmScene(sceneOf({ camera: orbit, frameCount: 5 }, {}))
  assert.ok(motion.camera[4].position[0] > motion.camera[0].position[0] + 5)
})

test('a wide picture shows more at its sides, and the same in its middle', () => {
  const [square, wide] = [64, 114].map(width => filmScene(sceneOf({ width }, {})))
  for (let row = 0; row < 64; row += 7) {
    const [a, b] = [
      square.frames.subarray(row * 192, row * 192 + 192),
      wide.frames.subarray((row * 114 + 25) * 3, (row * 114 + 89) * 3),
    ]
    assert.deepEqual(a, b)
  }
})

test('water is calm until something touches it, and calm again at last', () => {
  const scene = sceneOf({ floor: 'water', frameCount: 25 }, { position: [0, 1, 0] })
  const { frames, motion } = filmScene(scene)
  const touch = motion.contacts[0].frame
  const changed = (a: number, b: number) => {
    let count = 0
    // Far to the left, where neither the ball nor its shadow comes.
    for (let row = 40; row < 64; row++)
      for (let i = 0; i < 60; i++)
        if (frames[a * 12288 + row * 192 + i] !== frames[b * 12288 + row * 192 + i]) count++
    return count
  }
  assert.equal(changed(0, touch - 1), 0)
  assert.ok(changed(0, 22) > 20, `${changed(0, 22)} bytes`)
})

test('the split: about a tenth is held out, by what the first body is and does', () => {
  const sides = [true, false].map(heldOut => {
    const films = filmSplit(500, heldOut, {
      ...curricula.first,
      width: 16,
      height: 16,
      frameCount: 25,
    })
    return Array.from(
      { length: 12 },
      () => films.next().value as ReturnType<typeof filmScene> & { seed: number },
    )
  })
  assert.ok(sides[0].every(({ attributes }) => isHeldOut(attributes)))
  assert.ok(sides[1].every(({ attributes }) => !isHeldOut(attributes)))
  const share = 12 / (sides[0][11].seed - 499)
  assert.ok(share > 0.03 && share < 0.3, `held out ${share}`)
})
