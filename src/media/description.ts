import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import sharp from 'sharp'

// A description lies in an MP4 as a last box of the type `uuid` (ISO 14496-12, 11.1), which players skip,
// and in a PNG as the EXIF field ImageDescription.

const BOX_ID = Buffer.from('616f7a6f72612d66696c6d2d2d763031', 'hex') // "aozora-film--v01"
const HEADER = 8 + BOX_ID.length
const LARGEST_DESCRIPTION = 1_000_000

/** A box that holds a description, to be put behind the other boxes of an MP4. */
export function describeMp4(description: string): Uint8Array {
  const text = Buffer.from(description)
  const header = Buffer.alloc(8)
  header.writeUInt32BE(HEADER + text.length)
  header.write('uuid', 4, 'latin1')
  return Buffer.concat([header, BOX_ID, text])
}

/** Walks over the boxes of an MP4 and reads the description, if there is one. */
function readMp4(file: string): string | undefined {
  const descriptor = openSync(file, 'r')
  try {
    const { size } = fstatSync(descriptor)
    const header = Buffer.alloc(HEADER)
    for (let at = 0; at + 8 <= size; ) {
      readSync(descriptor, header, 0, Math.min(HEADER, size - at), at)
      // A length of 1 says that the real one follows in 64 bits.
      const short = header.readUInt32BE()
      const length = short === 1 ? Number(header.readBigUInt64BE(8)) : short
      if (length < 8 || at + length > size) return undefined
      const isOurs = header.toString('latin1', 4, 8) === 'uuid' && header.subarray(8).equals(BOX_ID)
      if (isOurs && length <= LARGEST_DESCRIPTION) {
        const text = Buffer.alloc(length - HEADER)
        readSync(descriptor, text, 0, text.length, at + HEADER)
        return text.toString()
      }
      at += length
    }
    return undefined
  } finally {
    closeSync(descriptor)
  }
}

/** Reads ImageDescription (tag 0x010e) out of EXIF data: "Exif", a TIFF header, one directory of 12-byte entries. */
function readExif(exif: Buffer): string | undefined {
  const start = exif.toString('latin1', 0, 4) === 'Exif' ? 6 : 0
  const tiff = exif.subarray(start)
  const isLittle = tiff.toString('latin1', 0, 2) === 'II'
  const u16 = (at: number) => (isLittle ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at))
  const u32 = (at: number) => (isLittle ? tiff.readUInt32LE(at) : tiff.readUInt32BE(at))
  const directory = u32(4)
  for (let i = 0; i < u16(directory); i++) {
    const entry = directory + 2 + 12 * i
    if (u16(entry) !== 0x010e) continue
    const length = u32(entry + 4)
    return tiff.toString('utf8', u32(entry + 8), u32(entry + 8) + length).replace(/\0+$/, '')
  }
  return undefined
}

/**
 * Reads the description that was saved with a film (.mp4) or a picture (.png).
 * @returns undefined when there is none
 * @throws RangeError when the file cannot be read.
 */
export async function readDescription(file: string): Promise<string | undefined> {
  try {
    if (file.toLowerCase().endsWith('.mp4')) return readMp4(file)
    const { exif } = await sharp(file).metadata()
    return exif && readExif(exif)
  } catch (error) {
    throw new RangeError(`${file} cannot be read (${(error as Error).message})`)
  }
}
