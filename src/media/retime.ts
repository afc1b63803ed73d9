import type { DecodedFrame } from './filmSource.ts'

/** A film at another pace: at every 1 / fps seconds the frame that is shown then. */
export async function* retime(frames: AsyncIterable<DecodedFrame>, fps: number): AsyncGenerator<Uint8Array> {
  // Formats round times, GIF to 10 ms: what begins that little later is shown already.
  const early = 0.006
  let count = 0
  let shown: DecodedFrame | undefined
  for await (const frame of frames) {
    for (; shown && count / fps < frame.time - early; count++) yield shown.pixels
    shown = frame
  }
  for (; shown && count / fps < shown.time + shown.duration - early; count++) yield shown.pixels
}
