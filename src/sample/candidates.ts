import { stepsFromHalfWay } from './denoise.ts'
import { BEGUN_TOGETHER, type Model } from './model.ts'
import { runTogether } from './passes.ts'
import type { Finished, Progress } from './windows.ts'

/** A film that is begun. */
export interface Candidate {
  readonly finished: Finished
  /** What of it can be seen so far, from the film's first latent frame on. */
  readonly latents: Float32Array
}

/** How a film's beginning is chosen among several. */
export interface Contest {
  /** Latent frames of it that are compared. */
  readonly shown: number
  /** How good they are: more is better. */
  readonly rate: (latents: Float32Array) => Promise<number>
  /** Whether half of the effort goes into variations of the best. */
  readonly varies: boolean
}

/** What is done for a choice: so many films of so many denoising steps. */
export interface Round {
  /** The number of its first film. */
  readonly first: number
  readonly count: number
  readonly steps: number
  /** Whether they are variations of the best of the round before. */
  readonly varies: boolean
}

/**
 * Plans a choice among films of so many steps each: all are begun anew; or half of them, and then twice as many variations of the best are
 * made in half of the steps.
 */
export function planRounds({ varies }: Contest, candidates: number, steps: number): Round[] {
  const begun = varies ? Math.ceil(candidates / 2) : candidates
  const rounds = [{ first: 0, count: begun, steps, varies: false }]
  if (varies) rounds.push({ first: begun, count: candidates, steps: stepsFromHalfWay(steps), varies: true })
  return rounds
}

/** Denoising steps of all films of all rounds. */
export const countSteps = (rounds: readonly Round[]) =>
  rounds.reduce((sum, { count, steps }) => sum + count * steps, 0)

/** Seeds of a film's candidates lie so far apart that films of neighbouring seeds have none in common. */
const STRIDE = 97_003_211

/** The seed of a film's candidate; the first one has the film's own. */
export const seedOfTake = (seed: number, take: number) => (seed + take * STRIDE) % 2 ** 31

type Report = ((progress: Progress) => void) | undefined

/**
 * Begins a film several times, and keeps the one that is rated best (DALL-E, 2102.12092, section 2.6, did so with pictures).
 * @param begin makes with the model that it is given what is compared of a candidate: anew, or a variation of the best
 * @param tellProgress reports steps behind those that are done, each of which counts for several
 */
export async function chooseTake(
  model: Model,
  begin: (model: Model, take: number, best: Candidate | undefined, onProgress: Report) => Promise<Candidate>,
  rate: Contest['rate'],
  rounds: readonly Round[],
  tellProgress: (done: number, each: number) => Report,
): Promise<Finished> {
  let best: (Candidate & { readonly rating: number }) | undefined
  let done = 0
  for (const { first, count, steps, varies } of rounds) {
    const from = varies ? best : undefined
    for (let start = 0; start < count; start += BEGUN_TOGETHER) {
      const together = Math.min(BEGUN_TOGETHER, count - start)
      // All take their steps at once: one of them tells of all.
      const tell = tellProgress(done, together)
      const begun = await runTogether(model, together, (shared, i) =>
        begin(shared, first + start + i, from, i === together - 1 ? tell : undefined),
      )
      for (const candidate of begun) {
        const rating = await rate(candidate.latents)
        if (!best || rating > best.rating) best = { ...candidate, rating }
      }
      done += together * steps
    }
  }
  return best!.finished
}
