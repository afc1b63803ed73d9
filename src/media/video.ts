import { renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import encoding from 'h264-mp4-encoder'
import { describeMp4 } from './description.ts'
import { fitFrame, pickFrames, type Size, saveSheet } from './picture.ts'

/** A film's pictures: size and frames a second. */
export interface FilmFormat extends Size {
  readonly fps: number
}

/** H.264's quantiser: 10 is nearly lossless, 51 the worst; films of this size need few bytes in any case. */
const QUANTISER = 18

/** Encodes frames (F x H x W x 3, sRGB) as MP4 with H.264 in yuv420p, which every browser plays. */
export async function encodeMp4(
  frames: Uint8Array,
  format: FilmFormat,
  target: Size = format,
): Promise<Uint8Array> {
  const encoder = await encoding.createH264MP4Encoder()
  try {
    encoder.width = target.width
    encoder.height = target.height
    encoder.frameRate = format.fps
    encoder.quantizationParameter = QUANTISER
    encoder.groupOfPictures = Math.round(format.fps * 2)
    encoder.initialize()
    const bytes = format.width * format.height * 3
    for (let start = 0; start < frames.length; start += bytes) {
      encoder.addFrameRgba(await fitFrame(frames.subarray(start, start + bytes), format, target))
    }
    encoder.finalize()
    return encoder.FS.readFile(encoder.outputFilename)
  } finally {
    encoder.delete()
  }
}

/** Frames of a strip. */
const STRIP_FRAMES = 8

/** How a film is saved. */
export interface SaveOptions {
  /** The size of an `.mp4` when it is not the film's own: even sides. */
  readonly target?: Size
  /** A text that is kept inside the file; `readDescription` reads it back. */
  readonly description?: string
}

/**
 * Saves a film as `.mp4`, or as a `.png` strip of 8 frames; a crash leaves no half-written file.
 * @param frames F x H x W x 3, sRGB
 * @throws RangeError for any other extension.
 */
export async function saveVideo(
  file: string,
  frames: Uint8Array,
  format: FilmFormat,
  { target = format, description }: SaveOptions = {},
): Promise<void> {
  const extension = path.extname(file).toLowerCase()
  if (extension === '.png') {
    const row = { label: '', frames: pickFrames(frames, format, STRIP_FRAMES) }
    return saveSheet(file, [row], format, { description })
  }
  if (extension !== '.mp4')
    throw new RangeError(`a film is saved as .mp4 or .png, got "${path.basename(file)}"`)
  const bytes = await encodeMp4(frames, format, target)
  const parts = description === undefined ? [bytes] : [bytes, describeMp4(description)]
  writeFileSync(`${file}.tmp`, Buffer.concat(parts))
  renameSync(`${file}.tmp`, file)
}
