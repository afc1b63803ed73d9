import type { Size } from './picture.ts'

/** One frame of a film that is decoded: when it begins to be shown and how long, in seconds; H x W x 3, sRGB. */
export interface DecodedFrame {
  readonly time: number
  readonly duration: number
  readonly pixels: Uint8Array
}

/** A film file that is opened: the size in which it is shown, turned upright and with square pixels. */
export interface FilmSource extends Size {
  /**
   * Decodes frame after frame, in constant memory: each scaled to cover the target, what is beyond it cut on both sides
   * alike; what is transparent becomes white.
   * @throws Error when the file breaks off or is damaged.
   */
  frames(target: Size): AsyncGenerator<DecodedFrame>
  close(): void
}
