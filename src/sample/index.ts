export { assembleCaptioner, type Captioner, type CaptionForm, openCaptioner } from './captioner.ts'
export { connect } from './connect.ts'
export { decodeLatents, restoreLatents } from './decode.ts'
export { denoise, frameSize, KNOWN_LEVEL, SAMPLING_SHIFT } from './denoise.ts'
export { type EditOptions, edit } from './edit.ts'
export { compileEncoder, type Encoder, repeatFirstFrame } from './encode.ts'
export { encodeFilm } from './encodeFilm.ts'
export { extend, extendBackward } from './extend.ts'
export { defaultsOf, type Film, type FilmOptions, type Origin, suitsFewSteps } from './film.ts'
export type { Footage } from './footage.ts'
export { imageToVideo, type Pictures } from './imageToVideo.ts'
export { boxMask, type InpaintOptions, inpaint } from './inpaint.ts'
export { captionerConfigSchema, findJudge, fitFrames } from './judge.ts'
export { type Direction, type LiveOptions, live, paceFrames } from './live.ts'
export { loop, loopBounds } from './loop.ts'
export {
  assembleModel,
  bundledFolder,
  type FewStepsConfig,
  fewStepsConfigSchema,
  fewStepsFolder,
  type Model,
  type ModelConfig,
  mergeAdapters,
  modelConfigSchema,
  type OpenOptions,
  openModel,
  readFewSteps,
  readModelConfig,
} from './model.ts'
export { measureChanges, measureRound } from './seam.ts'
export { storyboard } from './storyboard.ts'
export { textToVideo } from './textToVideo.ts'
export {
  assembleUpscaler,
  chooseScale,
  enlargeTowards,
  openUpscaler,
  type Upscaler,
  upscalerConfigSchema,
} from './upscale.ts'
export type { Finished, Progress, Shot } from './windows.ts'
