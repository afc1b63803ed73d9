export { readDescription } from './description.ts'
export {
  decodePicture,
  encodeJpeg,
  fitInside,
  pickFrames,
  readPicture,
  type SheetOptions,
  type SheetRow,
  type Size,
  savePicture,
  saveSheet,
  saveSpriteSheet,
  saveThumbnail,
} from './picture.ts'
export { encodeMp4, type FilmFormat, type SaveOptions, saveVideo } from './video.ts'
