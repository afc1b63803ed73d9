import { existsSync, mkdirSync } from 'node:fs'
import path from 'node:path'
import type { Tensor } from '../array/index.ts'
import type { ClipRecord, Dataset } from '../dataset/index.ts'
import {
  type AutoencoderConfig,
  FRAMES_PER_LATENT,
  type Parameters,
  PIXELS_PER_LATENT,
} from '../model/index.ts'
import { compileEncoder, repeatFirstFrame } from '../sample/index.ts'
import { loadTensors, saveTensors } from '../store/index.ts'

// Shapes: N clips, f latent frames of a clip, Z latent channels, h w latent grid.

/** The latents of a whole dataset, normalised so that every channel has mean 0 and deviation 1. */
export interface LatentSet {
  /** N x f x Z x h x w. */
  readonly latents: Float32Array
  readonly shape: readonly [number, number, number, number, number]
  /** Mean and deviation of every channel before they were normalised (Z). */
  readonly mean: Float32Array
  readonly deviation: Float32Array
  readonly truths: readonly Pick<ClipRecord, 'caption' | 'shortCaption'>[]
}

/** How encoding is watched and stopped. */
export interface EncodeOptions {
  /** Called with the clips that are done. */
  readonly onProgress?: (clips: number) => void
  readonly signal?: AbortSignal
}

/**
 * Encodes a dataset, or reads the latents that an earlier call left in `folder`.
 * @throws RangeError when the clips have several shapes: latents of one set have one.
 * @throws DOMException AbortError when the signal aborts; nothing is written then.
 */
export async function encodeDataset(
  folder: string,
  dataset: Dataset,
  params: Parameters,
  config: AutoencoderConfig,
  { onProgress, signal }: EncodeOptions = {},
): Promise<LatentSet> {
  const file = path.join(folder, 'latents.safetensors')
  mkdirSync(folder, { recursive: true })
  if (!existsSync(file)) {
    const [{ width, height, frameCount }] = dataset.shapes
    if (dataset.shapes.length > 1) {
      const shapes = dataset.shapes.map(shape => `${shape.width} x ${shape.height} x ${shape.frameCount}`)
      throw new RangeError(`${dataset.folder} must hold clips of one shape, got ${shapes.join(' and ')}`)
    }
    const frameTotal = frameCount + FRAMES_PER_LATENT - 1
    const encoder = await compileEncoder(params, config, { frameCount: frameTotal, width, height })
    const parts: Float32Array[] = []
    const shape = [
      frameTotal / FRAMES_PER_LATENT,
      config.latentChannels,
      height / PIXELS_PER_LATENT,
      width / PIXELS_PER_LATENT,
    ]
    for (let i = 0; i < dataset.clips.length; i++) {
      const { frames } = await dataset.clip(i)
      // Read by other threads while this one encodes.
      if (i + 1 < dataset.clips.length) dataset.prefetch(i + 1)
      parts.push(await encoder.encode(repeatFirstFrame(frames, width * height * 3)))
      onProgress?.(i + 1)
      // Lets signals be heard between two clips.
      await new Promise(resolve => setImmediate(resolve))
      signal?.throwIfAborted()
    }
    await encoder.release()
    saveTensors(file, joinClips(parts, shape))
  }
  const { latents, mean, deviation } = loadTensors(file).tensors
  return {
    latents: latents.data as Float32Array,
    shape: latents.shape as unknown as LatentSet['shape'],
    mean: mean.data as Float32Array,
    deviation: deviation.data as Float32Array,
    truths: dataset.clips,
  }
}

/** Joins clips of shape (f, Z, h, w) and gives every channel mean 0 and deviation 1. */
function joinClips(parts: readonly Float32Array[], shape: readonly number[]): Record<string, Tensor> {
  const [frames, channels, height, width] = shape
  const area = height * width
  const size = frames * channels * area
  const data = new Float32Array(parts.length * size)
  parts.forEach((part, i) => {
    data.set(part, i * size)
  })
  const mean = new Float32Array(channels)
  const deviation = new Float32Array(channels)
  for (let c = 0; c < channels; c++) {
    let [total, squares, count] = [0, 0, 0]
    for (let start = c * area; start < data.length; start += channels * area) {
      for (let i = start; i < start + area; i++) {
        total += data[i]
        squares += data[i] * data[i]
      }
      count += area
    }
    mean[c] = total / count
    deviation[c] = Math.sqrt(Math.max(1e-8, squares / count - mean[c] ** 2))
    for (let start = c * area; start < data.length; start += channels * area) {
      for (let i = start; i < start + area; i++) data[i] = (data[i] - mean[c]) / deviation[c]
    }
  }
  return {
    latents: { shape: [parts.length, ...shape], data },
    mean: { shape: [channels], data: mean },
    deviation: { shape: [channels], data: deviation },
  }
}
