import { factorize } from './wordVectors.ts'

// Says from where a word lies what it may stand for: least squares with a ridge (Hoerl and Kennard 1970). Words that it
// was learned from are judged as if they had been left out, which least squares can do in one go (Allen 1974, PRESS).

/** A word, where it lies, and the outputs that are right. */
export interface PlacedWord {
  readonly word: string
  readonly place: Float32Array
  readonly right: ReadonlySet<number>
}

/** How strongly weights are held to 0, where places have a deviation of 1 in all. */
const RIDGE = 0.3

/** What stands beside every place, so that outputs need not be 0 in the middle. */
const CONSTANT = 0.3

/** How much words that stand for nothing count. */
const NONE = 0.3

/** How much a word counts. */
export const weigh = ({ right }: Pick<PlacedWord, 'right'>) => (right.size > 0 ? 1 : NONE)

/** Moves places to their middle, scales them and adds the constant: (n,) to (n + 1,). */
function centerOn(words: readonly PlacedWord[]): (place: Float32Array) => Float64Array {
  const size = words[0].place.length
  const mean = new Float64Array(size)
  for (const { place } of words) for (let i = 0; i < size; i++) mean[i] += place[i] / words.length
  let square = 0
  for (const { place } of words)
    for (let i = 0; i < size; i++) square += (place[i] - mean[i]) ** 2 / words.length
  const scale = 1 / Math.sqrt(square)
  return place => {
    const moved = new Float64Array(size + 1).fill(CONSTANT)
    for (let i = 0; i < size; i++) moved[i] = scale * (place[i] - mean[i])
    return moved
  }
}

/** L^-1 b for a lower triangle L, rows of `size`. */
export function solveLower(lower: Float64Array, b: Float64Array): Float64Array {
  const size = b.length
  const solved = new Float64Array(size)
  for (let i = 0; i < size; i++) {
    let sum = b[i]
    for (let k = 0; k < i; k++) sum -= lower[i * size + k] * solved[k]
    solved[i] = sum / lower[i * size + i]
  }
  return solved
}

/** L^-T b. */
export function solveUpper(lower: Float64Array, b: Float64Array): Float64Array {
  const size = b.length
  const solved = Float64Array.from(b)
  for (let i = size - 1; i >= 0; i--) {
    solved[i] /= lower[i * size + i]
    for (let k = 0; k < i; k++) solved[k] -= lower[i * size + k] * solved[i]
  }
  return solved
}

/** The lower triangle of A^T W A + RIDGE, where rows of A are moved places. */
function factorizePlaces(rows: readonly Float64Array[], weights: readonly number[]): Float64Array {
  const size = rows[0].length
  const products = new Float64Array(size * size)
  for (const [n, row] of rows.entries()) {
    for (let i = 0; i < size; i++) {
      const own = weights[n] * row[i]
      for (let j = 0; j <= i; j++) products[i * size + j] += own * row[j]
    }
  }
  for (let i = 0; i < size; i++) products[i * size + i] += RIDGE
  return factorize(products, size)
}

/**
 * Learns outputs from places.
 * @returns what gives all outputs for a place, near 1 where one is right; for a word it was learned from as if it were not among them
 */
export function learnRidge(
  words: readonly PlacedWord[],
  outputs: number,
): (word: string, place: Float32Array) => Float64Array {
  const center = centerOn(words)
  const rows = words.map(({ place }) => center(place))
  const lower = factorizePlaces(rows, words.map(weigh))
  const columns = Array.from({ length: outputs }, (_, c) => {
    const sum = new Float64Array(rows[0].length)
    for (const [n, row] of rows.entries()) {
      const { right } = words[n]
      if (right.has(c)) for (let i = 0; i < sum.length; i++) sum[i] += row[i] / right.size
    }
    return solveUpper(lower, solveLower(lower, sum))
  })
  const known = new Map(words.map(one => [one.word, one]))
  return (word, place) => {
    const row = center(place)
    const said = Float64Array.from(columns, column => {
      let sum = 0
      for (let i = 0; i < row.length; i++) sum += column[i] * row[i]
      return sum
    })
    const own = known.get(word)
    if (!own) return said
    const share = weigh(own) * solveLower(lower, row).reduce((sum, value) => sum + value ** 2, 0)
    return said.map((value, c) => {
      const right = own.right.has(c) ? 1 / own.right.size : 0
      return (value - share * right) / (1 - share)
    })
  }
}
