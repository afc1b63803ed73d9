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
 * The video autoencoder: 16 x 16 pixels of 4 frames become one vector (f16 t4). Causal in time: a latent
 * frame depends on its own 4 frames and the 4 before; the first picture of a film, repeated 4 times, is a
 * latent frame of its own, so that 1 + 4 k frames give k + 1 latent frames.
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
      stem: kernel(2 * latentChannels, latent, 3),
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

/**
 * Puts the previous frame's channels in front of each frame's: (B, f, Z, h, w) to (B (f - skip), 2 Z, h, w).
 * @param skip 1 where the first frame is only what came before the others
 */
function joinPrevious(x: Value, skip: 0 | 1 = 0): Value {
  const [batch, frames, channels, height, width] = x.shape
  const earlier = () => slice(x, 1, 0, frames - 1)
  const shifted = () => (frames > 1 ? pad(earlier(), [0, 1, 0, 0, 0], [0, 0, 0, 0, 0]) : mul(x, 0))
  const pairs = concatenate(skip ? [earlier(), slice(x, 1, 1, frames)] : [shifted(), x], 2)
  return reshape(pairs, [batch * (frames - skip), 2 * channels, height, width])
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
  const mixed = conv2d(joinPrevious(merged), encoder.mix)
  const latents = conv2d(stage(encoder.latent, mixed), encoder.out)
  return reshape(latents, [batch, f, config.latentChannels, h, w])
}

/**
 * Traces the decoder: latents (B, f, Z, h, w) to colours (B, 4 (f - skip), 3, H, W), about -1 to 1.
 * @param skip 1 where the first latent frame is only what came before and is not decoded; else the first one is decoded as
 * if a black one came before
 */
export function decode(
  params: Pick<AutoencoderParams, 'decoder'>,
  latents_BfZhw: Value,
  { channels }: AutoencoderConfig,
  skip: 0 | 1 = 0,
): Value {
  const [batch, known, , h, w] = latents_BfZhw.shape
  const { decoder } = params
  const f = known - skip
  const pairs = joinPrevious(latents_BfZhw, skip)
  const latent = stage(decoder.latent, conv2d(pairs, decoder.stem, { padding: 1 }))
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
