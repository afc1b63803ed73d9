import type * as libav from 'node-av'
import type { DecodedFrame, FilmSource } from './filmSource.ts'
import { requireLibav } from './libav.ts'
import type { Size } from './picture.ts'
import { type Pose, readPose, scaleUpright, shownSize } from './upright.ts'

type Libav = typeof libav

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
  return {
    ...shownSize(first.size, pose),
    async *frames(target): AsyncGenerator<DecodedFrame> {
      using scaler = new av.Scaler({ flags: av.SWS_BICUBIC })
      const tick = startClock()
      try {
        for (const frame of decodeFrames(av, file, threads)) {
          const { num, den } = frame.timeBase
          const unit = num / den
          const clock = tick(Number(frame.bestEffortTimestamp) * unit, Number(frame.duration) * unit)
          yield { ...clock, pixels: scaleUpright(scaler, frame, pose, target) }
        }
      } catch (error) {
        throw sayReason(error)
      }
    },
    close() {},
  }
}
