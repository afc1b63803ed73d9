import { renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import sharp from 'sharp'
import { delaysOf } from './delays.ts'
import { describeMp4 } from './description.ts'
import { encodeGif } from './gif.ts'
import { encodeMp4 } from './mp4.ts'
import {
  type FilmFormat,
  fitColours,
  pickFrames,
  type SaveOptions,
  savePicture,
  saveSheet,
} from './picture.ts'
import { writeWebm } from './webm.ts'
import { writeWhole } from './write.ts'

/** Frames of a strip. */
const STRIP_FRAMES = 8

/** The files that films are saved as. */
export const filmExtensions = ['.mp4', '.webm', '.gif', '.webp', '.png'] as const

/** Encodes frames as an endless animated WebP. */
async function encodeWebp(
  frames: Uint8Array,
  format: FilmFormat,
  { target = format, description, enlargement }: SaveOptions,
): Promise<Uint8Array> {
  const bytes = format.width * format.height * 3
  const { width, height } = target
  const count = frames.length / bytes
  const isFit = width === format.width && height === format.height && !enlargement
  const fitted = isFit ? frames : new Uint8Array(count * width * height * 3)
  for (let i = 0; i < count && !isFit; i++) {
    const frame = frames.subarray(i * bytes, (i + 1) * bytes)
    fitted.set(await fitColours(frame, format, target, enlargement), i * width * height * 3)
  }
  const raw = { width, height: height * count, channels: 3, pageHeight: height } as const
  // All frames count as one picture there: at 1280 x 720, 24 s would be more than strangers may send.
  const image = sharp(fitted, { raw, limitInputPixels: false })
  if (description !== undefined) image.withExif({ IFD0: { ImageDescription: description } })
  return image.webp({ quality: 90, loop: 0, delay: delaysOf(count, format.fps, 1) }).toBuffer()
}

async function saveWebm(
  file: string,
  frames: Uint8Array,
  format: FilmFormat,
  options: SaveOptions,
): Promise<void> {
  try {
    // The muxer would make folders that are not there.
    writeFileSync(`${file}.tmp`, '')
    await writeWebm(`${file}.tmp`, frames, format, options)
    renameSync(`${file}.tmp`, file)
  } catch (error) {
    rmSync(`${file}.tmp`, { force: true })
    if (error instanceof RangeError) throw error
    throw new RangeError(`${file} cannot be written (${(error as Error).message})`)
  }
}

/** Saves a picture, or a strip of a film. */
async function saveStrip(
  file: string,
  frames: Uint8Array,
  format: FilmFormat,
  { target = format, description, enlargement }: SaveOptions,
): Promise<void> {
  const isPicture = frames.length === format.width * format.height * 3
  const picked = await Promise.all(
    pickFrames(frames, format, isPicture ? 1 : STRIP_FRAMES).map(frame => {
      if (target.width === format.width && target.height === format.height) return frame
      return fitColours(frame, format, target, enlargement)
    }),
  )
  if (isPicture) return savePicture(file, picked[0], target, description)
  return saveSheet(file, [{ label: '', frames: picked }], target, { description })
}

/**
 * Saves a film as `.mp4` (H.264), `.webm` (VP9, needs node-av), `.gif`, `.webp` (animated), or as a `.png`: a strip of 8
 * frames, or the picture when it has one frame. The same film gives the same bytes; a crash leaves no half-written file.
 * @param frames F x H x W x 3, sRGB
 * @throws RangeError for any other extension, or when the file cannot be written.
 */
export async function saveVideo(
  file: string,
  frames: Uint8Array,
  format: FilmFormat,
  options: SaveOptions = {},
): Promise<void> {
  const { target = format, description, enlargement } = options
  switch (path.extname(file).toLowerCase()) {
    case '.png':
      return saveStrip(file, frames, format, options)
    case '.mp4': {
      const bytes = await encodeMp4(frames, format, target, enlargement)
      const parts = description === undefined ? [bytes] : [bytes, describeMp4(description)]
      return writeWhole(file, Buffer.concat(parts))
    }
    case '.webm':
      return saveWebm(file, frames, format, {
        ...options,
        target: { width: target.width, height: target.height },
      })
    case '.gif':
      return writeWhole(file, await encodeGif(frames, format, options))
    case '.webp':
      return writeWhole(file, await encodeWebp(frames, format, options))
    default:
      throw new RangeError(`a film is saved as ${filmExtensions.join(', ')}, got "${path.basename(file)}"`)
  }
}
