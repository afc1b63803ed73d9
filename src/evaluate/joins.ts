import { measurePsnr } from './psnr.ts'

/** How much each frame of a film differs from the one before it: root mean square, in sRGB steps of 255. */
export function measureChanges(frames: Uint8Array, frameBytes: number): number[] {
  const changes: number[] = []
  for (let at = frameBytes; at < frames.length; at += frameBytes) {
    const psnr = measurePsnr(frames.subarray(at - frameBytes, at), frames.subarray(at, at + frameBytes))
    changes.push(255 / 10 ** (psnr / 20))
  }
  return changes
}

/** A change below this is none: films in which nothing moves would make every join a jump. */
const SMALLEST_CHANGE = 1

/** The middle value; of two, the greater. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]
}

/** How many times as large as the film's median change one of its changes is: 1.5 is no jump, 3 is a cut. */
export function measureJump(change: number, changes: readonly number[]): number {
  return change / Math.max(SMALLEST_CHANGE, median(changes))
}
