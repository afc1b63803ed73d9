import { FRAMES_PER_LATENT } from '../model/index.ts'
import { normalizeLatents } from './decode.ts'
import { frameSize } from './denoise.ts'
import { type Film, type FilmOptions, makeFilm } from './film.ts'
import { ENCODE_CHUNK, type Model } from './model.ts'

/** Pictures that a film begins and ends with: one of them, or both; each H x W x 3 in sRGB, of the model's size. */
export interface Pictures {
  readonly first?: Uint8Array
  readonly last?: Uint8Array
}

/** A picture that stands still, as latents from the film's first on, normalised. */
async function encodeStill(model: Model, picture: Uint8Array): Promise<Float32Array> {
  const bytes = model.size.width * model.size.height * 3
  if (picture.length !== bytes) {
    throw new TypeError(`the picture must hold ${bytes} bytes, got ${picture.length}`)
  }
  const still = new Uint8Array(ENCODE_CHUNK * FRAMES_PER_LATENT * bytes)
  for (let start = 0; start < still.length; start += bytes) still.set(picture, start)
  return normalizeLatents(model, await model.encodeChunk(still, {}))
}

/**
 * Makes a film that begins with a picture, ends with one, or leads from one to another: its first latent frame, its
 * last, or both are known.
 * @throws TypeError when there is no picture, or one has another size.
 */
export async function imageToVideo(
  model: Model,
  { first, last }: Pictures,
  prompt: string,
  options: FilmOptions = {},
): Promise<Film> {
  if (!first && !last) throw new TypeError('a first or a last picture must be given')
  const size = frameSize(model)
  const none = new Float32Array(0)
  const known = first ? (await encodeStill(model, first)).slice(0, size) : none
  // A picture that others come before is no film's first: the latents behind the first know what came before them.
  const ending = last ? (await encodeStill(model, last)).slice(-size) : none
  // With its last picture alone, the film is made from its end on.
  const isStart = first !== undefined
  return makeFilm(
    model,
    prompt,
    { task: 'image to video', known, ending, isEndingShown: true, isStart },
    options,
  )
}
