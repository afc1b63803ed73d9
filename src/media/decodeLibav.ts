import type * as libav from 'node-av'
import type { DecodedFrame, FilmSource } from './filmSource.ts'
import { requireLibav } from './libav.ts'
import type { Size } from './picture.ts'
import { type Pose, readPose, scaleUpright, shownSize } from './upright.ts'

type Libav = typeof libav

/** A film: a file, or the bytes of one and the container that FFmpeg is to read, without a guess of its own. */
type Film = string | { readonly bytes: Uint8Array; readonly format: string }

/** What `openLibav` can be told. */
interface LibavOptions {
  /** Processor cores: 1 when absent, all of them for 0. */
  readonly threads?: number
  /** Pixels that the pictures may have, refused before one is decoded: for films of strangers. */
  readonly pixels?: number
}

const openDemuxer = (av: Libav, film: Film) =>
  typeof film === 'string'
    ? av.Demuxer.openSync(film)
    : av.Demuxer.openSync(Buffer.from(film.bytes), { format: film.format })

/** A film as frames of libav, each freed when the next one is asked for. */
function* decodeFrames(av: Libav, film: Film, { threads = 1, pixels }: LibavOptions): Generator<libav.Frame> {
  using demuxer = openDemuxer(av, film)
  const stream = demuxer.video()
  const isCover = stream && (stream.disposition & av.AV_DISPOSITION_ATTACHED_PIC) !== 0
  if (!stream || isCover) throw new RangeError('it holds no pictures, only sound')
  const { width, height } = stream.codecpar
  if (pixels !== undefined && !(width * height > 0 && width * height <= pixels)) {
    throw new RangeError(`its pictures may have at most ${pixels} pixels, got ${width}x${height}`)
  }
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
 * Opens a film of any format that FFmpeg reads.
 * @throws RangeError when it cannot be read, holds no pictures or too large ones, or node-av is not installed.
 */
export async function openLibav(film: Film, options: LibavOptions = {}): Promise<FilmSource> {
  const av = await requireLibav('it cannot be read')
  let first: { readonly size: Size; readonly pose: Pose } | undefined
  try {
    for (const frame of decodeFrames(av, film, options)) {
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
        for (const frame of decodeFrames(av, film, options)) {
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
