import { availableParallelism } from 'node:os'
import { type filmSplit, type SceneOptions, sceneDefaults } from '../world/index.ts'
import { runPool } from './pool.ts'
import { FORMAT_VERSION } from './record.ts'
import { beginDataset, inspectShard, removeShards } from './shard.ts'

/** The families of scenes that can be filmed. */
export type Family = Parameters<typeof filmSplit>[0]

/** What a dataset of filmed scenes is made of. */
export interface DatasetOptions {
  readonly family: Family
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
  readonly folder: string
  readonly shard: number
  readonly family: Family
  readonly clips: number
  readonly firstSeed: number
  readonly heldOut: boolean
  readonly scene: SceneOptions
}

/** What a film worker says when a shard is there: how long its parts took. */
export interface ShardReport {
  readonly milliseconds: { film: number; compress: number; write: number }
}

/** How making is watched and stopped. */
export interface MakeOptions {
  /** Threads that film; all cores when absent. The bytes do not depend on it. */
  readonly workers?: number
  /** Called with the clips (of an import: the films) that are done, and how many there are. */
  readonly onProgress?: (done: number, of: number) => void
  readonly signal?: AbortSignal
}

/** The numbers of clips that each shard holds. */
function planShards({ clips, clipsPerShard = 20 }: DatasetOptions): number[] {
  return Array.from({ length: Math.ceil(clips / clipsPerShard) }, (_, shard) =>
    Math.min(clipsPerShard, clips - shard * clipsPerShard),
  )
}

/** Shards that are not there as they are planned; those beyond the plan are removed. */
function findMissing(folder: string, plan: readonly number[]): number[] {
  removeShards(folder, plan.length)
  return plan.flatMap((clips, shard) => {
    const found = inspectShard(folder, shard)
    return 'clips' in found && found.clips.length === clips ? [] : [shard]
  })
}

/**
 * Films clips into shards with every core; killed at any moment, it goes on with the first missing or damaged shard.
 * The same options give the same bytes, whatever the number of workers.
 * @returns how long its parts took, summed over the workers
 * @throws RangeError when the folder holds another dataset or cannot be written; whole shards stay.
 * @throws DOMException AbortError when the signal aborts; whole shards stay.
 */
export async function makeDataset(
  folder: string,
  options: DatasetOptions,
  { workers = availableParallelism(), onProgress, signal }: MakeOptions = {},
): Promise<ShardReport['milliseconds']> {
  const { clips, clipsPerShard = 20, family, seed, heldOut = false } = options
  const scene = { ...sceneDefaults, ...options.scene }
  beginDataset(folder, {
    version: FORMAT_VERSION,
    kind: 'filmed',
    family,
    seed,
    heldOut,
    clipsPerShard,
    scene,
  })
  const plan = planShards(options)
  const missing = findMissing(folder, plan)
  let done = clips - missing.reduce((sum, shard) => sum + plan[shard], 0)
  onProgress?.(done, clips)
  const total = { film: 0, compress: 0, write: 0 }
  const requests = missing.map((shard): ShardRequest => {
    // Shards draw from seeds far apart, since held-out clips make them skip seeds.
    const firstSeed = seed + shard * clipsPerShard * 100
    return { folder, shard, family, clips: plan[shard], firstSeed, heldOut, scene }
  })
  const onMessage = (message: 'step' | ShardReport) => {
    if (message === 'step') onProgress?.(++done, clips)
    else for (const part of ['film', 'compress', 'write'] as const) total[part] += message.milliseconds[part]
  }
  const entry = new URL('./filmWorker.ts', import.meta.url)
  await runPool(requests, { entry, threads: workers, onMessage, signal })
  return total
}
