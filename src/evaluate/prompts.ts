import { curricula, type Film, filmSplit, type SceneOptions } from '../world/index.ts'

/** Seeds of held-out clips start here, far from every training seed. */
const FIRST_SEED = 7_000_000

/**
 * Films the first `count` held-out scenes: combinations of colour, shape and action that no training clip shows.
 * Nobody chooses them: they are what the seeds from 7,000,000 on give. `loadPhysics` must have finished.
 */
export function filmHeldOut(count: number, scene: SceneOptions = {}): (Film & { readonly seed: number })[] {
  const films: (Film & { readonly seed: number })[] = []
  for (const film of filmSplit('tabletop', FIRST_SEED, true, { ...curricula.first, ...scene })) {
    films.push(film)
    if (films.length === count) break
  }
  return films
}
