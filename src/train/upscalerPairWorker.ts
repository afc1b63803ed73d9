import { workerData } from 'node:worker_threads'
import { createRandom, type Random } from '../array/index.ts'
import { serveShards } from '../dataset/index.ts'
import { upscalerScales } from '../model/index.ts'
import { decodeLatents, encodeFilm, openModel } from '../sample/index.ts'
import {
  type Clip,
  describeMotion,
  isHeldOut,
  loadPhysics,
  type Motion,
  renderMotion,
  sampleClip,
} from '../world/index.ts'
import { chooseCorner } from './autoencoder.ts'
import { type Pair, type PairRequest, type PairWorkerData, writePairs } from './upscalerPairs.ts'

const { folder, model: source, pairsPerScene, crop, scene: options } = workerData as PairWorkerData
await loadPhysics()
const model = await openModel({ folder: source, threads: 1, lazily: true })

/** Frames of each film: as many as the autoencoder takes at once, the first of them four times. */
const FRAMES = 13

/** Scenes of the training side of the split, without end. */
function* drawScenes(firstSeed: number): Generator<Clip> {
  for (let seed = firstSeed; ; seed++) {
    const clip = sampleClip(seed, { ...options, ...model.size, fps: model.fps })
    if (!isHeldOut(describeMotion(clip.scene, clip.motion))) yield clip
  }
}

/** Some frames of what happens, as a film of its own. */
function cutMotion(motion: Motion, start: number, count: number): Motion {
  const cut = <T>(list: readonly T[]) => list.slice(start, start + count)
  return { ...motion, frames: cut(motion.frames), camera: cut(motion.camera) }
}

/** A square of one frame of a film whose pictures are `width` pixels wide. */
function cutSquare(
  frames: Uint8Array,
  { width, height }: { width: number; height: number },
  { frame, left, top, side }: { frame: number; left: number; top: number; side: number },
): Uint8Array {
  const square = new Uint8Array(3 * side ** 2)
  for (let y = 0; y < side; y++) {
    const from = ((frame * height + top + y) * width + left) * 3
    square.set(frames.subarray(from, from + 3 * side), 3 * y * side)
  }
  return square
}

async function decodeAgain(frames: Uint8Array, frameCount: number, refines: boolean): Promise<Uint8Array> {
  const film = { frames, frameCount, ...model.size, fps: model.fps }
  const decoded: Uint8Array[] = []
  for await (const frame of decodeLatents(model, await encodeFilm(model, film, refines), true))
    decoded.push(frame)
  return Buffer.concat(decoded)
}

/** Films one scene at every size and cuts pairs out of it. */
async function pairsOfScene({ scene, motion }: Clip, random: Random): Promise<Pair[]> {
  const count = Math.min(FRAMES, motion.frames.length)
  const part = cutMotion(motion, random.integer(motion.frames.length - count + 1), count)
  const film = (scale: number) => {
    const size = { width: scene.width * scale, height: scene.height * scale }
    return { size, ...renderMotion({ ...scene, ...size }, part) }
  }
  const small = film(1)
  const larger = upscalerScales.map(scale => ({ scale, ...film(scale) }))
  // Half of them as sharp as films that are given, the rest as soft as those that the transformer makes.
  const decoded = await decodeAgain(small.frames, count, random.uniform() < 0.5)
  const area = scene.width * scene.height
  return Array.from({ length: pairsPerScene }, () => {
    const frame = random.integer(count)
    const masks = small.masks.subarray(frame * area, (frame + 1) * area)
    const [left, top] = chooseCorner(random, { ...small.size, masks }, crop)
    const place = { frame, left, top, side: crop }
    const large = larger.map(({ scale, frames, size }) => {
      const square = { frame, left: scale * left, top: scale * top, side: scale * crop }
      return [scale, cutSquare(frames, size, square)] as const
    })
    return {
      small: cutSquare(small.frames, small.size, place),
      decoded: cutSquare(decoded, small.size, place),
      large: Object.fromEntries(large) as unknown as Pair['large'],
    }
  })
}

async function makeShard(request: PairRequest, onScene: () => void): Promise<void> {
  const pairs: Pair[] = []
  let left = request.scenes
  for (const clip of drawScenes(request.firstSeed)) {
    pairs.push(...(await pairsOfScene(clip, createRandom(clip.scene.seed))))
    onScene()
    if (--left === 0) break
  }
  writePairs(folder, request, pairs)
}

serveShards(makeShard)
