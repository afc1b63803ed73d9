import { promisify } from 'node:util'
import { brotliCompress, brotliDecompress, constants } from 'node:zlib'
import { cropTo, type Size, scalePicture } from '../../media/index.ts'
import type { Footage } from '../../sample/index.ts'

// Footage in the file store: a header of 5 numbers (little endian), and the frames compressed without loss.

const [compress, decompress] = [promisify(brotliCompress), promisify(brotliDecompress)]
const MAGIC = 0x315a4f41 // "AOZ1"
const HEADER = 20
const QUALITY = 4

/** Footage as bytes. */
export async function packFootage({ frames, frameCount, width, height, fps }: Footage): Promise<Uint8Array> {
  const header = Buffer.alloc(HEADER)
  for (const [i, value] of [MAGIC, width, height, frameCount].entries()) header.writeUInt32LE(value, 4 * i)
  header.writeFloatLE(fps, 16)
  const params = { [constants.BROTLI_PARAM_QUALITY]: QUALITY }
  return Buffer.concat([header, await compress(frames, { params })])
}

/**
 * The inverse of `packFootage`.
 * @throws Error when the bytes are no footage, or not all of it.
 */
export async function unpackFootage(bytes: Uint8Array): Promise<Footage> {
  const header = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(HEADER, bytes.byteLength))
  if (header.length < HEADER || header.readUInt32LE(0) !== MAGIC) throw new Error('these are no frames')
  const [width, height, frameCount] = [4, 8, 12].map(at => header.readUInt32LE(at))
  const length = width * height * frameCount * 3
  const frames = new Uint8Array(await decompress(bytes.subarray(HEADER), { maxOutputLength: length || 1 }))
  if (frames.length !== length)
    throw new Error(`${length} bytes of frames were expected, got ${frames.length}`)
  return { frames, frameCount, width, height, fps: header.readFloatLE(16) }
}

/** Footage in another size and at another rate: cut to the shape, frames repeated or left out. */
export async function conformFootage(footage: Footage, size: Size, fps: number): Promise<Footage> {
  const { width, height } = footage
  if (width === size.width && height === size.height && footage.fps === fps) return footage
  const frameCount = Math.max(1, Math.round((footage.frameCount / footage.fps) * fps))
  const bytes = size.width * size.height * 3
  const frames = new Uint8Array(frameCount * bytes)
  for (let f = 0; f < frameCount; f++) {
    const from = Math.min(footage.frameCount - 1, Math.round((f / fps) * footage.fps))
    const frame = footage.frames.subarray(from * width * height * 3, (from + 1) * width * height * 3)
    frames.set(await scalePicture(frame, footage, size), f * bytes)
  }
  return { frames, frameCount, ...size, fps }
}

/** The middle of every frame, as much of it as has a wanted shape: then it can be scaled without a border. */
export function cropFootage(footage: Footage, wanted: Size): Footage {
  const { width, height, left, top } = cropTo(footage, wanted)
  if (width === footage.width && height === footage.height) return footage
  const frames = new Uint8Array(footage.frameCount * width * height * 3)
  for (let f = 0; f < footage.frameCount; f++) {
    for (let y = 0; y < height; y++) {
      const from = ((f * footage.height + top + y) * footage.width + left) * 3
      frames.set(footage.frames.subarray(from, from + width * 3), (f * height + y) * width * 3)
    }
  }
  return { ...footage, frames, width, height }
}
