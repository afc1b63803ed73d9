/** Moves noise levels towards 1, where large structure is decided (Stable Diffusion 3, 2403.03206, equation 23). */
export function shiftLevel(s: number, a: number): number {
  return (a * s) / (1 + (a - 1) * s)
}

/**
 * The noise levels that a sampler visits: from `from` to 0, one more than there are steps.
 * @param from where it begins: 1 is pure noise; less keeps something of a source (SDEdit, 2108.01073)
 */
export function timesteps(numInferenceSteps: number, shift: number, from = 1): number[] {
  const start = shiftLevel(from, 1 / shift)
  return Array.from({ length: numInferenceSteps + 1 }, (_, i) =>
    shiftLevel(start * (1 - i / numInferenceSteps), shift),
  )
}
