import { saveVideo } from './media/index.ts'
import { type Film, type Model, textToVideo as makeFilm, type TextToVideoOptions } from './sample/index.ts'

export { type Model, type OpenOptions, openModel as open, type TextToVideoOptions } from './sample/index.ts'

/** A finished video in memory. */
export class Video {
  readonly width: number
  readonly height: number
  readonly fps: number
  readonly frameCount: number
  /** Words of the prompt that the model has never seen. */
  readonly unknownWords: readonly string[]
  /** Milliseconds that denoising and decoding took. */
  readonly timings: Film['timings']
  readonly #pixels: Uint8Array

  /** Wraps the frames of a film. */
  constructor(film: Film) {
    this.width = film.width
    this.height = film.height
    this.fps = film.fps
    this.frameCount = film.frameCount
    this.unknownWords = film.unknownWords
    this.timings = film.timings
    this.#pixels = film.frames
  }

  /** Length in seconds. */
  get seconds(): number {
    return this.frameCount / this.fps
  }

  /** The frames in order, each H x W x 3 in sRGB. */
  *frames(): Generator<Uint8Array> {
    const bytes = this.width * this.height * 3
    for (let start = 0; start < this.#pixels.length; start += bytes) {
      yield this.#pixels.subarray(start, start + bytes)
    }
  }

  /**
   * Writes the video as `.mp4` (H.264), or as a `.png` strip of 8 frames.
   * @throws RangeError for any other extension.
   */
  save(file: string): Promise<void> {
    return saveVideo(file, this.#pixels, this)
  }
}

/**
 * Makes a video from words. The same model, prompt, seed and options give the same video on the same machine.
 * @throws RangeError naming the option, the rule and the value received.
 * @throws DOMException AbortError when `options.signal` aborts.
 */
export async function textToVideo(
  model: Model,
  prompt: string,
  options: TextToVideoOptions = {},
): Promise<Video> {
  return new Video(await makeFilm(model, prompt, options))
}
