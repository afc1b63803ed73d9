import type { Film } from '../world/index.ts'
import { mean } from './bootstrap.ts'
import type { ParsedBody } from './parse.ts'
import { isWhole, type Sighting } from './tracks.ts'

/** The parabola c0 + c1 t + c2 t^2 through points, by least squares; `undefined` with fewer than four. */
export function fitParabola(
  times: readonly number[],
  values: readonly number[],
): readonly [number, number, number] | undefined {
  const n = times.length
  if (n < 4) return undefined
  // Centred, so that the normal equations of the moments stay well conditioned.
  const middle = times.reduce((a, b) => a + b, 0) / n
  const s = [0, 0, 0, 0, 0]
  const r = [0, 0, 0]
  times.forEach((time, i) => {
    const t = time - middle
    for (let k = 0; k < 5; k++) s[k] += t ** k
    for (let k = 0; k < 3; k++) r[k] += values[i] * t ** k
  })
  const determinant = (m: readonly (readonly number[])[]) =>
    m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1]) -
    m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0]) +
    m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0])
  const matrix = [0, 1, 2].map(row => [s[row], s[row + 1], s[row + 2]])
  const whole = determinant(matrix)
  if (Math.abs(whole) < 1e-12) return undefined
  const [a, b, c] = [0, 1, 2].map(column => {
    return determinant(matrix.map((row, i) => row.map((value, j) => (j === column ? r[i] : value)))) / whole
  })
  return [a - b * middle + c * middle ** 2, b - 2 * c * middle, c]
}

/** Frames of a series that are known, as times and values. */
function knownPart(values: Float64Array, from: number, to: number, fps: number): [number[], number[]] {
  const frames = Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i).filter(frame => {
    return !Number.isNaN(values[frame])
  })
  return [frames.map(frame => frame / fps), frames.map(frame => values[frame])]
}

/** A series without the frames in which a body is cut or may be hidden: its middle is elsewhere there. */
function keepWhole(values: Float64Array, { track }: ParsedBody): Float64Array {
  return values.map((value, frame) => {
    return isWhole(track.sightings[frame]) ? value : NaN
  })
}

/** Downward acceleration of a body's first fall in metres a second squared, if it falls for four frames. */
function measureFall(body: ParsedBody, fps: number): number | undefined {
  const { path, landing } = body
  if (!path.isAirborne || landing === undefined) return undefined
  const fit = fitParabola(...knownPart(keepWhole(path.height, body), 0, landing, fps))
  return fit && -2 * fit[2]
}

/** Metres a second below which a body is said to stand. */
const STILL = 0.1
/** Frames over which a speed is measured. */
const WINDOW = 6

/** The slope of a line through points. */
function slope(times: readonly number[], values: readonly number[]): number {
  const [mt, mv] = [times, values].map(list => list.reduce((a, b) => a + b, 0) / list.length)
  const [up, down] = times.reduce(
    ([a, b], t, i) => [a + (t - mt) * (values[i] - mv), b + (t - mt) ** 2],
    [0, 0],
  )
  return up / down
}

/**
 * Velocities along a series of places, in metres a second: one for every window of six frames in which all are known.
 * @returns by first frame of the window; NaN where something is not known
 */
export function measureVelocities(places: ArrayLike<number>, fps: number): number[] {
  return Array.from({ length: Math.max(0, places.length - WINDOW + 1) }, (_, from) => {
    const frames = Array.from({ length: WINDOW }, (_, i) => from + i)
    return slope(
      frames.map(frame => frame / fps),
      frames.map(frame => places[frame]),
    )
  })
}

/** Whether a body goes along the floor: across the picture, without falling or meeting another. */
function goesFreely({ seen, path }: ParsedBody): boolean {
  return !path.isAirborne && seen.meets.length === 0 && (seen.action === 'left' || seen.action === 'right')
}

/**
 * How far a body that goes across strays from the law of rolling and sliding, in metres (root mean square): constant
 * deceleration until it stops. `undefined` when it does not go freely for half a second.
 */
function measureStraying(body: ParsedBody, fps: number): number | undefined {
  if (!goesFreely(body)) return undefined
  const x = keepWhole(body.path.x, body)
  const velocities = measureVelocities(x, fps)
  const from = velocities.findIndex(velocity => Math.abs(velocity) > STILL)
  const stop = velocities.findIndex((velocity, i) => i > from && !(Math.abs(velocity) > STILL))
  const to = stop < 0 ? velocities.length + WINDOW - 1 : stop
  const [times, places] = knownPart(x, Math.max(0, from), to, fps)
  if (times.length < fps / 2) return undefined
  const fit = fitParabola(times, places)
  if (!fit) return undefined
  const squares = times.map((t, i) => (places[i] - fit[0] - fit[1] * t - fit[2] * t * t) ** 2)
  return Math.sqrt(squares.reduce((a, b) => a + b, 0) / squares.length)
}

