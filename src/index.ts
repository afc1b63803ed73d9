import {
  cropTo,
  describeOrigin,
  readDescription,
  readFootage,
  readPicture,
  type Size,
  saveVideo,
} from './media/index.ts'
import {
  boxMask,
  connect as connectFilms,
  type EditOptions,
  edit as editFilm,
  enlargeTowards,
  extend as extendFilm,
  extendBackward as extendFilmBackward,
  type Film,
  type FilmOptions,
  type Footage,
  type InpaintOptions,
  inpaint as inpaintFilm,
  type Model,
  imageToVideo as makeFromImage,
  storyboard as makeFromShots,
  textToVideo as makeFromText,
  loop as makeLoop,
  type Origin,
  type Shot,
  type Upscaler,
} from './sample/index.ts'

export {
  type Captioner,
  type CaptionForm,
  type Direction,
  type EditOptions,
  type FilmOptions,
  type Footage,
  type LiveOptions,
  live,
  type Model,
  type OpenOptions,
  type Origin,
  openCaptioner,
  openModel as open,
  openUpscaler,
  type Shot,
  type Upscaler,
} from './sample/index.ts'

export {
  type ChatOptions,
  type Expander,
  type ExpandOptions,
  type Expansion,
  openExpander,
  withChat,
} from './words/index.ts'

/** How a saved film was made. */
export interface SavedOrigin extends Origin {
  /** What was typed, where `prompt` is what it was expanded to. */
  readonly typedPrompt?: string
}

/** How a film is saved. */
export interface VideoSaveOptions {
  /** Pixels of the file, even: the film is fitted into it; its own when absent. */
  readonly size?: Size
  /** Makes frames larger, one after the other, as long as the size is larger; Lanczos does the rest. */
  readonly upscaler?: Upscaler
  /** What was typed, where the prompt of the film is what it was expanded to: it is kept beside that. */
  readonly typedPrompt?: string
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
  /** What was cut or scaled of the files that it was made from, one line a file. */
  readonly changes: readonly string[]

