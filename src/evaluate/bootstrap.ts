import { createRandom } from '../array/index.ts'

/** A mean, its 95 % interval, and of how many independent things it is. */
export interface Estimate {
  readonly mean: number
  readonly low: number
  readonly high: number
  readonly count: number
}

/** The mean of some values; NaN when there are none. */
export const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length

/** The middle one of some values, the upper one of two; NaN when there are none. */
export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN

const RESAMPLES = 2000

/**
 * The mean of groups of values with its 95 % percentile interval (Efron 1979): groups are drawn again, not values,
 * because films of one prompt are alike.
 * @param groups values of one prompt each; empty groups are left out
 * @returns NaN everywhere when there are no values
 */
export function estimateMean(groups: readonly (readonly number[])[], seed = 0): Estimate {
  const filled = groups.filter(group => group.length > 0)
  const count = filled.length
  if (count === 0) return { mean: NaN, low: NaN, high: NaN, count }
  const sums = Float64Array.from(filled, group => group.reduce((a, b) => a + b, 0))
  const random = createRandom(seed)
  const means = new Float64Array(RESAMPLES)
  for (let resample = 0; resample < RESAMPLES; resample++) {
    let [sum, values] = [0, 0]
    for (let i = 0; i < count; i++) {
      const group = random.integer(count)
      sum += sums[group]
      values += filled[group].length
    }
    means[resample] = sum / values
  }
  means.sort()
  const at = (share: number) => means[Math.min(RESAMPLES - 1, Math.floor(share * RESAMPLES))]
  const mean = sums.reduce((a, b) => a + b, 0) / filled.reduce((total, group) => total + group.length, 0)
  return { mean, low: at(0.025), high: at(0.975), count }
}
