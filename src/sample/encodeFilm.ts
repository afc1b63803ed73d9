import { FRAMES_PER_LATENT } from '../model/index.ts'
import { normalizeLatents } from './decode.ts'
import { frameSize } from './denoise.ts'
import { repeatFirstFrame } from './encode.ts'
import type { Footage } from './footage.ts'
import { ENCODE_CHUNK, type Model } from './model.ts'

/**
 * All latents of a film from its first frame on, normalised; the last frame stands still to fill the last of them.
 * @param refines whether the decoder is asked how they paint the film better: for films that will be decoded again
 */
export async function encodeFilm(model: Model, film: Footage, refines = true): Promise<Float32Array> {
  const bytes = film.width * film.height * 3
  const repeated = repeatFirstFrame(film.frames, bytes)
  const count = Math.ceil(repeated.length / bytes / FRAMES_PER_LATENT)
  const frames = new Uint8Array(count * FRAMES_PER_LATENT * bytes)
  frames.set(repeated)
  for (let at = repeated.length; at < frames.length; at += bytes) frames.set(repeated.subarray(-bytes), at)
  const [size, chunkBytes] = [frameSize(model), ENCODE_CHUNK * FRAMES_PER_LATENT * bytes]
  const latents = new Float32Array(count * size)
  // Chunks overlap by one latent frame, because each depends on the one before it; where the decoder is asked, by another one,
  // because it paints each with a view of the one behind it.
  const overlap = refines ? 2 : 1
  for (let first = 0; first === 0 || first + overlap < count; first += ENCODE_CHUNK - overlap) {
    const chunk = new Uint8Array(chunkBytes)
    const start = first * FRAMES_PER_LATENT * bytes
    chunk.set(frames.subarray(start, start + chunkBytes))
    const before = first === 0 ? undefined : latents.subarray(first * size, (first + 1) * size)
    const encoded = await model.encodeChunk(chunk, refines ? { before } : undefined)
    const skip = first === 0 ? 0 : 1
    const wanted = Math.min(ENCODE_CHUNK, count - first) - skip
    latents.set(encoded.subarray(skip * size, (skip + wanted) * size), (first + skip) * size)
  }
  return normalizeLatents(model, latents)
}
