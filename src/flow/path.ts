/**
 * The straight path of rectified flow (2209.03003): `(1 - t) data + t noise`; t = 0 is data, t = 1 is noise. Its velocity is
 * `noise - data`, which is `(noisy - data) / t`.
 */
export function interpolate(data: number, noise: number, t: number): number {
  return (1 - t) * data + t * noise
}

/** The noise level below which an error of the data weighs no more: else nearly clean frames would drown the rest. */
export const SMALLEST_WEIGHTED_LEVEL = 0.2

/** What the squared error of a data prediction is multiplied by to count as the squared error of the velocity. */
export function velocityWeight(t: number): number {
  return 1 / Math.max(t, SMALLEST_WEIGHTED_LEVEL) ** 2
}
