import type { Model } from './model.ts'

/** Moving pictures in memory. */
export interface Footage {
  /** F x H x W x 3, sRGB. */
  readonly frames: Uint8Array
  readonly frameCount: number
  readonly width: number
  readonly height: number
  readonly fps: number
}

/**
 * Checks that a film has the model's size.
 * @throws RangeError with both sizes.
 */
export function expectSize({ size }: Model, film: Footage): void {
  if (film.width === size.width && film.height === size.height) return
  throw new RangeError(`the film must be ${size.width}x${size.height}, got ${film.width}x${film.height}`)
}
