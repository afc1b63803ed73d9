import {
  add,
  concatenate,
  conv2d,
  expectShape,
  mul,
  pad,
  pixelShuffle,
  pixelUnshuffle,
  reshape,
  rmsNorm,
  silu,
  slice,
  type Value,
} from '../array/index.ts'
import { filled, kernel, type Traced } from './parameters.ts'

// Shapes: B batch, F = 4 f frames, H = 16 h, W = 16 w, C colour channels, f h w latent grid, Z latent channels.

/**
 * The video autoencoder: 16 x 16 pixels of 4 frames become one vector (f16 t4). The encoder is causal in time: a latent
 * frame depends on its own 4 frames and the 4 before; the first picture of a film, repeated 4 times, is a
 * latent frame of its own, so that 1 + 4 k frames give k + 1 latent frames. The decoder looks one latent frame ahead
 * (docs/decisions/020-the-decoder-looks-ahead.md).
 * Space-to-channel stages without activations between them, as in DC-AE (2410.10733).
 */
export interface AutoencoderConfig {
  readonly latentChannels: number
  /** Residual blocks of each stage; painting what a latent stands for takes more than finding it. */
  readonly blocks: { readonly encoder: number; readonly decoder: number }
  /** Channels at 1/4 (decoder only), 1/8 and 1/16 of the size, and of a latent frame. */
  readonly channels: {
    readonly quarter: number
    readonly eighth: number
    readonly sixteenth: number
    readonly latent: number
  }
}

/** Frames that one latent frame stands for. */
export const FRAMES_PER_LATENT = 4
/** Pixels along each side that one latent stands for. */
export const PIXELS_PER_LATENT = 16

const FIRST_PATCH = 8
const LAST_PATCH = 4

function residualSpecs(channels: number) {
  return {
    gain: filled([channels, 1, 1], 1),
    first: kernel(channels, channels, 3),
    second: kernel(channels, channels, 3, 0.1),
  }
}

/** The residual blocks of one stage. */
function stageSpecs(channels: number, blocks: number) {
  return Array.from({ length: blocks }, () => residualSpecs(channels))
}

/** The parameters of encoder and decoder. */
export function autoencoderSpecs({ latentChannels, channels, blocks }: AutoencoderConfig) {
  const { quarter, eighth, sixteenth, latent } = channels
  return {
    encoder: {
      stem: kernel(3 * FIRST_PATCH ** 2, eighth, 1),
      eighth: stageSpecs(eighth, blocks.encoder),
      toSixteenth: kernel(4 * eighth, sixteenth, 1),
      sixteenth: stageSpecs(sixteenth, blocks.encoder),
      toLatent: kernel(FRAMES_PER_LATENT * sixteenth, latent, 1),
      mix: kernel(2 * latent, latent, 1),
      latent: stageSpecs(latent, blocks.encoder),
      out: kernel(latent, latentChannels, 1),
    },
    decoder: {
      stem: kernel(3 * latentChannels, latent, 3),
      latent: stageSpecs(latent, blocks.decoder),
      toFrames: kernel(latent, FRAMES_PER_LATENT * sixteenth, 1),
      sixteenth: stageSpecs(sixteenth, blocks.decoder),
      toEighth: kernel(sixteenth, 4 * eighth, 1),
      eighth: stageSpecs(eighth, blocks.decoder),
      toQuarter: kernel(eighth, 4 * quarter, 1),
      quarter: stageSpecs(quarter, blocks.decoder),
      out: kernel(quarter, 3 * LAST_PATCH ** 2, 3, 0.5),
    },
  }
}

/** The traced parameters of the autoencoder. */
export type AutoencoderParams = Traced<ReturnType<typeof autoencoderSpecs>>

/** Normalise, convolve, activate, convolve, add (1512.03385); the second kernel starts small. */
function residual(params: Traced<ReturnType<typeof residualSpecs>>, x_BCHW: Value): Value {
  const normal = mul(rmsNorm(x_BCHW, { axis: 1 }), params.gain)
  const hidden = silu(conv2d(normal, params.first, { padding: 1 }))
  return add(x_BCHW, conv2d(hidden, params.second, { padding: 1 }))
}

/** The residual blocks of one stage, one after the other. */
function stage(params: Traced<ReturnType<typeof stageSpecs>>, x_BCHW: Value): Value {
  return params.reduce((x, block) => residual(block, x), x_BCHW)
}

