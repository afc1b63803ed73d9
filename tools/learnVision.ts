// Trains the two small networks of the vision parser on true pictures, and writes src/evaluate/visionTable.ts.
//
//     npm run learn-vision -- [folder for pictures, kept for the next time]
//
// Pictures are drawn from seeds from 8,000,000 on, which no dataset and no evaluation uses.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { createRandom, type Random } from '../src/array/index.ts'
import { packNetwork, unpackNetwork } from '../src/evaluate/network.ts'
import { type Examples, trainNetwork } from '../src/evaluate/networkTraining.ts'
import { findPatches, measurePatch, type Patch } from '../src/evaluate/patches.ts'
import { describePixel, namePixels, PIXEL_FEATURES, prepareFrame } from '../src/evaluate/pixels.ts'
import { describeSilhouette, SILHOUETTE_FEATURES, silhouetteNames } from '../src/evaluate/silhouette.ts'
import {
  type CurriculumName,
  colours,
  curricula,
  loadPhysics,
  renderMotion,
  type Scene,
  sampleClip,
} from '../src/world/index.ts'

/** The first seed and how many scenes of each curriculum, two pictures each. */
const SCENES: readonly (readonly [CurriculumName, number, number])[] = [
  ['first', 8_000_000, 300],
  ['full', 8_100_000, 370],
]

interface Picture {
  readonly frame: Uint8Array
  readonly mask: Uint8Array
  readonly scene: Scene
}

const colourNames = Object.keys(colours)

/** Which frames of a film are drawn: one of its first half, one of its second, by a linear congruential generator. */
function createPicks(seed: number): () => [number, number] {
  let state = seed
  const uniform = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32
  return () => [Math.floor(uniform() * 25), 24 + Math.floor(uniform() * 25)]
}

/** Two pictures of a scene with their masks: 2 x H x W x 3, then 2 x H x W. */
function drawPictures(curriculum: CurriculumName, seed: number, at: readonly number[]) {
  const { scene, motion } = sampleClip(seed, curricula[curriculum])
  const frames = at.map(frame => motion.frames[frame])
  const camera = at.map(frame => motion.camera[frame])
  const pictures = renderMotion({ ...scene, frameCount: 2 }, { contacts: [], frames, camera })
  return { scene, bytes: Buffer.concat([pictures.frames, pictures.masks]) }
}

function* loadPictures(folder: string): Generator<Picture> {
  for (const [curriculum, first, count] of SCENES) {
    const pick = createPicks(first)
    for (let seed = first; seed < first + count; seed++) {
      const at = pick()
      const file = path.join(folder, `${curriculum}-${seed}`)
      if (!existsSync(`${file}.json`)) {
        const { scene, bytes } = drawPictures(curriculum, seed, at)
        writeFileSync(`${file}.bin`, deflateRawSync(bytes, { level: 1 }))
        writeFileSync(`${file}.json`, JSON.stringify(scene))
      }
      const bytes = new Uint8Array(inflateRawSync(readFileSync(`${file}.bin`)))
      const scene = JSON.parse(readFileSync(`${file}.json`, 'utf8')) as Scene
      const pixels = scene.width * scene.height
      for (const i of [0, 1]) {
        const frame = bytes.slice(i * pixels * 3, (i + 1) * pixels * 3)
        yield { frame, mask: bytes.slice((6 + i) * pixels, (7 + i) * pixels), scene }
      }
    }
  }
}

/** Softens a picture, as an autoencoder does, and adds a little noise. */
function soften({ frame, mask, scene }: Picture, random: Random, noise: number): Picture {
  const { width, height } = scene
  const soft = Uint8Array.from(frame)
  const [right, down] = [3, width * 3]
  for (let y = 1; y < height - 1; y++) {
    for (let i = (y * width + 1) * 3; i < (y * width + width - 1) * 3; i++) {
      const above = frame[i - down - right] + frame[i - down] + frame[i - down + right]
      const beside = frame[i - right] + frame[i] + frame[i + right]
      const below = frame[i + down - right] + frame[i + down] + frame[i + down + right]
      const value = (above + beside + below) / 9 + noise * (random.uniform() + random.uniform() - 1) * 2
      soft[i] = Math.max(0, Math.min(255, value))
    }
  }
  return { frame: soft, mask, scene }
}

