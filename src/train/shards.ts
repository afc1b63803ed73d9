import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import path from 'node:path'
import { Worker } from 'node:worker_threads'
import { writeAtomically } from '../store/index.ts'
import { type Attributes, type SceneOptions, sceneDefaults } from '../world/index.ts'

/** What is true of one clip. */
export interface ClipTruth {
  readonly seed: number
  readonly caption: string
  readonly shortCaption: string
  readonly attributes: Attributes
}

/** One clip read back: frames F x H x W x 3 (sRGB) and body numbers F x H x W. */
export interface Clip extends ClipTruth {
  readonly frames: Uint8Array
  readonly masks: Uint8Array
}

/** What a dataset is made of. */
export interface DatasetOptions {
  readonly family: 'tabletop'
  readonly clips: number
  /** Clips come from seeds after this one. */
  readonly seed: number
  /** Film only the combinations that are kept out of training, instead of only the others. */
  readonly heldOut?: boolean
  readonly scene?: SceneOptions
  readonly clipsPerShard?: number
}

/** What a film worker is asked for. */
export interface ShardRequest {
  readonly shard: number
  readonly family: 'tabletop'
  readonly clips: number
  readonly firstSeed: number
  readonly heldOut: boolean
  readonly scene: SceneOptions
}

/** A dataset on disk, opened for random access. */
export interface Dataset {
  readonly width: number
  readonly height: number
  readonly frameCount: number
  readonly truths: readonly ClipTruth[]
  /** Reads a clip, or only `count` frames of it from frame `start`. */
  clip(index: number, start?: number, count?: number): Clip
}

interface ShardIndex {
  readonly width: number
  readonly height: number
  readonly frameCount: number
  readonly sha256: string
  readonly truths: readonly ClipTruth[]
}

const shardName = (shard: number) => `shard-${String(shard).padStart(5, '0')}`

/** A worker from the compiled build, or from source, where the worker must learn TypeScript first. */
function startWorker(): Worker {
  if (!import.meta.url.endsWith('.ts')) return new Worker(new URL('./filmWorker.js', import.meta.url))
  const [tsx, entry] = [import.meta.resolve('tsx/esm/api'), new URL('./filmWorker.ts', import.meta.url).href]
  return new Worker(`import('${tsx}').then(({ register }) => { register(); return import('${entry}') })`, {
    eval: true,
  })
}

/**
 * Films clips into shards with every core; killed at any moment, it goes on with the first missing shard.
 * The same options give the same bytes.
 * @param onProgress called with the clips that are done
 * @throws DOMException AbortError when the signal aborts; the shards that are done stay.
 */
export async function makeDataset(
  folder: string,
  options: DatasetOptions,
  onProgress: (clips: number) => void = () => {},
  signal?: AbortSignal,
): Promise<void> {
  const { clips, clipsPerShard = 20, family, seed, heldOut = false, scene = {} } = options
  mkdirSync(folder, { recursive: true })
  const shards = Array.from({ length: Math.ceil(clips / clipsPerShard) }, (_, shard) => shard)
  const missing = shards.filter(shard => !existsSync(path.join(folder, `${shardName(shard)}.json`)))
  let done = clips - missing.length * clipsPerShard
  const { width, height, frameCount } = { ...sceneDefaults, ...scene }
  const runWorker = (worker: Worker) =>
    new Promise<void>((resolve, reject) => {
      const next = () => {
        const shard = missing.shift()
        if (shard === undefined || signal?.aborted)
          return void worker.terminate().then(() => resolve(), reject)
        // Shards draw from seeds far apart, since held-out clips make them skip seeds.
        const firstSeed = seed + shard * clipsPerShard * 100
        worker.postMessage({
          shard,
          family,
          clips: clipsPerShard,
          firstSeed,
          heldOut,
          scene,
        } satisfies ShardRequest)
      }
      worker.on('error', reject)
      worker.on(
        'message',
        ({ shard, truths, bytes }: { shard: number; truths: ClipTruth[]; bytes: Uint8Array }) => {
          const sha256 = createHash('sha256').update(bytes).digest('hex')
          const index: ShardIndex = { width, height, frameCount, sha256, truths }
          writeAtomically(path.join(folder, `${shardName(shard)}.bin`), [bytes])
          // The index is written last: a shard without one is not there.
          writeAtomically(path.join(folder, `${shardName(shard)}.json`), [Buffer.from(JSON.stringify(index))])
          done += truths.length
          onProgress(Math.min(done, clips))
          next()
        },
      )
      next()
    })
  const workers = Array.from({ length: Math.min(availableParallelism(), missing.length) }, startWorker)
  await Promise.all(workers.map(runWorker))
  signal?.throwIfAborted()
}

/**
 * Opens a dataset.
 * @throws Error naming the shard whose size is not what its index says.
 */
export function openDataset(folder: string): Dataset {
  if (!existsSync(folder)) throw new Error(`no dataset at ${folder}; make one with \`aozora dataset make\``)
  const names = readdirSync(folder)
    .filter(name => /^shard-\d+\.json$/.test(name))
    .sort()
  if (names.length === 0) throw new Error(`no shards in ${folder}; make them with \`aozora dataset make\``)
  const shards = names.map(name => {
    const index = JSON.parse(readFileSync(path.join(folder, name), 'utf8')) as ShardIndex
    return { index, file: path.join(folder, name.replace('.json', '.bin')) }
  })
  const { width, height, frameCount } = shards[0].index
  const pixels = width * height
  const clipBytes = frameCount * pixels * 4
  const places = shards.flatMap(({ index, file }) => {
    const expected = index.truths.length * clipBytes
    if (statSync(file).size !== expected) {
      throw new Error(
        `${file} is damaged: ${statSync(file).size} bytes instead of ${expected}; delete it and its .json to film it again`,
      )
    }
    const descriptor = openSync(file, 'r')
    return index.truths.map((truth, i) => ({ truth, descriptor, offset: i * clipBytes }))
  })
  return {
    width,
    height,
    frameCount,
    truths: places.map(({ truth }) => truth),
    clip(index, start = 0, count = frameCount) {
      const { truth, descriptor, offset } = places[index]
      const frames = new Uint8Array(count * pixels * 3)
      const masks = new Uint8Array(count * pixels)
      readSync(descriptor, frames, 0, frames.length, offset + start * pixels * 3)
      readSync(descriptor, masks, 0, masks.length, offset + frameCount * pixels * 3 + start * pixels)
      return { ...truth, frames, masks }
    },
  }
}
