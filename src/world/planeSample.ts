import { createRandom, type Random, shuffle } from '../array/index.ts'
import {
  distance,
  FRAME_INTERVAL,
  PLANE_EXTENT,
  type PlaneBody,
  type PlaneColour,
  type PlaneLaw,
  type PlaneScene,
  planeColours,
  planeLaws,
  planeSceneSchema,
} from './planeScene.ts'
import { simulatePlane } from './planeSimulate.ts'
import { round } from './sceneChoice.ts'

/** A range of numbers: lowest, highest. */
export type Range = readonly [number, number]

/** The three laws that PhyWorld measures. */
export const phyworldLaws = ['uniform', 'collision', 'parabola'] as const
/** One of the three laws that PhyWorld measures. */
export type PhyworldLaw = (typeof phyworldLaws)[number]

/** PhyWorld's ranges of radius and speed: what training shows, and what it never shows, smaller and larger. */
export const planeRanges = {
  ball: {
    inside: { radius: [0.7, 1.4], speed: [1, 4] },
    outside: {
      radius: [
        [0.3, 0.6],
        [1.5, 2],
      ],
      speed: [
        [0, 0.8],
        [4.5, 6],
      ],
    },
  },
  collision: {
    inside: { radius: [0.5, 1.5], speed: [1, 4] },
    outside: {
      radius: [
        [0.3, 0.4],
        [1.7, 2],
      ],
      speed: [
        [0, 0.8],
        [4.5, 6],
      ],
    },
  },
} as const satisfies Record<
  string,
  { inside: { radius: Range; speed: Range }; outside: { radius: readonly Range[]; speed: readonly Range[] } }
>

/**
 * Which of a scene's numbers are out of distribution: none (what training shows), radii, speeds, or both. Of two
 * balls it is enough that one is.
 */
export const planeSplits = ['inside', 'radius', 'speed', 'both'] as const
/** Which of a scene's numbers are out of distribution. */
export type PlaneSplit = (typeof planeSplits)[number]

/** What can be asked of a sampled scene. */
export interface PlaneOptions {
  readonly width?: number
  readonly height?: number
  readonly frameCount?: number
  readonly fps?: number
  /** The laws to draw from, each as often as the others; all that have the split when absent. */
  readonly laws?: readonly PlaneLaw[]
  /** In distribution when absent; pendulums and several balls have no other side. */
  readonly split?: PlaneSplit
}

/** What is filmed when nothing else is asked for: PhyWorld's 32 frames, at 128 x 128. */
export const planeDefaults = { width: 128, height: 128, frameCount: 32, fps: 10, split: 'inside' } as const

/** The radius and speed of each ball: what PhyWorld's grids list. */
export interface BallNumbers {
  readonly radius: number
  readonly speed: number
}

/** Free space between a ball and the picture's edge, and how high above it a thrown ball may start, in units. */
const MARGIN = 0.5
const TOP_BAND = 1
/** Frames that a moving ball must stay in view, and that two balls have before and after they meet. */
const VISIBLE_FRAMES = 24
const FRAMES_BEFORE = 8
const FRAMES_AFTER = 8
/** PhyWorld's gravity, and that of a pendulum. */
const GRAVITY = 2.5
const PENDULUM_GRAVITY = 9.81

const between = (random: Random, [low, high]: Range) => low + (high - low) * random.uniform()

/** All that a law decides of a scene. */
export type Content = Pick<PlaneScene, 'gravity' | 'walls' | 'pivot' | 'bodies'>

/** A ball that moves right, from where it stays in view for 24 frames if that can be; thrown, it starts near the top. */
function placeMoving(random: Random, { radius, speed }: BallNumbers, thrown: boolean): Content {
  const last = PLANE_EXTENT - VISIBLE_FRAMES * FRAME_INTERVAL * speed - radius
  const x = between(random, [radius, last < radius ? radius + between(random, [0, 0.5]) : last])
  const top = PLANE_EXTENT - MARGIN - radius
  const y = between(random, [thrown ? top - TOP_BAND : radius + MARGIN, top])
  return {
    gravity: thrown ? GRAVITY : 0,
    walls: false,
    bodies: [{ colour: 'red', radius, position: [x, y], velocity: [speed, 0] }],
  }
}

/**
 * Two balls that meet head-on, at least 8 frames after the first frame and 8 before the last, both wholly in view at
 * first; `undefined` where there is no room for it. Next to a much larger ball a small one starts where it has room
 * to bounce back.
 */
function placeCollision(random: Random, [left, right]: readonly BallNumbers[]): Content | undefined {
  const reach = left.radius + right.radius
  const approach = (left.speed + right.speed) * FRAME_INTERVAL
  const uneven = Math.max(left.radius, right.radius) > 2 * Math.min(left.radius, right.radius)
  const nearest = FRAMES_BEFORE * approach + reach
  const room = PLANE_EXTENT - reach
  if (nearest > room) return undefined
  const latest = uneven ? 1.25 * nearest : (planeDefaults.frameCount - FRAMES_AFTER) * approach + reach
  const apart = between(random, [nearest, Math.max(nearest, Math.min(latest, room))])
  const end = PLANE_EXTENT - right.radius - apart
  const start = right.radius > 2 * left.radius ? Math.max(left.radius, end - MARGIN) : left.radius
  const x = between(random, [start, end])
  const larger = Math.max(left.radius, right.radius)
  const y = between(random, [larger + MARGIN, PLANE_EXTENT - MARGIN - larger])
  const bodies: PlaneBody[] = [
    { colour: 'red', radius: left.radius, position: [x, y], velocity: [left.speed, 0] },
    { colour: 'blue', radius: right.radius, position: [x + apart, y], velocity: [-right.speed, 0] },
  ]
  return { gravity: 0, walls: false, bodies }
}

