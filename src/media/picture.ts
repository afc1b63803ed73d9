import path from 'node:path'
import sharp from 'sharp'
import { drawText, LETTER_WIDTH, LINE_HEIGHT, wrapText } from './font.ts'
import { writeWhole } from './write.ts'

/** The size of a picture in pixels. */
export interface Size {
  readonly width: number
  readonly height: number
}

/** A film's pictures: size and frames a second. */
export interface FilmFormat extends Size {
  readonly fps: number
}

/** Writes an RGB picture (H x W x 3, sRGB) in the format of the extension; a crash leaves no half-written file. */
export async function savePicture(
  file: string,
  picture: Uint8Array,
  { width, height }: Size,
  description?: string,
): Promise<void> {
  const image = sharp(picture, { raw: { width, height, channels: 3 } })
  if (description !== undefined) image.withExif({ IFD0: { ImageDescription: description } })
  const extension = path.extname(file).toLowerCase()
  if (extension === '.png') image.png({ compressionLevel: 9 })
  else if (extension === '.webp') image.webp({ quality: 90 })
  else if (extension === '.jpg') image.jpeg({ quality: 90 })
  else throw new RangeError(`a picture is saved as .png, .jpg or .webp, got "${path.basename(file)}"`)
  writeWhole(file, await image.toBuffer())
}

/** Packs an RGB picture (H x W x 3, sRGB) as JPEG with full colour resolution; the same picture gives the same bytes. */
export async function encodeJpeg(
  picture: Uint8Array,
  { width, height }: Size,
  quality: number,
): Promise<Uint8Array> {
  const image = sharp(picture, { raw: { width, height, channels: 3 } })
  return image.jpeg({ quality, chromaSubsampling: '4:4:4' }).toBuffer()
}

/** Scales an RGB picture (H x W x 3, sRGB) to cover another size; what is beyond it is cut on both sides alike. */
export async function scalePicture(
  picture: Uint8Array,
  { width, height }: Size,
  to: Size,
): Promise<Uint8Array> {
  const image = sharp(picture, { raw: { width, height, channels: 3 } })
  return image.resize(to.width, to.height, { fit: 'cover' }).raw().toBuffer()
}

/**
 * Unpacks an RGB picture of any format that sharp knows, as it is.
 * @returns H x W x 3, sRGB
 */
export async function decodePicture(bytes: Uint8Array): Promise<Uint8Array> {
  return sharp(bytes).raw().toBuffer()
}

/** Copies a frame into a larger picture. */
function place(
  sheet: Uint8Array,
  sheetWidth: number,
  frame: Uint8Array,
  { width, height }: Size,
  left: number,
  top: number,
): void {
  for (let y = 0; y < height; y++) {
    sheet.set(frame.subarray(y * width * 3, (y + 1) * width * 3), ((top + y) * sheetWidth + left) * 3)
  }
}

/** `count` frames of a film, evenly spaced from the first to the last. */
export function pickFrames(frames: Uint8Array, { width, height }: Size, count: number): Uint8Array[] {
  const bytes = width * height * 3
  const total = frames.length / bytes
  return Array.from({ length: Math.min(count, total) }, (_, i) => {
    const frame = count > 1 ? Math.round((i * (total - 1)) / (Math.min(count, total) - 1 || 1)) : 0
    return frames.subarray(frame * bytes, (frame + 1) * bytes)
  })
}

/** Frames side by side in one picture. */
export function joinFrames(frames: readonly Uint8Array[], size: Size): Uint8Array {
  const picture = new Uint8Array(frames.length * size.width * size.height * 3)
  frames.forEach((frame, i) => {
    place(picture, frames.length * size.width, frame, size, i * size.width, 0)
  })
  return picture
}

/** The inverse of `joinFrames`. */
export function splitFrames(picture: Uint8Array, { width, height }: Size, count: number): Uint8Array[] {
  const row = width * 3
  return Array.from({ length: count }, (_, i) => {
    const frame = new Uint8Array(row * height)
    for (let y = 0; y < height; y++) {
      const start = (y * count + i) * row
      frame.set(picture.subarray(start, start + row), y * row)
    }
    return frame
  })
}

/** One film of a contact sheet. */
export interface SheetRow {
  readonly label: string
  /** Frames H x W x 3, side by side. */
  readonly frames: readonly Uint8Array[]
}

const GAP = 2
const PAPER = 250

/** Space between the columns of a sheet. */
const GUTTER = 16

/** How a contact sheet is laid out. */
export interface SheetOptions {
  readonly columns?: number
  /** Where labels stand; those that are longer than a row are wrapped. */
  readonly labels?: 'above' | 'below'
  readonly description?: string
}

