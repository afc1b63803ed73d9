export { decodeLatents, normalizeLatents } from './decode.ts'
export { type DenoiseOptions, denoise, frameSize, type Window } from './denoise.ts'
export { type EditOptions, edit } from './edit.ts'
export { compileEncoder, type Encoder, repeatFirstFrame } from './encode.ts'
export { encodeFilm } from './encodeFilm.ts'
export { extend } from './extend.ts'
export type { Film, FilmOptions, Footage, Origin } from './film.ts'
export { imageToVideo } from './imageToVideo.ts'
export {
  assembleModel,
  type Model,
  type ModelConfig,
  modelConfigSchema,
  type OpenOptions,
  openModel,
} from './model.ts'
export { textToVideo } from './textToVideo.ts'
