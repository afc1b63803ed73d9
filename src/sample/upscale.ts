import path from 'node:path'
import { z } from 'zod'
import { add, cast, input, maximum, minimum, mul, reshape, slice, type Value } from '../array/index.ts'
import {
  enlargedPlaces,
  fixParameters,
  type Parameters,
  type UpscalerConfig,
  type UpscalerScale,
  upscalerFeatures,
  upscalerSpecs,
} from '../model/index.ts'
import { type Compiled, type CompileOptions, compile } from '../onnx/index.ts'
import { loadModel } from '../store/index.ts'
import { bundledFolder } from './model.ts'

// Shapes: H W pixels of the small frame, r scale.

/** What lies beside an upscaler's weights. */
export const upscalerConfigSchema = z.strictObject({
  width: z.number().int().positive().multipleOf(4),
  blocks: z.number().int().min(0),
})

/** The size of frames in pixels. */
interface FrameSize {
  readonly width: number
  readonly height: number
}

/** Frames of one size that become frames of another. */
interface Enlargement {
  /** The size of the frames that it makes. */
  readonly size: FrameSize
  /** H x W x 3 to H x W x 3 of its size, sRGB. */
  enlarge(frame: Uint8Array): Promise<Uint8Array>
}

/** A learned upscaler that is ready. */
export interface Upscaler {
  /** Enlarges one frame: H x W x 3 to r H x r W x 3, sRGB. */
  enlargeFrame(frame: Uint8Array, size: FrameSize, scale: UpscalerScale): Promise<Uint8Array>
  /**
   * Enlarges frames one after the other: memory stays the same however many they are.
   * @param frames each H x W x 3, sRGB
   * @returns as many frames, r H x r W x 3, sRGB
   * @throws TypeError when a frame does not have the size.
   */
  enlarge(
    frames: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
    size: FrameSize,
    scale: UpscalerScale,
  ): AsyncGenerator<Uint8Array, void>
  close(): Promise<void>
}

/**
 * The scale that brings frames nearest to a wanted size: twice or four times as large, or none when they are as large
 * already. What is then too large or too small is scaled without learning.
 */
export function chooseScale(size: FrameSize, wanted: FrameSize): UpscalerScale | undefined {
  const times = Math.min(wanted.width / size.width, wanted.height / size.height)
  if (times <= 1) return undefined
  return times <= 2 ? 2 : 4
}

/** Enlarges frames as far towards a wanted size as an upscaler can; undefined when they are as large already. */
export function enlargeTowards(
  upscaler: Upscaler,
  size: FrameSize,
  wanted: FrameSize,
): Enlargement | undefined {
  const scale = chooseScale(size, wanted)
  return (
    scale && {
      size: { width: size.width * scale, height: size.height * scale },
      enlarge: frame => upscaler.enlargeFrame(frame, size, scale),
    }
  )
}

/** Colours (1, 3 r r, H, W) from -1 to 1 as pixels (r r, H, W): red + 256 green + 65536 blue, in whole numbers. */
function packColours(places: Value): Value {
  const [, channels, height, width] = places.shape
  const level = minimum(maximum(add(mul(places, 127.5), 128), 0), 255)
  const bytes = cast(cast(level, 'int32'), 'float32')
  const each = channels / 3
  const [red, green, blue] = [0, 1, 2].map(c => slice(bytes, 1, c * each, (c + 1) * each))
  const packed = add(red, add(mul(green, 256), mul(blue, 65536)))
  return reshape(cast(packed, 'int32'), [each, height, width])
}

/** A frame (H x W x 3, sRGB) as planes of colours from -1 to 1 (3, H, W), odd sides with their last line twice. */
function toPlanes(frame: Uint8Array, { width, height }: FrameSize, even: FrameSize): Float32Array {
  const area = even.width * even.height
  const planes = new Float32Array(3 * area)
  for (let y = 0; y < even.height; y++) {
    for (let x = 0; x < even.width; x++) {
      const from = (Math.min(y, height - 1) * width + Math.min(x, width - 1)) * 3
      const to = y * even.width + x
      for (let c = 0; c < 3; c++) planes[c * area + to] = frame[from + c] / 127.5 - 1
    }
  }
  return planes
}

