import { BEGUN_TOGETHER, type Model } from './model.ts'
import { runTogether } from './passes.ts'
import type { Finished, Progress } from './windows.ts'

/** A film that is begun. */
export interface Candidate {
  readonly finished: Finished
  /** What of it can be seen so far, from the film's first latent frame on. */
  readonly latents: Float32Array
}

/** How a film is chosen among several. */
export interface CandidateOptions {
  /** How many are begun. */
  readonly candidates: number
  /** Denoising steps of the part of each that is compared. */
  readonly trialSteps: number
  readonly onProgress?: (progress: Progress) => void
}

/** Seeds of a film's candidates lie so far apart that films of neighbouring seeds have none in common. */
const STRIDE = 97_003_211

/** The seed of a film's candidate; the first one has the film's own. */
export const seedOfTake = (seed: number, take: number) => (seed + take * STRIDE) % 2 ** 31

/**
 * Begins a film several times, and keeps the one that is rated best (DALL-E, 2102.12092, section 2.6, did so with pictures).
 * @param begin makes what is compared of a candidate with the model that it is given
 * @param rate how good it is: more is better
 */
export async function chooseTake(
  model: Model,
  begin: (model: Model, take: number, onProgress: CandidateOptions['onProgress']) => Promise<Candidate>,
  rate: (latents: Float32Array) => Promise<number>,
  { candidates, trialSteps, onProgress }: CandidateOptions,
): Promise<Finished> {
  let best: { readonly finished: Finished; readonly rating: number } | undefined
  for (let first = 0; first < candidates; first += BEGUN_TOGETHER) {
    const count = Math.min(BEGUN_TOGETHER, candidates - first)
    const steps = { done: first * trialSteps, more: (candidates - 1) * trialSteps, each: count }
    const begun = await runTogether(model, count, (shared, i) =>
      // All take their steps at once: one of them tells of all.
      begin(shared, first + i, i === count - 1 ? skipSteps(steps, onProgress) : undefined),
    )
    for (const [i, { finished, latents }] of begun.entries()) {
      const rating = await rate(latents)
      if (!best || rating > best.rating) best = { finished: { ...finished, take: first + i }, rating }
    }
  }
  return best!.finished
}

/** Reports progress behind steps that are done already, of steps that count for `each`. */
export function skipSteps(
  { done, more, each = 1 }: { readonly done: number; readonly more: number; readonly each?: number },
  onProgress: CandidateOptions['onProgress'],
): CandidateOptions['onProgress'] {
  return ({ step, steps, preview }) =>
    onProgress?.({ step: done + step * each, steps: more + steps, preview })
}
