import { createRandom } from '../array/index.ts'

/** A mean, its 95 % interval, and of how many independent things it is. */
export interface Estimate {
  readonly mean: number
  readonly low: number
  readonly high: number
  readonly count: number
}

const RESAMPLES = 2000

/**
 * The mean of groups of values with its 95 % percentile interval (Efron 1979): groups are drawn again, not values,
 * because films of one prompt are alike.
 * @param groups values of one prompt each; empty groups are left out
 * @returns NaN everywhere when there are no values
 */
export function estimateMean(groups: readonly (readonly number[])[], seed = 0): Estimate {
  const sums = groups
    .filter(group => group.length > 0)
    .map(group => [group.reduce((a, b) => a + b, 0), group.length])
  if (sums.length === 0) return { mean: NaN, low: NaN, high: NaN, count: 0 }
  const random = createRandom(seed)
  const meanOf = (list: readonly (readonly number[])[]) => {
    const [sum, count] = list.reduce(([a, b], [c, d]) => [a + c, b + d], [0, 0])
    return sum / count
  }
  const means = Array.from({ length: RESAMPLES }, () => {
    return meanOf(sums.map(() => sums[random.integer(sums.length)]))
  }).sort((a, b) => a - b)
  const at = (share: number) => means[Math.min(RESAMPLES - 1, Math.floor(share * RESAMPLES))]
  return { mean: meanOf(sums), low: at(0.025), high: at(0.975), count: sums.length }
}
