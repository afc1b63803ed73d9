/** A frame that is known, next to what was made, and what the autoencoder makes of it: H x W x 3, sRGB. */
export interface Seam {
  readonly given: Uint8Array
  readonly decoded: Uint8Array
}

/** Frames over which the difference between a film and its reconstruction fades away. */
const FADE_FRAMES = 12

/**
 * Adds to the frames next to a seam what the autoencoder lost of the known frame there, less and less with distance:
 * without it the sharpness of a film would jump where it is joined to what was made.
 * @param frames F x H x W x 3, sRGB, changed in place
 */
export function fadeSeam(frames: Uint8Array, { given, decoded }: Seam, side: 'before' | 'behind'): void {
  const bytes = given.length
  const count = frames.length / bytes
  for (let n = 0; n < Math.min(count, FADE_FRAMES); n++) {
    const start = (side === 'before' ? n : count - 1 - n) * bytes
    const share = 1 - (n + 1) / (FADE_FRAMES + 1)
    for (let i = 0; i < bytes; i++) {
      const value = frames[start + i] + share * (given[i] - decoded[i])
      frames[start + i] = Math.max(0, Math.min(255, Math.round(value)))
    }
  }
}
