import { mkdirSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import type { Dataset } from '../dataset/index.ts'
import { runPool } from '../dataset/index.ts'
import {
  type AutoencoderConfig,
  FRAMES_PER_LATENT,
  type Parameters,
  PIXELS_PER_LATENT,
  selectParameters,
} from '../model/index.ts'
import { fingerprintOf, isMadeFrom } from './fingerprint.ts'
import { type LatentSet, type LatentStatistics, openLatents, shardFile } from './latents.ts'

/** How encoding is watched and stopped. */
export interface EncodeOptions {
  /** Threads that encode; all cores when absent. */
  readonly workers?: number
  /** Called with the clips that are done. */
  readonly onProgress?: (clips: number) => void
  readonly signal?: AbortSignal
  /** Normalises by these instead of by the dataset's own: those of a model that is trained on. */
  readonly statistics?: LatentStatistics
}

/** What an encoding worker is started with. */
export interface EncodeWorkerData {
  /** Where the shards go. */
  readonly folder: string
  readonly dataset: string
  readonly params: Parameters
  readonly config: AutoencoderConfig
  /** Frames of a clip, its first one four times among them. */
  readonly frames: number
  readonly width: number
  readonly height: number
}

/** What it is asked for: clips of the dataset as one shard. */
export interface EncodeRequest {
  readonly shard: number
  readonly fingerprint: string
  readonly clips: readonly number[]
}

const CLIPS_PER_SHARD = 50

/** Shards that so many clips are encoded to. */
export const countShards = (clips: number) => Math.ceil(clips / CLIPS_PER_SHARD)

/**
 * Encodes the clips of a dataset's most frequent shape shard by shard with every core, or goes on where an earlier call
 * stopped, and opens the latents. Shards of another encoder or of other clips are encoded anew. Of clips that do not have 1 + 4 k frames the last ones are left out.
 * @throws DOMException AbortError when the signal aborts; the shards that are done stay.
 */
export async function encodeDataset(
  folder: string,
  dataset: Dataset,
  params: Parameters,
  config: AutoencoderConfig,
  { workers = availableParallelism(), onProgress, signal, statistics }: EncodeOptions = {},
): Promise<LatentSet> {
  mkdirSync(folder, { recursive: true })
  const [{ width, height, frameCount, clips }] = dataset.shapes
  // The first picture is repeated until it fills a latent frame.
  const frames = FRAMES_PER_LATENT * (1 + Math.floor((frameCount - 1) / FRAMES_PER_LATENT))
  const [h, w] = [height / PIXELS_PER_LATENT, width / PIXELS_PER_LATENT]
  const encoder = fingerprintOf({ config, frames, width, height }, selectParameters(params, 'encoder'))
  const shards = Array.from({ length: countShards(clips.length) }, (_, shard): EncodeRequest => {
    const own = clips.slice(shard * CLIPS_PER_SHARD, (shard + 1) * CLIPS_PER_SHARD)
    const records = own.map(clip => dataset.clips[clip])
    return {
      shard,
      fingerprint: fingerprintOf({ encoder, description: dataset.description, records }, {}),
      clips: own,
    }
  })
  const missing = shards.filter(
    ({ shard, fingerprint }) => !isMadeFrom(shardFile(folder, shard, 'json'), fingerprint),
  )
  let done = clips.length - missing.reduce((sum, { clips }) => sum + clips.length, 0)
  await runPool<EncodeRequest, void>(missing, {
    entry: new URL('./encodeWorker.ts', import.meta.url),
    workerData: {
      folder,
      dataset: dataset.folder,
      params,
      config,
      frames,
      width,
      height,
    } satisfies EncodeWorkerData,
    threads: workers,
    onMessage: message => {
      if (message === 'step') onProgress?.(++done)
    },
    signal,
  })
  const shape: LatentSet['shape'] = [frames / FRAMES_PER_LATENT, config.latentChannels, h, w]
  return openLatents(folder, shards.length, shape, statistics)
}
