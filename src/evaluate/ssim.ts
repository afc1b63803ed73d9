// Structural similarity: Wang, Bovik, Sheikh and Simoncelli 2004, "Image quality assessment", with its constants:
// an 11 x 11 Gaussian window of deviation 1.5, K1 = 0.01, K2 = 0.03, on luma from 0 to 255.

const RADIUS = 5
const DEVIATION = 1.5
const C1 = (0.01 * 255) ** 2
const C2 = (0.03 * 255) ** 2

const kernel = Array.from({ length: 2 * RADIUS + 1 }, (_, i) => {
  return Math.exp(-((i - RADIUS) ** 2) / (2 * DEVIATION ** 2))
})
const total = kernel.reduce((a, b) => a + b, 0)
const weights = kernel.map(weight => weight / total)

/** Luma of Rec. 601 from sRGB bytes. */
function toLuma(frame: Uint8Array): Float64Array {
  return Float64Array.from({ length: frame.length / 3 }, (_, i) => {
    return 0.299 * frame[3 * i] + 0.587 * frame[3 * i + 1] + 0.114 * frame[3 * i + 2]
  })
}

/** Gaussian means where the window fits whole: (H - 10) x (W - 10). */
function blur(values: Float64Array, width: number, height: number): Float64Array {
  const [w, h] = [width - 2 * RADIUS, height - 2 * RADIUS]
  const rows = new Float64Array(w * height)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < w; x++) {
      let sum = 0
      for (let i = 0; i <= 2 * RADIUS; i++) sum += weights[i] * values[y * width + x + i]
      rows[y * w + x] = sum
    }
  }
  const out = new Float64Array(w * h)
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      let sum = 0
      for (let i = 0; i <= 2 * RADIUS; i++) sum += weights[i] * rows[(y + i) * w + x]
      out[y * w + x] = sum
    }
  }
  return out
}

/** The index of every window (equation 13): (H - 10) x (W - 10). */
function mapSsim(a: Uint8Array, b: Uint8Array, width: number, height: number): Float64Array {
  const [x, y] = [toLuma(a), toLuma(b)]
  const mean = (values: Float64Array) => blur(values, width, height)
  const [mx, my] = [mean(x), mean(y)]
  const [xx, yy, xy] = [
    mean(x.map(value => value * value)),
    mean(y.map(value => value * value)),
    mean(x.map((value, i) => value * y[i])),
  ]
  return mx.map((m, i) => {
    const n = my[i]
    const [vx, vy, cov] = [xx[i] - m * m, yy[i] - n * n, xy[i] - m * n]
    return ((2 * m * n + C1) * (2 * cov + C2)) / ((m * m + n * n + C1) * (vx + vy + C2))
  })
}

/** Mean structural similarity of films, over all windows and over those in whose middle a body is. */
export interface Similarity {
  readonly all: number
  /** NaN when no mask is given or nothing is inside it. */
  readonly inside: number
}

/**
 * Compares two films of equal size, frame by frame.
 * @param a F x H x W x 3, sRGB
 * @param mask F x H x W, 0 outside
 * @throws RangeError when the sizes differ or a frame is smaller than the window of 11 x 11
 */
export function measureSsim(
  a: Uint8Array,
  b: Uint8Array,
  { width, height }: { readonly width: number; readonly height: number },
  mask?: Uint8Array,
): Similarity {
  if (a.length !== b.length)
    throw new RangeError(`films must be equally large, got ${a.length} and ${b.length}`)
  if (Math.min(width, height) <= 2 * RADIUS)
    throw new RangeError(`frames must be at least 11x11, got ${width}x${height}`)
  const [pixels, w] = [width * height, width - 2 * RADIUS]
  let [sum, count, insideSum, insideCount] = [0, 0, 0, 0]
  for (let frame = 0; frame * pixels * 3 < a.length; frame++) {
    const [start, end] = [frame * pixels * 3, (frame + 1) * pixels * 3]
    mapSsim(a.subarray(start, end), b.subarray(start, end), width, height).forEach((value, i) => {
      sum += value
      count++
      const at = frame * pixels + (Math.floor(i / w) + RADIUS) * width + (i % w) + RADIUS
      if (!mask || mask[at] === 0) return
      insideSum += value
      insideCount++
    })
  }
  return { all: sum / count, inside: insideSum / insideCount }
}
