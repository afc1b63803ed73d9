import { FRAMES_PER_LATENT } from '../model/index.ts'
import { normalizeLatents } from './decode.ts'
import { frameSize } from './denoise.ts'
import { repeatFirstFrame } from './encode.ts'
import { expectSize, type Film, type FilmOptions, type Footage, makeFilm } from './film.ts'
import { ENCODE_CHUNK, type Model } from './model.ts'

/** All latents of a film from its first frame on, normalised; the last frame stands still to fill the last of them. */
async function encodeFilm(model: Model, film: Footage): Promise<Float32Array> {
  const bytes = film.width * film.height * 3
  const repeated = repeatFirstFrame(film.frames, bytes)
  const count = Math.ceil(repeated.length / bytes / FRAMES_PER_LATENT)
  const frames = new Uint8Array(count * FRAMES_PER_LATENT * bytes)
  frames.set(repeated)
  for (let at = repeated.length; at < frames.length; at += bytes) frames.set(repeated.subarray(-bytes), at)
  const [size, chunkBytes] = [frameSize(model), ENCODE_CHUNK * FRAMES_PER_LATENT * bytes]
  const latents = new Float32Array(count * size)
  // Chunks overlap by one latent frame, because each depends on the one before it.
  for (let first = 0; first === 0 || first + 1 < count; first += ENCODE_CHUNK - 1) {
    const chunk = new Uint8Array(chunkBytes)
    const start = first * FRAMES_PER_LATENT * bytes
    chunk.set(frames.subarray(start, start + chunkBytes))
    const encoded = await model.encodeChunk(chunk)
    const skip = first === 0 ? 0 : 1
    const wanted = Math.min(ENCODE_CHUNK, count - first) - skip
    latents.set(encoded.subarray(skip * size, (skip + wanted) * size), (first + skip) * size)
  }
  return normalizeLatents(model, latents)
}

/** How a film is edited: its length is the source's. */
export type EditOptions = Omit<FilmOptions, 'seconds'> & {
  /** How much is made anew, from 0 (nothing) to 1 (everything). */
  readonly strength?: number
}

/**
 * Makes a film again in other words, from a noisy version of it (SDEdit, 2108.01073).
 * @param film of the model's size, whole seconds long
 * @throws RangeError when the film has another size, or `strength` is out of bounds.
 */
export async function edit(
  model: Model,
  film: Footage,
  prompt: string,
  { strength = 0.9, ...options }: EditOptions = {},
): Promise<Film> {
  expectSize(model, film)
  if (!(strength > 0 && strength <= 1)) {
    throw new RangeError(`\`strength\` must be above 0 and at most 1, got ${strength}`)
  }
  const source = { latents: await encodeFilm(model, film), strength }
  const seconds = Math.max(1, Math.round(film.frameCount / film.fps))
  return makeFilm(
    model,
    prompt,
    { task: 'edit', known: new Float32Array(0), isStart: true, source },
    { ...options, seconds },
  )
}
