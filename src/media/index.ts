export { readDescription } from './description.ts'
export { drawText, LETTER_WIDTH, LINE_HEIGHT } from './font.ts'
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
export { encodeMp4, type FilmFormat, type SaveOptions, saveVideo } from './video.ts'
