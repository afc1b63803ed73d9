import { createRequire } from 'node:module'
import type h264 from 'h264-mp4-encoder'
import { type Enlargement, type FilmFormat, fitFrame, type Size } from './picture.ts'

/** H.264's quantiser: 10 is nearly lossless, 51 the worst; films of this size need few bytes in any case. */
const QUANTISER = 18
/** From 0 (slow) to 10: half the time of 0 for 3 % more bytes. */
const SPEED = 5

interface Box {
  readonly type: string
  /** Where its content begins and where the next box does. */
  readonly start: number
  readonly content: number
  readonly end: number
}

/** The boxes between two places of an MP4 (ISO 14496-12, 4.2). */
function listBoxes(bytes: Buffer, from: number, to: number): Box[] {
  const boxes: Box[] = []
  for (let start = from; start + 8 <= to; ) {
    const short = bytes.readUInt32BE(start)
    // A length of 1 says that the real one follows in 64 bits.
    const length = short === 1 ? Number(bytes.readBigUInt64BE(start + 8)) : short
    const content = start + (short === 1 ? 16 : 8)
    boxes.push({ type: bytes.toString('latin1', start + 4, start + 8), start, content, end: start + length })
    start += length
  }
  return boxes
}

const containers = ['moov', 'trak', 'mdia', 'minf', 'stbl']
const dated = ['mvhd', 'tkhd', 'mdhd']

/** Sets the times of creation to 0 and moves the offsets of chunks, in a header and everything inside it. */
function patchHeader(bytes: Buffer, from: number, to: number, move: number): void {
  for (const { type, content, end } of listBoxes(bytes, from, to)) {
    if (containers.includes(type)) patchHeader(bytes, content, end, move)
    if (dated.includes(type)) bytes.fill(0, content + 4, content + 4 + (bytes[content] === 1 ? 16 : 8))
    if (type !== 'stco' && type !== 'co64') continue
    for (let i = 0; i < bytes.readUInt32BE(content + 4); i++) {
      const at = content + 8 + i * (type === 'stco' ? 4 : 8)
      if (type === 'stco') bytes.writeUInt32BE(bytes.readUInt32BE(at) + move, at)
      else bytes.writeBigUInt64BE(bytes.readBigUInt64BE(at) + BigInt(move), at)
    }
  }
}

/**
 * Puts an MP4 in order: the header in front of the pictures, so that it plays while it is loaded, and no time of day
 * in it, so that the same film is the same file.
 */
export function arrangeMp4(file: Uint8Array): Uint8Array {
  const bytes = Buffer.from(file)
  const boxes = listBoxes(bytes, 0, bytes.length)
  const [ftyp, moov, mdat] = ['ftyp', 'moov', 'mdat'].map(name => boxes.find(({ type }) => type === name)!)
  const move = ftyp.end - ftyp.start + (moov.end - moov.start) - mdat.start
  patchHeader(bytes, moov.content, moov.end, move)
  return Buffer.concat([ftyp, moov, mdat].map(({ start, end }) => bytes.subarray(start, end)))
}

/** Loads the encoder when it is needed, without what it does to the process: it throws every error of anyone anew. */
async function createEncoder() {
  const events = ['uncaughtException', 'unhandledRejection'] as const
  const before = events.map(event => new Set<unknown>(process.listeners(event as 'uncaughtException')))
  const encoding = createRequire(import.meta.url)('h264-mp4-encoder') as typeof h264
  const encoder = await encoding.createH264MP4Encoder()
  for (const [i, event] of events.entries()) {
    for (const listener of process.listeners(event as 'uncaughtException')) {
      if (!before[i].has(listener)) process.removeListener(event, listener)
    }
  }
  return encoder
}

/**
 * Encodes frames (F x H x W x 3, sRGB) as MP4 with H.264 in yuv420p, which every browser plays. The same frames give
 * the same bytes.
 */
export async function encodeMp4(
  frames: Uint8Array,
  format: FilmFormat,
  target: Size = format,
  enlargement?: Enlargement,
): Promise<Uint8Array> {
  const encoder = await createEncoder()
  try {
    encoder.width = target.width
    encoder.height = target.height
    encoder.frameRate = format.fps
    encoder.quantizationParameter = QUANTISER
    encoder.speed = SPEED
    encoder.groupOfPictures = Math.round(format.fps * 2)
    encoder.initialize()
    const bytes = format.width * format.height * 3
    for (let start = 0; start < frames.length; start += bytes) {
      const frame = frames.subarray(start, start + bytes)
      encoder.addFrameRgba(await fitFrame(frame, format, target, enlargement))
    }
    encoder.finalize()
    return arrangeMp4(encoder.FS.readFile(encoder.outputFilename))
  } finally {
    encoder.delete()
  }
}
