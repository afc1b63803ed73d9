// A 5 x 7 font, so that labels look the same on machines without fonts: one string of rows a letter, 5 bits a row.
const glyphs: Readonly<Record<string, string>> = {
  a: '00 00 0e 01 0f 11 0f',
  b: '10 10 16 19 11 11 1e',
  c: '00 00 0e 10 10 11 0e',
  d: '01 01 0d 13 11 11 0f',
  e: '00 00 0e 11 1f 10 0e',
  f: '06 09 08 1c 08 08 08',
  g: '00 0f 11 11 0f 01 0e',
  h: '10 10 16 19 11 11 11',
  i: '04 00 0c 04 04 04 0e',
  j: '02 00 06 02 02 12 0c',
  k: '10 10 12 14 18 14 12',
  l: '0c 04 04 04 04 04 0e',
  m: '00 00 1a 15 15 11 11',
  n: '00 00 16 19 11 11 11',
  o: '00 00 0e 11 11 11 0e',
  p: '00 00 1e 11 1e 10 10',
  q: '00 00 0d 13 0f 01 01',
  r: '00 00 16 19 10 10 10',
  s: '00 00 0e 10 0e 01 1e',
  t: '08 08 1c 08 08 09 06',
  u: '00 00 11 11 11 13 0d',
  v: '00 00 11 11 11 0a 04',
  w: '00 00 11 11 15 15 0a',
  x: '00 00 11 0a 04 0a 11',
  y: '00 00 11 11 0f 01 0e',
  z: '00 00 1f 02 04 08 1f',
  '0': '0e 11 13 15 19 11 0e',
  '1': '04 0c 04 04 04 04 0e',
  '2': '0e 11 01 02 04 08 1f',
  '3': '1f 02 04 02 01 11 0e',
  '4': '02 06 0a 12 1f 02 02',
  '5': '1f 10 1e 01 01 11 0e',
  '6': '06 08 10 1e 11 11 0e',
  '7': '1f 01 02 04 08 08 08',
  '8': '0e 11 11 0e 11 11 0e',
  '9': '0e 11 11 0f 01 02 0c',
  '.': '00 00 00 00 00 0c 0c',
  ',': '00 00 00 00 0c 04 08',
  '-': '00 00 00 1f 00 00 00',
  ':': '00 0c 0c 00 0c 0c 00',
  '/': '00 01 02 04 08 10 00',
  '(': '02 04 08 08 08 04 02',
  ')': '08 04 02 02 02 04 08',
  '%': '18 19 02 04 08 13 03',
}

/** Pixels that one letter takes, with the gap behind it. */
export const LETTER_WIDTH = 6
/** Pixels that one line takes, with the gap below it. */
export const LINE_HEIGHT = 11

/**
 * Writes a line of text into an RGB picture; letters without a glyph are left blank, what does not fit is cut.
 * @param picture H x W x 3
 */
export function drawText(
  picture: Uint8Array,
  width: number,
  text: string,
  left: number,
  top: number,
  shade = 40,
): void {
  for (const [i, letter] of [...text.toLowerCase()].entries()) {
    const rows = glyphs[letter]?.split(' ') ?? []
    for (const [y, row] of rows.entries()) {
      for (let x = 0; x < 5; x++) {
        const column = left + i * LETTER_WIDTH + x
        const isSet = (Number.parseInt(row, 16) >> (4 - x)) & 1
        const at = ((top + y) * width + column) * 3
        if (isSet && column < width) picture.fill(shade, at, at + 3)
      }
    }
  }
}

/** Breaks a text into lines of at most `letters` letters, between words where it can. */
export function wrapText(text: string, letters: number): string[] {
  const lines: string[] = []
  let line = ''
  for (let word of text.split(' ').filter(Boolean)) {
    if (line !== '' && line.length + 1 + word.length > letters) {
      lines.push(line)
      line = ''
    }
    for (; word.length > letters; word = word.slice(letters)) lines.push(word.slice(0, letters))
    line = line === '' ? word : `${line} ${word}`
  }
  return line === '' ? lines : [...lines, line]
}
