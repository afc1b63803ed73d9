import gifenc from 'gifenc'
import { delaysOf } from './delays.ts'
import { type FilmFormat, fitFrame, pickFrames, type SaveOptions } from './picture.ts'

const { GIFEncoder, quantize, applyPalette } = gifenc

/** The thresholds of an ordered dither (Bayer, 1973), 8 x 8, from -0.5 to 0.5. */
const BAYER = Float32Array.from({ length: 64 }, (_, i) => {
  const [x, y] = [i % 8, i >> 3]
  let rank = 0
  for (let bit = 0; bit < 3; bit++) {
    const [a, b] = [(x >> bit) & 1, (y >> bit) & 1]
    rank |= ((a ^ b) << (2 * (2 - bit) + 1)) | (b << (2 * (2 - bit)))
  }
  return (rank + 0.5) / 64 - 0.5
})

/** How far a dither may move a colour: about the distance between neighbours of a palette of 256. */
const SPREAD = 12

/** Adds the dither, the same in every frame, so that what stands still does not flicker. */
function dither(rgba: Uint8Array, width: number): Uint8Array {
  const dithered = Uint8Array.from(rgba)
  for (let pixel = 0; pixel < rgba.length / 4; pixel++) {
    const [x, y] = [pixel % width, Math.floor(pixel / width)]
    const add = SPREAD * BAYER[(y & 7) * 8 + (x & 7)]
    for (let c = 0; c < 3; c++) {
      const at = pixel * 4 + c
      dithered[at] = Math.min(255, Math.max(0, Math.round(rgba[at] + add)))
    }
  }
  return dithered
}

/** Frames that the palette is made from, and how many of their pixels. */
const [PALETTE_FRAMES, PALETTE_PIXELS] = [60, 1e6]

/** The palette that suits a film best: 256 colours of pixels evenly spread over it. */
async function choosePalette(
  frames: Uint8Array,
  format: FilmFormat,
  { target = format, enlargement }: SaveOptions,
): Promise<number[][]> {
  const picked = await Promise.all(
    pickFrames(frames, format, PALETTE_FRAMES).map(frame => fitFrame(frame, format, target, enlargement)),
  )
  const pixels = new Uint32Array(Uint8Array.from(Buffer.concat(picked)).buffer)
  const stride = Math.ceil(pixels.length / PALETTE_PIXELS)
  const chosen = pixels.filter((_, i) => i % stride === 0)
  return quantize(new Uint8Array(chosen.buffer), 256)
}

/** A comment in blocks of at most 255 bytes (GIF89a, 24). */
function commentOf(text: string): Buffer {
  const bytes = Buffer.from(text)
  const blocks = Array.from({ length: Math.ceil(bytes.length / 255) }, (_, i) => {
    const block = bytes.subarray(i * 255, (i + 1) * 255)
    return Buffer.concat([Buffer.of(block.length), block])
  })
  return Buffer.concat([Buffer.of(0x21, 0xfe), ...blocks, Buffer.of(0)])
}

/**
 * Encodes frames (F x H x W x 3, sRGB) as an endless GIF: one palette for the whole film, dithered.
 */
export async function encodeGif(
  frames: Uint8Array,
  format: FilmFormat,
  options: SaveOptions = {},
): Promise<Uint8Array> {
  const { target = format, description, enlargement } = options
  const palette = await choosePalette(frames, format, options)
  const gif = GIFEncoder()
  const bytes = format.width * format.height * 3
  const delays = delaysOf(frames.length / bytes, format.fps, 10)
  for (const [i, delay] of delays.entries()) {
    const rgba = await fitFrame(frames.subarray(i * bytes, (i + 1) * bytes), format, target, enlargement)
    const index = applyPalette(dither(rgba, target.width), palette)
    gif.writeFrame(index, target.width, target.height, { ...(i === 0 ? { palette, repeat: 0 } : {}), delay })
  }
  gif.finish()
  const file = gif.bytes()
  // The comment stands before the last byte, which ends the file.
  return description === undefined
    ? file
    : Buffer.concat([file.subarray(0, -1), commentOf(description), file.subarray(-1)])
}
