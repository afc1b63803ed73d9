import {
  FRAME_INTERVAL,
  filmPlane,
  PLANE_EXTENT,
  type PlaneMotion,
  type PlaneScene,
  pixelToPlane,
  simulatePlane,
} from '../world/index.ts'
import { mean } from './bootstrap.ts'
import type { Frames } from './pixels.ts'

// PhyWorld's measure (Kang et al. 2024, arXiv 2411.02385, section 3.1 and the released evaluation): where balls are
// seen in a film, frame by frame, and how far their velocities are from the simulator's. Units and seconds of the plane.

/**
 * How balls are found. `released`: pixels over a threshold, pixel i of W taken to be at i / W, though the renderer has
 * it at i / (W - 1); numbers in the paper are of this kind. `calibrated`: the centroid of how much each pixel is of
 * the ball's colour, with pixels where the renderer has them.
 */
export type PlaneParser = 'released' | 'calibrated'

/** A ball as it is seen in one frame, in units; y points up. */
export interface SeenBall {
  readonly x: number
  readonly y: number
  readonly radius: number
}

/** Colours of balls that can be found: PhyWorld's. */
export type SeenColour = 'red' | 'blue'

/** A pixel's share of a colour below this, or this near to the whole, is taken for noise. */
const NOISE = 0.1

/**
 * Finds the ball of a colour in one square frame (H x W x 3, sRGB); `undefined` when no pixel shows it.
 * @param size width and height in pixels
 */
export function findBall(
  frame: Uint8Array,
  size: number,
  colour: SeenColour,
  parser: PlaneParser,
): SeenBall | undefined {
  const own = colour === 'red' ? 0 : 2
  const other = 2 - own
  let [area, across, down] = [0, 0, 0]
  for (let row = 0, at = 0; row < size; row++) {
    for (let column = 0; column < size; column++, at += 3) {
      // Green is white, or near it: no ball, whichever the parser.
      if (frame[at + 1] === 255) continue
      let share: number
      if (parser === 'released') {
        share = frame[at + own] > 127 && frame[at + 1] < 127 && frame[at + other] < 127 ? 1 : 0
      } else {
        // A pixel is white, red and blue in shares: green is the white alone, so the rest of `own` is the colour.
        const raw = ((frame[at + own] - frame[at + 1]) / 255 - NOISE) / (1 - 2 * NOISE)
        share = Math.max(0, Math.min(1, raw))
      }
      if (share === 0) continue
      area += share
      across += share * column
      down += share * row
    }
  }
  if (area === 0) return undefined
  const [column, row] = [across / area, down / area]
  const scale = PLANE_EXTENT / size
  const radius = Math.sqrt(area / Math.PI) * scale
  return parser === 'released'
    ? { x: column * scale, y: (size - 1 - row) * scale, radius }
    : { x: pixelToPlane(column, size), y: PLANE_EXTENT - pixelToPlane(row, size), radius }
}

/** How far a film's velocities are from the simulator's, in units a second. */
export interface VelocityError {
  /**
   * What the paper reports. uniform: |mean vx - v0|. parabola: the same plus |mean vy - mean true vy|. collision:
   * |mean vx - mean true vx| after the impact, averaged over the balls.
   */
  readonly error: number
  /** The parts of it along x and y, averaged over the balls; y is 0 in a collision. */
  readonly x: number
  readonly y: number
  /** How much a ball's radius seems to change, in units: the largest minus the smallest. */
  readonly radiusDrift: number
  /** Frames that were looked at. */
  readonly frames: number
}

/** The first frame that counts: PhyWorld's models are given the three before it. */
const FIRST_FRAME = 3

/** Whether the balls are wholly in view, as the released evaluation asks it of each law. */
function isVisible({ law, bodies }: PlaneScene, states: PlaneMotion['frames'][number]): boolean {
  const [left, right] = [states[0], states[states.length - 1]]
  const [leftRadius, rightRadius] = [bodies[0].radius, bodies[bodies.length - 1].radius]
  const across = left.position[0] - leftRadius >= 0 && right.position[0] + rightRadius <= PLANE_EXTENT
  if (law === 'collision') return across
  return across && left.position[1] - leftRadius >= 0 && left.position[1] + leftRadius <= PLANE_EXTENT
}

/** Velocities between frames that follow one another. */
const differences = (values: readonly number[]) =>
  values.slice(1).map((value, i) => (value - values[i]) / FRAME_INTERVAL)

/** The first difference after that in which two balls meet: where a true velocity changes by more than 0.1. */
function findImpact(velocities: readonly (readonly number[])[]): number {
  const count = velocities[0].length
  for (let i = 1; i < count; i++) {
    if (velocities.some(v => Math.abs(v[i] - v[i - 1]) > 0.1)) return i + 1
  }
  return count
}

/**
 * A ball as it is seen over frames. Where it is not, it is taken to be at `lost` along x, its side of the picture, with
 * the height and radius that it had, as released. One that is never seen stays at height 0: the released evaluation
 * leaves such films out, which flatters a model that loses balls.
 */
