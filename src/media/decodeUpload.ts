import sharp from 'sharp'
import { openLibav } from './decodeLibav.ts'
import type { DecodedFrame } from './filmSource.ts'
import { hasLibav } from './libav.ts'
import type { Size } from './picture.ts'
import { retime } from './retime.ts'

// What strangers send is read here: with limits, from memory, in a process of its own (serve/uploads/).

/** What an upload may be at most. */
export interface DecodeLimits {
  /** Pixels of one picture. */
  readonly pixels: number
  /** Frames that are decoded. */
  readonly frames: number
  /** Length of a video. */
  readonly seconds: number
}

/** An upload to decode. */
export interface DecodeRequest {
  readonly kind: 'picture' | 'video'
  readonly bytes: Uint8Array
  /** Frames a second that are wanted. */
  readonly fps: number
  readonly limits: DecodeLimits
}

/** The size that an upload of some size is cut and scaled to. */
export type ChooseSize = (original: Size) => Size

/** An upload as the model can read it. */
export interface Decoded extends Size {
  /** F x H x W x 3, sRGB; one frame of a picture. */
  readonly frames: Uint8Array
  readonly frameCount: number
  readonly fps: number
  /** Pixels of the upload. */
  readonly original: Size
}

/** What is wrong with an upload, said to the one who sent it. */
export class UploadError extends Error {}

/** The largest part in the middle of a picture that has a wanted shape. */
export function cropTo({ width, height }: Size, wanted: Size): Size & { left: number; top: number } {
  const scale = Math.max(wanted.width / width, wanted.height / height)
  const [w, h] = [Math.round(wanted.width / scale), Math.round(wanted.height / scale)].map(side =>
    Math.max(1, side),
  )
  return { width: w, height: h, left: Math.floor((width - w) / 2), top: Math.floor((height - h) / 2) }
}

async function decodePicture({ bytes, fps, limits }: DecodeRequest, choose: ChooseSize): Promise<Decoded> {
  const image = sharp(bytes, { limitInputPixels: limits.pixels, failOn: 'error' }).rotate()
  const { format, width = 0, height = 0 } = await image.metadata()
  if (!['jpeg', 'png', 'webp'].includes(format))
    throw new UploadError(`it is ${format}, not JPEG, PNG or WebP`)
  const original = { width, height }
  const grid = choose(original)
  const picture = image.resize(grid.width, grid.height, { fit: 'cover' })
  const frames = await picture.flatten().toColourspace('srgb').removeAlpha().raw().toBuffer()
  return { frames, frameCount: 1, ...grid, fps, original }
}

/**
 * The container by its first bytes. FFmpeg is told which one to read, and never asked to guess: among those that it
 * guesses are play lists, which name other files and addresses.
 */
function containerOf(bytes: Uint8Array): string {
  const head = Buffer.from(bytes.subarray(0, 16)).toString('latin1')
  if (head.slice(4, 8) === 'ftyp' || head.slice(4, 8) === 'moov') return 'mov'
  if (head.startsWith('\x1aE\xdf\xa3')) return 'matroska'
  if (head.startsWith('RIFF') && head.slice(8, 12) === 'AVI ') return 'avi'
  if (head.startsWith('GIF8')) return 'gif'
  throw new UploadError('it is not MP4, MOV, WebM, Matroska, AVI or GIF')
}

/** The frames of an upload, of which it may have so many. */
async function* countFrames(frames: AsyncIterable<DecodedFrame>, most: number): AsyncGenerator<DecodedFrame> {
  let count = 0
  for await (const frame of frames) {
    if (++count > most) throw new UploadError(`it may have at most ${most} frames`)
    yield frame
  }
}

async function decodeVideo({ bytes, fps, limits }: DecodeRequest, choose: ChooseSize): Promise<Decoded> {
  const film = { bytes, format: containerOf(bytes) }
  if (!(await hasLibav())) {
    throw new UploadError('this server cannot read videos: its optional package node-av is not installed')
  }
  try {
    const source = await openLibav(film, { threads: 0, pixels: limits.pixels })
    const original = { width: source.width, height: source.height }
    const grid = choose(original)
    const pictures: Uint8Array[] = []
    for await (const picture of retime(countFrames(source.frames(grid), limits.frames), fps)) {
      // A film that ends in time has one more at most: the one that stands at its end.
      if (pictures.push(picture) > limits.seconds * fps + 1) {
        throw new UploadError(`it may have at most ${limits.seconds} s`)
      }
    }
    if (pictures.length === 0) throw new UploadError('it is shown for no time')
    return { frames: Buffer.concat(pictures), frameCount: pictures.length, ...grid, fps, original }
  } catch (error) {
    throw error instanceof RangeError ? new UploadError(error.message) : error
  }
}

/**
 * Decodes an upload, cut and scaled to the size that is chosen for it.
 * @throws UploadError, or whatever the codec throws.
 */
export function decodeUpload(request: DecodeRequest, choose: ChooseSize): Promise<Decoded> {
  return request.kind === 'picture' ? decodePicture(request, choose) : decodeVideo(request, choose)
}
