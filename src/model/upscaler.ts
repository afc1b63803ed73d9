import {
  add,
  concatenate,
  constant,
  conv2d,
  expectShape,
  pixelShuffle,
  pixelUnshuffle,
  relu,
  slice,
  type Value,
} from '../array/index.ts'
import { filled, kernel, type Traced } from './parameters.ts'

// Shapes: B frames, C colour channels, H W pixels of the small frame, D width, r scale.

/** How many times as wide and high an upscaler makes frames. */
export const upscalerScales = [2, 4] as const
/** A factor of enlargement. */
export type UpscalerScale = (typeof upscalerScales)[number]

/**
 * The upscaler: everything is computed at half the size of the small frame, where a convolution costs a quarter and sees
 * twice as far, and made large at the very end (ESPCN, 1609.05158). What is learned is added to a bicubic enlargement.
 */
export interface UpscalerConfig {
  /** Channels at half the size: a multiple of 4. */
  readonly width: number
  /** Residual blocks. */
  readonly blocks: number
}

/** Small pixels along each side that one place of the trunk stands for. */
const PATCH = 2
/** How far the bicubic kernel reaches, in small pixels. */
const REACH = 2

function convolutionSpecs(inputs: number, outputs: number, gain = 1) {
  return { kernel: kernel(inputs, outputs, 3, gain), bias: filled([outputs, 1, 1], 0) }
}

/** The parameters of the upscaler: one trunk, and a head for each scale, which begins at zero. */
export function upscalerSpecs({ width, blocks }: UpscalerConfig) {
  const headSpecs = (scale: UpscalerScale) => convolutionSpecs(width / PATCH ** 2, 3 * scale ** 2, 0)
  return {
    stem: convolutionSpecs(3 * PATCH ** 2, width),
    blocks: Array.from({ length: blocks }, () => ({
      first: convolutionSpecs(width, width, Math.SQRT2),
      second: convolutionSpecs(width, width, 0.1),
    })),
    heads: { 2: headSpecs(2), 4: headSpecs(4) },
  }
}

/** The traced parameters of the upscaler. */
export type UpscalerParams = Traced<ReturnType<typeof upscalerSpecs>>

function convolve(params: Traced<ReturnType<typeof convolutionSpecs>>, x_BCHW: Value): Value {
  return add(conv2d(x_BCHW, params.kernel, { padding: 1 }), params.bias)
}

/** The weight of a pixel at a distance (Keys 1981, a = -1/2). */
function keys(distance: number): number {
  const t = Math.abs(distance)
  if (t >= 2) return 0
  return t < 1 ? 1.5 * t ** 3 - 2.5 * t ** 2 + 1 : -0.5 * t ** 3 + 2.5 * t ** 2 - 4 * t + 2
}

/** Bicubic enlargement as a convolution: C r r kernels, one for each colour and place inside a pixel. */
function bicubicKernel(scale: number): Value {
  const size = 2 * REACH + 1
  const taps = Array.from({ length: scale }, (_, place) => {
    const at = (place + 0.5) / scale - 0.5
    return Array.from({ length: size }, (_, i) => keys(i - REACH - at))
  })
  const weights = new Float32Array(3 * scale ** 2 * 3 * size ** 2)
  for (let out = 0; out < 3 * scale ** 2; out++) {
    const colour = Math.floor(out / scale ** 2)
    const [row, column] = [taps[Math.floor(out / scale) % scale], taps[out % scale]]
    for (let i = 0; i < size ** 2; i++) {
      weights[(out * 3 + colour) * size ** 2 + i] = row[Math.floor(i / size)] * column[i % size]
    }
  }
  return constant(weights, [3 * scale ** 2, 3, size, size])
}

/** Repeats the pixels of the border outwards. */
function extendBorder(x_BCHW: Value, by: number): Value {
  return [2, 3].reduce((x, axis) => {
    const size = x.shape[axis]
    const [first, last] = [slice(x, axis, 0, 1), slice(x, axis, size - 1, size)]
    const beside = (edge: Value) => Array.from({ length: by }, () => edge)
    return concatenate([...beside(first), x, ...beside(last)], axis)
  }, x_BCHW)
}

/** Enlarges frames (B, C, H, W) by the bicubic kernel: (B, C r r, H, W), the places inside each pixel as channels. */
function bicubic(frames_BCHW: Value, scale: UpscalerScale): Value {
  return conv2d(extendBorder(frames_BCHW, REACH), bicubicKernel(scale))
}

/**
 * Traces the trunk, which both scales share.
 * @param frames_BCHW colours from -1 to 1, H and W even
 * @returns features of every small pixel (B, D / 4, H, W)
 */
export function upscalerFeatures(params: UpscalerParams, frames_BCHW: Value): Value {
  const [batch, , height, width] = frames_BCHW.shape
  const even = (side: number) => Math.ceil(side / PATCH) * PATCH
  expectShape('frames', frames_BCHW, [batch, 3, even(height), even(width)])
  let x = relu(convolve(params.stem, pixelUnshuffle(frames_BCHW, PATCH))) // (B, D, H/2, W/2)
  for (const { first, second } of params.blocks) x = add(x, convolve(second, relu(convolve(first, x))))
  return pixelShuffle(x, PATCH) // (B, D/4, H, W)
}

/**
 * Traces the head of a scale: features and the frames they are of to large frames (B, C r r, H, W). The places inside each
 * pixel are channels: `pixelShuffle` by r puts them in order, or whoever writes the bytes.
 */
export function enlargedPlaces(
  params: UpscalerParams,
  frames_BCHW: Value,
  features_BDHW: Value,
  scale: UpscalerScale,
): Value {
  return add(bicubic(frames_BCHW, scale), convolve(params.heads[scale], features_BDHW))
}

/** Traces the upscaler: colours (B, C, H, W) from -1 to 1 to (B, C, r H, r W), about -1 to 1. */
export function upscale(params: UpscalerParams, frames_BCHW: Value, scale: UpscalerScale): Value {
  const features = upscalerFeatures(params, frames_BCHW)
  return pixelShuffle(enlargedPlaces(params, frames_BCHW, features, scale), scale)
}

/** The size of the bundled upscaler. */
export const upscalerSize: UpscalerConfig = { width: 64, blocks: 2 }
