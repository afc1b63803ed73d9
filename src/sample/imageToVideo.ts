import { FRAMES_PER_LATENT } from '../model/index.ts'
import { normalizeLatents } from './decode.ts'
import { frameSize } from './denoise.ts'
import { type Film, type FilmOptions, makeFilm } from './film.ts'
import { ENCODE_CHUNK, type Model } from './model.ts'

/**
 * Makes a film that begins with a picture: its first latent frame is known.
 * @param image H x W x 3 in sRGB, of the model's size
 * @throws TypeError when the picture has another size.
 */
export async function imageToVideo(
  model: Model,
  image: Uint8Array,
  prompt: string,
  options: FilmOptions = {},
): Promise<Film> {
  const bytes = model.size.width * model.size.height * 3
  if (image.length !== bytes) throw new TypeError(`the picture must hold ${bytes} bytes, got ${image.length}`)
  const still = new Uint8Array(ENCODE_CHUNK * FRAMES_PER_LATENT * bytes)
  for (let start = 0; start < still.length; start += bytes) still.set(image, start)
  const latents = normalizeLatents(model, await model.encodeChunk(still))
  return makeFilm(
    model,
    prompt,
    { task: 'image to video', known: latents.slice(0, frameSize(model)), isStart: true },
    options,
  )
}
