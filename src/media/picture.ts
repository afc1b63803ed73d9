import { renameSync } from 'node:fs'
import sharp from 'sharp'
import { drawText, LINE_HEIGHT } from './font.ts'

/** The size of a picture in pixels. */
export interface Size {
  readonly width: number
  readonly height: number
}

/** Writes an RGB picture (H x W x 3, sRGB) as PNG; a crash leaves no half-written file. */
export async function savePicture(file: string, picture: Uint8Array, { width, height }: Size): Promise<void> {
  const temporary = `${file}.tmp`
  await sharp(picture, { raw: { width, height, channels: 3 } })
    .png({ compressionLevel: 9, palette: false })
    .toFile(temporary)
  renameSync(temporary, file)
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

/** One film of a contact sheet. */
export interface SheetRow {
  readonly label: string
  /** Frames H x W x 3, side by side. */
  readonly frames: readonly Uint8Array[]
}

const GAP = 2
const PAPER = 250

/** Writes a contact sheet: each row its label and its frames. */
export async function saveSheet(file: string, rows: readonly SheetRow[], size: Size): Promise<void> {
  const columns = Math.max(...rows.map(({ frames }) => frames.length))
  const label = (row: SheetRow) => (row.label === '' ? 0 : LINE_HEIGHT)
  const width = columns * (size.width + GAP) - GAP
  const height = rows.reduce((total, row) => total + size.height + GAP + label(row), 0) - GAP
  const sheet = new Uint8Array(width * height * 3).fill(PAPER)
  let top = 0
  for (const row of rows) {
    drawText(sheet, width, row.label, 1, top + 2)
    top += label(row)
    row.frames.forEach((frame, i) => {
      place(sheet, width, frame, size, i * (size.width + GAP), top)
    })
    top += size.height + GAP
  }
  await savePicture(file, sheet, { width, height })
}
