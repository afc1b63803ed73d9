import { rmSync } from 'node:fs'
import { workerData } from 'node:worker_threads'
import { openDataset, serveShards } from '../dataset/index.ts'
import { FRAMES_PER_LATENT, PIXELS_PER_LATENT } from '../model/index.ts'
import { compileEncoder, repeatFirstFrame } from '../sample/index.ts'
import { saveTensors, writeAtomically } from '../store/index.ts'
import type { EncodeRequest, EncodeWorkerData } from './encodeDataset.ts'
import { type ShardIndex, shardFile } from './latents.ts'
import { MOST_BODIES, mapTruth, readLooks } from './truth.ts'

// Shapes: n clips of a shard, f latent frames, Z latent channels, h w latent grid, M bodies at most.

const { folder, dataset: source, params, config, frames, width, height } = workerData as EncodeWorkerData
const dataset = openDataset(source)
const encoder = await compileEncoder(params, config, { frameCount: frames, width, height }, { threads: 1 })
const [f, h, w] = [frames / FRAMES_PER_LATENT, height / PIXELS_PER_LATENT, width / PIXELS_PER_LATENT]
const channels = config.latentChannels

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
async function encodeShard({ shard, fingerprint, clips }: EncodeRequest, onClip: () => void): Promise<void> {
  const latents = new Float32Array(clips.length * f * channels * h * w)
  const coverage = new Float32Array(clips.length * f * h * w * MOST_BODIES)
  const velocity = new Float32Array(clips.length * f * MOST_BODIES * 2)
  const said: ShardIndex['clips'] = []
  for (const [i, index] of clips.entries()) {
    const clip = await dataset.clip(index, 0, FRAMES_PER_LATENT * (f - 1) + 1)
    // Read by other threads while this one encodes.
    if (i + 1 < clips.length) dataset.prefetch(clips[i + 1])
    const { caption, originalCaption, shortCaption } = clip
    latents.set(
      await encoder.encode(repeatFirstFrame(clip.frames, width * height * 3)),
      (i * latents.length) / clips.length,
    )
    const map = mapTruth(repeatFirstFrame(clip.masks, width * height), width, height)
    coverage.set(map.coverage, (i * coverage.length) / clips.length)
    velocity.set(map.velocity, (i * velocity.length) / clips.length)
    said.push({ caption, originalCaption, shortCaption, looks: readLooks(await dataset.truth(index)) })
    onClip()
  }
  // What it says is not true of the latents that are written now.
  rmSync(shardFile(folder, shard, 'json'), { force: true })
  saveTensors(
    shardFile(folder, shard, 'safetensors'),
    {
      latents: { shape: [clips.length, f, channels, h, w], data: latents },
      coverage: { shape: [clips.length, f, h, w, MOST_BODIES], data: coverage },
      velocity: { shape: [clips.length, f, MOST_BODIES, 2], data: velocity },
    },
    { dtype: 'F16' },
  )
  const index: ShardIndex = { fingerprint, ...sumChannels(latents, channels, h * w), clips: said }
  writeAtomically(shardFile(folder, shard, 'json'), [Buffer.from(JSON.stringify(index))])
}

serveShards(encodeShard)
