import type { Action } from '../world/index.ts'
import { mean } from './bootstrap.ts'
import type { Path } from './paths.ts'
import type { SilhouetteName } from './silhouette.ts'
import { isWhole, type Sighting, type Track } from './tracks.ts'

/** Metres that a body falls before it "drops", rises before it "bounces", and goes before it "goes". */
const LEAST_FALL = 0.25
const LEAST_RISE = 0.07
const LEAST_WAY = 0.3

/** What a body is seen to do. */
export interface Deed {
  /** What it mostly does. */
  readonly action: Action
  /** How often it comes up again, when it falls. */
  readonly bounces?: number
  /** Frame in which it first touches the floor, when it falls. */
  readonly landing?: number
}

const known = (values: Float64Array) =>
  [...values].flatMap((value, frame) => (Number.isNaN(value) ? [] : [{ frame, value }]))

/** The frame in which a fall ends: the first low before a rise. */
function findLanding(heights: readonly { frame: number; value: number }[]): number {
  for (let i = 1; i < heights.length; i++) {
    const isLow = heights[i].value < heights[0].value - LEAST_FALL
    if (isLow && (i + 1 === heights.length || heights[i + 1].value >= heights[i].value - 0.02)) return i
  }
  return heights.length - 1
}

/** How often a height rises by more than can be a mistake, from an index on. */
function countRises(heights: readonly { value: number }[], from: number): number {
  let [count, low, high, rising] = [0, heights[from].value, -Infinity, false]
  for (let i = from; i < heights.length; i++) {
    const { value } = heights[i]
    if (!rising) {
      low = Math.min(low, value)
      if (value - low <= LEAST_RISE) continue
      count++
      rising = true
      high = value
    } else {
      high = Math.max(high, value)
      if (high - value <= LEAST_RISE / 2) continue
      rising = false
      low = value
    }
  }
  return count
}

/** The way that a body goes first: from where it is at the start to where it turns back or stops. */
function findWay({ x, z }: Path): Action | undefined {
  const [xs, zs] = [known(x), known(z)]
  if (xs.length < 3) return undefined
  const at = (list: { value: number }[], i: number) => {
    const part = list.slice(Math.max(0, i - 1), i + 2).map(({ value }) => value)
    return part.sort((a, b) => a - b)[part.length >> 1]
  }
  let farthest = 0
  for (let i = 1; i < xs.length; i++) {
    const distance = Math.hypot(at(xs, i) - at(xs, 0), at(zs, i) - at(zs, 0))
    if (distance > farthest) farthest = distance
  }
  if (farthest < LEAST_WAY) return undefined
  // The end of the first way: where it has come half as far as it ever comes.
  const end = xs.findIndex(
    (_, i) => Math.hypot(at(xs, i) - at(xs, 0), at(zs, i) - at(zs, 0)) > 0.5 * farthest,
  )
  const [dx, dz] = [at(xs, end) - at(xs, 0), at(zs, end) - at(zs, 0)]
  if (Math.abs(dx) >= Math.abs(dz)) return dx < 0 ? 'left' : 'right'
  return dz > 0 ? 'towards' : 'away'
}

/** Times by which a cube that tips over its edge grows in height on the way. */
const BULGE = 1.15

/** Whether what stood lies: a cylinder or cone is less upright at the end, a cube is higher on the way. */
function seesToppling({ sightings }: Track, shape: SilhouetteName): boolean {
  const whole = sightings.filter(isWhole)
  if (whole.length < 6 || shape === 'ball') return false
  const high = ({ top, bottom }: Sighting) => bottom - top + 1
  const aspect = (sighting: Sighting) => high(sighting) / (sighting.right - sighting.left + 1)
  const part = Math.max(2, Math.floor(whole.length / 6))
  const [early, late] = [whole.slice(0, part), whole.slice(-part)]
  if (shape === 'cube') {
    const least = BULGE * Math.max(mean(early.map(high)), mean(late.map(high)))
    return whole.slice(part, -part).filter(sighting => high(sighting) > least).length >= 2
  }
  const cone = (list: readonly Sighting[]) => mean(list.map(({ silhouette }) => silhouette[3]))
  const upended = cone(early) > 0.6 && cone(late) < 0.4
  return mean(late.map(aspect)) < 0.82 * mean(early.map(aspect)) || upended
}

/** What a body does, from its path and its outline. */
export function seeDeed(track: Track, path: Path, shape: SilhouetteName): Deed {
  const heights = known(path.height)
  if (path.isAirborne && heights.length > 2) {
    const highest = Math.max(...heights.map(({ value }) => value))
    const lowest = Math.min(...heights.map(({ value }) => value))
    if (highest - lowest > LEAST_FALL) {
      const landing = findLanding(heights)
      return {
        action: 'bounce',
        bounces: Math.min(4, countRises(heights, landing)),
        landing: heights[landing].frame,
      }
    }
  }
  if (seesToppling(track, shape)) return { action: 'topple' }
  return { action: findWay(path) ?? 'still' }
}
