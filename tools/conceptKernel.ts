import { type PlacedWord, solveLower, solveUpper, weigh } from './conceptRidge.ts'
import { factorize, type WordVectors } from './wordVectors.ts'

// Says from where a word lies in several spaces what it may stand for: kernel ridge regression (Saunders et al. 1998), where
// the likeness of two words is the sum of that in every space. Words that lie near weigh most, so that a concept may lie
// in several places. Words that it was learned from are judged as if they had been left out.

/** How strongly weights are held to 0. */
const RIDGE = 0.3

/** How quickly the likeness of two words falls with the angle between them. */
const SHARPNESS = 2

/** Where some words lie in one space, one row each of length 1; 0 where a word has no place. */
interface Space {
  readonly size: number
  readonly rows: Float32Array
  readonly center: (word: string) => Float32Array
}

/** Moves the places of a space to the middle of some words. */
function centerSpace(vectors: WordVectors, words: readonly string[]): Space {
  const [{ length: size }] = vectors.values()
  const known = words.flatMap(word => vectors.get(word) ?? [])
  const mean = new Float32Array(size)
  for (const vector of known) for (let i = 0; i < size; i++) mean[i] += vector[i] / known.length
  const center = (word: string) => {
    const vector = vectors.get(word)
    if (!vector?.some(value => value !== 0)) return new Float32Array(size)
    const moved = vector.map((value, i) => value - mean[i])
    const length = Math.hypot(...moved)
    return moved.map(value => value / length)
  }
  const rows = new Float32Array(words.length * size)
  for (const [i, word] of words.entries()) rows.set(center(word), i * size)
  return { size, rows, center }
}

/** How like a word is to each of the words of some spaces. */
function compareWith(spaces: readonly Space[], count: number, word: string): Float64Array {
  const like = new Float64Array(count)
  for (const { size, rows, center } of spaces) {
    const place = center(word)
    for (let n = 0; n < count; n++) {
      const at = n * size
      let [even, odd] = [0, 0]
      for (let i = 0; i < size; i += 2) {
        even += place[i] * rows[at + i]
        odd += place[i + 1] * rows[at + i + 1]
      }
      like[n] += Math.exp(SHARPNESS * (even + odd - 1))
    }
  }
  return like
}

/** The diagonal of (L L^T)^-1. */
function invertDiagonal(lower: Float64Array, size: number): Float64Array {
  const diagonal = new Float64Array(size)
  const column = new Float64Array(size)
  for (let k = 0; k < size; k++) {
    // A column of L^-1 is 0 above its place.
    for (let i = k; i < size; i++) {
      let sum = i === k ? 1 : 0
      for (let j = k; j < i; j++) sum -= lower[i * size + j] * column[j]
      column[i] = sum / lower[i * size + i]
      diagonal[k] += column[i] ** 2
    }
  }
  return diagonal
}

/**
 * Learns outputs from where words lie.
 * @param told words that it learns from, and the outputs that are right
 * @param vectors places of words in every space, each of an even size
 * @returns what gives all outputs for a word, near 1 where one is right; for a word it was learned from as if it were not among them
 */
export function learnKernelRidge(
  told: readonly Omit<PlacedWord, 'place'>[],
  vectors: readonly WordVectors[],
  outputs: number,
): (word: string) => Float64Array {
  const known = [...new Map(told.map(one => [one.word, one])).values()]
  const count = known.length
  const names = known.map(({ word }) => word)
  const spaces = vectors.map(space => centerSpace(space, names))
  const kernel = new Float64Array(count * count)
  for (const [n, word] of names.entries()) kernel.set(compareWith(spaces, count, word), n * count)
  for (const [n, one] of known.entries()) kernel[n * count + n] += RIDGE / weigh(one)
  const lower = factorize(kernel, count)
  const rightOf = ({ right }: (typeof known)[number], c: number) => (right.has(c) ? 1 / right.size : 0)
  const columns = Array.from({ length: outputs }, (_, c) => {
    const wanted = Float64Array.from(known, one => rightOf(one, c))
    return solveUpper(lower, solveLower(lower, wanted))
  })
  const diagonal = invertDiagonal(lower, count)
  const places = new Map(names.map((word, n) => [word, n]))
  return word => {
    const n = places.get(word)
    if (n !== undefined)
      return Float64Array.from(columns, (column, c) => rightOf(known[n], c) - column[n] / diagonal[n])
    const like = compareWith(spaces, count, word)
    return Float64Array.from(columns, column => {
      let sum = 0
      for (let i = 0; i < count; i++) sum += column[i] * like[i]
      return sum
    })
  }
}
