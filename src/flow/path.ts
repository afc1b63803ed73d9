/** The noise level below which a data prediction is not divided any further (MODEL.md). */
export const SMALLEST_LEVEL = 0.05

/** The straight path of rectified flow (2209.03003): `(1 - t) data + t noise`; t = 0 is data, t = 1 is noise. */
export function interpolate(data: number, noise: number, t: number): number {
  return (1 - t) * data + t * noise
}

/** Velocity of the path, noise - data, from a point on it and the data it leads to. */
export function velocityFromData(noisy: number, data: number, t: number): number {
  return (noisy - data) / Math.max(t, SMALLEST_LEVEL)
}

/** The data at the end of the path, from a point on it and its velocity. */
export function dataFromVelocity(noisy: number, velocity: number, t: number): number {
  return noisy - t * velocity
}

/** The noise level below which an error of the data weighs no more: else nearly clean frames would drown the rest. */
export const SMALLEST_WEIGHTED_LEVEL = 0.2

/** What the squared error of a data prediction is multiplied by to count as the squared error of the velocity. */
export function velocityWeight(t: number): number {
  return 1 / Math.max(t, SMALLEST_WEIGHTED_LEVEL) ** 2
}
