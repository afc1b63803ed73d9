import { type Action, type Colour, colours, type Size } from '../world/index.ts'
import { seeDeed } from './actions.ts'
import { stillLens } from './floor.ts'
import { followPath, type Path, seeLook, seeMoving, voteFormless } from './paths.ts'
import { findLoss, type Loss } from './permanence.ts'
import type { SilhouetteName } from './silhouette.ts'
import { type TimedFootage, type Track, trackFilm } from './tracks.ts'

/** A body as the parser sees it over a whole film. */
export interface SeenBody {
  readonly colour: Colour
  readonly shape: SilhouetteName
  /** Share of the votes for the shape. */
  readonly certainty: number
  readonly size: Size
  /** Share of the frames in which it moves that show each of `silhouetteNames`; absent of a body that hardly does. */
  readonly moving?: readonly number[]
  /** Share of the frames that show it. */
  readonly presence: number
  readonly action: Action
  /** How often it comes up again, when it falls; 4 is four or more. */
  readonly bounces?: number
  /** Numbers of the bodies that it meets, in `SeenFilm.bodies`. */
  readonly meets: readonly number[]
  /** How it breaks the permanence of bodies, if it does. */
  readonly loss?: Loss
}

/** What the parser sees in a film. */
export interface SeenFilm {
  readonly bodies: readonly SeenBody[]
}

/** A body with all that was measured of it. */
export interface ParsedBody {
  readonly seen: SeenBody
  readonly track: Track
  readonly path: Path
  /** Frame in which it first touches the floor, when it falls. */
  readonly landing?: number
}

const colourNames = Object.keys(colours) as Colour[]

/** Share of the frames, and frames, in which something must be seen to count as a body. */
const LEAST_PRESENCE = 0.12
const LEAST_FRAMES = 3

/** Share of the frames up to which what has no shape is no body: light through glass on the floor, a colour that flickers. */
const FLICKER = 0.3

/** Whether a track is seen long enough to be a body. */
function isBody(track: Track): boolean {
  const { length } = track.sightings
  const seen = track.sightings.filter(Boolean).length
  if (seen < Math.max(Math.min(length, LEAST_FRAMES), LEAST_PRESENCE * length)) return false
  return seen > FLICKER * length || voteFormless(track) < 0.6
}

/** Metres between the middles of two bodies that touch, at most. */
const LONGEST_REACH = 2.1

/** Whether two bodies come so near that they touch, in the picture and in the room. */
function meets(a: ParsedBody, b: ParsedBody): boolean {
  return a.track.sightings.some((mine, frame) => {
    const its = b.track.sightings[frame]
    if (!mine || !its) return false
    const apart = Math.max(mine.left - its.right, its.left - mine.right)
    const above = Math.max(mine.top - its.bottom, its.top - mine.bottom)
    if (apart > 3 || above > 1) return false
    const [dx, dz] = [a.path.x[frame] - b.path.x[frame], a.path.z[frame] - b.path.z[frame]]
    return !(Math.hypot(dx, dz) > LONGEST_REACH)
  })
}

/** Sees what is in a film: every body with its path; the same film gives the same result. */
export function parseBodies(footage: TimedFootage): ParsedBody[] {
  const lens = stillLens(footage.width, footage.height)
  const tracks = trackFilm(footage).filter(isBody)
  const parsed = tracks.map((track): ParsedBody => {
    const look = seeLook(track, lens)
    const path = followPath(track, lens, look)
    const { landing, ...deed } = seeDeed(track, path, look.shape)
    const loss = findLoss(track, tracks, { isAirborne: path.isAirborne, lens, footage })
    const moving = seeMoving(track, Math.min(footage.width, footage.height))
    const presence = track.sightings.filter(Boolean).length / track.sightings.length
    const seen = {
      colour: colourNames[track.name - 1],
      ...look,
      ...(moving && { moving }),
      presence,
      ...deed,
      meets: [],
      ...(loss && { loss }),
    }
    return { seen, track, path, ...(landing !== undefined && { landing }) }
  })
  return parsed.map((body, i) => {
    const others = parsed.flatMap((other, j) => (i !== j && meets(body, other) ? [j] : []))
    return { ...body, seen: { ...body.seen, meets: others } }
  })
}

/** Sees what is in a film. */
export function parseFilm(footage: TimedFootage): SeenFilm {
  return { bodies: parseBodies(footage).map(({ seen }) => seen) }
}
