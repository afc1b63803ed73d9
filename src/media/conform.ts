import sharp from 'sharp'
import { openFilm } from './decode.ts'
import { cropTo } from './decodeUpload.ts'
import type { DecodedFrame } from './filmSource.ts'
import type { FilmFormat, Size } from './picture.ts'
import { retime } from './retime.ts'

/** A picture that was brought to a size. */
export interface ConformedPicture {
  /** H x W x 3, sRGB. */
  readonly pixels: Uint8Array
  /** What that changed, in words: "320x180 scaled to 128x128", "44 % of its width cut". */
  readonly changes: readonly string[]
}

/** A film that was brought to a size and a rate. */
export interface ConformedFootage extends FilmFormat {
  /** F x H x W x 3, sRGB. */
  readonly frames: Uint8Array
  readonly frameCount: number
  /** Pixels of the file. */
  readonly original: Size
  /** What that changed, in words: as of a picture, and "30 frames/s to 12". */
  readonly changes: readonly string[]
}

/** What is lost when a picture is scaled to cover a size. */
function describeScaling(original: Size, size: Size): string[] {
  if (original.width === size.width && original.height === size.height) return []
  const { width, height } = cropTo(original, size)
  const scaled = `${original.width}x${original.height} scaled to ${size.width}x${size.height}`
  const lost = { width: 1 - width / original.width, height: 1 - height / original.height }
  const cut = (['width', 'height'] as const)
    .map(side => ({ side, percent: Math.round(100 * lost[side]) }))
    .filter(({ percent }) => percent > 0)
  return [scaled, ...cut.map(({ side, percent }) => `${percent} % of its ${side} cut`)]
}

const firstLine = (error: unknown) => (error as Error).message.split('\n')[0]

/**
 * Reads a picture of any format that sharp knows, scaled to cover a size; what is beyond it is cut on both sides alike.
 * @param image a file or the bytes of one
 * @throws RangeError when it is no picture.
 */
export async function readPicture(image: string | Uint8Array, size: Size): Promise<ConformedPicture> {
  try {
    const { autoOrient: original } = await sharp(image).metadata()
    const picture = sharp(image).rotate().resize(size.width, size.height, { fit: 'cover' })
    const pixels = await picture.flatten().toColourspace('srgb').removeAlpha().raw().toBuffer()
    return { pixels, changes: describeScaling(original, size) }
  } catch (error) {
    const name = typeof image === 'string' ? image : 'the image'
    throw new RangeError(`${name} cannot be read as a picture (${firstLine(error)})`)
  }
}

/** Frames as they pass, with their number and the second at which the last of them ends. */
function countFrames(frames: AsyncIterable<DecodedFrame>) {
  const seen = { count: 0, seconds: 0 }
  async function* pass() {
    for await (const frame of frames) {
      seen.count++
      seen.seconds = frame.time + frame.duration
      yield frame
    }
  }
  return { seen, frames: pass() }
}

async function collectFrames(file: string, format: FilmFormat, longest: number): Promise<ConformedFootage> {
  const { width, height, fps } = format
  const source = await openFilm(file)
  try {
    const { seen, frames } = countFrames(source.frames({ width, height }))
    const kept: Uint8Array[] = []
    for await (const frame of retime(frames, fps)) {
      if (kept.push(frame) > longest * fps) throw new RangeError(`it is longer than ${longest} s`)
    }
    if (seen.count === 0) throw new RangeError('it holds no frames')
    if (seen.count === 1) throw new RangeError('it is one picture that does not move')
    const rate = Math.round((10 * seen.count) / seen.seconds) / 10
    const changes = describeScaling(source, format)
    if (rate !== fps) changes.push(`${rate} frames/s to ${fps}`)
    const original = { width: source.width, height: source.height }
    return { frames: Buffer.concat(kept), frameCount: kept.length, width, height, fps, original, changes }
  } finally {
    source.close()
  }
}

/**
 * Reads a film file of any format that can be opened here, scaled to cover a size, at a rate.
 * @param longest seconds that it may last
 * @throws RangeError naming the file when it is no film, is damaged, does not move, or lasts longer.
 */
export async function readFootage(
  file: string,
  format: FilmFormat,
  longest: number,
): Promise<ConformedFootage> {
  try {
    return await collectFrames(file, format, longest)
  } catch (error) {
    throw new RangeError(`${file} cannot be taken as a film: ${firstLine(error)}`)
  }
}
