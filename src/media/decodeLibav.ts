import type * as libav from 'node-av'
import type { DecodedFrame, FilmSource } from './filmSource.ts'
import { requireLibav } from './libav.ts'
import type { Size } from './picture.ts'

type Libav = typeof libav

/** What must be done to a decoded frame: clockwise quarter turns; width of a pixel over its height. */
interface Pose {
  readonly turns: number
  readonly aspect: number
}

/** Reads how a frame lies: its display matrix holds cosine and sine in 16.16 fixed point (ISO 14496-12, 8.3.2). */
function readPose(av: Libav, frame: libav.Frame): Pose {
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
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const places = [
        y * width + x,
        x * height + (height - 1 - y),
        (height - 1 - y) * width + (width - 1 - x),
        (width - 1 - x) * height + y,
      ]
      const [from, to] = [(y * width + x) * 4, places[turns] * 3]
      const alpha = rgba[from + 3]
      for (let c = 0; c < 3; c++) {
        pixels[to + c] =
          alpha === 255 ? rgba[from + c] : Math.round(255 + ((rgba[from + c] - 255) * alpha) / 255)
      }
    }
  }
  return pixels
}

/** A decoded file as frames of libav, each freed when the next one is asked for. */
function* decodeFrames(av: Libav, file: string, threads: number): Generator<libav.Frame> {
  using demuxer = av.Demuxer.openSync(file)
  const stream = demuxer.video()
  const isCover = stream && (stream.disposition & av.AV_DISPOSITION_ATTACHED_PIC) !== 0
  if (!stream || isCover) throw new RangeError('it holds no pictures, only sound')
  using decoder = av.Decoder.createSync(stream, { context: { threadCount: threads } })
  for (const frame of decoder.framesSync(demuxer.packetsSync(stream.index))) {
    if (!frame) continue
    try {
      yield frame
    } finally {
      frame.free()
    }
  }
}

/** A clock that believes the times of frames unless they stand still, go back, or jump by more than a second. */
function startClock() {
  let [shift, last, step] = [0, Number.NaN, 0.04]
  return (seconds: number, duration: number): { time: number; duration: number } => {
    if (Number.isNaN(last)) shift = -seconds
    else {
      const gap = seconds + shift - last
      if (!(gap > 0 && gap <= step + 1)) shift = last + step - seconds
    }
    const time = seconds + shift
    // What follows the frame unless its time says otherwise: how long it lasts, else how long the one before did.
    step = duration > 0 ? duration : time > last ? time - last : step
    last = time
    return { time, duration: step }
  }
}

/** Errors of libav without the name of the function that met them. */
function sayReason(error: unknown): RangeError {
  if (error instanceof RangeError) return error
  return new RangeError(`it cannot be decoded (${(error as Error).message})`)
}

const shownSize = ({ width, height }: Size, { turns, aspect }: Pose): Size => {
  const wide = Math.max(1, Math.round(width * aspect))
  return turns % 2 === 0 ? { width: wide, height } : { width: height, height: wide }
}

/**
 * Opens a film file of any format that FFmpeg reads.
 * @throws RangeError when it cannot be read or holds no pictures, or node-av is not installed.
 */
export async function openLibav(file: string, { threads = 1 } = {}): Promise<FilmSource> {
  const av = await requireLibav('it cannot be read')
  let first: { readonly size: Size; readonly pose: Pose } | undefined
  try {
    for (const frame of decodeFrames(av, file, threads)) {
      first = { size: { width: frame.width, height: frame.height }, pose: readPose(av, frame) }
      break
    }
  } catch (error) {
    throw sayReason(error)
  }
  if (!first) throw new RangeError('it holds no frames')
  const { pose } = first
  const quarter = pose.turns % 2 === 1
  return {
    ...shownSize(first.size, pose),
    async *frames(target): AsyncGenerator<DecodedFrame> {
      const stored = quarter ? { width: target.height, height: target.width } : target
      using scaler = new av.Scaler({ flags: av.SWS_BICUBIC })
      const tick = startClock()
      try {
        for (const frame of decodeFrames(av, file, threads)) {
          const { num, den } = frame.timeBase
          const unit = num / den
          const clock = tick(Number(frame.bestEffortTimestamp) * unit, Number(frame.duration) * unit)
          const crop = cropFor(frame, pose.aspect, stored)
          const resize = { width: stored.width, height: stored.height }
          const rgba = scaler.toBufferSync(frame, { crop, resize, format: 'rgba' })
          yield { ...clock, pixels: layOnWhite(rgba, resize, pose.turns) }
        }
      } catch (error) {
        throw sayReason(error)
      }
    },
    close() {},
  }
}
