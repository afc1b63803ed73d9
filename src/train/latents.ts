import { existsSync, mkdirSync } from 'node:fs'
import path from 'node:path'
import { input, type Tensor } from '../array/index.ts'
import {
  type AutoencoderConfig,
  autoencoderSpecs,
  encode,
  fixParameters,
  type Parameters,
} from '../model/index.ts'
import { compile } from '../onnx/index.ts'
import { loadTensors, saveTensors } from '../store/index.ts'
import type { ClipTruth, Dataset } from './shards.ts'

// Shapes: N clips, f latent frames of a clip, Z latent channels, h w latent grid.

/** The latents of a whole dataset, normalised so that every channel has mean 0 and deviation 1. */
export interface LatentSet {
  /** N x f x Z x h x w. */
  readonly latents: Float32Array
  readonly shape: readonly [number, number, number, number, number]
  /** Mean and deviation of every channel before they were normalised (Z). */
  readonly mean: Float32Array
  readonly deviation: Float32Array
  readonly truths: readonly ClipTruth[]
}

/** A compiled encoder for films of 1 + 4 k frames at one size. */
export async function compileEncoder(
  params: Parameters,
  config: AutoencoderConfig,
  { frameCount, width, height }: { frameCount: number; width: number; height: number },
) {
  const frames = frameCount + 3
  const video = input('video', [1, frames, 3, height, width])
  const latents = encode(fixParameters(autoencoderSpecs(config), params), video, config)
  const compiled = await compile({ latents })
  const pixels = width * height
  return async (film: Uint8Array): Promise<Tensor> => {
    const data = new Float32Array(frames * 3 * pixels)
    for (let f = 0; f < frames; f++) {
      // The first picture stands alone in its latent frame, repeated 4 times.
      const from = Math.max(0, f - 3) * pixels
      for (let i = 0; i < pixels; i++) {
        for (let c = 0; c < 3; c++) data[(f * 3 + c) * pixels + i] = film[(from + i) * 3 + c] / 127.5 - 1
      }
    }
    const results = await compiled.run({ video: { shape: video.shape, data } })
    return results.latents
  }
}

/** How encoding is watched and stopped. */
export interface EncodeOptions {
  /** Called with the clips that are done. */
  readonly onProgress?: (clips: number) => void
  readonly signal?: AbortSignal
}

/**
 * Encodes a dataset, or reads the latents that an earlier call left in `folder`.
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
    const encodeFilm = await compileEncoder(params, config, dataset)
    const parts: Float32Array[] = []
    let shape: readonly number[] = []
    for (let i = 0; i < dataset.truths.length; i++) {
      const encoded = await encodeFilm(dataset.clip(i).frames)
      parts.push(encoded.data as Float32Array)
      shape = encoded.shape.slice(1)
      onProgress?.(i + 1)
      // Lets signals be heard between two clips.
      await new Promise(resolve => setImmediate(resolve))
      signal?.throwIfAborted()
    }
    saveTensors(file, normalizeLatents(parts, shape))
  }
  const { latents, mean, deviation } = loadTensors(file).tensors
  return {
    latents: latents.data as Float32Array,
    shape: latents.shape as unknown as LatentSet['shape'],
    mean: mean.data as Float32Array,
    deviation: deviation.data as Float32Array,
    truths: dataset.truths,
  }
}

/** Joins clips of shape (f, Z, h, w) and gives every channel mean 0 and deviation 1. */
function normalizeLatents(parts: readonly Float32Array[], shape: readonly number[]): Record<string, Tensor> {
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
