import { closeSync, existsSync, mkdirSync, openSync, readSync, statSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import path from 'node:path'
import { runPool } from '../dataset/index.ts'
import { upscalerScales } from '../model/index.ts'
import { writeAtomically } from '../store/index.ts'
import type { SceneOptions } from '../world/index.ts'

// Pairs: the same crop of the same scene, small (as filmed, and as the autoencoder gives it back) and filmed large.

/** What pairs are made of. */
export interface PairOptions {
  /** Scenes that are filmed; every one is another seed. */
  readonly scenes: number
  readonly pairsPerScene: number
  readonly seed: number
  readonly scene: SceneOptions
  /** Side of a crop in small pixels: even. */
  readonly crop: number
}

/** One crop at all sizes: side x side x 3 each, sRGB. */
export interface Pair {
  /** As it is filmed at the model's size. */
  readonly small: Uint8Array
  /** The same after the autoencoder: softer. */
  readonly decoded: Uint8Array
  /** As it is filmed larger, by scale. */
  readonly large: Readonly<Record<(typeof upscalerScales)[number], Uint8Array>>
}

/** Pairs on disk, read one at a time. */
export interface PairSet {
  readonly count: number
  /** Side of a crop in small pixels. */
  readonly crop: number
  read(pair: number): Pair
}

/** What a thread that makes pairs is started with. */
export interface PairWorkerData extends Omit<PairOptions, 'scenes' | 'seed'> {
  readonly folder: string
  /** The model whose autoencoder is used. */
  readonly model: string
}

/** What it is asked for: scenes as one file. */
export interface PairRequest {
  readonly shard: number
  readonly scenes: number
  readonly firstSeed: number
}

const SCENES_PER_SHARD = 20

/** The file of a shard. */
export const pairFile = (folder: string, shard: number) =>
  path.join(folder, `pairs-${String(shard).padStart(5, '0')}.bin`)

/** Bytes of the parts of a pair, in their order in the file: small, decoded, large by scale. */
function partsOf(crop: number): number[] {
  return [1, 1, ...upscalerScales].map(scale => 3 * (scale * crop) ** 2)
}

/** A pair as the bytes of its file. */
export function packPair({ small, decoded, large }: Pair): Uint8Array[] {
  return [small, decoded, ...upscalerScales.map(scale => large[scale])]
}

function openPairs(folder: string, shards: number, crop: number): PairSet {
  const parts = partsOf(crop)
  const bytes = parts.reduce((a, b) => a + b)
  const places = Array.from({ length: shards }, (_, shard) => {
    const file = pairFile(folder, shard)
    return Array.from({ length: statSync(file).size / bytes }, (_, i) => ({ file, offset: i * bytes }))
  }).flat()
  return {
    count: places.length,
    crop,
    read(pair) {
      const { file, offset } = places[pair]
      const buffer = new Uint8Array(bytes)
      const descriptor = openSync(file, 'r')
      try {
        readSync(descriptor, buffer, 0, bytes, offset)
      } finally {
        closeSync(descriptor)
      }
      let at = 0
      const [small, decoded, ...large] = parts.map(part => {
        at += part
        return buffer.subarray(at - part, at)
      })
      const byScale = Object.fromEntries(upscalerScales.map((scale, i) => [scale, large[i]]))
      return { small, decoded, large: byScale as Pair['large'] }
    },
  }
}

/** How the making of pairs is watched and stopped. */
export interface MakePairsOptions {
  readonly workers?: number
  /** Called with the scenes that are done. */
  readonly onProgress?: (scenes: number) => void
  readonly signal?: AbortSignal
}

/**
 * Films scenes small and large and cuts pairs out of them, or goes on where an earlier call stopped, and opens them.
 * @param model the folder of the model whose autoencoder softens
 * @throws DOMException AbortError when the signal aborts; the files that are done stay.
 */
export async function makePairs(
  folder: string,
  model: string,
  { scenes, seed, ...cut }: PairOptions,
  { workers = availableParallelism(), onProgress, signal }: MakePairsOptions = {},
): Promise<PairSet> {
  mkdirSync(folder, { recursive: true })
  const shards = Array.from({ length: Math.ceil(scenes / SCENES_PER_SHARD) }, (_, shard): PairRequest => {
    const before = shard * SCENES_PER_SHARD
    // Far apart, since scenes that are held out make them skip seeds.
    return {
      shard,
      scenes: Math.min(SCENES_PER_SHARD, scenes - before),
      firstSeed: seed + before * 100,
    }
  })
  const missing = shards.filter(({ shard }) => !existsSync(pairFile(folder, shard)))
  let done = scenes - missing.reduce((sum, shard) => sum + shard.scenes, 0)
  await runPool<PairRequest, 'done'>(missing, {
    entry: new URL('./upscalerPairWorker.ts', import.meta.url),
    workerData: { folder, model, ...cut } satisfies PairWorkerData,
    threads: workers,
    onMessage: message => {
      if (message === 'step') onProgress?.(++done)
    },
    signal,
  })
  return openPairs(folder, shards.length, cut.crop)
}

/** Writes the pairs of a shard. */
export function writePairs(folder: string, shard: number, pairs: readonly Pair[]): void {
  writeAtomically(pairFile(folder, shard), pairs.flatMap(packPair))
}
