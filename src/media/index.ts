export { readDescription } from './description.ts'
export {
  decodePicture,
  encodeJpeg,
  joinFrames,
  pickFrames,
  readPicture,
  type SheetRow,
  type Size,
  savePicture,
  saveSheet,
  saveSpriteSheet,
  saveThumbnail,
  splitFrames,
} from './picture.ts'
export { encodeMp4, type FilmFormat, type SaveOptions, saveVideo } from './video.ts'
