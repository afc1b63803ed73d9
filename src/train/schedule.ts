/** Learning rates over a run: linear warm-up, constant, linear decay to zero over the last part. */
export interface Schedule {
  readonly steps: number
  readonly warmup: number
  /** Share of the steps, at the end, over which the rates fall. */
  readonly decay: number
  readonly adamRate: number
  readonly muonRate: number
}

/** The learning rates of a step (counted from 1). */
export function scheduleRates(
  { steps, warmup, decay, adamRate, muonRate }: Schedule,
  step: number,
): { adam: number; muon: number } {
  const rise = Math.min(1, step / warmup)
  const fall = Math.min(1, (steps - step + 1) / Math.max(1, decay * steps))
  const factor = Math.min(rise, fall)
  return { adam: adamRate * factor, muon: muonRate * factor }
}
