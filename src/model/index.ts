export { adapt, adapterSpecs, traceMerged } from './adapter.ts'
export {
  type AutoencoderConfig,
  type AutoencoderParams,
  autoencoderSizes,
  autoencoderSpecs,
  decode,
  encode,
  FRAMES_PER_LATENT,
  PIXELS_PER_LATENT,
  type Surroundings,
} from './autoencoder.ts'
export {
  type BytePairs,
  countTokens,
  decodeBytePairs,
  encodeBytePairs,
  trainBytePairs,
} from './bytePairs.ts'
export {
  type CaptionerConfig,
  type CaptionerParams,
  captionerSize,
  captionerSpecs,
  countFilmTokens,
  endToken,
  filmPrefix,
  tellFilm,
  writeTargets,
} from './captioner.ts'
export { type DitConfig, type DitParams, dit, ditInput, ditSizes, ditSpecs } from './dit.ts'
export { type GptConfig, type GptParams, gpt, gptSize, gptSpecs } from './gpt.ts'
export {
  causalMask,
  crossEntropy,
  type LanguageModelConfig,
  type LanguageModelInputs,
  type LanguageModelOutputs,
  type LanguageModelParams,
  languageModel,
  languageModelSpecs,
  MASKED,
  textAngles,
} from './languageModel.ts'
export { blurPlanes } from './layers.ts'
export {
  countParameters,
  expectParameters,
  filled,
  fixParameters,
  flattenSpecs,
  growParameters,
  initializeParameters,
  matrix,
  nestValues,
  type ParameterSpec,
  type Parameters,
  selectParameters,
  type Traced,
  traceParameters,
} from './parameters.ts'
export {
  type TaggerConfig,
  type TaggerInputs,
  type TaggerOutputs,
  type TaggerParams,
  tagger,
  taggerSpecs,
} from './tagger.ts'
export { encodeText, splitWords, type TextConfig, type Tokens, tokenize } from './text.ts'
export {
  type LearnedGrids,
  marginOf,
  type TokenGrid,
  type TransformerConfig,
  type TransformerInputs,
  type TransformerParams,
  transformer,
  transformerSizes,
  transformerSpecs,
} from './transformer.ts'
export {
  enlargedPlaces,
  type UpscalerConfig,
  type UpscalerParams,
  type UpscalerScale,
  upscale,
  upscalerFeatures,
  upscalerScales,
  upscalerSize,
  upscalerSpecs,
} from './upscaler.ts'
