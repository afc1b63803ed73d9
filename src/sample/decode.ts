import { FRAMES_PER_LATENT } from '../model/index.ts'
import { frameSize } from './denoise.ts'
import { DECODE_CHUNK, type Model } from './model.ts'

/** Colours from -1 to 1 as channel planes (3, H, W) to bytes H x W x 3. */
function toBytes(planes: Float32Array, pixels: number): Uint8Array {
  const frame = new Uint8ClampedArray(3 * pixels)
  for (let c = 0; c < 3; c++) {
    for (let i = 0; i < pixels; i++) frame[i * 3 + c] = (planes[c * pixels + i] + 1) * 127.5
  }
  return new Uint8Array(frame.buffer)
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

/** Which latent frames are decoded, from `first` up to `end`: all when absent. Those beside them are seen. */
export interface DecodedPart {
  readonly first?: number
  readonly end?: number
}

/**
 * Decodes normalised latents (f x Z x h x w), a few latent frames at a time.
 * @returns colours from -1 to 1 of one latent frame after the other: 4 x 3 x H x W
 */
export async function* decodePlanes(
  model: Model,
  latents: Float32Array,
  { first = 0, end = latents.length / frameSize(model) }: DecodedPart = {},
): AsyncGenerator<Float32Array> {
  const size = frameSize(model)
  const raw = restoreLatents(model, latents)
  for (let start = first; start < end; start += DECODE_CHUNK) {
    const chunk = new Float32Array((DECODE_CHUNK + 2) * size)
    const from = Math.max(0, start - 1)
    chunk.set(raw.subarray(from * size, (start + DECODE_CHUNK + 1) * size), (from - start + 1) * size)
    const planes = await model.decodeChunk(chunk)
    const each = planes.length / DECODE_CHUNK
    const count = Math.min(DECODE_CHUNK, end - start)
    for (let f = 0; f < count; f++) yield planes.subarray(f * each, (f + 1) * each)
  }
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
  part?: DecodedPart,
): AsyncGenerator<Uint8Array> {
  const pixels = model.size.width * model.size.height
  let skipped = isStart ? FRAMES_PER_LATENT - 1 : 0
  for await (const planes of decodePlanes(model, latents, part)) {
    for (let at = skipped * 3 * pixels; at < planes.length; at += 3 * pixels)
      yield toBytes(planes.subarray(at, at + 3 * pixels), pixels)
    skipped = 0
  }
}

/**
 * Decodes the latents of a film whose end leads to its beginning.
 * @param latents f x Z x h x w, normalised
 * @returns 4 f frames H x W x 3 in sRGB, from where its first latent frame begins
 */
export async function decodeRound(model: Model, latents: Float32Array): Promise<Uint8Array> {
  const size = frameSize(model)
  const led = new Float32Array(latents.length + 2 * size)
  led.set(latents.subarray(-size))
  led.set(latents, size)
  led.set(latents.subarray(0, size), size + latents.length)
  const part = { first: 1, end: led.length / size - 1 }
  const frames: Uint8Array[] = []
  for await (const frame of decodeLatents(model, led, false, part)) frames.push(frame)
  return Uint8Array.from(Buffer.concat(frames))
}