/** Frames with black ones in front and behind: (B, f, Z, h, w) to (B, before + f + after, Z, h, w). */
function surround(x: Value, before: number, after: number): Value {
  return before + after > 0 ? pad(x, [0, before, 0, 0, 0], [0, after, 0, 0, 0]) : x
}

/** Frames that follow one another side by side as channels: (B, f, Z, h, w) to (B (f - count + 1), count Z, h, w). */
function joinFrames(x: Value, count: number): Value {
  const [batch, frames, channels, height, width] = x.shape
  const joined = frames - count + 1
  const shifted = Array.from({ length: count }, (_, i) => slice(x, 1, i, i + joined))
  return reshape(concatenate(shifted, 2), [batch * joined, count * channels, height, width])
}

/**
 * Traces the encoder.
 * @param video_BFCHW colours from -1 to 1, F a multiple of 4 (the first picture of a film repeated 4 times)
 * @returns latents (B, f, Z, h, w), not normalised
 */
export function encode(params: AutoencoderParams, video_BFCHW: Value, config: AutoencoderConfig): Value {
  const [batch, frames, colours, height, width] = video_BFCHW.shape
  const { encoder } = params
  expectShape('video', video_BFCHW, [
    batch,
    Math.ceil(frames / FRAMES_PER_LATENT) * FRAMES_PER_LATENT,
    3,
    ...[height, width].map(side => Math.ceil(side / PIXELS_PER_LATENT) * PIXELS_PER_LATENT),
  ])
  const images = reshape(video_BFCHW, [batch * frames, colours, height, width])
  const eighth = stage(encoder.eighth, conv2d(pixelUnshuffle(images, FIRST_PATCH), encoder.stem))
  const sixteenth = stage(encoder.sixteenth, conv2d(pixelUnshuffle(eighth, 2), encoder.toSixteenth))
  const [f, h, w] = [frames / FRAMES_PER_LATENT, height / PIXELS_PER_LATENT, width / PIXELS_PER_LATENT]
  const stacked = reshape(sixteenth, [batch * f, FRAMES_PER_LATENT * config.channels.sixteenth, h, w])
  const merged = reshape(conv2d(stacked, encoder.toLatent), [batch, f, config.channels.latent, h, w])
  const mixed = conv2d(joinFrames(surround(merged, 1, 0), 2), encoder.mix)
  const latents = conv2d(stage(encoder.latent, mixed), encoder.out)
  return reshape(latents, [batch, f, config.latentChannels, h, w])
}

/** Which neighbours of what is decoded are known: 1 where the first, or the last, latent frame is only looked at. */
export interface Surroundings {
  readonly before?: 0 | 1
  readonly after?: 0 | 1
}

/**
 * Traces the decoder: latents (B, before + f + after, Z, h, w) to colours (B, 4 f, 3, H, W), about -1 to 1. A latent frame is
 * painted with a view of the one before and of the one behind it; where there is none, of a black one.
 */
export function decode(
  params: Pick<AutoencoderParams, 'decoder'>,
  latents_BfZhw: Value,
  { channels }: AutoencoderConfig,
  { before = 0, after = 0 }: Surroundings = {},
): Value {
  const [batch, given, , h, w] = latents_BfZhw.shape
  const { decoder } = params
  const f = given - before - after
  const joined = joinFrames(surround(latents_BfZhw, 1 - before, 1 - after), 3)
  const latent = stage(decoder.latent, conv2d(joined, decoder.stem, { padding: 1 }))
  const frames = batch * f * FRAMES_PER_LATENT
  const split = reshape(conv2d(latent, decoder.toFrames), [frames, channels.sixteenth, h, w])
  const sixteenth = stage(decoder.sixteenth, split)
  const eighth = stage(decoder.eighth, pixelShuffle(conv2d(sixteenth, decoder.toEighth), 2))
  const quarter = stage(decoder.quarter, pixelShuffle(conv2d(eighth, decoder.toQuarter), 2))
  const pixels = pixelShuffle(conv2d(quarter, decoder.out, { padding: 1 }), LAST_PATCH)
  return reshape(pixels, [batch, f * FRAMES_PER_LATENT, 3, h * PIXELS_PER_LATENT, w * PIXELS_PER_LATENT])
}

/** Sizes by name: `small` is the bundled autoencoder. */
export const autoencoderSizes = {
  tiny: {
    blocks: { encoder: 1, decoder: 1 },
    channels: { quarter: 8, eighth: 16, sixteenth: 24, latent: 32 },
  },
  small: {
    blocks: { encoder: 2, decoder: 3 },
    channels: { quarter: 48, eighth: 96, sixteenth: 192, latent: 256 },
  },
} as const