/** Puts packed pixels (r r, H, W) in their places: bytes r H x r W x 3, as far as the frame goes. */
function placePixels(
  packed: Int32Array,
  { width, height }: FrameSize,
  even: FrameSize,
  r: number,
): Uint8Array {
  const frame = new Uint8Array(3 * r * r * width * height)
  for (let y = 0; y < height; y++) {
    for (let place = 0; place < r * r; place++) {
      const from = (place * even.height + y) * even.width
      let to = ((y * r + Math.floor(place / r)) * width * r + (place % r)) * 3
      for (let x = 0; x < width; x++, to += 3 * r) {
        const pixel = packed[from + x]
        frame[to] = pixel
        frame[to + 1] = pixel >> 8
        frame[to + 2] = pixel >> 16
      }
    }
  }
  return frame
}

/** Sizes of frames that stay compiled. */
const MOST_SIZES = 4

/** Compiles an upscaler from its configuration and parameters; each size of frames when the first of them comes. */
export function assembleUpscaler(
  config: UpscalerConfig,
  params: Parameters,
  options: CompileOptions = {},
): Upscaler {
  const fixed = fixParameters(upscalerSpecs(config), params)
  // The one that was used longest ago is first; each with the run that it is busy with.
  const compiled = new Map<string, { network: Promise<Compiled>; run: Promise<unknown> }>()
  const compileFor = ({ width, height }: FrameSize, scale: UpscalerScale) => {
    const frame = input('frame', [1, 3, height, width])
    const places = enlargedPlaces(fixed, frame, upscalerFeatures(fixed, frame), scale)
    return compile({ pixels: packColours(places) }, options)
  }
  const release = async (key: string) => {
    const { network, run } = compiled.get(key)!
    compiled.delete(key)
    await run
    await (await network).release()
  }
  const runFor = async (size: FrameSize, scale: UpscalerScale, data: Float32Array) => {
    const key = `${size.width}x${size.height} ${scale}`
    const { network, run: before } = compiled.get(key) ?? {
      network: compileFor(size, scale),
      run: Promise.resolve(),
    }
    const shape = [1, 3, size.height, size.width]
    const run = network.then(made => made.run({ frame: { shape, data } }))
    compiled.delete(key)
    compiled.set(key, { network, run: Promise.allSettled([before, run]) })
    if (compiled.size > MOST_SIZES) await release(compiled.keys().next().value!)
    return (await run).pixels.data as Int32Array
  }
  const upscaler: Upscaler = {
    async enlargeFrame(frame, size, scale) {
      const bytes = size.width * size.height * 3
      if (frame.length !== bytes) throw new TypeError(`a frame must hold ${bytes} bytes, got ${frame.length}`)
      const even = { width: size.width + (size.width % 2), height: size.height + (size.height % 2) }
      const pixels = await runFor(even, scale, toPlanes(frame, size, even))
      return placePixels(pixels, size, even, scale)
    },
    async *enlarge(frames, size, scale) {
      for await (const frame of frames) yield upscaler.enlargeFrame(frame, size, scale)
    },
    async close() {
      for (const key of [...compiled.keys()]) await release(key)
    },
  }
  return upscaler
}

/**
 * Opens an upscaler, the bundled one when no folder is said.
 * @throws Error naming the file, the tensor or the field that is missing or damaged.
 */
export function openUpscaler({
  folder = bundledFolder('upscaler'),
  ...options
}: CompileOptions & { readonly folder?: string } = {}): Upscaler {
  const { config, tensors } = loadModel(path.resolve(folder), upscalerConfigSchema)
  return assembleUpscaler(config, tensors as Parameters, options)
}