function trackBall(
  frames: readonly Uint8Array[],
  size: number,
  colour: SeenColour,
  lost: number,
  parser: PlaneParser,
): SeenBall[] {
  const seen = frames.map(frame => findBall(frame, size, colour, parser))
  let last = seen.find(ball => ball !== undefined) ?? { x: lost, y: 0, radius: 0 }
  return seen.map(ball => {
    last = ball ?? { ...last, x: lost }
    return last
  })
}

/**
 * Measures a film of one of PhyWorld's laws against its scene. Frames count from the fourth on, while the balls are
 * wholly in view, without the scene's last one.
 * @param footage F x H x W x 3, of any square size; frames that the film lacks at its end are left out
 * @returns `undefined` when fewer than two frames count (or two after an impact), as a quick large ball has it
 * @throws RangeError when the law is another or the film is not square.
 */
export function measureVelocityError(
  { frames, width, height }: Frames,
  scene: PlaneScene,
  parser: PlaneParser,
  motion: PlaneMotion = simulatePlane(scene),
): VelocityError | undefined {
  const { law, bodies } = scene
  if (law === 'pendulum' || law === 'balls')
    throw new RangeError(`law must be uniform, collision or parabola, got "${law}"`)
  if (width !== height) throw new RangeError(`a film of the plane must be square, got ${width} x ${height}`)
  const bytes = width * height * 3
  const end = Math.min(motion.frames.length - 1, Math.floor(frames.length / bytes))
  const counted: number[] = []
  for (let i = FIRST_FRAME; i < end; i++) if (isVisible(scene, motion.frames[i])) counted.push(i)
  const pictures = counted.map(i => frames.subarray(i * bytes, (i + 1) * bytes))
  const colours = law === 'collision' ? (['red', 'blue'] as const) : (['red'] as const)
  // A lost left ball is taken to be at the left, any other at the right.
  const tracks = colours.map((colour, i) =>
    trackBall(pictures, width, colour, bodies.length > 1 && i === 0 ? 0 : PLANE_EXTENT, parser),
  )
  const truth = bodies.map((_, ball) =>
    [0, 1].map(axis => differences(counted.map(i => motion.frames[i][ball].position[axis]))),
  )
  const from = law === 'collision' && counted.length > 1 ? findImpact(truth.map(([x]) => x)) : 0
  if (truth[0][0].length <= from) return undefined
  const [x, y] = (['x', 'y'] as const).map((name, axis) =>
    mean(
      tracks.map((track, ball) => {
        const seen = mean(differences(track.map(state => state[name])).slice(from))
        const isStart = law !== 'collision' && axis === 0
        return Math.abs(seen - (isStart ? bodies[ball].velocity[0] : mean(truth[ball][axis].slice(from))))
      }),
    ),
  )
  const drifts = tracks.map(track => {
    const radii = track.map(({ radius }) => radius)
    return Math.max(...radii) - Math.min(...radii)
  })
  return {
    error: law === 'parabola' ? x + y : x,
    x,
    y,
    radiusDrift: Math.max(...drifts),
    frames: counted.length,
  }
}

/** Whether PhyWorld's evaluation counts a scene: it drops small balls, which vanish in its autoencoder. */
export function isCounted({ law, bodies }: PlaneScene): boolean {
  return bodies.every(({ radius }) => (law === 'collision' ? radius > 0.5 : radius >= 0.6))
}

/** A mean over clips. */
export interface MeanError {
  readonly mean: number
  /** The standard error of the mean. */
  readonly deviation: number
  /** Clips that were measured, and clips in which too few frames count. */
  readonly clips: number
  readonly unmeasured: number
}

/** The mean error of films, each beside its scene; scenes that PhyWorld does not count are left out. */
export function averageVelocityErrors(errors: readonly (VelocityError | undefined)[]): MeanError {
  const measured = errors.flatMap(error => (error ? [error.error] : []))
  const average = mean(measured)
  const variance = mean(measured.map(error => (error - average) ** 2))
  const deviation = Math.sqrt(variance / measured.length)
  return { mean: average, deviation, clips: measured.length, unmeasured: errors.length - measured.length }
}

/**
 * The error of true films: what a perfect model would score. Filmed at the scenes' own size; small balls are left out.
 */
export function measureFloor(scenes: Iterable<PlaneScene>): Record<PlaneParser, MeanError> {
  const errors = {
    released: [] as (VelocityError | undefined)[],
    calibrated: [] as (VelocityError | undefined)[],
  }
  for (const scene of scenes) {
    if (!isCounted(scene)) continue
    const film = filmPlane(scene)
    for (const parser of ['released', 'calibrated'] as const) {
      errors[parser].push(measureVelocityError(film, scene, parser, film.motion))
    }
  }
  return {
    released: averageVelocityErrors(errors.released),
    calibrated: averageVelocityErrors(errors.calibrated),
  }
}
