import { promisify } from 'node:util'
import { deflateRawSync, inflateRaw } from 'node:zlib'
import { decodePicture, encodeJpeg, type Size } from '../media/index.ts'

// Frames are packed in chunks that can be read alone: first 9 frames, then 8 each, since films have 1 + 4 k frames.
// Two codecs, chosen by measurement (docs/decisions/005-datasets.md):
//   delta  the first frame against its left neighbours, the others against the frame before, deflated: lossless, and
//          five times smaller than JPEG where the camera stands still
//   jpeg   the frames of a chunk in one picture, 4:4:4: above 42 dB, for chunks in which most pixels change

/** How a chunk is packed. */
export type Codec = 'delta' | 'jpeg'

const CHUNK = 8

/** The chunk that a frame lies in. */
export function chunkOf(frame: number): number {
  return Math.max(0, Math.floor((frame - 1) / CHUNK))
}

/** First frame and number of frames of a chunk. */
export function framesOfChunk(chunk: number, frameCount: number): { start: number; count: number } {
  const start = chunk === 0 ? 0 : chunk * CHUNK + 1
  return { start, count: Math.min(frameCount, (chunk + 1) * CHUNK + 1) - start }
}

/** Level 4 of 9: a third of the time of level 6 for 6 % more bytes; level 3 is no quicker. */
const DEFLATE = { level: 4 } as const

/** Differences from the frame before; in the first frame from the pixel to the left. */
function takeDifferences(data: Uint8Array, frameBytes: number, channels: number): Uint8Array {
  const differences = new Uint8Array(data.length)
  differences.set(data.subarray(0, channels))
  for (let i = channels; i < frameBytes; i++) differences[i] = data[i] - data[i - channels]
  for (let i = frameBytes; i < data.length; i++) differences[i] = data[i] - data[i - frameBytes]
  return differences
}

/** Undoes `takeDifferences`, in place. */
function addDifferences(data: Uint8Array, frameBytes: number, channels: number): Uint8Array {
  for (let i = channels; i < frameBytes; i++) data[i] += data[i - channels]
  for (let i = frameBytes; i < data.length; i++) data[i] += data[i - frameBytes]
  return data
}

/** JPEG's quality: 43 dB even on grass that moves, 48 dB and more on smooth floors. */
const QUALITY = 96
/** Above this share of changing bytes, differences pack worse than a JPEG of this quality. */
const CHANGING = 0.25

/** Whether most of a chunk stands still; a single picture counts as still. */
function standsStill(frames: Uint8Array, frameBytes: number): boolean {
  const most = CHANGING * (frames.length - frameBytes)
  let changing = 0
  for (let i = frameBytes; i < frames.length; i++) {
    if (frames[i] !== frames[i - frameBytes] && ++changing > most) return false
  }
  return true
}

/**
 * Packs a chunk of frames; the same frames give the same bytes.
 * @param frames n x H x W x 3, sRGB
 */
export async function packFrames(
  frames: Uint8Array,
  { width, height }: Size,
): Promise<{ codec: Codec; bytes: Uint8Array }> {
  const frameBytes = width * height * 3
  if (standsStill(frames, frameBytes)) {
    return { codec: 'delta', bytes: deflateRawSync(takeDifferences(frames, frameBytes, 3), DEFLATE) }
  }
  const stacked = { width, height: (frames.length / frameBytes) * height }
  return { codec: 'jpeg', bytes: await encodeJpeg(frames, stacked, QUALITY) }
}

/** Packs a chunk of masks (n x H x W) without loss. */
export function packMasks(masks: Uint8Array, { width, height }: Size): Uint8Array {
  return deflateRawSync(takeDifferences(masks, width * height, 1), DEFLATE)
}

const inflate = promisify(inflateRaw)

/**
 * Unpacks a chunk of frames (3 channels) or masks (1 channel); the decoding runs on another thread.
 * @throws Error when the bytes are no such chunk.
 */
export async function unpackChunk(
  codec: Codec,
  bytes: Uint8Array,
  { width, height }: Size,
  channels: 1 | 3,
): Promise<Uint8Array> {
  if (codec === 'jpeg') return decodePicture(bytes)
  return addDifferences(await inflate(bytes), width * height * channels, channels)
}

/** Packs the truth of a clip, plain JSON. */
export function packTruth(truth: unknown): Uint8Array {
  return deflateRawSync(JSON.stringify(truth), DEFLATE)
}

/** Unpacks the truth of a clip. */
export async function unpackTruth(bytes: Uint8Array): Promise<unknown> {
  return JSON.parse((await inflate(bytes)).toString())
}
