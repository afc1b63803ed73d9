import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs'
import path from 'node:path'
import sharp from 'sharp'
import { WEBM_TAG } from './webm.ts'

// A description lies in an MP4 as a last box of the type `uuid` (ISO 14496-12, 11.1), which players skip, in a PNG
// or WebP as the EXIF field ImageDescription, in a GIF as a comment (GIF89a, 24), in a WebM as a tag (RFC 9559, 5.1.8).

/**
 * How a film was made, as its description: JSON in ASCII, which EXIF demands.
 * @param typedPrompt what was typed; kept beside the prompt where that was put into other words
 */
export function describeOrigin(origin: { readonly prompt: string }, typedPrompt = origin.prompt): string {
  return JSON.stringify(typedPrompt === origin.prompt ? origin : { typedPrompt, ...origin }).replace(
    /[\u0080-\uffff]/g,
    letter => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

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

/** Opens a file for a reader of `length` bytes at a place; bytes beyond the end are 0. */
function withFile<T>(
  file: string,
  read: (bytesAt: (at: number, length: number) => Buffer, size: number) => T,
): T {
  const descriptor = openSync(file, 'r')
  try {
    const bytesAt = (at: number, length: number) => {
      const bytes = Buffer.alloc(length)
      readSync(descriptor, bytes, 0, length, at)
      return bytes
    }
    return read(bytesAt, fstatSync(descriptor).size)
  } finally {
    closeSync(descriptor)
  }
}

/** Walks over the boxes of an MP4 and reads the description, if there is one. */
function readMp4(file: string): string | undefined {
  return withFile(file, (bytesAt, size) => {
    for (let at = 0; at + 8 <= size; ) {
      const header = bytesAt(at, HEADER)
      // A length of 1 says that the real one follows in 64 bits.
      const short = header.readUInt32BE()
      const length = short === 1 ? Number(header.readBigUInt64BE(8)) : short
      if (length < 8 || at + length > size) return undefined
      const isOurs = header.toString('latin1', 4, 8) === 'uuid' && header.subarray(8).equals(BOX_ID)
      if (isOurs && length <= LARGEST_DESCRIPTION) return bytesAt(at + HEADER, length - HEADER).toString()
      at += length
    }
    return undefined
  })
}

/** Skips the blocks of a GIF up to a 0, and gives what they hold. */
function readGifBlocks(gif: Buffer, from: number): { text: string; end: number } {
  const parts: Buffer[] = []
  let at = from
  for (; gif[at] > 0; at += gif[at] + 1) parts.push(gif.subarray(at + 1, at + 1 + gif[at]))
  return { text: Buffer.concat(parts).toString(), end: at + 1 }
}

const colourTable = (packed: number) => (packed & 0x80 ? 3 * 2 ** ((packed & 7) + 1) : 0)

/** Walks over the parts of a GIF and reads its last comment, if there is one. */
function readGif(file: string): string | undefined {
  const gif = readFileSync(file)
  if (gif.toString('latin1', 0, 3) !== 'GIF') throw new Error('it is no GIF')
  let comment: string | undefined
  for (let at = 13 + colourTable(gif[10]); at < gif.length && gif[at] !== 0x3b; ) {
    const isExtension = gif[at] === 0x21
    // An image has 9 bytes of place and size, perhaps a table of colours, and a byte before its blocks.
    const blocks = isExtension ? at + 2 : at + 11 + colourTable(gif[at + 9])
    const { text, end } = readGifBlocks(gif, blocks)
    if (isExtension && gif[at + 1] === 0xfe) comment = text
    at = end
  }
  return comment
}

const SEGMENT = 0x18538067
const [TAGS, TAG, SIMPLE_TAG, TAG_NAME, TAG_STRING] = [0x1254c367, 0x7373, 0x67c8, 0x45a3, 0x4487]

/** Walks over the elements of a WebM (EBML: an identifier and a size of 1 to 8 bytes each) and reads the tag. */
function readWebm(file: string): string | undefined {
  return withFile(file, (bytesAt, size) => {
    const numberAt = (at: number, keepsMarker: boolean) => {
      const bytes = bytesAt(at, 8)
      const length = Math.clz32(bytes[0]) - 23
      let value = keepsMarker ? bytes[0] : bytes[0] & (0xff >> length)
      for (let i = 1; i < length; i++) value = value * 256 + bytes[i]
      return { length, value }
    }
    const visit = (from: number, to: number, name?: string): string | undefined => {
      let tag = name
      for (let at = from; at < to; ) {
        const id = numberAt(at, true)
        const { length, value } = numberAt(at + id.length, false)
        if (id.length > 4 || length > 8) return undefined
        const start = at + id.length + length
        // A size of all ones says that the element goes on to the end.
        const end = value >= 2 ** (7 * length) - 1 ? to : start + value
        if (id.value === TAG_NAME) tag = bytesAt(start, end - start).toString()
        const isOurs = id.value === TAG_STRING && tag === WEBM_TAG && end - start <= LARGEST_DESCRIPTION
        if (isOurs) return bytesAt(start, end - start).toString()
        if ([SEGMENT, TAGS, TAG, SIMPLE_TAG].includes(id.value)) {
          const found = visit(start, Math.min(end, to), tag)
          if (found !== undefined) return found
        }
        at = end
      }
      return undefined
    }
    return visit(0, size)
  })
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

/** Pictures whose EXIF data sharp reads. */
const pictures = ['.png', '.jpg', '.webp']

async function readPicture(file: string): Promise<string | undefined> {
  const { exif } = await sharp(file)
    .metadata()
    .catch(() => {
      throw new Error('it is no picture')
    })
  return exif && readExif(exif)
}

/**
 * Reads the description that was saved with a film (.mp4, .webm, .gif, .webp) or a picture (.png, .jpg, .webp).
 * @returns undefined when there is none
 * @throws RangeError when the file cannot be read.
 */
export async function readDescription(file: string): Promise<string | undefined> {
  try {
    const extension = path.extname(file).toLowerCase()
    if (extension === '.mp4') return readMp4(file)
    if (extension === '.webm') return readWebm(file)
    if (extension === '.gif') return readGif(file)
    if (pictures.includes(extension)) return await readPicture(file)
    throw new Error('it is no film or picture of a kind that is saved here')
  } catch (error) {
    throw new RangeError(`${file} cannot be read (${(error as Error).message})`)
  }
}
