import { HALF_WAY } from './denoise.ts'
import { encodeFilm } from './encodeFilm.ts'
import { type Film, type FilmOptions, makeFilm } from './film.ts'
import { expectSize, type Footage } from './footage.ts'
import type { Model } from './model.ts'

/** How a film is edited: its length is the source's. */
export type EditOptions = Omit<FilmOptions, 'seconds'> & {
  /** How much is made anew, from 0 (nothing) to 1 (everything). */
  readonly strength?: number
}

/**
 * Makes a film again in other words, from a noisy version of it (SDEdit, 2108.01073).
 * @param film of the model's size
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
  const { frameCount } = film
  // What refining adds, more noise would take away again.
  const latents = await encodeFilm(model, film, strength < HALF_WAY)
  const source = { latents, frameCount, strength }
  const seconds = Math.max(1, Math.round(film.frameCount / film.fps))
  return makeFilm(
    model,
    prompt,
    { task: 'edit', known: new Float32Array(0), isStart: true, source },
    { ...options, seconds },
  )
}