  /** Wraps the frames of a film. */
  constructor(film: Film, changes: readonly string[] = []) {
    this.width = film.width
    this.height = film.height
    this.fps = film.fps
    this.frameCount = film.frameCount
    this.unknownWords = film.unknownWords
    this.timings = film.timings
    this.film = film
    this.changes = changes
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
  save(file: string, { size, upscaler, typedPrompt }: VideoSaveOptions = {}): Promise<void> {
    const { frames, origin } = this.film
    const enlargement = size && upscaler && enlargeTowards(upscaler, this, size)
    const description = describeOrigin(origin, typedPrompt)
    return saveVideo(file, frames, this, { target: size, enlargement, description })
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

/** A picture that a video is made from: a file, the bytes of one (PNG, JPEG, WebP ...), or what `readImage` read. */
export type ImageInput = string | Uint8Array | ModelImage

/** A video that another is made from: one of this model, frames of its size and rate, or a file. */
export type VideoInput = Video | Footage | string

/** A picture of the model's size. */
export interface ModelImage {
  /** H x W x 3, sRGB. */
  readonly pixels: Uint8Array
  /** What was cut or scaled, one line; none when it had the size. */
  readonly changes: readonly string[]
}

/** Frames of the model's size and rate. */
export interface ModelFootage extends Footage {
  /** Pixels of the file; none when it is no file. */
  readonly original?: { readonly width: number; readonly height: number }
  /** What was cut or scaled, one line; none when it had the size and the rate. */
  readonly changes: readonly string[]
}

/** Seconds that a file may last which another video is made from. */
const LONGEST_SOURCE = 60

const sayChanges = (file: string, changes: readonly string[]) =>
  changes.length > 0 ? [`${file}: ${changes.join(', ')}`] : []

/**
 * Reads a picture for a model: scaled to cover its size, the rest cut on both sides alike. Tasks do it by themselves;
 * this is for who wants to say beforehand what is lost, or to use a picture more than once.
 * @throws RangeError when it cannot be read.
 */
export async function readImage(model: Pick<Model, 'size'>, image: string | Uint8Array): Promise<ModelImage> {
  const { pixels, changes } = await readPicture(image, model.size)
  return { pixels, changes: sayChanges(typeof image === 'string' ? image : 'the image', changes) }
}

/**
 * Reads a film file for a model: scaled to cover its size, the rest cut on both sides alike, frames repeated or left
 * out for its rate. GIF and WebP are always read, other formats where node-av is installed.
 * @throws RangeError when it is no film, cannot be read, does not move, or is longer than 60 s.
 */
export async function readVideo(model: Pick<Model, 'size' | 'fps'>, file: string): Promise<ModelFootage> {
  const footage = await readFootage(file, { ...model.size, fps: model.fps }, LONGEST_SOURCE)
  return { ...footage, changes: sayChanges(file, footage.changes) }
}

async function takeImage(
  model: Pick<Model, 'size'>,
  image: ImageInput | undefined,
): Promise<Partial<ModelImage>> {
  if (image === undefined) return {}
  return typeof image === 'string' || image instanceof Uint8Array ? readImage(model, image) : image
}

async function takeVideo(model: Model, video: VideoInput): Promise<ModelFootage> {
  if (typeof video === 'string') return readVideo(model, video)
  return video instanceof Video ? { ...video.film, changes: [] } : { changes: [], ...video }
}

/**
 * Makes a video that begins with a picture, ends with one, or leads from one to another.
 * @param image the first picture, or `{ first, last }`; scaled to cover the model's size, the rest cut
 * @throws RangeError when a picture cannot be read, or as `textToVideo`.
 */
export async function imageToVideo(
  model: Model,
  image: ImageInput | { readonly first?: ImageInput; readonly last?: ImageInput },
  prompt: string,
  options: FilmOptions = {},
): Promise<Video> {
  const isOne = typeof image === 'string' || image instanceof Uint8Array || 'pixels' in image
  const given = isOne ? { first: image } : image
  const [first, last] = [await takeImage(model, given.first), await takeImage(model, given.last)]
  const pictures = { first: first.pixels, last: last.pixels }
  const changes = [...(first.changes ?? []), ...(last.changes ?? [])]
  return new Video(await makeFromImage(model, pictures, prompt, options), changes)
}

/**
 * Goes on with a video.
 * @param options `seconds` are those behind the video; `prompt` says what happens there
 * @throws RangeError when the video cannot be read or has another size, or as `textToVideo`.
 */
export async function extend(
  model: Model,
  video: VideoInput,
  { prompt, ...options }: FilmOptions & { readonly prompt: string },
): Promise<Video> {
  const { changes, ...footage } = await takeVideo(model, video)
  return new Video(await extendFilm(model, footage, prompt, options), changes)
}

/**
 * Makes what came before a video.
 * @param options `seconds` are those before the video; `prompt` says what happens there
 * @throws RangeError when the video cannot be read or has another size, or as `textToVideo`.
 */
export async function extendBackward(
  model: Model,
  video: VideoInput,
  { prompt, ...options }: FilmOptions & { readonly prompt: string },
): Promise<Video> {
  const { changes, ...footage } = await takeVideo(model, video)
  return new Video(await extendFilmBackward(model, footage, prompt, options), changes)
}

/**
 * Makes what lies between two videos.
 * @param options `seconds` are those in between; `prompt` says what happens there
 * @returns the first video, what lies between, the second video
 * @throws RangeError when a video cannot be read or has another size, or as `textToVideo`.
 */
export async function connect(
  model: Model,
  videos: readonly [VideoInput, VideoInput],
  { prompt, ...options }: FilmOptions & { readonly prompt: string },
): Promise<Video> {
  const { changes, ...first } = await takeVideo(model, videos[0])
  const { changes: others, ...second } = await takeVideo(model, videos[1])
  return new Video(await connectFilms(model, [first, second], prompt, options), [...changes, ...others])
}

/**
 * Makes a video that can be played round and round, in one piece: what moves only one way fades, and appears where it was.
 * @throws RangeError when it is shorter than 2 or longer than 12 seconds, or as `textToVideo`.
 */
export async function loop(model: Model, prompt: string, options: FilmOptions = {}): Promise<Video> {
  return new Video(await makeLoop(model, prompt, options))
}

/**
 * Makes one video whose words change from shot to shot, while the world goes on.
 * @param shots what happens, and for how many seconds; 60 s in all at most
 * @throws RangeError when there is no shot, or as `textToVideo`.
 */
export async function storyboard(
  model: Model,
  shots: readonly Shot[],
  options: Omit<FilmOptions, 'seconds'> = {},
): Promise<Video> {
  return new Video(await makeFromShots(model, shots, options))
}

/**
 * Makes a video again in other words.
 * @param options `strength` says how much is made anew, from 0 to 1; `prompt` what it shall show
 * @throws RangeError when the video cannot be read or has another size, or as `textToVideo`.
 */
export async function edit(
  model: Model,
  video: VideoInput,
  { prompt, ...options }: EditOptions & { readonly prompt: string },
): Promise<Video> {
  const { changes, ...footage } = await takeVideo(model, video)
  return new Video(await editFilm(model, footage, prompt, options), changes)
}

/** The part of a video that is made anew: a box in the pixels of the video or its file, or a picture of its shape. */
export type InpaintPart =
  | {
      readonly box: {
        readonly x: number
        readonly y: number
        readonly width: number
        readonly height: number
      }
    }
  /** White (above the middle grey) is made anew; scaled and cut as the video is. */
  | { readonly mask: ImageInput }

/** A box of a file as the mask of the model's frames, which are scaled to cover and cut. */
function maskOfBox(
  { size }: Pick<Model, 'size'>,
  original: Size,
  box: { x: number; y: number; width: number; height: number },
) {
  const { width, height, left, top } = cropTo(original, size)
  const [sx, sy] = [size.width / width, size.height / height]
  const [x, y] = [Math.round((box.x - left) * sx), Math.round((box.y - top) * sy)]
  const [right, bottom] = [(box.x + box.width - left) * sx, (box.y + box.height - top) * sy].map(Math.round)
  return boxMask(size, { x, y, width: right - x, height: bottom - y })
}

/**
 * Reads which part of a video is made anew. `inpaint` does it by itself; this is for who wants to know beforehand that it marks something.
 * @param video what `readVideo` read, or any of the model's size
 * @returns `mask` H x W of the model's size, above 127 where it is made anew; `changes` what was cut or scaled of a picture
 * @throws RangeError when the picture cannot be read, or nothing of the box is inside the video.
 */
export async function readPart(
  model: Pick<Model, 'size'>,
  { original, width, height }: Size & Pick<ModelFootage, 'original'>,
  part: InpaintPart,
): Promise<{ readonly mask: Uint8Array; readonly changes: readonly string[] }> {
  if ('box' in part) return { mask: maskOfBox(model, original ?? { width, height }, part.box), changes: [] }
  const { pixels = new Uint8Array(), changes = [] } = await takeImage(model, part.mask)
  return { mask: pixels.filter((_, i) => i % 3 === 1), changes }
}

/**
 * Makes a part of a video anew: what is outside the box or the mask stays as it is.
 * @param options `prompt` says what the video shall show; `from` and `to` are the seconds in which the part is made anew
 * @throws RangeError when the video or the mask cannot be read, nothing is marked, or as `textToVideo`.
 */
export async function inpaint(
  model: Model,
  video: VideoInput,
  { prompt, ...options }: Omit<InpaintOptions, 'mask'> & InpaintPart & { readonly prompt: string },
): Promise<Video> {
  const { changes, original, ...footage } = await takeVideo(model, video)
  const { mask, changes: more } = await readPart(model, { ...footage, original }, options)
  return new Video(await inpaintFilm(model, footage, prompt, { ...options, mask }), [...changes, ...more])
}

/**
 * Makes the same video with one seed after the other. Together they would be no faster: a pass over four videos at once
 * takes as long as four passes.
 * @param make makes a video with a seed, by any task
 * @param options how many, and the first seed (0)
 */
export async function* variations(
  make: (seed: number) => Promise<Video>,
  { count, seed = 0 }: { readonly count: number; readonly seed?: number },
): AsyncGenerator<Video, void> {
  for (let i = 0; i < count; i++) yield make(seed + i)
}

/**
 * Reads how a video or strip was made: task, prompt (and what was typed), seed, settings and the model's fingerprint.
 * @returns undefined when the file says nothing of it
 * @throws RangeError when the file cannot be read.
 */
export async function readOrigin(file: string): Promise<SavedOrigin | undefined> {
  const description = await readDescription(file)
  try {
    return description === undefined ? undefined : (JSON.parse(description) as SavedOrigin)
  } catch {
    return undefined
  }
}
