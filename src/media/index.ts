export { type ConformedFootage, type ConformedPicture, readFootage, readPicture } from './conform.ts'
export { isReadBySharp, openFilm } from './decode.ts'
export {
  cropTo,
  type Decoded,
  type DecodeLimits,
  type DecodeRequest,
  decodeUpload,
  UploadError,
} from './decodeUpload.ts'
export { describeOrigin, readDescription } from './description.ts'
export type { DecodedFrame, FilmSource } from './filmSource.ts'
export { drawText, LETTER_WIDTH, LINE_HEIGHT } from './font.ts'
export { chooseGrid, gridOfPixels } from './grid.ts'
export { hasLibav, requireLibav } from './libav.ts'
export { encodeMp4 } from './mp4.ts'
export {
  decodePicture,
  type Enlargement,
  encodeJpeg,
  type FilmFormat,
  fitInside,
  joinFrames,
  pickFrames,
  type SaveOptions,
  type SheetOptions,
  type SheetRow,
  type Size,
  savePicture,
  saveSheet,
  saveSpriteSheet,
  saveThumbnail,
  scalePicture,
  splitFrames,
} from './picture.ts'
export { retime } from './retime.ts'
export { filmExtensions, saveVideo } from './video.ts'
export { expectWritable } from './write.ts'
