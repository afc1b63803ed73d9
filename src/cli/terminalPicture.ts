import type { WriteStream } from 'node:tty'

/** Cells of a terminal; each shows two pixels, one above the other. */
export interface Cells {
  readonly columns: number
  readonly rows: number
}

const [COLUMNS, ROWS] = [24, 12]

/** The cells of a picture of some shape: 24 x 12 at most, and whole. */
export function chooseCells({ width, height }: { width: number; height: number }): Cells {
  const scale = Math.min(COLUMNS / width, (2 * ROWS) / height)
  const fit = (length: number) => Math.max(1, Math.round(length))
  return { columns: fit(width * scale), rows: fit((height * scale) / 2) }
}

/** The mean colour of each of `columns` x `rows` fields of a picture (H x W x 3, sRGB). */
function shrink(
  frame: Uint8Array,
  { width, height }: { width: number; height: number },
  columns: number,
  rows: number,
): Uint8Array {
  const small = new Uint8Array(columns * rows * 3)
  const edge = (index: number, length: number, count: number) => Math.floor((index * length) / count)
  for (let row = 0; row < rows; row++) {
    const [top, bottom] = [
      edge(row, height, rows),
      Math.max(edge(row, height, rows) + 1, edge(row + 1, height, rows)),
    ]
    for (let column = 0; column < columns; column++) {
      const left = edge(column, width, columns)
      const right = Math.max(left + 1, edge(column + 1, width, columns))
      for (let c = 0; c < 3; c++) {
        let sum = 0
        for (let y = top; y < bottom; y++)
          for (let x = left; x < right; x++) sum += frame[(y * width + x) * 3 + c]
        small[(row * columns + column) * 3 + c] = Math.round(sum / ((bottom - top) * (right - left)))
      }
    }
  }
  return small
}

/**
 * A picture as lines of text for a terminal of 24-bit colours: upper half blocks, whose two colours are two pixels
 * (ECMA-48 8.3.117, with ITU T.416's direct colours). Colours are only said where they change.
 * @param frame H x W x 3, sRGB
 */
export function drawCells(
  frame: Uint8Array,
  size: { readonly width: number; readonly height: number },
  { columns, rows }: Cells,
): string[] {
  const pixels = shrink(frame, size, columns, 2 * rows)
  const colourAt = (x: number, y: number) =>
    pixels.subarray((y * columns + x) * 3, (y * columns + x) * 3 + 3).join(';')
  return Array.from({ length: rows }, (_, row) => {
    let [line, upper, lower] = ['', '', '']
    for (let x = 0; x < columns; x++) {
      const [above, below] = [colourAt(x, 2 * row), colourAt(x, 2 * row + 1)]
      if (above !== upper) line += `\x1b[38;2;${above}m`
      if (below !== lower) line += `\x1b[48;2;${below}m`
      line += '▀'
      upper = above
      lower = below
    }
    return `${line}\x1b[0m`
  })
}

const TRUE_COLOUR = 24

/**
 * Whether a picture can be shown in a terminal.
 * @param wanted what the user says; when absent, only a terminal that says it has 24-bit colours gets one
 */
export function canShowPictures(stream: WriteStream, wanted?: boolean): boolean {
  if (wanted === false || !stream.isTTY) return false
  if (!(stream.rows >= ROWS + 4 && stream.columns >= COLUMNS)) return false
  return wanted === true || stream.getColorDepth() >= TRUE_COLOUR
}