const names = Object.keys(planeColours) as PlaneColour[]

/** A ball on a rod, let go at rest on one side; it stays wholly in view. */
function placePendulum(random: Random): Content {
  const radius = round(between(random, [0.5, 1.2]))
  const length = between(random, [3, 7.8 - radius])
  const angle = between(random, [0.25, 1.2]) * (random.uniform() < 0.5 ? -1 : 1)
  const reach = Math.min(Math.abs(angle), Math.asin(Math.min(1, (PLANE_EXTENT / 2 - radius - 0.1) / length)))
  const pivot: [number, number] = [PLANE_EXTENT / 2, round(between(random, [8.6, 9.4]))]
  const swing = Math.sign(angle) * reach
  const position: [number, number] = [
    round(pivot[0] + length * Math.sin(swing)),
    round(pivot[1] - length * Math.cos(swing)),
  ]
  const colour = names[random.integer(names.length)]
  const bodies: PlaneBody[] = [{ colour, radius, position, velocity: [0, 0] }]
  return { gravity: PENDULUM_GRAVITY, walls: false, pivot, bodies }
}

/** Two to four balls of different colours between four walls, each on its own way; `undefined` where they do not fit. */
function placeBalls(random: Random): Content | undefined {
  const count = 2 + random.integer(3)
  const bodies: PlaneBody[] = []
  for (const colour of shuffle(random, names).slice(0, count)) {
    const radius = round(between(random, [0.5, 1.4]))
    const free = [radius + 0.1, PLANE_EXTENT - radius - 0.1] as const
    const angle = between(random, [0, 2 * Math.PI])
    const speed = between(random, [1, 4])
    const body: PlaneBody = {
      colour,
      radius,
      position: [round(between(random, free)), round(between(random, free))],
      velocity: [round(speed * Math.cos(angle)), round(speed * Math.sin(angle))],
    }
    if (bodies.some(other => distance(body.position, other.position) < body.radius + other.radius + 0.1))
      return undefined
    bodies.push(body)
  }
  return { gravity: 0, walls: true, bodies }
}

/** Draws radii and speeds: out of distribution those of one ball at least, and of the other in every second draw. */
function drawNumbers(random: Random, law: PlaneLaw, split: PlaneSplit): BallNumbers[] {
  const count = law === 'collision' ? 2 : 1
  const { inside, outside } = planeRanges[law === 'collision' ? 'collision' : 'ball']
  const draw = (range: Range, beyond: readonly Range[], isOutside: boolean): number[] => {
    const odd = random.integer(count)
    return Array.from({ length: count }, (_, i) => {
      const isOdd = isOutside && (i === odd || random.uniform() < 0.5)
      return between(random, isOdd ? beyond[random.integer(beyond.length)] : range)
    })
  }
  const radii = draw(inside.radius, outside.radius, split === 'radius' || split === 'both')
  const speeds = draw(inside.speed, outside.speed, split === 'speed' || split === 'both')
  return radii.map((radius, i) => ({ radius, speed: speeds[i] }))
}

/** Draws what a law leaves open; `undefined` where the draw has no room. */
export function placeLaw(
  random: Random,
  law: PlaneLaw,
  numbers: readonly BallNumbers[],
): Content | undefined {
  if (law === 'pendulum') return placePendulum(random)
  if (law === 'balls') return placeBalls(random)
  if (law === 'collision') return placeCollision(random, numbers)
  return placeMoving(random, numbers[0], law === 'parabola')
}

/** Draws after which a seed is given up; no seed of 2,000, of any law and split, comes to it. */
const MOST_DRAWS = 1000

/**
 * Draws a scene of the family `plane`. Draws without room for what the law asks, and several balls of which no two
 * meet in the first 32 frames, are drawn anew.
 * @param seed the same seed gives the same scene
 * @throws RangeError when a law is asked for a split that it does not have.
 */
export function samplePlane(seed: number, options: PlaneOptions = {}): PlaneScene {
  const {
    split,
    laws = split === 'inside' ? planeLaws : phyworldLaws,
    ...format
  } = {
    ...planeDefaults,
    ...options,
  }
  const one =
    split === 'inside' ? undefined : laws.find(law => !(phyworldLaws as readonly string[]).includes(law))
  if (one) throw new RangeError(`split must be "inside" for the law "${one}", got "${split}"`)
  const random = createRandom(seed)
  const law = laws[random.integer(laws.length)]
  for (let draw = 0; draw < MOST_DRAWS; draw++) {
    const numbers = drawNumbers(random, law, split)
    const content = placeLaw(random, law, numbers)
    if (!content) continue
    const scene = planeSceneSchema.parse({ version: 1, family: 'plane', law, seed, ...content, ...format })
    const early = () => simulatePlane({ ...scene, frameCount: planeDefaults.frameCount })
    if (law === 'balls' && early().contacts.every(({ other }) => other < 0)) continue
    return scene
  }
  throw new Error(`no room for a scene of the law "${law}" in ${MOST_DRAWS} draws of seed ${seed}`)
}
