import { existsSync, mkdirSync } from 'node:fs'
import path from 'node:path'
import { fewStepsFolder, frameSize, makeLatents, openModel } from '../sample/index.ts'
import { loadTensors, saveTensors } from '../store/index.ts'

// Shapes: f latent frames, Z latent channels, h w latent grid.

/** Films that a model has made: latents alone. */
export interface MadeFilms {
  readonly captions: readonly string[]
  /** f x Z x h x w, normalised. */
  latents(film: number): Float32Array
}

/** How they are made. */
export interface MakeFilmsOptions {
  /** Latent frames of each. */
  readonly frames: number
  readonly seed: number
  readonly threads?: number
  readonly signal?: AbortSignal
  readonly onProgress?: (done: number, of: number) => void
}

/** Films of a file. */
const FILMS_PER_FILE = 50

/**
 * Has a model make films of captions, in few steps where it has learned to; what `folder` holds already is not made again.
 * @param model the model's folder
 * @throws DOMException AbortError when the signal aborts; whole files are kept.
 */
export async function makeFilms(
  folder: string,
  model: string,
  captions: readonly string[],
  { frames, seed, threads, signal, onProgress }: MakeFilmsOptions,
): Promise<MadeFilms> {
  mkdirSync(folder, { recursive: true })
  const opened = await openModel({
    folder: model,
    fast: existsSync(fewStepsFolder(model)),
    threads,
    lazily: true,
  })
  const size = frames * frameSize(opened)
  const files: Float32Array[] = []
  try {
    for (let first = 0; first < captions.length; first += FILMS_PER_FILE) {
      const file = path.join(folder, `made-${String(files.length).padStart(4, '0')}.safetensors`)
      const part = captions.slice(first, first + FILMS_PER_FILE)
      if (!existsSync(file)) {
        const data = new Float32Array(part.length * size)
        for (const [i, caption] of part.entries()) {
          data.set(await makeLatents(opened, caption, frames, { seed: seed + first + i, signal }), i * size)
          onProgress?.(first + i + 1, captions.length)
        }
        saveTensors(file, { latents: { shape: [part.length, size], data } }, { dtype: 'F16' })
      }
      files.push(loadTensors(file).tensors.latents.data as Float32Array)
    }
  } finally {
    await opened.close()
  }
  return {
    captions,
    latents(film) {
      const at = (film % FILMS_PER_FILE) * size
      return files[Math.floor(film / FILMS_PER_FILE)].subarray(at, at + size)
    },
  }
}
