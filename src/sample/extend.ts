import { FRAMES_PER_LATENT } from '../model/index.ts'
import { normalizeLatents } from './decode.ts'
import { frameSize } from './denoise.ts'
import { type Film, type FilmOptions, makeFilm } from './film.ts'
import { expectSize, type Footage } from './footage.ts'
import { ENCODE_CHUNK, type Model } from './model.ts'
import { showBefore } from './seam.ts'
import { type FilmBehind, HISTORY } from './windows.ts'

/** The last frames of a film, as many as are encoded at once; a shorter one stands still before it begins. */
function endOf({ frames, width, height }: Footage): Uint8Array {
  const bytes = width * height * 3
  const end = new Uint8Array(ENCODE_CHUNK * FRAMES_PER_LATENT * bytes)
  const missing = Math.max(0, end.length - frames.length)
  for (let start = 0; start < missing; start += bytes) end.set(frames.subarray(0, bytes), start)
  end.set(frames.subarray(-(end.length - missing)), missing)
  return end
}

/** The latents of the last frames of a film, as many as a window is shown of what came before it. */
export async function encodeEnd(model: Model, film: Footage): Promise<Float32Array> {
  const latents = normalizeLatents(model, await model.encodeChunk(endOf(film)))
  // The first of them was encoded without what came before it.
  return latents.slice((ENCODE_CHUNK - HISTORY) * frameSize(model))
}

/** Latent frames of a head: with the history before them, a window of 8 has room for one second in between. */
const HEAD = 2

/**
 * The latents of the first frames of a film, as frames that come after others: it stands still before it begins, and
 * a shorter one behind its end.
 */
export async function encodeHead(model: Model, { frames, width, height }: Footage): Promise<Float32Array> {
  const bytes = width * height * 3
  const still = FRAMES_PER_LATENT * bytes
  const head = new Uint8Array(ENCODE_CHUNK * still)
  for (let at = 0; at < still; at += bytes) head.set(frames.subarray(0, bytes), at)
  head.set(frames.subarray(0, head.length - still), still)
  for (let at = still + frames.length; at < head.length; at += bytes) head.set(frames.subarray(-bytes), at)
  const latents = normalizeLatents(model, await model.encodeChunk(head))
  // The first of them was encoded without what came before it, as only a film's first picture is.
  const size = frameSize(model)
  return latents.slice(size, (1 + HEAD) * size)
}

/** The beginning of a film as that which another leads to; one of a single frame stands still. */
export function beginningOf({ frames, width, height }: Footage): FilmBehind {
  const bytes = width * height * 3
  const first = frames.subarray(0, bytes)
  const second = frames.length > bytes ? frames.subarray(bytes, 2 * bytes) : first
  return { first, before: showBefore(first, second, width) }
}

/** The last frame of a film, H x W x 3. */
export function lastFrame({ frames, width, height }: Footage): Uint8Array {
  return frames.subarray(-width * height * 3)
}

/** Films one after another. */
export function joinFrames(...films: readonly Pick<Footage, 'frames' | 'frameCount'>[]) {
  const frames = new Uint8Array(films.reduce((sum, film) => sum + film.frames.length, 0))
  let at = 0
  for (const film of films) {
    frames.set(film.frames, at)
    at += film.frames.length
  }
  return { frames, frameCount: films.reduce((sum, film) => sum + film.frameCount, 0) }
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
  const known = await encodeEnd(model, film)
  const neighbours = { before: lastFrame(film) }
  const more = await makeFilm(model, prompt, { task: 'extend', known, isStart: false, neighbours }, options)
  return { ...more, ...joinFrames(film, more) }
}

/**
 * Makes what came before a film: its first latent frames are known.
 * @param film of the model's size
 * @returns the film with `seconds` more before it
 * @throws RangeError when the film has another size.
 */
export async function extendBackward(
  model: Model,
  film: Footage,
  prompt: string,
  options: FilmOptions = {},
): Promise<Film> {
  expectSize(model, film)
  const ending = await encodeHead(model, film)
  const none = new Float32Array(0)
  const before = await makeFilm(
    model,
    prompt,
    {
      task: 'extend backward',
      known: none,
      ending,
      isStart: false,
      neighbours: { behind: beginningOf(film) },
    },
    options,
  )
  return { ...before, ...joinFrames(before, film) }
}
