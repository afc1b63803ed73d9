import type * as libav from 'node-av'
import type { Size } from './picture.ts'

// Films are stored as the camera stood and with pixels that need not be square; this shows them as they are meant.

/** What must be done to a decoded frame: clockwise quarter turns; width of a pixel over its height. */
export interface Pose {
  readonly turns: number
  readonly aspect: number
}

/** Reads how a frame lies: its display matrix holds cosine and sine in 16.16 fixed point (ISO 14496-12, 8.3.2). */
export function readPose(av: typeof libav, frame: libav.Frame): Pose {
  const matrix = frame.getSideData(av.AV_FRAME_DATA_DISPLAYMATRIX)
  const angle = matrix ? Math.atan2(matrix.readInt32LE(4), matrix.readInt32LE(0)) : 0
  const { num, den } = frame.sampleAspectRatio
  return { turns: (Math.round(angle / (Math.PI / 2)) + 4) % 4, aspect: num > 0 && den > 0 ? num / den : 1 }
}

/** The part of a stored frame that covers a target of the same orientation, in its middle. */
function cropFor(frame: Size, aspect: number, target: Size) {
  const scale = Math.max(target.width / (frame.width * aspect), target.height / frame.height)
  const width = Math.min(frame.width, Math.max(1, Math.round(target.width / scale / aspect)))
  const height = Math.min(frame.height, Math.max(1, Math.round(target.height / scale)))
  return { x: (frame.width - width) >> 1, y: (frame.height - height) >> 1, width, height }
}

/** Lays a picture (H x W x 4) on white and turns it clockwise by quarters. */
function layOnWhite(rgba: Uint8Array, { width, height }: Size, turns: number): Uint8Array {
  const pixels = new Uint8Array(width * height * 3)
  // Where the first pixel goes, and how far one to the right and one down are from there.
  const [first, right, down] = [
    [0, 1, width],
    [height - 1, height, -1],
    [width * height - 1, -1, -width],
    [(width - 1) * height, -height, 1],
  ][turns]
  for (let y = 0, from = 0; y < height; y++) {
    for (let x = 0, to = 3 * (first + y * down); x < width; x++, from += 4, to += 3 * right) {
      const alpha = rgba[from + 3]
      for (let c = 0; c < 3; c++) {
        pixels[to + c] =
          alpha === 255 ? rgba[from + c] : Math.round(255 + ((rgba[from + c] - 255) * alpha) / 255)
      }
    }
  }
  return pixels
}

/** A stored frame as it is shown (H x W x 3): scaled to cover the target, cut on both sides alike, upright, on white. */
export function scaleUpright(
  scaler: libav.Scaler,
  frame: libav.Frame,
  { turns, aspect }: Pose,
  target: Size,
): Uint8Array {
  const { width, height } = target
  const resize = turns % 2 === 0 ? { width, height } : { width: height, height: width }
  const crop = cropFor(frame, aspect, resize)
  return layOnWhite(scaler.toBufferSync(frame, { crop, resize, format: 'rgba' }), resize, turns)
}

/** The size in which a stored frame is shown. */
export function shownSize({ width, height }: Size, { turns, aspect }: Pose): Size {
  const wide = Math.max(1, Math.round(width * aspect))
  return turns % 2 === 0 ? { width: wide, height } : { width: height, height: wide }
}
