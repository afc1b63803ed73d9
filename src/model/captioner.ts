import { add, conv2d, expectShape, linear, mul, reshape, rmsNorm, slice, type Value } from '../array/index.ts'
import { type BytePairs, encodeBytePairs } from './bytePairs.ts'
import { type LanguageModelConfig, languageModel, languageModelSpecs } from './languageModel.ts'
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

/**
 * Traces what a captioner says of a film, given the words before each: latents (B, f, Z, h, w) and tokens (B, S).
 * @returns logarithms of the odds of the next token of each (B, S, V), and the vectors behind the film's tokens (B, P, D)
 */
export function tellFilm(
  params: CaptionerParams,
  latents_BfZhw: Value,
  ids_BS: Value,
  config: CaptionerConfig,
): { readonly logits_BSV: Value; readonly seen_BPD: Value } {
  const count = countFilmTokens(config)
  const prefix_BPD = filmPrefix(params, latents_BfZhw, config)
  const told = languageModel(params.language, { prefix_BPD, ids_BS, from: count }, config.language)
  return { logits_BSV: told.logits_BLV, seen_BPD: slice(told.hidden_BLD, 1, 0, count) }
}

/** A caption as what a captioner reads (`ids`), what it must tell (`targets`), and which of that counts: S numbers each. */
export function writeTargets(
  tokenizer: BytePairs,
  caption: string,
  config: CaptionerConfig,
): { readonly ids: Int32Array; readonly targets: Int32Array; readonly weights: Float32Array } {
  const { captionLength } = config
  const written = encodeBytePairs(tokenizer, caption).slice(0, captionLength - 1)
  const [ids, targets] = [0, 1].map(() => new Int32Array(captionLength).fill(endToken(config)))
  ids.set(written, 1)
  targets.set(written)
  return { ids, targets, weights: new Float32Array(captionLength).fill(1, 0, written.length + 1) }
}

/** The bundled captioner's size: 3.4M numbers. */
export const captionerSize = { width: 256, depth: 4, heads: 4 } as const
