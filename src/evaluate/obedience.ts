import { type Action, type Attributes, type Colour, mainAction } from '../world/index.ts'
import { type Blob, findBlobs, nameColours, namedColours } from './blobs.ts'

/** Frames of one film, F x H x W x 3 in sRGB. */
export interface Footage {
  readonly frames: Uint8Array
  readonly width: number
  readonly height: number
}

/** What is seen of one colour over a film. */
interface Track {
  /** The largest blob in each frame, where it is large and compact enough to be a body. */
  readonly blobs: readonly (Blob | undefined)[]
  /** Its pixels in all frames. */
  readonly area: number
}

/** How a film obeys its caption; `undefined` where the caption does not say or the question makes no sense. */
export interface Obedience {
  /** Every named colour is there as a body, and hardly any other colour is. */
  readonly colour: boolean
  /** A single body that should go left or right does. */
  readonly direction?: boolean
  /** A single body does what is said: goes left, goes right, bounces, stays. */
  readonly action?: boolean
  /** What the single body is seen to do. */
  readonly seen?: Action
}

/** Pixels at 128 x 128 below which a blob is no body: the smallest true one has about 250. */
const LEAST_AREA = 60
/** Share of a colour's pixels that must hang together. */
const LEAST_COMPACT = 0.7
/** Share of all coloured pixels that the named colours must have. */
const LEAST_SHARE = 0.6
/** Share of the frames in which a body must be seen. */
const LEAST_PRESENCE = 0.5
/** Shares of the width: what counts as moving sideways, and as moving up and down. */
const MOVED = 1 / 16
const BOUNCED = 1 / 16

function trackColours({ frames, width, height }: Footage): Record<Colour, Track> {
  const bytes = width * height * 3
  const least = (LEAST_AREA * width * height) / 128 ** 2
  const tracks = Object.fromEntries(
    namedColours.map(colour => [colour, { blobs: [] as (Blob | undefined)[], area: 0 }]),
  ) as Record<Colour, { blobs: (Blob | undefined)[]; area: number }>
  for (let start = 0; start < frames.length; start += bytes) {
    const names = nameColours(frames.subarray(start, start + bytes))
    for (const [i, { largest, total }] of findBlobs(names, width).entries()) {
      const colour = namedColours[i]
      const isBody = largest && largest.area >= least && largest.area >= LEAST_COMPACT * total
      tracks[colour].blobs.push(isBody ? largest : undefined)
      tracks[colour].area += total
    }
  }
  return tracks
}

const isPresent = ({ blobs }: Track) => blobs.filter(Boolean).length >= LEAST_PRESENCE * blobs.length

const average = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length

/** What one body is seen to do, from where its blob is in the first and the last quarter of the frames that show it. */
function seeAction(track: Track, width: number): Action | undefined {
  const blobs = track.blobs.filter(blob => blob !== undefined)
  if (!isPresent(track)) return undefined
  const quarter = Math.max(1, Math.floor(blobs.length / 4))
  const [early, late] = [blobs.slice(0, quarter), blobs.slice(-quarter)]
  const dx = average(late.map(({ x }) => x)) - average(early.map(({ x }) => x))
  if (Math.abs(dx) >= MOVED * width) return dx < 0 ? 'left' : 'right'
  const heights = blobs.map(({ y }) => y)
  return Math.max(...heights) - Math.min(...heights) >= BOUNCED * width ? 'bounce' : 'still'
}

/** Scores one film against what its caption says. */
export function scoreFilm(film: Footage, { bodies }: Attributes): Obedience {
  const tracks = trackColours(film)
  const named = [...new Set(bodies.map(({ colour }) => colour))]
  const total = namedColours.reduce((sum, colour) => sum + tracks[colour].area, 0)
  const own = named.reduce((sum, colour) => sum + tracks[colour].area, 0)
  const colour = named.every(name => isPresent(tracks[name])) && own >= LEAST_SHARE * total
  if (bodies.length > 1) return { colour }
  const seen = seeAction(tracks[named[0]], film.width)
  const action = mainAction(bodies[0])
  const moves = action === 'left' || action === 'right'
  return { colour, seen, action: seen === action, ...(moves ? { direction: seen === action } : {}) }
}

/** A share, and out of how many. */
export interface Rate {
  readonly right: number
  readonly of: number
}

/** Counts the films that obey, question by question. */
export function countObedience(
  scores: readonly Obedience[],
): Record<'colour' | 'direction' | 'action', Rate> {
  const count = (question: 'colour' | 'direction' | 'action'): Rate => {
    const asked = scores.filter(score => score[question] !== undefined)
    return { right: asked.filter(score => score[question]).length, of: asked.length }
  }
  return { colour: count('colour'), direction: count('direction'), action: count('action') }
}
