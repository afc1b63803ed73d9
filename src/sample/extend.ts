import { FRAMES_PER_LATENT } from '../model/index.ts'
import { normalizeLatents } from './decode.ts'
import { frameSize } from './denoise.ts'
import { expectSize, type Film, type FilmOptions, type Footage, HISTORY, makeFilm } from './film.ts'
import { ENCODE_CHUNK, type Model } from './model.ts'

/** The last frames of a film, as many as are encoded at once; a shorter one stands still before it begins. */
function endOf({ frames, width, height }: Footage): Uint8Array {
  const bytes = width * height * 3
  const end = new Uint8Array(ENCODE_CHUNK * FRAMES_PER_LATENT * bytes)
  const missing = Math.max(0, end.length - frames.length)
  for (let start = 0; start < missing; start += bytes) end.set(frames.subarray(0, bytes), start)
  end.set(frames.subarray(-(end.length - missing)), missing)
  return end
}

/**
 * Goes on with a film: its last latent frames are known.
 * @param film of the model's size
 * @returns the film with `seconds` more behind it
 * @throws RangeError when the film has another size.
 */
export async function extend(
  model: Model,
  film: Footage,
  prompt: string,
  options: FilmOptions = {},
): Promise<Film> {
  expectSize(model, film)
  const latents = normalizeLatents(model, await model.encodeChunk(endOf(film)))
  // The first of them was encoded without what came before it.
  const known = latents.slice((ENCODE_CHUNK - HISTORY) * frameSize(model))
  const more = await makeFilm(model, prompt, { task: 'extend', known, isStart: false }, options)
  const frames = new Uint8Array(film.frames.length + more.frames.length)
  frames.set(film.frames)
  frames.set(more.frames, film.frames.length)
  return { ...more, frames, frameCount: film.frameCount + more.frameCount }
}
