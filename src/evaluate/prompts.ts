import type { Model } from '../sample/index.ts'
import { completeCaption, knowsWorlds } from '../words/index.ts'
import { type CurriculumName, curricula, type Film, filmSplit, type SceneOptions } from '../world/index.ts'

/** The two sides of the split: combinations that training shows, in scenes it does not; and combinations that it never shows. */
export const splits = ['seen', 'heldOut'] as const
/** The name of a side of the split. */
export type SplitName = (typeof splits)[number]

/** How many of `count` scenes come from each side of the split: half, an odd one from the seen combinations. */
export function halvesOf(count: number): { readonly split: SplitName; readonly count: number }[] {
  return splits.map((split, i) => ({ split, count: Math.floor((count + 1 - i) / 2) }))
}

/** Seeds of the scenes that are asked for start here, far from every seed of a dataset. */
const firstSeeds = { seen: 9_000_000, heldOut: 7_000_000 } as const

/**
 * Films the first scenes of one side of the split of a curriculum, one after the other. Nobody chooses them: they
 * are what the seeds from 9,000,000 (seen combinations) or 7,000,000 (held-out ones) on give. `loadPhysics` must
 * have finished.
 */
export function* filmPrompts(
  split: SplitName,
  curriculum: CurriculumName,
  count: number,
  scene: SceneOptions = {},
): Generator<Film & { readonly seed: number }> {
  if (count === 0) return
  let made = 0
  for (const film of filmSplit(firstSeeds[split], split === 'heldOut', {
    ...curricula[curriculum],
    ...scene,
  })) {
    yield film
    if (++made === count) return
  }
}

/** The caption of a fixed prompt: what it leaves open is filled in by the seed, as in `aozora generate`. */
export function tellFixed({ transformer }: Model, prompt: string, seed: number): string {
  if (!knowsWorlds(transformer.text.vocabulary)) return prompt
  return completeCaption(prompt, seed)?.caption ?? prompt
}

/** Prompts that every report shows with the same four seeds: written once, before any film of them was seen. */
export const fixedPrompts = {
  first: [
    'a large red ball rolls to the right on a plain grey floor',
    'a large blue cube slides to the left on a checkered floor',
    'a small yellow ball drops and bounces on a plain grey floor',
    'a large green cylinder rests on a checkered floor',
    'a small purple cube slides quickly to the right and stops on a plain grey floor',
    'a large orange ball drops and bounces three times on a checkered floor',
    'a large red ball rolls to the right and hits a large blue cube on a plain grey floor',
    'a large yellow cylinder rests beside a small green ball on a checkered floor',
  ],
  second: [
    'a red metal ball bounces on wet asphalt at sunset',
    'a large blue cube slides to the left on wood at night',
    'a small pink ball rolls to the right on grass',
    'a green glass ball rolls to the right on a checkered floor',
    'a large orange cylinder rests in shallow water at sunset',
    'a yellow cone rests beside a purple cube on grass',
    'a large cyan metal ball rolls to the left and hits a red cube on wood',
    'a small orange cube drops and bounces on a checkered floor under a cloudy sky',
  ],
  third: [
    'a red metal ball bounces on wet asphalt at sunset',
    'a large blue cube slides to the left on wood',
    'a small pink ball rolls away on grass',
    'a green glass ball rolls to the right on a checkered floor',
    'a large orange cylinder falls over on a plain grey floor at sunset',
    'a yellow cone rests beside a purple cube on grass',
    'a large cyan metal ball rolls to the left and hits a red cube on wood',
    'a small orange cube drops and bounces on a checkered floor while the camera orbits',
  ],
  full: [
    'a red metal ball bounces on wet asphalt at sunset',
    'a large blue cube slides to the left on wood at night',
    'a small pink ball drops into shallow water',
    'a green glass ball rolls to the right on a checkered floor under a lamp at night',
    'a large orange cylinder topples on grass under a cloudy sky',
    'a yellow cone rests beside a purple cube and a small red ball in shallow water',
    'a large cyan metal ball rolls to the left behind a red cube at sunset',
    'a small orange cube drops and bounces on wet asphalt while the camera moves in',
  ],
} as const satisfies Record<CurriculumName, readonly string[]>