/** Pixels to learn from: some of every body, some of what lies around bodies, some of the rest. */
function pickPixels({ mask, scene: { width, height, bodies } }: Picture, random: Random): number[] {
  const own: number[][] = bodies.map(() => [])
  const near: number[] = []
  const far: number[] = []
  for (let i = 0; i < mask.length; i++) {
    if (mask[i] !== 0) {
      own[mask[i] - 1].push(i)
      continue
    }
    const [x, y] = [i % width, Math.floor(i / width)]
    const isNear =
      (x >= 10 && mask[i - 10] + mask[i - 4] > 0) ||
      (x < width - 10 && mask[i + 10] + mask[i + 4] > 0) ||
      (y >= 10 && mask[i - 10 * width] + mask[i - 4 * width] > 0) ||
      (y < height - 10 && mask[i + 10 * width] + mask[i + 4 * width] > 0)
    ;(isNear ? near : far).push(i)
  }
  const some = (from: readonly number[], count: number) =>
    from.length === 0 ? [] : Array.from({ length: count }, () => from[random.integer(from.length)])
  return [...own.flatMap(pixels => some(pixels, 36)), ...some(near, 50), ...some(far, 40)]
}

function collectPixels(pictures: Iterable<Picture>): Examples {
  const random = createRandom(1)
  const rows: Float32Array[] = []
  const classes: number[] = []
  for (const sharp of pictures) {
    const picture = random.uniform() < 0.5 ? soften(sharp, random, 3) : sharp
    const prepared = prepareFrame(picture.frame, picture.scene.width, picture.scene.height)
    for (const pixel of pickPixels(picture, random)) {
      const row = new Float32Array(PIXEL_FEATURES)
      describePixel(prepared, pixel % prepared.width, Math.floor(pixel / prepared.width), row)
      rows.push(row)
      const body = picture.mask[pixel]
      classes.push(body === 0 ? 0 : 1 + colourNames.indexOf(picture.scene.bodies[body - 1].colour))
    }
  }
  return joinExamples(rows, classes)
}

function joinExamples(rows: readonly Float32Array[], classes: readonly number[]): Examples {
  const inputs = new Float32Array(rows.length * rows[0].length)
  rows.forEach((row, i) => {
    inputs.set(row, i * row.length)
  })
  return { inputs, classes: Uint8Array.from(classes) }
}

/** A patch as no body looks: a part cut off, its rows shaken, holes and lumps. */
function deform(patch: Patch, width: number, height: number, random: Random): Patch | undefined {
  const [w, h] = [patch.right - patch.left + 1, patch.bottom - patch.top + 1]
  const [cx, cy] = [(patch.left + patch.right) / 2, (patch.top + patch.bottom) / 2]
  const way = random.integer(3)
  const angle = random.uniform() * 2 * Math.PI
  const phase = random.uniform() * 7
  const waves = 1 + 1.5 * random.uniform()
  const discs = Array.from({ length: 4 }, () => [
    cx + (random.uniform() - 0.5) * w,
    cy + (random.uniform() - 0.5) * h,
    (0.16 + 0.14 * random.uniform()) * Math.max(w, h),
  ])
  const kept = new Set<number>()
  for (const pixel of patch.pixels) {
    const [x, y] = [pixel % width, Math.floor(pixel / width)]
    if (way === 0) {
      // Cut across at an angle that leaves no upright or level edge.
      const tilt = Math.PI / 8 + (angle % (Math.PI / 4)) + (Math.PI / 2) * Math.floor(angle / (Math.PI / 2))
      if ((x - cx) * Math.cos(tilt) + (y - cy) * Math.sin(tilt) < 0.06 * w) kept.add(pixel)
    } else if (way === 1) {
      const shift = Math.round(0.17 * w * Math.sin(phase + (waves * 2 * Math.PI * (y - cy)) / h))
      if (x + shift >= 0 && x + shift < width) kept.add(pixel + shift)
    } else if (!discs.some(([dx, dy, r]) => Math.hypot(x - dx, y - dy) < r)) kept.add(pixel)
  }
  if (kept.size < 50) return undefined
  return measurePatch(
    patch.name,
    [...kept].sort((a, b) => a - b),
    width,
    height,
  )
}

