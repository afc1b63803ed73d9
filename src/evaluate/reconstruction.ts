import { decodeLatents, encodeFilm, type Footage, type Model } from '../sample/index.ts'
import { measurePsnr } from './psnr.ts'

/** How well films come back from the autoencoder, in decibels. */
export interface Reconstruction {
  readonly psnr: number
  /** Where bodies are; the rest is mostly sky and floor. */
  readonly psnrInside: number
}

/** Encodes and decodes films of 1 + 4 k frames, and compares; the mean over the films. */
export async function measureReconstruction(
  model: Model,
  films: readonly (Footage & { readonly masks: Uint8Array })[],
): Promise<Reconstruction> {
  let [psnr, psnrInside] = [0, 0]
  for (const film of films) {
    const frames: Uint8Array[] = []
    for await (const frame of decodeLatents(model, await encodeFilm(model, film), true)) frames.push(frame)
    const decoded = Buffer.concat(frames).subarray(0, film.frames.length)
    psnr += measurePsnr(film.frames, decoded) / films.length
    psnrInside += measurePsnr(film.frames, decoded, film.masks) / films.length
  }
  return { psnr, psnrInside }
}
