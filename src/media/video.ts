import { renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import encoding from 'h264-mp4-encoder'
import { pickFrames, type Size, saveSheet } from './picture.ts'

/** A film's pictures: size and frames a second. */
export interface FilmFormat extends Size {
  readonly fps: number
}

/** H.264's quantiser: 10 is nearly lossless, 51 the worst; films of this size need few bytes in any case. */
const QUANTISER = 18

/** Encodes frames (F x H x W x 3, sRGB) as MP4 with H.264 in yuv420p, which every browser plays. */
export async function encodeMp4(frames: Uint8Array, { width, height, fps }: FilmFormat): Promise<Uint8Array> {
  const encoder = await encoding.createH264MP4Encoder()
  try {
    encoder.width = width
    encoder.height = height
    encoder.frameRate = fps
    encoder.quantizationParameter = QUANTISER
    encoder.groupOfPictures = Math.round(fps * 2)
    encoder.initialize()
    const pixels = width * height
    const rgba = new Uint8Array(pixels * 4).fill(255)
    for (let start = 0; start < frames.length; start += pixels * 3) {
      for (let i = 0; i < pixels; i++) {
        rgba[i * 4] = frames[start + i * 3]
        rgba[i * 4 + 1] = frames[start + i * 3 + 1]
        rgba[i * 4 + 2] = frames[start + i * 3 + 2]
      }
      encoder.addFrameRgba(rgba)
    }
    encoder.finalize()
    return encoder.FS.readFile(encoder.outputFilename)
  } finally {
    encoder.delete()
  }
}

/** Frames of a strip. */
const STRIP_FRAMES = 8

/**
 * Saves a film as `.mp4`, or as a `.png` strip of 8 frames; a crash leaves no half-written file.
 * @param frames F x H x W x 3, sRGB
 * @throws RangeError for any other extension.
 */
export async function saveVideo(file: string, frames: Uint8Array, format: FilmFormat): Promise<void> {
  const extension = path.extname(file).toLowerCase()
  if (extension === '.png')
    return saveSheet(file, [{ label: '', frames: pickFrames(frames, format, STRIP_FRAMES) }], format)
  if (extension !== '.mp4')
    throw new RangeError(`a film is saved as .mp4 or .png, got "${path.basename(file)}"`)
  const bytes = await encodeMp4(frames, format)
  writeFileSync(`${file}.tmp`, bytes)
  renameSync(`${file}.tmp`, file)
}