/** The body that a patch shows, if it shows little else and most of it; what is cut or hidden teaches nothing. */
function bodyOf(patch: Patch, { mask }: Picture): number {
  const counts = new Array<number>(5).fill(0)
  for (const pixel of patch.pixels) counts[mask[pixel]]++
  const body = counts.indexOf(Math.max(...counts.slice(1)), 1)
  const whole = mask.reduce((sum, value) => sum + (value === body ? 1 : 0), 0)
  return counts[body] > 0.75 * patch.pixels.length && counts[body] > 0.75 * whole ? body : 0
}

function collectSilhouettes(pictures: Iterable<Picture>, name: (picture: Picture) => Uint8Array): Examples {
  const random = createRandom(2)
  const rows: Float32Array[] = []
  const classes: number[] = []
  for (const sharp of pictures) {
    const picture = random.uniform() < 0.5 ? soften(sharp, random, 2) : sharp
    const { width, height, bodies } = picture.scene
    for (const patch of findPatches(name(picture), width, height)) {
      const body = bodyOf(patch, picture)
      if (body === 0 || patch.isCut || patch.touches) continue
      rows.push(describeSilhouette(patch, picture.frame, width))
      classes.push(silhouetteNames.indexOf(bodies[body - 1].shape))
      const bad = random.uniform() < 0.35 ? deform(patch, width, height, random) : undefined
      if (!bad) continue
      rows.push(describeSilhouette(bad, picture.frame, width))
      classes.push(silhouetteNames.indexOf('formless'))
    }
  }
  return joinExamples(rows, classes)
}

async function main(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true })
  await loadPhysics()
  const say = (name: string) => (epoch: number, loss: number) =>
    console.log(`${name}: epoch ${epoch + 1}, loss ${loss.toFixed(4)}`)
  const pixels = collectPixels(loadPictures(folder))
  console.log(`${pixels.classes.length} pixels`)
  const settings = { rate: 3e-3, decay: 1e-3, seed: 3 }
  const pixelNetwork = packNetwork(
    trainNetwork(pixels, {
      ...settings,
      hidden: 32,
      outputs: 1 + colourNames.length,
      epochs: 8,
      onEpoch: say('pixels'),
    }),
  )
  const network = unpackNetwork(pixelNetwork)
  const silhouettes = collectSilhouettes(loadPictures(folder), ({ frame, scene }) =>
    namePixels(network, frame, scene.width, scene.height),
  )
  console.log(`${silhouettes.classes.length} silhouettes of ${SILHOUETTE_FEATURES} numbers`)
  const shapeNetwork = packNetwork(
    trainNetwork(silhouettes, {
      ...settings,
      decay: 3e-2,
      hidden: 24,
      outputs: silhouetteNames.length,
      epochs: 30,
      onEpoch: say('silhouettes'),
    }),
  )
  const lines = [
    "import type { PackedNetwork } from './network.ts'",
    '',
    '// Written by tools/learnVision.ts. Do not edit.',
    '',
    '/** Names pixels: nothing, or one of the eight colours. */',
    `export const pixelNetwork: PackedNetwork = ${JSON.stringify(pixelNetwork)}`,
    '',
    '/** Names silhouettes. */',
    `export const silhouetteNetwork: PackedNetwork = ${JSON.stringify(shapeNetwork)}`,
    '',
  ]
  writeFileSync('src/evaluate/visionTable.ts', lines.join('\n'))
}

await main(process.argv[2] ?? 'runs/vision')
