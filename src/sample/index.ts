export { decodeLatents } from './decode.ts'
export { type DenoiseOptions, denoise, frameSize, type Window } from './denoise.ts'
export {
  assembleModel,
  type Model,
  type ModelConfig,
  modelConfigSchema,
  type OpenOptions,
  openModel,
} from './model.ts'
export { type Film, type TextToVideoOptions, textToVideo } from './textToVideo.ts'
