import { decodeLatents, encodeFilm, type Footage, type Model } from '../sample/index.ts'
import { measurePsnr } from './psnr.ts'
import { measureSsim } from './ssim.ts'

/** A film as the autoencoder gives it back: encoded and decoded, its frames F x H x W x 3. */
export async function roundTrip(model: Model, film: Footage): Promise<Uint8Array> {
  const frames: Uint8Array[] = []
  for await (const frame of decodeLatents(model, await encodeFilm(model, film), true)) frames.push(frame)
  return Buffer.concat(frames).subarray(0, film.frames.length)
}

/** How well one film comes back: decibels, and structural similarity from -1 to 1. */
export interface Reconstruction {
  readonly psnr: number
  /** Where bodies are; the rest is mostly sky and floor. */
  readonly psnrInside: number
  readonly ssim: number
  readonly ssimInside: number
}

/** Compares a film with what came back of it. */
export function compareFilms(
  film: Footage & { readonly masks: Uint8Array },
  decoded: Uint8Array,
): Reconstruction {
  const { all, inside } = measureSsim(film.frames, decoded, film, film.masks)
  return {
    psnr: measurePsnr(film.frames, decoded),
    psnrInside: measurePsnr(film.frames, decoded, film.masks),
    ssim: all,
    ssimInside: inside,
  }
}