/** Writes a contact sheet (.png, .jpg or .webp): each row its label and its frames, in one or more columns. */
export async function saveSheet(
  file: string,
  rows: readonly SheetRow[],
  size: Size,
  { columns = 1, labels = 'above', description }: SheetOptions = {},
): Promise<void> {
  const frameCount = Math.max(...rows.map(({ frames }) => frames.length))
  const perColumn = Math.ceil(rows.length / columns)
  const columnWidth = frameCount * (size.width + GAP) - GAP
  const lines = rows.map(({ label }) => wrapText(label, Math.floor((columnWidth - 1) / LETTER_WIDTH)))
  const labelHeight = Math.max(...lines.map(({ length }) => length)) * LINE_HEIGHT
  const rowHeight = labelHeight + size.height + GAP
  const [labelTop, frameTop] = labels === 'above' ? [2, labelHeight] : [size.height + 2, 0]
  const width = columns * (columnWidth + GUTTER) - GUTTER
  const height = perColumn * rowHeight - GAP
  const sheet = new Uint8Array(width * height * 3).fill(PAPER)
  rows.forEach((row, i) => {
    const left = Math.floor(i / perColumn) * (columnWidth + GUTTER)
    const top = (i % perColumn) * rowHeight
    lines[i].forEach((line, n) => {
      drawText(sheet, width, line, left + 1, top + labelTop + n * LINE_HEIGHT)
    })
    row.frames.forEach((frame, f) => {
      place(sheet, width, frame, size, left + f * (size.width + GAP), top + frameTop)
    })
  })
  await savePicture(file, sheet, { width, height }, description)
}

/** Makes frames larger before they are fitted into a target: a learned upscaler, frame by frame. */
export interface Enlargement {
  /** The size of the frames that it makes. */
  readonly size: Size
  /** H x W x 3 to H x W x 3 of its size, sRGB. */
  enlarge(frame: Uint8Array): Promise<Uint8Array>
}

/** How a film is saved. */
export interface SaveOptions {
  /** The size of a film file when it is not the film's own: even sides. */
  readonly target?: Size
  /** What makes the frames larger before they are fitted into the target, one after the other. */
  readonly enlargement?: Enlargement
  /** A text in ASCII that is kept inside the file; `readDescription` reads it back. */
  readonly description?: string
}

/** Colours (3 bytes a pixel) with full opacity (4 bytes). */
function addAlpha(frame: Uint8Array): Uint8Array {
  const pixels = new Uint8Array((frame.length / 3) * 4).fill(255)
  for (let i = 0; i < frame.length / 3; i++) {
    pixels[4 * i] = frame[3 * i]
    pixels[4 * i + 1] = frame[3 * i + 1]
    pixels[4 * i + 2] = frame[3 * i + 2]
  }
  return pixels
}

/**
 * Scales a frame into another size: as large as fits whole, the rest filled by what lies at its border.
 * @param frame H x W x 3, sRGB
 * @param enlargement what makes it larger first; the rest of the way is Lanczos's
 * @returns H x W x 3 of the target: the frame itself where it has that size
 */
export async function fitColours(
  frame: Uint8Array,
  size: Size,
  target: Size,
  enlargement?: Enlargement,
): Promise<Uint8Array> {
  if (enlargement) return fitColours(await enlargement.enlarge(frame), enlargement.size, target)
  const scale = Math.min(target.width / size.width, target.height / size.height)
  const [width, height] = [Math.round(size.width * scale), Math.round(size.height * scale)]
  const [left, top] = [Math.floor((target.width - width) / 2), Math.floor((target.height - height) / 2)]
  // Sharp would take nearly half of the time in which a long film is written for this.
  if (scale === 1 && left + top === 0) return frame
  const picture = sharp(frame, { raw: { width: size.width, height: size.height, channels: 3 } })
  if (scale !== 1) picture.resize(width, height, { kernel: 'lanczos3', fit: 'fill' })
  if (left + top > 0) {
    const [right, bottom] = [target.width - width - left, target.height - height - top]
    picture.extend({ left, right, top, bottom, extendWith: 'copy' })
  }
  return picture.raw().toBuffer()
}

/** The same with opacity, as encoders of films take it: H x W x 4 of the target. */
export async function fitFrame(...parameters: Parameters<typeof fitColours>): Promise<Uint8Array> {
  return addAlpha(await fitColours(...parameters))
}

/**
 * Scales a frame into a cell: as large as fits whole, the rest filled with a shade of grey.
 * @param frame H x W x 3, sRGB
 * @returns H x W x 3 of the cell
 */
export async function fitInside(
  frame: Uint8Array,
  size: Size,
  cell: Size,
  shade: number,
): Promise<Uint8Array> {
  if (size.width === cell.width && size.height === cell.height) return frame
  return sharp(frame, { raw: { width: size.width, height: size.height, channels: 3 } })
    .resize(cell.width, cell.height, { fit: 'contain', background: { r: shade, g: shade, b: shade } })
    .raw()
    .toBuffer()
}

const SPRITES = 10

/** Writes the frame in the middle of a film as WebP, at any size. */
export async function saveThumbnail(
  file: string,
  frames: Uint8Array,
  size: Size,
  { target, enlargement }: { readonly target: Size; readonly enlargement?: Enlargement },
): Promise<void> {
  const [, middle] = pickFrames(frames, size, 3)
  const picked = middle ?? frames.subarray(0, size.width * size.height * 3)
  const pixels = await fitColours(picked, size, target, enlargement)
  const { width, height } = target
  const picture = sharp(pixels, { raw: { width, height, channels: 3 } })
  writeWhole(file, await picture.webp().toBuffer())
}

/** Writes ten frames of a film side by side as JPEG. */
export async function saveSpriteSheet(file: string, frames: Uint8Array, size: Size): Promise<void> {
  const picked = pickFrames(frames, size, SPRITES)
  const width = picked.length * size.width
  const sheet = joinFrames(picked, size)
  const picture = sharp(sheet, { raw: { width, height: size.height, channels: 3 } })
  writeWhole(file, await picture.jpeg({ quality: 90 }).toBuffer())
}
