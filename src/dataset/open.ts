import { createHash } from 'node:crypto'
import { createReadStream, existsSync } from 'node:fs'
import { open } from 'node:fs/promises'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { chunkOf, framesOfChunk, unpackChunk, unpackTruth } from './codec.ts'
import {
  type ClipRecord,
  type DatasetDescription,
  nameShard,
  readDescription,
  type ShardIndex,
  type StoredChunks,
  type StoredClip,
} from './record.ts'
import { inspectShard, listShards } from './shard.ts'

/** One clip read back: frames F x H x W x 3 (sRGB) and body numbers F x H x W, all 0 where nobody knows them. */
export interface Clip extends ClipRecord {
  readonly frames: Uint8Array
  readonly masks: Uint8Array
}

/** Clips that can stand in one batch. */
export interface ClipShape {
  readonly width: number
  readonly height: number
  readonly frameCount: number
  readonly fps: number
  /** The numbers of the clips with this shape. */
  readonly clips: readonly number[]
}

/** A file that was refused: a damaged shard, a film that cannot be read. */
export interface RefusedFile {
  readonly file: string
  readonly reason: string
}

/** A dataset on disk, opened for random access. */
export interface Dataset {
  readonly folder: string
  readonly description: DatasetDescription
  /** What is known of each clip without reading it. */
  readonly clips: readonly ClipRecord[]
  /** The clips by shape, the most frequent shape first. */
  readonly shapes: readonly ClipShape[]
  /** Shards that were refused when the dataset was opened; their clips are not counted. */
  readonly damaged: readonly RefusedFile[]
  /** Films that could not be read when the dataset was imported. */
  readonly refused: readonly RefusedFile[]
  /** Bytes on disk of all clips. */
  readonly bytes: number
  /**
   * Reads a clip, or only `count` frames of it from frame `start`. Decoding runs on other threads.
   * @throws Error naming the shard when its checksum is wrong; every other shard stays usable.
   */
  clip(index: number, start?: number, count?: number): Promise<Clip>
  /** Begins to read what `clip` will soon be asked for. */
  prefetch(index: number, start?: number, count?: number): void
  /** Everything else that is true of a clip, as the world wrote it; undefined for imported clips. */
  truth(index: number): Promise<unknown>
  /** Checks the checksum of every shard, and tells which are damaged. */
  verify(onProgress?: (done: number, of: number) => void): Promise<readonly RefusedFile[]>
}

interface Shard {
  readonly file: string
  readonly index: ShardIndex
  /** Set by the first read: whether the checksum is right. */
  checked?: Promise<RefusedFile | undefined>
}

/** Reads and hashes a shard once. */
function checkShard(shard: Shard): Promise<RefusedFile | undefined> {
  const check = async () => {
    const { file, index } = shard
    const hash = createHash('sha256')
    try {
      await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), hash)
    } catch (error) {
      return { file, reason: (error as Error).message }
    }
    const isRight = hash.digest('hex') === index.sha256
    return isRight ? undefined : { file, reason: 'its checksum is not what its index says' }
  }
  shard.checked ??= check()
  return shard.checked
}

const sayDamage = ({ file, reason }: RefusedFile) =>
  `${file} is damaged: ${reason}; delete it and its .json, and make the dataset again`

async function readBytes(file: string, offset: number, length: number): Promise<Uint8Array> {
  // Opened anew each time: thousands of shards would be more open files than a process may have.
  const handle = await open(file, 'r')
  try {
    const bytes = new Uint8Array(length)
    await handle.read(bytes, 0, length, offset)
    return bytes
  } finally {
    await handle.close()
  }
}

/** A cache of decoded chunks: what was not used for longest goes when there are too many bytes. */
function createCache(limit: number) {
  const entries = new Map<string, { readonly data: Promise<Uint8Array>; readonly bytes: number }>()
  let total = 0
  return (key: string, bytes: number, decode: () => Promise<Uint8Array>): Promise<Uint8Array> => {
    const known = entries.get(key)
    entries.delete(key)
    const entry = known ?? { data: decode(), bytes }
    entries.set(key, entry)
    if (known) return known.data
    // Whoever waits for it hears of an error; it is not kept.
    entry.data.catch(() => entries.get(key) === entry && entries.delete(key) && (total -= bytes))
    total += bytes
    for (const [oldest, { bytes: freed }] of entries) {
      if (total <= limit) break
      entries.delete(oldest)
      total -= freed
    }
    return entry.data
  }
}

type Cache = ReturnType<typeof createCache>

