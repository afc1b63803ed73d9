import type { Footage } from '../sample/index.ts'
import { type Network, runNetwork } from './network.ts'

// What is known of one pixel, for the network that tells bodies from the rest. All of it is in the picture: its own
// colour, those around it on several scales, and the light that sky and floor show.

/** The pictures of a film without their time. */
export type Frames = Pick<Footage, 'frames' | 'width' | 'height'>

/** Pixels of the reference size: windows grow with the picture. */
const REFERENCE = 128
/** Half the sides of the windows around a pixel. */
const RADII = [1, 4, 12] as const
/** How far above and below a window looks for what a mirror shows. */
const APART = 12
/** Numbers for each pixel: eight colours, and its row. */
export const PIXEL_FEATURES = 3 * 9 + 1

/** Sums of all pixels left of and above each one, by channel. */
interface Integral {
  readonly sums: Float64Array
  readonly width: number
  readonly height: number
}

function integrate(frame: Uint8Array, width: number, height: number): Integral {
  const sums = new Float64Array((width + 1) * (height + 1) * 3)
  const row = (width + 1) * 3
  for (let y = 0; y < height; y++) {
    const line = [0, 0, 0]
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < 3; c++) {
        line[c] += frame[(y * width + x) * 3 + c]
        sums[(y + 1) * row + (x + 1) * 3 + c] = sums[y * row + (x + 1) * 3 + c] + line[c]
      }
    }
  }
  return { sums, width, height }
}

/** Writes a colour as shares of red and green, and its lightness: shadows change only the third. */
function writeColour(out: Float32Array, at: number, red: number, green: number, blue: number): void {
  const sum = red + green + blue + 12
  out[at] = 3 * (red / sum) - 1
  out[at + 1] = 3 * (green / sum) - 1
  out[at + 2] = sum / 765 - 0.5
}

/** Writes the mean colour of the window from (left, top) to before (right, bottom), cut at the picture's edge. */
function writeMean(
  { sums, width, height }: Integral,
  [left, top, right, bottom]: readonly [number, number, number, number],
  out: Float32Array,
  at: number,
): void {
  const x0 = Math.min(width - 1, Math.max(0, left))
  const y0 = Math.min(height - 1, Math.max(0, top))
  const x1 = Math.max(x0 + 1, Math.min(width, right))
  const y1 = Math.max(y0 + 1, Math.min(height, bottom))
  const row = (width + 1) * 3
  const area = (x1 - x0) * (y1 - y0)
  const [a, b, c, d] = [y1 * row + x1 * 3, y0 * row + x1 * 3, y1 * row + x0 * 3, y0 * row + x0 * 3]
  const mean = (i: number) => (sums[a + i] - sums[b + i] - sums[c + i] + sums[d + i]) / area
  writeColour(out, at, mean(0), mean(1), mean(2))
}

/** The median colour of every row: what the picture shows there where nothing stands. H x 3. */
function rowMedians(frame: Uint8Array, width: number, height: number): Uint8Array {
  const medians = new Uint8Array(height * 3)
  const line = new Uint8Array(width)
  for (let y = 0; y < height; y++) {
    for (let c = 0; c < 3; c++) {
      for (let x = 0; x < width; x++) line[x] = frame[(y * width + x) * 3 + c]
      medians[y * 3 + c] = line.sort()[width >> 1]
    }
  }
  return medians
}

/** A frame made ready for `describePixel`. */
export interface PreparedFrame {
  readonly frame: Uint8Array
  readonly width: number
  readonly height: number
  readonly medians: Uint8Array
  readonly integral: Integral
  /** Half the sides of the windows around a pixel, of those above and below, and how far away these are. */
  readonly around: readonly number[]
  readonly beyond: number
  readonly apart: number
  /** Colours of the sky and the floor, which every pixel shares. */
  readonly shared: Float32Array
}

/** Prepares a frame (H x W x 3, sRGB). */
export function prepareFrame(frame: Uint8Array, width: number, height: number): PreparedFrame {
  const integral = integrate(frame, width, height)
  const shared = new Float32Array(6)
  const band = Math.max(1, Math.round(height / 32))
  writeMean(integral, [0, 0, width, band], shared, 0)
  writeMean(integral, [0, height - band, width, height], shared, 3)
  const scale = Math.min(width, height) / REFERENCE
  const around = RADII.map(radius => Math.max(1, Math.round(radius * scale)))
  const [beyond, apart] = [Math.round(RADII[1] * scale), Math.round(APART * scale)]
  const medians = rowMedians(frame, width, height)
  return { frame, width, height, medians, integral, around, beyond, apart, shared }
}

/** Writes the `PIXEL_FEATURES` numbers of one pixel. */
export function describePixel(prepared: PreparedFrame, x: number, y: number, out: Float32Array): void {
  const { frame, width, height, medians, integral, around, beyond, apart, shared } = prepared
  const pixel = (y * width + x) * 3
  writeColour(out, 0, frame[pixel], frame[pixel + 1], frame[pixel + 2])
  let at = 3
  for (const r of around) {
    writeMean(integral, [x - r, y - r, x + r + 1, y + r + 1], out, at)
    at += 3
  }
  for (let side = -1; side <= 1; side += 2) {
    const middle = y + side * apart
    writeMean(integral, [x - beyond, middle - beyond, x + beyond + 1, middle + beyond + 1], out, at)
    at += 3
  }
  writeColour(out, at, medians[y * 3], medians[y * 3 + 1], medians[y * 3 + 2])
  out.set(shared, at + 3)
  out[at + 9] = y / height - 0.5
}

/** Levels of 255 by which a pixel must differ from the median of its row to be looked at. */
const CONTRAST = 12

/**
 * Names every pixel of a frame.
 * @param frame H x W x 3, sRGB
 * @returns H x W: 0 for sky, floor, shadow and mirror images, else 1 + the number of the body's colour
 */
export function namePixels(network: Network, frame: Uint8Array, width: number, height: number): Uint8Array {
  const prepared = prepareFrame(frame, width, height)
  const { medians } = prepared
  const names = new Uint8Array(width * height)
  const features = new Float32Array(PIXEL_FEATURES)
  const hidden = new Float32Array(network.hidden)
  const scores = new Float32Array(network.outputs)
  for (let pixel = 0; pixel < names.length; pixel++) {
    const y = Math.floor(pixel / width)
    const contrast = Math.max(
      Math.abs(frame[pixel * 3] - medians[y * 3]),
      Math.abs(frame[pixel * 3 + 1] - medians[y * 3 + 1]),
      Math.abs(frame[pixel * 3 + 2] - medians[y * 3 + 2]),
    )
    if (contrast < CONTRAST) continue
    describePixel(prepared, pixel % width, y, features)
    runNetwork(network, features, 0, hidden, scores)
    let best = 0
    for (let i = 1; i < scores.length; i++) if (scores[i] > scores[best]) best = i
    names[pixel] = best
  }
  return names
}