/** The mean of what was measured; `undefined` when nothing was. */
const average = (values: readonly number[]) => (values.length === 0 ? undefined : mean(values))

/** Mean error of a body's velocity across the picture against the simulator's places, in metres a second. */
function compareVelocities(body: ParsedBody, truth: readonly number[], fps: number): number | undefined {
  if (!goesFreely(body)) return undefined
  const [seen, real] = [measureVelocities(keepWhole(body.path.x, body), fps), measureVelocities(truth, fps)]
  const errors = seen.flatMap((velocity, i) => {
    const moves = Math.abs(real[i]) > STILL
    return moves && !Number.isNaN(velocity) ? [Math.abs(velocity - real[i])] : []
  })
  return average(errors)
}

/** The middle of a body's pixels in a mask (H x W) in pixels, `undefined` when it is not there. */
function middleOf(mask: Uint8Array, body: number, width: number): [number, number] | undefined {
  let [x, y, count] = [0, 0, 0]
  for (let i = 0; i < mask.length; i++) {
    if (mask[i] !== body) continue
    x += (i % width) + 0.5
    y += Math.floor(i / width) + 0.5
    count++
  }
  return count === 0 ? undefined : [x / count, y / count]
}

/**
 * Mean distance in pixels between where a body is seen and the middle of its true pixels, over the frames that show
 * it whole.
 * @param masks F x H x W, numbers of bodies counted from 1
 * @param body its number in the masks
 */
function measurePositionError(
  sightings: readonly (Sighting | undefined)[],
  masks: Uint8Array,
  body: number,
  { width, height }: { readonly width: number; readonly height: number },
): number | undefined {
  const errors = sightings.flatMap((sighting, frame) => {
    if (!isWhole(sighting)) return []
    const middle = middleOf(masks.subarray(frame * width * height, (frame + 1) * width * height), body, width)
    return middle ? [Math.hypot(sighting.x - middle[0], sighting.y - middle[1])] : []
  })
  return average(errors)
}

/** What physics is in the bodies of one film, as the parser sees them; a value for each body that shows it. */
export interface SeenPhysics {
  /** Downward acceleration of what falls, in metres a second squared. */
  readonly fall: readonly number[]
  /** Root mean square distance of what goes across from the law of motion, in metres. */
  readonly straying: readonly number[]
}

/** Nothing measured: what a camera that moves shows cannot be turned into metres. */
export const noPhysics: SeenPhysics = { fall: [], straying: [] }

const measured = (values: readonly (number | undefined)[]) => values.filter(value => value !== undefined)

/** Measures the physics of the bodies of a film. */
export function measurePhysics(bodies: readonly ParsedBody[], fps: number): SeenPhysics {
  return {
    fall: measured(bodies.map(body => measureFall(body, fps))),
    straying: measured(bodies.map(body => measureStraying(body, fps))),
  }
}

/** What physics is seen in a film whose truth is known, and how far it is from that. */
export interface CheckedPhysics extends SeenPhysics {
  /** Mean error of the velocity of what goes across, in metres a second. */
  readonly velocityError: readonly number[]
  /** Mean distance of each body of the scene from the middle of its true pixels, in pixels; null where none shows it whole. */
  readonly positionError: readonly (number | null)[]
}

/** Measures bodies against the simulator: those seen in the true frames, or in what the autoencoder made of them. */
export function checkPhysics(bodies: readonly ParsedBody[], film: Film): CheckedPhysics {
  const known = bodies.flatMap(body => {
    const number = film.scene.bodies.findIndex(({ colour }) => colour === body.seen.colour)
    return number < 0 ? [] : [{ body, number }]
  })
  const isStill = film.scene.camera.move === 'still'
  return {
    ...(isStill ? measurePhysics(bodies, film.fps) : noPhysics),
    velocityError: measured(
      known.map(({ body, number }) => {
        if (!isStill) return undefined
        return compareVelocities(
          body,
          film.motion.frames.map(states => states[number].position[0]),
          film.fps,
        )
      }),
    ),
    positionError: film.scene.bodies.map((_, number) => {
      const tracks = known.filter(seen => seen.number === number)
      const errors = tracks.map(({ body }) =>
        measurePositionError(body.track.sightings, film.masks, number + 1, film),
      )
      return average(measured(errors)) ?? null
    }),
  }
}