/** Reads the frames (or masks) of a window: one read of the file, each chunk decoded by itself. */
async function readWindow(
  { file }: Shard,
  key: string,
  clip: StoredClip,
  { offset, chunks }: StoredChunks,
  channels: 1 | 3,
  window: { readonly start: number; readonly count: number },
  cache: Cache,
): Promise<Uint8Array> {
  const [first, last] = [chunkOf(window.start), chunkOf(window.start + window.count - 1)]
  const lengths = chunks.map(([, length]) => length)
  const before = (chunk: number) => lengths.slice(0, chunk).reduce((sum, length) => sum + length, 0)
  const frameBytes = clip.width * clip.height * channels
  const from = before(first)
  let reading: Promise<Uint8Array> | undefined
  const parts = Array.from({ length: last - first + 1 }, (_, i) => {
    const chunk = first + i
    const { count } = framesOfChunk(chunk, clip.frameCount)
    return cache(`${key}/${channels}/${chunk}`, count * frameBytes, async () => {
      reading ??= readBytes(file, offset + from, before(last + 1) - from)
      const at = before(chunk) - from
      const bytes = (await reading).subarray(at, at + lengths[chunk])
      return unpackChunk(chunks[chunk][0], bytes, clip, channels)
    })
  })
  const pictures = new Uint8Array(window.count * frameBytes)
  for (const [i, part] of (await Promise.all(parts)).entries()) {
    const { start, count } = framesOfChunk(first + i, clip.frameCount)
    const [low, high] = [Math.max(start, window.start), Math.min(start + count, window.start + window.count)]
    pictures.set(
      part.subarray((low - start) * frameBytes, (high - start) * frameBytes),
      (low - window.start) * frameBytes,
    )
  }
  return pictures
}

function groupByShape(clips: readonly ClipRecord[]): ClipShape[] {
  const groups = new Map<string, ClipShape & { readonly clips: number[] }>()
  clips.forEach(({ width, height, frameCount, fps }, i) => {
    const key = [width, height, frameCount, fps].join()
    const group = groups.get(key) ?? { width, height, frameCount, fps, clips: [] }
    group.clips.push(i)
    groups.set(key, group)
  })
  return [...groups.values()].sort((a, b) => b.clips.length - a.clips.length)
}

/** Opens every shard; those whose index or size is wrong are told apart. */
function openShards(folder: string): { shards: Shard[]; damaged: RefusedFile[] } {
  const shards: Shard[] = []
  const damaged: RefusedFile[] = []
  for (const number of listShards(folder)) {
    const file = path.join(folder, nameShard(number).bin)
    const found = inspectShard(folder, number)
    if ('reason' in found) damaged.push({ file, reason: found.reason })
    else shards.push({ file, index: found })
  }
  return { shards, damaged }
}

/** Bytes of decoded chunks that are kept. */
const CACHE_BYTES = 64e6

function readDataset(folder: string): {
  description: DatasetDescription
  shards: Shard[]
  damaged: RefusedFile[]
} {
  if (!existsSync(folder)) throw new RangeError(`there is no dataset at ${folder}`)
  try {
    const description = readDescription(folder)
    if (!description) throw new RangeError(`${folder} is no dataset: it has no dataset.json`)
    return { description, ...openShards(folder) }
  } catch (error) {
    if (error instanceof RangeError) throw error
    throw new RangeError(`${folder} cannot be read: ${(error as Error).message}`)
  }
}

/**
 * Opens a dataset. Shards with a wrong index or size are left out and listed in `damaged`; the checksum of a shard is
 * checked when it is read for the first time.
 * @throws RangeError when the folder holds no dataset, or no whole shard.
 */
export function openDataset(folder: string, { cacheBytes = CACHE_BYTES } = {}): Dataset {
  const { description, shards, damaged } = readDataset(folder)
  const places = shards.flatMap(shard => shard.index.clips.map(stored => ({ shard, stored })))
  if (places.length === 0) {
    throw new RangeError(damaged.length > 0 ? sayDamage(damaged[0]) : `${folder} holds no clips yet`)
  }
  const cache = createCache(cacheBytes)
  const clips = places.map(({ stored: { frames, masks, truth, ...record } }): ClipRecord => record)
  const placeOf = async (index: number) => {
    const place = places[index]
    if (!place) throw new RangeError(`the clip must be a number from 0 to ${places.length - 1}, got ${index}`)
    const damage = await checkShard(place.shard)
    if (damage) throw new Error(sayDamage(damage))
    return place
  }
  const clip: Dataset['clip'] = async (index, start = 0, count = clips[index]?.frameCount - start) => {
    const { shard, stored } = await placeOf(index)
    if (!(start >= 0 && count >= 1 && start + count <= stored.frameCount)) {
      throw new RangeError(
        `clip ${index} has ${stored.frameCount} frames, got frames ${start} to ${start + count - 1}`,
      )
    }
    const read = (chunks: StoredChunks, channels: 1 | 3) =>
      readWindow(shard, String(index), stored, chunks, channels, { start, count }, cache)
    const [frames, masks] = await Promise.all([
      read(stored.frames, 3),
      stored.masks ? read(stored.masks, 1) : new Uint8Array(count * stored.width * stored.height),
    ])
    return { ...clips[index], frames, masks }
  }
  return {
    folder,
    description,
    clips,
    shapes: groupByShape(clips),
    damaged,
    refused: shards.flatMap(({ index }) => index.refused ?? []),
    bytes: shards.reduce((sum, { index }) => sum + index.bytes, 0),
    clip,
    prefetch(index, start, count) {
      // The call that needs it will hear of an error.
      clip(index, start, count).catch(() => {})
    },
    async truth(index) {
      const { shard, stored } = await placeOf(index)
      return stored.truth && unpackTruth(await readBytes(shard.file, ...stored.truth))
    },
    async verify(onProgress) {
      const found: RefusedFile[] = [...damaged]
      for (const [i, shard] of shards.entries()) {
        const damage = await checkShard(shard)
        if (damage) found.push(damage)
        onProgress?.(i + 1, shards.length)
      }
      return found
    },
  }
}
