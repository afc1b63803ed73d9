import type { Colour } from '../world/index.ts'

/** Hues in degrees from which a colour's name holds, up to the next; calibrated on true clips (docs/LOG.md). */
const hueStarts: readonly (readonly [number, Colour])[] = [
  [-35, 'red'],
  [14, 'orange'],
  [45, 'yellow'],
  [85, 'green'],
  [175, 'blue'],
  [250, 'purple'],
]
/** Floor and sky stay below 0.32 in saturation, bodies above 0.6 where light falls on them. */
const LEAST_SATURATION = 0.42
const LEAST_VALUE = 60

/** The six colours, in the order that `nameColours` numbers them from 1. */
export const namedColours: readonly Colour[] = hueStarts.map(([, colour]) => colour)

/** Hue in degrees from -35 to 325 (HSV), or undefined when the pixel is grey, pale or dark. */
function hueOf(red: number, green: number, blue: number): number | undefined {
  const value = Math.max(red, green, blue)
  const chroma = value - Math.min(red, green, blue)
  if (value < LEAST_VALUE || chroma < LEAST_SATURATION * value) return undefined
  const sextant =
    value === red
      ? (green - blue) / chroma
      : value === green
        ? 2 + (blue - red) / chroma
        : 4 + (red - green) / chroma
  return ((sextant * 60 + 395) % 360) - 35
}

/**
 * Names the colour of every pixel.
 * @param frame H x W x 3, sRGB
 * @returns H x W: 0 for floor, sky and shadow, else 1 + the index in `namedColours`
 */
export function nameColours(frame: Uint8Array): Uint8Array {
  const names = new Uint8Array(frame.length / 3)
  for (let i = 0; i < names.length; i++) {
    const hue = hueOf(frame[i * 3], frame[i * 3 + 1], frame[i * 3 + 2])
    if (hue === undefined) continue
    let name = hueStarts.length
    while (hue < hueStarts[name - 1][0]) name--
    names[i] = name
  }
  return names
}

/** A connected patch of one colour. */
export interface Blob {
  readonly area: number
  /** Centre of its pixels. */
  readonly x: number
  readonly y: number
}

/** The patch around `start`, whose pixels are marked as seen. */
function growBlob(names: Uint8Array, width: number, start: number, seen: Uint8Array): Blob {
  const pixels = [start]
  seen[start] = 1
  let [x, y] = [0, 0]
  for (let i = 0; i < pixels.length; i++) {
    const column = pixels[i] % width
    x += column
    y += Math.floor(pixels[i] / width)
    for (const step of [column > 0 ? -1 : 0, column < width - 1 ? 1 : 0, -width, width]) {
      const at = pixels[i] + step
      if (names[at] !== names[start] || seen[at]) continue
      seen[at] = 1
      pixels.push(at)
    }
  }
  return { area: pixels.length, x: x / pixels.length, y: y / pixels.length }
}

/** What is seen of one colour in a picture: its largest 4-connected patch, and its pixels in all. */
export interface Sighting {
  readonly largest?: Blob
  readonly total: number
}

/** Finds every colour in a picture whose pixels are named, in the order of `namedColours`. */
export function findBlobs(names: Uint8Array, width: number): Sighting[] {
  const seen = new Uint8Array(names.length)
  const found: Sighting[] = namedColours.map(() => ({ total: 0 }))
  for (let start = 0; start < names.length; start++) {
    if (names[start] === 0 || seen[start]) continue
    const blob = growBlob(names, width, start, seen)
    const { largest, total } = found[names[start] - 1]
    const isLarger = blob.area > (largest?.area ?? 0)
    found[names[start] - 1] = { largest: isLarger ? blob : largest, total: total + blob.area }
  }
  return found
}
