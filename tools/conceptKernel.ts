import { add, constant, exp, input, matmul, mul, sub, type Value } from '../src/array/index.ts'
import { type Compiled, compile } from '../src/onnx/index.ts'
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

/** Words that are compared at once. */
const BATCH = 512

/** Compiles what gives, for places of BATCH words in every space, how like they are to each of `count` words, times `columns` (count, C). */
async function compileLikeness(spaces: readonly Space[], count: number, columns?: Value): Promise<Compiled> {
  const likenesses = spaces.map(({ size, rows }, i) => {
    const cosines = matmul(input(`places.${i}`, [BATCH, size]), constant(rows, [count, size]), {
      transposeB: true,
    })
    return exp(mul(sub(cosines, 1), SHARPNESS))
  })
  const like = likenesses.reduce((all, one) => add(all, one))
  return compile({ said: columns ? matmul(like, columns) : like })
}

/** Calls `take` with the numbers of each word that the graph gives for its places. */
async function forEachWord(
  graph: Compiled,
  spaces: readonly Space[],
  words: readonly string[],
  take: (word: string, numbers: Float32Array) => void,
): Promise<void> {
  for (let start = 0; start < words.length; start += BATCH) {
    const own = words.slice(start, start + BATCH)
    const feeds = spaces.map(({ size, center }, i) => {
      const data = new Float32Array(BATCH * size)
      for (const [n, word] of own.entries()) data.set(center(word), n * size)
      return [`places.${i}`, { shape: [BATCH, size], data }] as const
    })
    const { said } = await graph.run(Object.fromEntries(feeds))
    const width = said.data.length / BATCH
    for (const [n, word] of own.entries())
      take(word, said.data.slice(n * width, (n + 1) * width) as Float32Array)
  }
  await graph.release()
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
 * Learns outputs from where words lie, and says them of words.
 * @param told words that it learns from, and the outputs that are right
 * @param vectors places of words in every space
 * @param words what it is asked about
 * @returns all outputs for every word, near 1 where one is right; for a word it was learned from as if it were not among them
 */
export async function judgeByKernel(
  told: readonly Omit<PlacedWord, 'place'>[],
  vectors: readonly WordVectors[],
  outputs: number,
  words: readonly string[],
): Promise<Map<string, Float32Array>> {
  const known = [...new Map(told.map(one => [one.word, one])).values()]
  const count = known.length
  const names = known.map(({ word }) => word)
  const spaces = vectors.map(space => centerSpace(space, names))
  const kernel = new Float64Array(count * count)
  let n = 0
  await forEachWord(await compileLikeness(spaces, count), spaces, names, (_, like) =>
    kernel.set(like, count * n++),
  )
  for (const [i, one] of known.entries()) kernel[i * count + i] += RIDGE / weigh(one)
  const lower = factorize(kernel, count)
  const rightOf = ({ right }: (typeof known)[number], c: number) => (right.has(c) ? 1 / right.size : 0)
  const columns = new Float32Array(count * outputs)
  const diagonal = invertDiagonal(lower, count)
  const judged = new Map<string, Float32Array>(names.map(word => [word, new Float32Array(outputs)]))
  for (let c = 0; c < outputs; c++) {
    const wanted = Float64Array.from(known, one => rightOf(one, c))
    const column = solveUpper(lower, solveLower(lower, wanted))
    for (const [i, one] of known.entries()) {
      columns[i * outputs + c] = column[i]
      judged.get(one.word)![c] = wanted[i] - column[i] / diagonal[i]
    }
  }
  const others = [...new Set(words)].filter(word => !judged.has(word))
  const graph = await compileLikeness(spaces, count, constant(columns, [count, outputs]))
  await forEachWord(graph, spaces, others, (word, said) => judged.set(word, said))
  return judged
}
