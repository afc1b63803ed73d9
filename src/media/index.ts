export {
  pickFrames,
  readPicture,
  type SheetRow,
  type Size,
  savePicture,
  saveSheet,
  saveSpriteSheet,
  saveThumbnail,
} from './picture.ts'
export { encodeMp4, type FilmFormat, saveVideo } from './video.ts'
