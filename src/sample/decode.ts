import { FRAMES_PER_LATENT } from '../model/index.ts'
import { frameSize } from './denoise.ts'
import { DECODE_CHUNK, type Model } from './model.ts'

/** Colours from -1 to 1 as channel planes (3, H, W) to bytes H x W x 3. */
function toBytes(planes: Float32Array, pixels: number): Uint8Array {
  const frame = new Uint8Array(3 * pixels)
  for (let c = 0; c < 3; c++) {
    for (let i = 0; i < pixels; i++) {
      frame[i * 3 + c] = Math.max(0, Math.min(255, Math.round((planes[c * pixels + i] + 1) * 127.5)))
    }
  }
  return frame
}

/** Calls `change` with every number of latents (f x Z x h x w), its channel's mean and its deviation. */
function mapChannels(
  model: Model,
  latents: Float32Array,
  change: (value: number, mean: number, deviation: number) => number,
): Float32Array {
  const { latentChannels } = model.autoencoder
  const area = frameSize(model) / latentChannels
  return latents.map((value, i) => {
    const channel = Math.floor(i / area) % latentChannels
    return change(value, model.latentMean[channel], model.latentDeviation[channel])
  })
}

/** The encoder's latents as the transformer knows them: every channel with mean 0 and deviation 1. */
export function normalizeLatents(model: Model, latents: Float32Array): Float32Array {
  return mapChannels(model, latents, (value, mean, deviation) => (value - mean) / deviation)
}

/** The inverse of `normalizeLatents`: latents as the decoder knows them. */
export function restoreLatents(model: Model, latents: Float32Array): Float32Array {
  return mapChannels(model, latents, (value, mean, deviation) => value * deviation + mean)
}

/** Decodes 1 + DECODE_CHUNK normalised latent frames, the first only as what came before, to colours from -1 to 1. */
export function decodeWindow(model: Model, latents: Float32Array): Promise<Float32Array> {
  return model.decodeChunk(restoreLatents(model, latents))
}

/**
 * Decodes the latents of a whole film, a few latent frames at a time.
 * @param latents f x Z x h x w, normalised
 * @param isStart whether the first latent frame is the film's first, which holds one picture, 4 times
 * @returns frames H x W x 3 in sRGB: 4 for each latent frame, 1 for the film's first
 */
export async function* decodeLatents(
  model: Model,
  latents: Float32Array,
  isStart: boolean,
): AsyncGenerator<Uint8Array> {
  const size = frameSize(model)
  const frames = latents.length / size
  const pixels = model.size.width * model.size.height
  const raw = restoreLatents(model, latents)
  for (let start = 0; start < frames; start += DECODE_CHUNK) {
    const chunk = new Float32Array((1 + DECODE_CHUNK) * size)
    if (start > 0) chunk.set(raw.subarray((start - 1) * size, start * size))
    const count = Math.min(DECODE_CHUNK, frames - start)
    chunk.set(raw.subarray(start * size, (start + count) * size), size)
    const planes = await model.decodeChunk(chunk)
    for (let f = 0; f < count * FRAMES_PER_LATENT; f++) {
      if (isStart && start === 0 && f < FRAMES_PER_LATENT - 1) continue
      yield toBytes(planes.subarray(f * 3 * pixels, (f + 1) * 3 * pixels), pixels)
    }
  }
}

/**
 * Decodes the latents of a film whose end leads to its beginning.
 * @param latents f x Z x h x w, normalised
 * @returns 4 f frames H x W x 3 in sRGB, from where its first latent frame begins
 */
export async function decodeRound(model: Model, latents: Float32Array): Promise<Uint8Array> {
  const size = frameSize(model)
  const led = new Float32Array(latents.length + size)
  led.set(latents.subarray(-size))
  led.set(latents, size)
  const frames: Uint8Array[] = []
  for await (const frame of decodeLatents(model, led, false)) frames.push(frame)
  return Uint8Array.from(Buffer.concat(frames.slice(FRAMES_PER_LATENT)))
}
