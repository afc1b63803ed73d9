import { createRandom } from '../array/index.ts'
import {
  type BallNumbers,
  type PhyworldLaw,
  type PlaneOptions,
  type PlaneSplit,
  placeLaw,
  planeDefaults,
  planeRanges,
  type Range,
} from './planeSample.ts'
import { type PlaneScene, planeSceneSchema } from './planeScene.ts'

/** Speeds and radii of PhyWorld's grids, counted: its three training sets, and what its models were measured on. */
const gridCounts = {
  ball: { '30K': [300, 100], '300K': [1000, 300], '3M': [3000, 1000], evaluation: [16, 10] },
  collision: { '30K': [21, 8], '300K': [41, 14], '3M': [71, 26], evaluation: [4, 4] },
} as const

/** A grid's name. */
export type PlaneGrid = keyof (typeof gridCounts)['ball']

/** Speeds and radii of the grids out of distribution, counted a range, and beside them those in distribution. */
const outsideCounts = {
  ball: { outside: [16, 8], inside: [8, 8] },
  collision: { outside: [4, 3], inside: [3, 3] },
} as const

/** `count` evenly spaced numbers, both ends included. */
function spread([low, high]: Range, count: number): number[] {
  return Array.from({ length: count }, (_, i) => low + ((high - low) * i) / (count - 1))
}

/** All ways to give each ball a value; where there are values outside, one ball at least has one of them. */
function combine(balls: number, inside: readonly number[], outside: readonly number[]): number[][] {
  if (balls === 1) return (outside.length > 0 ? outside : inside).map(value => [value])
  const all = [...outside, ...inside]
  const pairs = all.flatMap((a, i) => all.map((b, j) => ({ values: [a, b], first: Math.min(i, j) })))
  return pairs
    .filter(({ first }) => outside.length === 0 || first < outside.length)
    .map(({ values }) => values)
}

/** The radii and speeds of a grid's scenes, ball by ball. */
function combinations(
  law: PhyworldLaw,
  grid: PlaneGrid,
  split: PlaneSplit,
): { radii: number[][]; speeds: number[][] } {
  const [kind, balls] = law === 'collision' ? (['collision', 2] as const) : (['ball', 1] as const)
  const { inside, outside } = planeRanges[kind]
  const counts = outsideCounts[kind]
  const [speeds, radii] = split === 'inside' ? gridCounts[kind][grid] : counts.inside
  const beyond = (ranges: readonly Range[], count: number, ...splits: PlaneSplit[]) =>
    splits.includes(split) ? ranges.flatMap(range => spread(range, count)) : []
  return {
    radii: combine(
      balls,
      spread(inside.radius, radii),
      beyond(outside.radius, counts.outside[1], 'radius', 'both'),
    ),
    speeds: combine(
      balls,
      spread(inside.speed, speeds),
      beyond(outside.speed, counts.outside[0], 'speed', 'both'),
    ),
  }
}

/**
 * The scenes of one of PhyWorld's grids in order of radius, then speed (of the left ball first). Where a ball starts
 * is drawn from the seed and the place in the grid. Combinations that leave two balls no room are left out.
 * Splits out of distribution have one grid each, whatever its name.
 */
export function* planeGrid(
  law: PhyworldLaw,
  grid: PlaneGrid = 'evaluation',
  { split = 'inside', seed = 0, ...format }: Omit<PlaneOptions, 'laws'> & { readonly seed?: number } = {},
): Generator<PlaneScene> {
  const { radii, speeds } = combinations(law, grid, split)
  const { split: _, ...defaults } = planeDefaults
  let place = 0
  for (const radius of radii)
    for (const speed of speeds) {
      const own = (seed + Math.imul(place++, 0x9e3779b1)) | 0
      const numbers = radius.map((value, i): BallNumbers => ({ radius: value, speed: speed[i] }))
      const content = placeLaw(createRandom(own), law, numbers)
      if (!content) continue
      const head = { version: 1, family: 'plane', law, seed: own }
      yield planeSceneSchema.parse({ ...head, ...content, ...defaults, ...format })
    }
}
