import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'
import type { Size } from '../media/index.ts'
import { writeAtomically } from '../store/index.ts'
import { chunkOf, framesOfChunk, packFrames, packMasks, packTruth } from './codec.ts'
import {
  type ClipRecord,
  type DatasetDescription,
  FORMAT_VERSION,
  nameShard,
  readDescription,
  readShardIndex,
  type ShardIndex,
  type StoredChunks,
  type StoredClip,
} from './record.ts'

/** A clip that is to be written: what is known of it, its frames F x H x W x 3, its masks F x H x W. */
export interface NewClip {
  readonly record: ClipRecord
  readonly frames: Uint8Array
  readonly masks?: Uint8Array
  /** Plain JSON: everything else that is true of the clip. */
  readonly truth?: unknown
}

/** A clip that is packed: its blobs in order, and its place in the index if it came first in a shard. */
export interface PackedClip {
  readonly stored: StoredClip
  readonly blobs: readonly Uint8Array[]
}

/** Packs one kind of picture of a clip, chunk by chunk, behind what is packed already. */
async function packChunks(
  pictures: Uint8Array,
  frameCount: number,
  size: Size,
  channels: 1 | 3,
  blobs: Uint8Array[],
): Promise<StoredChunks> {
  const offset = blobs.reduce((sum, { length }) => sum + length, 0)
  const bytes = size.width * size.height * channels
  const chunks: StoredChunks['chunks'] = []
  for (let chunk = 0; chunk <= chunkOf(frameCount - 1); chunk++) {
    const { start, count } = framesOfChunk(chunk, frameCount)
    const part = pictures.subarray(start * bytes, (start + count) * bytes)
    const packed =
      channels === 3
        ? await packFrames(part, size)
        : { codec: 'delta' as const, bytes: packMasks(part, size) }
    blobs.push(packed.bytes)
    chunks.push([packed.codec, packed.bytes.length])
  }
  return { offset, chunks }
}

/** Packs a clip; the same clip gives the same bytes. */
export async function packClip({ record, frames, masks, truth }: NewClip): Promise<PackedClip> {
  const blobs: Uint8Array[] = []
  const { frameCount } = record
  const stored: StoredClip = { ...record, frames: await packChunks(frames, frameCount, record, 3, blobs) }
  if (masks) stored.masks = await packChunks(masks, frameCount, record, 1, blobs)
  if (truth !== undefined) {
    const packed = packTruth(truth)
    stored.truth = [blobs.reduce((sum, { length }) => sum + length, 0), packed.length]
    blobs.push(packed)
  }
  return { stored, blobs }
}

/** Moves a clip's place in the index behind the clips before it. */
function moveClip(stored: StoredClip, by: number): StoredClip {
  const move = (chunks: StoredChunks) => ({ ...chunks, offset: chunks.offset + by })
  return {
    ...stored,
    frames: move(stored.frames),
    ...(stored.masks ? { masks: move(stored.masks) } : {}),
    ...(stored.truth ? { truth: [stored.truth[0] + by, stored.truth[1]] } : {}),
  }
}

const fileErrors: Readonly<Record<string, string>> = {
  ENOSPC: 'no space is left on the disk',
  EDQUOT: 'the disk quota is used up',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOTDIR: 'a part of the path is a file',
  EEXIST: 'it is a file, not a folder',
  ENOENT: 'there is no such folder',
}

/** Errors of the file system as one line for the user, who can go on when there is space; others stay as they are. */
export function explainFileError(error: unknown, file: string): unknown {
  const reason = fileErrors[(error as NodeJS.ErrnoException)?.code ?? '']
  return reason
    ? new RangeError(`${file} cannot be written: ${reason}; shards that are there stay whole`)
    : error
}

/** Writes a shard: first its bytes, then its index, since a shard without an index is not there. */
export function writeShard(
  folder: string,
  shard: number,
  clips: readonly PackedClip[],
  imported: Pick<ShardIndex, 'plan' | 'refused'> = {},
): void {
  const { bin, json } = nameShard(shard)
  const hash = createHash('sha256')
  let bytes = 0
  const stored = clips.map(clip => {
    const moved = moveClip(clip.stored, bytes)
    for (const blob of clip.blobs) {
      hash.update(blob)
      bytes += blob.length
    }
    return moved
  })
  const sha256 = hash.digest('hex')
  const index: ShardIndex = { version: FORMAT_VERSION, bytes, sha256, ...imported, clips: stored }
  try {
    rmSync(path.join(folder, json), { force: true })
    writeAtomically(
      path.join(folder, bin),
      clips.flatMap(({ blobs }) => blobs),
    )
    writeAtomically(path.join(folder, json), [Buffer.from(`${JSON.stringify(index)}\n`)])
  } catch (error) {
    throw explainFileError(error, path.join(folder, bin))
  }
}

/** What a shard's files are: its index, or what is wrong with it. */
export function inspectShard(folder: string, shard: number): ShardIndex | { readonly reason: string } {
  try {
    const index = readShardIndex(folder, shard)
    const { size } = statSync(path.join(folder, nameShard(shard).bin))
    return size === index.bytes ? index : { reason: `it has ${size} bytes instead of ${index.bytes}` }
  } catch (error) {
    return { reason: (error as Error).message }
  }
}

/** The numbers of the shards that have an index, in order. */
export function listShards(folder: string): number[] {
  const names = readdirSync(folder).flatMap(name => /^shard-(\d+)\.json$/.exec(name)?.[1] ?? [])
  return names.map(Number).sort((a, b) => a - b)
}

/** Removes the shards from a number on. */
export function removeShards(folder: string, from: number): void {
  for (const shard of listShards(folder).filter(number => number >= from)) {
    const { bin, json } = nameShard(shard)
    for (const name of [json, bin]) rmSync(path.join(folder, name), { force: true })
  }
}

/** The first field in which two descriptions differ, with both values. */
function findDifference(there: object, asked: object, prefix = ''): string | undefined {
  for (const key of new Set([...Object.keys(there), ...Object.keys(asked)])) {
    const [a, b] = [there, asked].map(side => (side as Record<string, unknown>)[key])
    if (JSON.stringify(a) === JSON.stringify(b)) continue
    const areObjects = [a, b].every(value => typeof value === 'object' && value !== null)
    const inner = areObjects ? findDifference(a as object, b as object, `${prefix}${key}.`) : undefined
    if (inner || !areObjects) {
      return inner ?? `\`${prefix}${key}\` is ${JSON.stringify(a)} there, ${JSON.stringify(b)} was asked`
    }
  }
  return undefined
}

/**
 * Begins a dataset or goes on with it: writes dataset.json, or checks that the one there says the same.
 * @throws RangeError when the folder cannot be written, or naming the field in which it differs.
 */
export function beginDataset(folder: string, description: DatasetDescription): void {
  const file = path.join(folder, 'dataset.json')
  try {
    mkdirSync(folder, { recursive: true })
    const there = readDescription(folder)
    if (!there) writeAtomically(file, [Buffer.from(`${JSON.stringify(description, null, 2)}\n`)])
    const difference = there && findDifference(there, description)
    if (difference)
      throw new RangeError(
        `${folder} holds another dataset: ${difference}; choose another folder or delete it`,
      )
    // What a killed run left half-written.
    for (const name of readdirSync(folder)) {
      if (name.endsWith('.tmp')) rmSync(path.join(folder, name), { recursive: true })
    }
  } catch (error) {
    throw explainFileError(error, folder)
  }
}
