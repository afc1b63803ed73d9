import { FRAMES_PER_LATENT } from '../model/index.ts'
import { normalizeLatents } from './decode.ts'
import { frameSize } from './denoise.ts'
import { type Film, type FilmOptions, HISTORY, makeFilm } from './film.ts'
import { ENCODE_CHUNK, type Model } from './model.ts'

/**
 * Goes on with a film: its last latent frames are known.
 * @param film at least 16 frames of the model's size
 * @returns the film with `seconds` more behind it
 * @throws RangeError when the film is too short or has another size.
 */
export async function extend(
  model: Model,
  film: Film,
  prompt: string,
  options: FilmOptions = {},
): Promise<Film> {
  const { width, height } = model.size
  if (film.width !== width || film.height !== height) {
    throw new RangeError(`the film must be ${width}x${height}, got ${film.width}x${film.height}`)
  }
  const count = ENCODE_CHUNK * FRAMES_PER_LATENT
  if (film.frameCount < count) {
    throw new RangeError(`the film must have at least ${count} frames, got ${film.frameCount}`)
  }
  const tail = film.frames.subarray(-count * width * height * 3)
  const latents = normalizeLatents(model, await model.encodeChunk(tail))
  // The first of them was encoded without what came before it.
  const known = latents.slice((ENCODE_CHUNK - HISTORY) * frameSize(model))
  const more = await makeFilm(model, prompt, { known, isStart: false }, options)
  const frames = new Uint8Array(film.frames.length + more.frames.length)
  frames.set(film.frames)
  frames.set(more.frames, film.frames.length)
  return { ...more, frames, frameCount: film.frameCount + more.frameCount }
}
