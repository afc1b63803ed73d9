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
 * @param begin makes what is compared of a candidate
 * @param rate how good it is: more is better
 */
export async function chooseTake(
  begin: (take: number, onProgress: CandidateOptions['onProgress']) => Promise<Candidate>,
  rate: (latents: Float32Array) => Promise<number>,
  { candidates, trialSteps, onProgress }: CandidateOptions,
): Promise<Finished> {
  let best: { readonly finished: Finished; readonly rating: number } | undefined
  for (let take = 0; take < candidates; take++) {
    const { finished, latents } = await begin(
      take,
      skipSteps(take * trialSteps, (candidates - 1) * trialSteps, onProgress),
    )
    const rating = await rate(latents)
    if (!best || rating > best.rating) best = { finished: { ...finished, take }, rating }
  }
  return best!.finished
}

/** Reports progress behind steps that are done already. */
export function skipSteps(
  done: number,
  more: number,
  onProgress: CandidateOptions['onProgress'],
): CandidateOptions['onProgress'] {
  return ({ step, steps, preview }) => onProgress?.({ step: done + step, steps: more + steps, preview })
}
