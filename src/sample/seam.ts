import { carryAlong } from './motion.ts'

/** The same moment as it is known and as it was made: the last one before what was made, or the last of what was made. H x W x 3, sRGB. */
export interface Seam {
  readonly given: Uint8Array
  readonly decoded: Uint8Array
}

/** Frames over which the difference between a film and its reconstruction fades away. */
const FADE_FRAMES = { before: 36, behind: 24 } as const
/** Pixels around each one over which the difference is averaged, and the mean in steps of 255 at which half counts. */
const [REACH, TOO_MUCH] = [2, 30]
/** Mean difference of a block from where it came from, in steps of 255, at which half of what it lacked is let go. */
const ANOTHER = 15

/** What a film would have shown a moment before it begins, if all went on there as it does in its first two frames (H x W x 3, sRGB). */
export function showBefore(first: Uint8Array, second: Uint8Array, width: number): Uint8Array {
  return Uint8Array.from(carryAlong(Float32Array.from(first), second, first, width))
}

/** The mean difference of two frames around each pixel. */
function measureLocally({ given, decoded }: Seam, width: number): Float32Array {
  const height = given.length / 3 / width
  const mean = new Float32Array(width * height)
  for (let i = 0; i < mean.length; i++) {
    const [x, y] = [i % width, Math.floor(i / width)]
    let [sum, count] = [0, 0]
    for (let row = Math.max(0, y - REACH); row <= Math.min(height - 1, y + REACH); row++) {
      for (let column = Math.max(0, x - REACH); column <= Math.min(width - 1, x + REACH); column++) {
        const at = (row * width + column) * 3
        for (let c = 0; c < 3; c++) sum += Math.abs(given[at + c] - decoded[at + c])
        count += 3
      }
    }
    mean[i] = sum / count
  }
  return mean
}

/**
 * Adds to the frames next to a seam what they lack of the known frame there, less and less with distance, carried along with what
 * moves. Before what was made that is what the autoencoder lost: without it the sharpness of a film would jump where it is
 * joined to what was made. Behind it, it is all that the last made frame has of its own: where that is much, it is another body,
 * which would be seen as a ghost, and nothing is added.
 * @param frames F x H x W x 3, sRGB, changed in place
 */
export function fadeSeam(frames: Uint8Array, seam: Seam, width: number, side: 'before' | 'behind'): void {
  const { given, decoded } = seam
  const bytes = given.length
  const count = frames.length / bytes
  const trust = side === 'behind' && measureLocally(seam, width).map(mean => 1 / (1 + (mean / TOO_MUCH) ** 4))
  let lacks: Float32Array = Float32Array.from(
    given,
    (value, i) => (value - decoded[i]) * (trust ? trust[Math.floor(i / 3)] : 1),
  )
  let last = decoded
  for (let n = 0; n < Math.min(count, FADE_FRAMES[side]); n++) {
    const start = (side === 'before' ? n : count - 1 - n) * bytes
    const frame = frames.subarray(start, start + bytes)
    const made = frame.slice()
    lacks = carryAlong(lacks, last, made, width, ANOTHER)
    last = made
    const share = 1 - (n + 1) / (FADE_FRAMES[side] + 1)
    for (let i = 0; i < bytes; i++)
      frame[i] = Math.max(0, Math.min(255, Math.round(made[i] + share * lacks[i])))
  }
}

/** How much two frames of a film differ, which begin at these numbers: root mean square. */
function measureChange(frames: Uint8Array | Float32Array, size: number, from: number, to: number): number {
  let sum = 0
  for (let i = 0; i < size; i++) sum += (frames[to + i] - frames[from + i]) ** 2
  return Math.sqrt(sum / size)
}

/** How much each frame of a film, of so many numbers, differs from the one before it: root mean square. */
export function measureChanges(frames: Uint8Array | Float32Array, size: number): number[] {
  const changes: number[] = []
  for (let at = size; at < frames.length; at += size) changes.push(measureChange(frames, size, at - size, at))
  return changes
}

/** The same of a film whose end leads to its beginning: the last change is from there to here. */
export function measureRound(frames: Uint8Array | Float32Array, size: number): number[] {
  return [...measureChanges(frames, size), measureChange(frames, size, frames.length - size, 0)]
}

/** Turns a film whose end leads to its beginning to where it moves least: what a player does there is seen least. */
export function beginQuietly(frames: Uint8Array, frameBytes: number): Uint8Array {
  const changes = measureRound(frames, frameBytes)
  const start = (changes.indexOf(Math.min(...changes)) + 1) * frameBytes
  return Uint8Array.from(Buffer.concat([frames.subarray(start), frames.subarray(0, start)]))
}
