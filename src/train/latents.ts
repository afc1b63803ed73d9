import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { z } from 'zod'
import type { Clip, Dataset } from '../dataset/index.ts'
import {
  type AutoencoderConfig,
  FRAMES_PER_LATENT,
  type Parameters,
  PIXELS_PER_LATENT,
} from '../model/index.ts'
import { compileEncoder, type Encoder, repeatFirstFrame } from '../sample/index.ts'
import { openTensors, type StoredTensor, saveTensors, writeAtomically } from '../store/index.ts'
import { type BodyLooks, MOST_BODIES, mapTruth, readLooks, type TruthWindow } from './truth.ts'

// Shapes: n clips of a shard, f latent frames, Z latent channels, h w latent grid, M bodies at most.

/** Mean and deviation of every latent channel (Z). */
export interface LatentStatistics {
  readonly mean: Float32Array
  readonly deviation: Float32Array
}

/** What is said of a clip, and how its bodies look, in the order of its truth. */
export interface LatentClip {
  readonly caption: string
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

/** How encoding is watched and stopped. */
export interface EncodeOptions {
  /** Called with the clips that are done. */
  readonly onProgress?: (clips: number) => void
  readonly signal?: AbortSignal
  /** Normalises by these instead of by the dataset's own: those of a model that is trained on. */
  readonly statistics?: LatentStatistics
}

const CLIPS_PER_SHARD = 50

const looksSchema = z.strictObject({ shape: z.string(), colour: z.string(), material: z.string() })
const indexSchema = z.strictObject({
  /** Sums and sums of squares of every channel, over all latents of the shard. */
  sums: z.array(z.number()),
  squares: z.array(z.number()),
  clips: z.array(
    z.strictObject({ caption: z.string(), shortCaption: z.string(), looks: z.array(looksSchema) }),
  ),
})
type ShardIndex = z.infer<typeof indexSchema>

const shardFile = (folder: string, shard: number, extension: string) =>
  path.join(folder, `latents-${String(shard).padStart(5, '0')}.${extension}`)

/** Sums of every channel of latents (rows, Z, area), and of their squares. */
function sumChannels(latents: Float32Array, channels: number, area: number) {
  const sums = new Array<number>(channels).fill(0)
  const squares = new Array<number>(channels).fill(0)
  for (let i = 0; i < latents.length; i++) {
    const channel = Math.floor(i / area) % channels
    sums[channel] += latents[i]
    squares[channel] += latents[i] ** 2
  }
  return { sums, squares }
}

/** Encodes the clips of one shard and writes it; the index is written last. */
async function encodeShard(
  folder: string,
  shard: number,
  clips: readonly number[],
  dataset: Dataset,
  encoder: Encoder,
  [f, channels, h, w]: LatentSet['shape'],
  onClip: () => void,
): Promise<void> {
  const latents = new Float32Array(clips.length * f * channels * h * w)
  const coverage = new Float32Array(clips.length * f * h * w * MOST_BODIES)
  const velocity = new Float32Array(clips.length * f * MOST_BODIES * 2)
  const said: ShardIndex['clips'] = []
  for (const [i, index] of clips.entries()) {
    const clip: Clip = await dataset.clip(index, 0, FRAMES_PER_LATENT * (f - 1) + 1)
    // Read by other threads while this one encodes.
    if (i + 1 < clips.length) dataset.prefetch(clips[i + 1])
    const { width, height, caption, shortCaption } = clip
    const frames = repeatFirstFrame(clip.frames, width * height * 3)
    latents.set(await encoder.encode(frames), (i * latents.length) / clips.length)
    const map = mapTruth(repeatFirstFrame(clip.masks, width * height), width, height)
    coverage.set(
      Float32Array.from(map.coverage, value => value / 255),
      (i * coverage.length) / clips.length,
    )
    velocity.set(map.velocity, (i * velocity.length) / clips.length)
    said.push({ caption, shortCaption, looks: readLooks(await dataset.truth(index)) })
    onClip()
    // Lets signals be heard between two clips.
    await nextTurn()
  }
  saveTensors(
    shardFile(folder, shard, 'safetensors'),
    {
      latents: { shape: [clips.length, f, channels, h, w], data: latents },
      coverage: { shape: [clips.length, f, h, w, MOST_BODIES], data: coverage },
      velocity: { shape: [clips.length, f, MOST_BODIES, 2], data: velocity },
    },
    { dtype: 'F16' },
  )
  const index: ShardIndex = { ...sumChannels(latents, channels, h * w), clips: said }
  writeAtomically(shardFile(folder, shard, 'json'), [Buffer.from(JSON.stringify(index))])
}

/**
 * Encodes the clips of a dataset's most frequent shape shard by shard, or goes on where an earlier call stopped,
 * and opens the latents. Of clips that do not have 1 + 4 k frames the last ones are left out.
 * @throws DOMException AbortError when the signal aborts; the shards that are done stay.
 */
export async function encodeDataset(
  folder: string,
  dataset: Dataset,
  params: Parameters,
  config: AutoencoderConfig,
  { onProgress, signal, statistics }: EncodeOptions = {},
): Promise<LatentSet> {
  mkdirSync(folder, { recursive: true })
  const [{ width, height, frameCount, clips }] = dataset.shapes
  // The first picture is repeated until it fills a latent frame.
  const frames = FRAMES_PER_LATENT * (1 + Math.floor((frameCount - 1) / FRAMES_PER_LATENT))
  const [h, w] = [height / PIXELS_PER_LATENT, width / PIXELS_PER_LATENT]
  const shape = [frames / FRAMES_PER_LATENT, config.latentChannels, h, w] as const
  const shards = Array.from({ length: Math.ceil(clips.length / CLIPS_PER_SHARD) }, (_, shard) =>
    clips.slice(shard * CLIPS_PER_SHARD, (shard + 1) * CLIPS_PER_SHARD),
  )
  const isDone = (shard: number) => existsSync(shardFile(folder, shard, 'json'))
  let done = shards.reduce((sum, members, shard) => sum + (isDone(shard) ? members.length : 0), 0)
  if (done < clips.length) {
    const encoder = await compileEncoder(params, config, { frameCount: frames, width, height })
    const onClip = () => {
      onProgress?.(++done)
      signal?.throwIfAborted()
    }
    for (const [shard, members] of shards.entries()) {
      if (!isDone(shard)) await encodeShard(folder, shard, members, dataset, encoder, shape, onClip)
    }
    await encoder.release()
  }
  return openLatents(folder, shards.length, shape, statistics)
}

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

function openLatents(
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

/** The clips of which `isWanted` holds, as a set of their own. */
export function selectLatents(set: LatentSet, isWanted: (clip: number) => boolean): LatentSet {
  const chosen = set.clips.map((_, clip) => clip).filter(isWanted)
  return {
    ...set,
    clips: chosen.map(clip => set.clips[clip]),
    window: (clip, start, frames) => set.window(chosen[clip], start, frames),
  }
}
