/** How a step mixes what it has: `next = keep x + now data + before previousData`. */
export interface StepWeights {
  readonly keep: number
  readonly now: number
  readonly before: number
}

/** The first-order step from level t to `next`: Euler along the velocity that the predicted data gives. */
export function eulerStep(t: number, next: number): StepWeights {
  return { keep: next / t, now: 1 - next / t, before: 0 }
}

/** Half the logarithm of signal to noise on the straight path; its differences are the steps of DPM-Solver. */
const logSnr = (t: number) => Math.log((1 - t) / t)

/**
 * A second-order step that costs one pass: the data is drawn on along the line of the last two predictions
 * (DPM-Solver++ 2M, 2211.01095, algorithm 2, written for the straight path). First order where one end has no
 * noise or nothing else, and at the first step.
 * @param previous the level of the step before, where there was one
 */
export function multistep(t: number, next: number, previous?: number): StepWeights {
  const first = eulerStep(t, next)
  if (previous === undefined || previous >= 1 || next <= 0) return first
  const beyond = (logSnr(next) - logSnr(t)) / (2 * (logSnr(t) - logSnr(previous)))
  return { keep: first.keep, now: first.now * (1 + beyond), before: -first.now * beyond }
}
