import { add, conv2d, expectShape, linear, mul, reshape, type Value } from '../array/index.ts'
import { type LanguageModelConfig, languageModelSpecs } from './languageModel.ts'
import { rmsNorm } from './layers.ts'
import { filled, kernel, matrix, type Traced } from './parameters.ts'
import { patchify } from './transformer.ts'

// Shapes: B batch, f latent frames, Z latent channels, h w latent grid, P = f (h / patch) (w / patch) tokens of the film,
// D width.

/** A language model that a film stands in front of: it says what is seen (CoCa, 2205.01917, with one stack of blocks). */
export interface CaptionerConfig {
  readonly latentChannels: number
  /** Side of a square patch of latents. */
  readonly patch: number
  /** Latent frames, and the grid of each, of the films that it looks at. */
  readonly frames: number
  readonly height: number
  readonly width: number
  /** Tokens of a caption at most, its end among them. */
  readonly captionLength: number
  readonly language: LanguageModelConfig
}

/** Tokens that a film becomes. */
export const countFilmTokens = ({ frames, height, width, patch }: CaptionerConfig): number =>
  (frames * height * width) / (patch * patch)

/** The token that begins and ends a caption. */
export const endToken = ({ language }: Pick<CaptionerConfig, 'language'>): number => language.vocabulary - 1

/** The parameters of a captioner. */
export function captionerSpecs(config: CaptionerConfig) {
  const { latentChannels, patch, language } = config
  return {
    stem: kernel(latentChannels, latentChannels, 3),
    embed: matrix(latentChannels * patch * patch, language.width),
    places: { shape: [countFilmTokens(config), language.width], start: { deviation: 0.5 } },
    gain: filled([language.width], 1),
    language: languageModelSpecs(language),
  }
}

/** The traced parameters of a captioner. */
export type CaptionerParams = Traced<ReturnType<typeof captionerSpecs>>

/** Traces a film as the vectors that stand in front of its caption: (B, f, Z, h, w) to (B, P, D). */
export function filmPrefix(params: CaptionerParams, latents_BfZhw: Value, config: CaptionerConfig): Value {
  const { latentChannels, patch, frames, height, width } = config
  const batch = latents_BfZhw.shape[0]
  expectShape('latents', latents_BfZhw, [batch, frames, latentChannels, height, width])
  const images = reshape(latents_BfZhw, [batch * frames, latentChannels, height, width])
  const stem = conv2d(images, params.stem, { padding: 1 })
  const size = latentChannels * patch * patch
  const tokens = reshape(patchify(stem, frames, patch), [batch, countFilmTokens(config), size])
  const seen = mul(rmsNorm(linear(tokens, params.embed)), params.gain)
  return add(seen, params.places)
}

/** The bundled captioner's size: 3.4M numbers. */
export const captionerSize = { width: 256, depth: 4, heads: 4 } as const
