/** Moves noise levels towards 1, where large structure is decided (Stable Diffusion 3, 2403.03206, equation 23). */
export function shiftLevel(s: number, a: number): number {
  return (a * s) / (1 + (a - 1) * s)
}

/** The noise levels that a sampler visits: from 1 to 0, one more than there are steps. */
export function timesteps(numInferenceSteps: number, shift: number): number[] {
  return Array.from({ length: numInferenceSteps + 1 }, (_, i) => shiftLevel(1 - i / numInferenceSteps, shift))
}
