import { closeSync, mkdirSync, openSync, readSync, rmSync, statSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import path from 'node:path'
import { runPool } from '../dataset/index.ts'
import { selectParameters, upscalerScales } from '../model/index.ts'
import { modelConfigSchema } from '../sample/index.ts'
import { loadModel, writeAtomically } from '../store/index.ts'
import type { SceneOptions } from '../world/index.ts'
import { fingerprintOf, isMadeFrom } from './fingerprint.ts'

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
  readonly fingerprint: string
  readonly scenes: number
  readonly firstSeed: number
}

const SCENES_PER_SHARD = 20

/** The file of a shard: its pairs as bytes, what they are made from as JSON. */
const pairFile = (folder: string, shard: number, extension: 'bin' | 'json') =>
  path.join(folder, `pairs-${String(shard).padStart(5, '0')}.${extension}`)

/** Bytes of the parts of a pair, in their order in the file: small, decoded, large by scale. */
function partsOf(crop: number): number[] {
  return [1, 1, ...upscalerScales].map(scale => 3 * (scale * crop) ** 2)
}

/** A pair as the bytes of its file. */
function packPair({ small, decoded, large }: Pair): Uint8Array[] {
  return [small, decoded, ...upscalerScales.map(scale => large[scale])]
}

function openPairs(folder: string, shards: number, crop: number): PairSet {
  const parts = partsOf(crop)
  const bytes = parts.reduce((a, b) => a + b)
  const places = Array.from({ length: shards }, (_, shard) => {
    const file = pairFile(folder, shard, 'bin')
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
 * Films scenes small and large and cuts pairs out of them, or goes on where an earlier call stopped, and opens them. Files of
 * other options or of another autoencoder are made anew.
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
  const { config, tensors } = loadModel(model, modelConfigSchema)
  const { autoencoder, width, height, fps } = config
  const facts = { cut, autoencoder, width, height, fps }
  const made = fingerprintOf(facts, selectParameters(tensors, 'autoencoder'))
  const shards = Array.from({ length: Math.ceil(scenes / SCENES_PER_SHARD) }, (_, shard): PairRequest => {
    const before = shard * SCENES_PER_SHARD
    // Far apart, since scenes that are held out make them skip seeds.
    const own = { scenes: Math.min(SCENES_PER_SHARD, scenes - before), firstSeed: seed + before * 100 }
    return { shard, fingerprint: fingerprintOf({ made, own }, {}), ...own }
  })
  const missing = shards.filter(
    ({ shard, fingerprint }) => !isMadeFrom(pairFile(folder, shard, 'json'), fingerprint),
  )
  let done = scenes - missing.reduce((sum, shard) => sum + shard.scenes, 0)
  await runPool<PairRequest, void>(missing, {
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

/** Writes the pairs of a shard; what they are made from is written last. */
export function writePairs(
  folder: string,
  { shard, fingerprint }: Pick<PairRequest, 'shard' | 'fingerprint'>,
  pairs: readonly Pair[],
): void {
  rmSync(pairFile(folder, shard, 'json'), { force: true })
  writeAtomically(pairFile(folder, shard, 'bin'), pairs.flatMap(packPair))
  writeAtomically(pairFile(folder, shard, 'json'), [Buffer.from(JSON.stringify({ fingerprint }))])
}
