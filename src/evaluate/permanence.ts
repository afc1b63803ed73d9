import type { Lens } from '../world/index.ts'
import { median } from './bootstrap.ts'
import { placeAtHeight } from './floor.ts'
import { isWhole, type Sighting, type TimedFootage, type Track } from './tracks.ts'

/** How a body breaks the rule that bodies last: none of these happens in a true film. */
export type Loss = 'vanishes' | 'out of nothing' | 'melts'

/** Share of the picture's side at its edges in which a body may come and go. */
const EDGE = 0.07
/** Seconds after the start from which on a body that was not there comes out of nothing. */
const START_SECONDS = 0.7
/** Seconds for which a body may be out of sight without a reason. */
const GONE_SECONDS = 0.5
/** Times by which the true size of a body may seem to change from one second to a later one. */
const MOST_GROWTH = 2.2
/** Probability of no shape at all from which on a body has melted. */
const FORMLESS = 0.6

function isAtEdge({ left, right, top, bottom }: Sighting, { width, height }: TimedFootage): boolean {
  const margin = EDGE * Math.min(width, height)
  return left < margin || top < margin || right > width - margin || bottom > height - margin
}

/** Whether another body is so near to where this one was last seen that it may hide it, at some time in these frames. */
function isHidden(
  last: Sighting,
  [from, to]: readonly [number, number],
  track: Track,
  tracks: readonly Track[],
): boolean {
  return tracks.some(other => {
    if (other === track) return false
    return other.sightings.slice(Math.max(0, from - 2), to).some(near => {
      if (!near) return false
      const apart = Math.max(near.left - last.right, last.left - near.right)
      const above = Math.max(near.top - last.bottom, last.top - near.bottom)
      return Math.max(apart, above) < 4
    })
  })
}

/** The seconds of a film, as pairs of the first frame and the one after the last. */
function secondsOf({ frames, width, height, fps }: TimedFootage): [number, number][] {
  const length = frames.length / (width * height * 3)
  const count = Math.max(1, Math.floor(length / fps))
  return Array.from({ length: count }, (_, i) => {
    return [Math.round(i * fps), i + 1 === count ? length : Math.round((i + 1) * fps)]
  })
}

/** Square metres that a body covers in a frame, as far as its place on the floor tells; in the air by pixels alone. */
function trueArea(lens: Lens, { area, x, bottom }: Sighting, isAirborne: boolean): number {
  return isAirborne ? area : area * placeAtHeight(lens, x, bottom + 1, 0).depth ** 2
}

/** Whether a body loses its size or its shape from the first second in which it is seen whole to a later one. */
function melts(track: Track, isAirborne: boolean, lens: Lens, footage: TimedFootage): boolean {
  const whole = secondsOf(footage).map(([from, to]) => {
    return track.sightings.slice(from, to).filter(isWhole)
  })
  const seconds = whole.filter(list => list.length >= 3)
  if (seconds.length < 2) return false
  const areas = seconds.map(list => median(list.map(sighting => trueArea(lens, sighting, isAirborne))))
  const formless = seconds.map(list => median(list.map(({ silhouette }) => silhouette[4])))
  return areas.some((area, i) => {
    const change = area / areas[0]
    return (
      change > MOST_GROWTH || change < 1 / MOST_GROWTH || (formless[i] > FORMLESS && formless[0] < FORMLESS)
    )
  })
}

/** How a body is lost, if it is: it is gone though it neither left nor is hidden, comes from nowhere, or melts. */
export function findLoss(
  track: Track,
  tracks: readonly Track[],
  { isAirborne, lens, footage }: { isAirborne: boolean; lens: Lens; footage: TimedFootage },
): Loss | undefined {
  const { sightings } = track
  const first = sightings.findIndex(Boolean)
  if (first > START_SECONDS * footage.fps && !isAtEdge(sightings[first]!, footage)) return 'out of nothing'
  const step = Math.round(GONE_SECONDS * footage.fps)
  for (let gone = first; gone < sightings.length; gone++) {
    const last = sightings[gone]
    if (!last || sightings[gone + 1]) continue
    const back = sightings.findIndex((sighting, frame) => frame > gone && sighting)
    const end = back < 0 ? sightings.length : back
    if (end - gone <= step || isAtEdge(last, footage)) continue
    // What hides it must be there all the time.
    for (let frame = gone + 1; frame + step <= end; frame += step) {
      if (!isHidden(last, [frame, frame + step], track, tracks)) return 'vanishes'
    }
  }
  return melts(track, isAirborne, lens, footage) ? 'melts' : undefined
}
