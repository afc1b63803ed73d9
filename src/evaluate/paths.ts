import { type Lens, type ShapeName, type Size, sizes } from '../world/index.ts'
import { mean, median } from './bootstrap.ts'
import { placeAtHeight, placeInPlane } from './floor.ts'
import { type SilhouetteName, silhouetteNames } from './silhouette.ts'
import { isWhole, type Sighting, type Track } from './tracks.ts'

/** Where a body goes, in metres of the room that a still camera sees, by frame; NaN where it is not seen or the picture cuts it. */
export interface Path {
  readonly x: Float64Array
  /** Height of its middle over where it is when it stands on the floor: 0 for a body that is never in the air. */
  readonly height: Float64Array
  readonly z: Float64Array
  /** Whether it is in the air at some time: then it is taken to stay as far away as where it is lowest. */
  readonly isAirborne: boolean
}

/** What a body looks like. */
export interface Look {
  readonly shape: SilhouetteName
  readonly size: Size
  /** Share of the votes for the shape. */
  readonly certainty: number
}

/** Height and width of a standing body of each shape, in units of `sizes`. */
const proportions = {
  ball: [2, 2],
  cube: [1.72, 1.72],
  cylinder: [2, 1.6],
  cone: [2, 1.76],
} as const satisfies Record<ShapeName, readonly [number, number]>

/** The frames in which a body is seen whole; where there are hardly any, all in which it is seen. */
function wholeSightings({ sightings }: Track): Sighting[] {
  const whole = sightings.filter(isWhole)
  return whole.length >= 3 ? whole : sightings.filter(sighting => sighting !== undefined)
}

/** Share of the votes from which on a body has no shape. */
const FORMLESS = 0.85

/** How much the frames say that a body has no shape at all, from 0 to 1. */
export function voteFormless(track: Track): number {
  const seen = wholeSightings(track)
  const formless = silhouetteNames.indexOf('formless')
  return seen.reduce((sum, { silhouette }) => sum + silhouette[formless] / seen.length, 0)
}

/** The shape that most frames show, each with the weight of its probability. */
function voteShape(track: Track): { shape: SilhouetteName; certainty: number } {
  const votes = new Float64Array(silhouetteNames.length)
  const seen = wholeSightings(track)
  for (const { silhouette } of seen)
    for (let i = 0; i < votes.length; i++) votes[i] += silhouette[i] / seen.length
  const formless = silhouetteNames.indexOf('formless')
  // Highlights make holes in the outlines of metal and glass: no shape at all must be all but sure.
  if (votes[formless] < FORMLESS) votes[formless] = 0
  const best = votes.indexOf(Math.max(...votes))
  return { shape: silhouetteNames[best], certainty: votes[best] }
}

/** The frames in which a body is lowest in the picture: there it stands on the floor, if it ever does. */
function lowestSightings(track: Track): Sighting[] {
  const seen = wholeSightings(track)
  const lowest = Math.max(...seen.map(({ bottom }) => bottom))
  return seen.filter(({ bottom }) => bottom >= lowest - 1)
}

/** Metres across and high of a body that stands on the floor. */
function measureExtent(
  lens: Lens,
  { left, right, top, bottom, x }: Sighting,
): { across: number; high: number } {
  const { depth } = placeAtHeight(lens, x, bottom + 1, 0)
  return { across: (right - left + 1) * depth * lens.pixel, high: (bottom - top + 1) * depth * lens.pixel }
}

/** Shape and size of a body: its size by its extent in metres, where it is lowest. */
export function seeLook(track: Track, lens: Lens): Look {
  const { shape, certainty } = voteShape(track)
  const extents = lowestSightings(track).map(sighting => measureExtent(lens, sighting))
  const [high, across] = proportions[shape === 'formless' ? 'cube' : shape]
  // Turned cubes are wide, cylinders that lie are low.
  const isTurned = shape === 'cube' || shape === 'cone'
  const units = extents.map(extent =>
    isTurned ? extent.high / high : Math.sqrt((extent.across * extent.high) / (across * high)),
  )
  const isLarge = median(units) > Math.sqrt(sizes.large * sizes.small) * MAGNIFIED[shape]
  return { shape, certainty, size: isLarge ? 'large' : 'small' }
}

/** Share of the picture's side that a body crosses between two frames when it moves, and the frames in which it must. */
const [LEAST_STEP, LEAST_MOVING] = [0.01, 3]

/** Share of the frames in which a body moves that show each of `silhouetteNames`; undefined for one that hardly does. */
export function seeMoving({ sightings }: Track, side: number): readonly number[] | undefined {
  const moving = sightings.filter((sighting, frame): sighting is Sighting => {
    const before = sightings[frame - 1]
    if (!isWhole(sighting) || !isWhole(before)) return false
    return Math.hypot(sighting.x - before.x, sighting.y - before.y) > LEAST_STEP * side
  })
  if (moving.length < LEAST_MOVING) return undefined
  const shown = moving.map(({ silhouette }) => silhouette.indexOf(Math.max(...silhouette)))
  return silhouetteNames.map((_, i) => mean(shown.map(name => (name === i ? 1 : 0))))
}

/** Times by which bodies look larger than they are: their front is nearer than their middle. Measured on true clips. */
const MAGNIFIED = { ball: 1.0, cube: 1.17, cylinder: 1.05, cone: 1.1, formless: 1.1 } as const

/** Times by which a body looks larger than one on the floor would, from which on it must be in the air. */
const AIRBORNE = 1.4

/** Whether some frame shows a body larger than it could be if it stood on the floor there: then it is in the air. */
function seesAir(track: Track, lens: Lens): boolean {
  const floor = lowestSightings(track)
  const area = median(floor.map(sighting => sighting.area))
  const depth = median(floor.map(({ x, bottom }) => placeAtHeight(lens, x, bottom + 1, 0).depth))
  const larger = track.sightings.filter(isWhole).filter(({ x, bottom, area: now }) => {
    const shrunk = depth / placeAtHeight(lens, x, bottom + 1, 0).depth
    return now > AIRBORNE * area * shrunk ** 2
  })
  return larger.length >= 2
}

/** Follows a body in metres. */
export function followPath(track: Track, lens: Lens, { size, shape }: Look): Path {
  const length = track.sightings.length
  const half = (sizes[size] * proportions[shape === 'formless' ? 'cube' : shape][0]) / 2
  const isAirborne = seesAir(track, lens)
  const path = {
    x: new Float64Array(length).fill(NaN),
    height: new Float64Array(length).fill(NaN),
    z: new Float64Array(length).fill(NaN),
    isAirborne,
  }
  const rest = median(lowestSightings(track).map(({ x, y }) => placeAtHeight(lens, x, y, half).z))
  track.sightings.forEach((sighting, frame) => {
    if (sighting === undefined || sighting.isCut) return
    const { x, y } = sighting
    const place = isAirborne ? placeInPlane(lens, x, y, rest) : placeAtHeight(lens, x, y, half)
    path.x[frame] = place.x
    path.height[frame] = isAirborne ? place.y - half : 0
    path.z[frame] = place.z
  })
  return path
}
