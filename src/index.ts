import { readDescription, readPicture, saveVideo } from './media/index.ts'
import {
  type EditOptions,
  edit as editFilm,
  extend as extendFilm,
  type Film,
  type FilmOptions,
  type Model,
  imageToVideo as makeFromImage,
  textToVideo as makeFromText,
  type Origin,
} from './sample/index.ts'

export {
  type EditOptions,
  type FilmOptions,
  type Model,
  type OpenOptions,
  type Origin,
  openModel as open,
} from './sample/index.ts'

/** An origin as JSON in ASCII, which EXIF demands. */
function describe(origin: Origin): string {
  return JSON.stringify(origin).replace(
    /[\u0080-\uffff]/g,
    letter => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

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
  /** The film inside, for the tasks that go on from it. */
  readonly film: Film

  /** Wraps the frames of a film. */
  constructor(film: Film) {
    this.width = film.width
    this.height = film.height
    this.fps = film.fps
    this.frameCount = film.frameCount
    this.unknownWords = film.unknownWords
    this.timings = film.timings
    this.film = film
  }

  /** Length in seconds. */
  get seconds(): number {
    return this.frameCount / this.fps
  }

  /** The frames in order, each H x W x 3 in sRGB. */
  *frames(): Generator<Uint8Array> {
    const { frames } = this.film
    const bytes = this.width * this.height * 3
    for (let start = 0; start < frames.length; start += bytes) {
      yield frames.subarray(start, start + bytes)
    }
  }

  /**
   * Writes the video as `.mp4` (H.264), `.webm` (VP9), `.gif`, `.webp`, or as a `.png` strip of 8 frames. Prompt, seed and settings are kept inside
   * the file: `readOrigin` reads them back.
   * @throws RangeError for any other extension, a file that cannot be written, or `.webm` without node-av.
   */
  save(file: string): Promise<void> {
    const { frames, origin } = this.film
    return saveVideo(file, frames, this, { description: describe(origin) })
  }
}

/**
 * Makes a video from words. The same model, prompt, seed and options give the same video on the same machine.
 * @throws RangeError naming the option, the rule and the value received.
 * @throws DOMException AbortError when `options.signal` aborts.
 */
export async function textToVideo(model: Model, prompt: string, options: FilmOptions = {}): Promise<Video> {
  return new Video(await makeFromText(model, prompt, options))
}

/**
 * Makes a video that begins with a picture.
 * @param image a file, or the bytes of one (PNG, JPEG, WebP ...); brought to the model's size, its borders cut
 * @throws RangeError when the picture cannot be read, or as `textToVideo`.
 */
export async function imageToVideo(
  model: Model,
  image: string | Uint8Array,
  prompt: string,
  options: FilmOptions = {},
): Promise<Video> {
  const picture = await readPicture(image, model.size)
  return new Video(await makeFromImage(model, picture, prompt, options))
}

/**
 * Goes on with a video of this model.
 * @param options `seconds` are those behind the video; `prompt` says what happens there
 * @throws RangeError when the video has another size, or as `textToVideo`.
 */
export async function extend(
  model: Model,
  video: Video,
  { prompt, ...options }: FilmOptions & { readonly prompt: string },
): Promise<Video> {
  return new Video(await extendFilm(model, video.film, prompt, options))
}

/**
 * Makes a video of this model again in other words.
 * @param options `strength` says how much is made anew, from 0 to 1; `prompt` what it shall show
 * @throws RangeError when the video has another size, or as `textToVideo`.
 */
export async function edit(
  model: Model,
  video: Video,
  { prompt, ...options }: EditOptions & { readonly prompt: string },
): Promise<Video> {
  return new Video(await editFilm(model, video.film, prompt, options))
}

/**
 * Reads how a video or strip was made: task, prompt, seed, settings and the model's fingerprint.
 * @returns undefined when the file says nothing of it
 * @throws RangeError when the file cannot be read.
 */
export async function readOrigin(file: string): Promise<Origin | undefined> {
  const description = await readDescription(file)
  try {
    return description === undefined ? undefined : (JSON.parse(description) as Origin)
  } catch {
    return undefined
  }
}
