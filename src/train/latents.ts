import { readFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { openTensors, type StoredTensor } from '../store/index.ts'
import type { BodyLooks, TruthWindow } from './truth.ts'

// Shapes: f latent frames, Z latent channels, h w latent grid.

/** Mean and deviation of every latent channel (Z). */
export interface LatentStatistics {
  readonly mean: Float32Array
  readonly deviation: Float32Array
}

/** What is said of a clip, and how its bodies look, in the order of its truth. */
export interface LatentClip {
  readonly caption: string
  /** What it was before a captioner wrote `caption`. */
  readonly originalCaption?: string
  readonly shortCaption: string
  readonly looks: readonly BodyLooks[]
}

/** Some latent frames of a clip, and what is true of them. */
export interface LatentWindow extends TruthWindow {
  /** Normalised: frames x Z x h x w. */
  readonly latents: Float32Array
}

/** The latents of a whole dataset, read from disk a window at a time. */
export interface LatentSet extends LatentStatistics {
  /** f, Z, h, w of every clip. */
  readonly shape: readonly [number, number, number, number]
  readonly clips: readonly LatentClip[]
  /** Latent frames `start` to `start + frames` of a clip. */
  window(clip: number, start: number, frames: number): LatentWindow
}

const looksSchema = z.strictObject({ shape: z.string(), colour: z.string(), material: z.string() })
const indexSchema = z.strictObject({
  /** Of all that the shard is made from (`fingerprintOf`). */
  fingerprint: z.string(),
  /** Sums and sums of squares of every channel, over all latents of the shard. */
  sums: z.array(z.number()),
  squares: z.array(z.number()),
  clips: z.array(
    z.strictObject({
      caption: z.string(),
      originalCaption: z.string().optional(),
      shortCaption: z.string(),
      looks: z.array(looksSchema),
    }),
  ),
})
/** What is said of a shard beside its latents. */
export type ShardIndex = z.infer<typeof indexSchema>

/** The file of a shard: latents as safetensors, what is said of its clips as JSON. */
export const shardFile = (folder: string, shard: number, extension: string) =>
  path.join(folder, `latents-${String(shard).padStart(5, '0')}.${extension}`)

/** Mean and deviation from the sums of all shards. */
function joinStatistics(indexes: readonly ShardIndex[], numbersPerChannel: number): LatentStatistics {
  const total = (key: 'sums' | 'squares', channel: number) =>
    indexes.reduce((sum, index) => sum + index[key][channel], 0) / numbersPerChannel
  const mean = Float32Array.from(indexes[0].sums, (_, channel) => total('sums', channel))
  const deviation = Float32Array.from(indexes[0].sums, (_, channel) =>
    Math.sqrt(Math.max(1e-8, total('squares', channel) - mean[channel] ** 2)),
  )
  return { mean, deviation }
}

/** Opens shards that are all there, normalised by their own statistics or by given ones. */
export function openLatents(
  folder: string,
  shardCount: number,
  shape: LatentSet['shape'],
  statistics?: LatentStatistics,
): LatentSet {
  const [f, channels, h, w] = shape
  const shards = Array.from({ length: shardCount }, (_, shard) => ({
    index: indexSchema.parse(JSON.parse(readFileSync(shardFile(folder, shard, 'json'), 'utf8'))),
    tensors: openTensors(shardFile(folder, shard, 'safetensors')),
  }))
  const places = shards.flatMap(({ index, tensors }) => index.clips.map((_, row) => ({ tensors, row })))
  const numbersPerChannel = places.length * f * h * w
  const indexes = shards.map(({ index }) => index)
  const { mean, deviation } = statistics ?? joinStatistics(indexes, numbersPerChannel)
  return {
    shape,
    mean,
    deviation,
    clips: shards.flatMap(({ index }) => index.clips),
    window(clip, start, frames) {
      const { tensors, row } = places[clip]
      const read = (tensor: StoredTensor) => {
        // Rows of the file are clips; a window is some of a clip's frames.
        const size = tensor.shape.slice(2).reduce((a, b) => a * b, 1)
        return tensor.readPart(row * f * size + start * size, frames * size) as Float32Array
      }
      const latents = read(tensors.latents)
      const area = h * w
      for (let i = 0; i < latents.length; i++) {
        const channel = Math.floor(i / area) % channels
        latents[i] = (latents[i] - mean[channel]) / deviation[channel]
      }
      return { latents, coverage: read(tensors.coverage), velocity: read(tensors.velocity) }
    },
  }
}

/** Latents of one shape or more: that of the model's own films first. */
export type LatentSets = readonly [LatentSet, ...LatentSet[]]

/** The clips of which `isWanted` holds, as a set of their own. */
export function selectLatents(set: LatentSet, isWanted: (clip: number) => boolean): LatentSet {
  const chosen = set.clips.map((_, clip) => clip).filter(isWanted)
  return {
    ...set,
    clips: chosen.map(clip => set.clips[clip]),
    window: (clip, start, frames) => set.window(chosen[clip], start, frames),
  }
}
