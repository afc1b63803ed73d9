import { createRandom, type Random } from '../src/array/index.ts'

// Ranks concepts by what lists say of a word: a network of two layers scores every concept by its numbers, and one
// softmax over all concepts and over none of them makes probabilities (a list is learned as a whole: ListNet,
// Cao et al. 2007). While it learns, hidden units are left out at random (dropout, Srivastava et al. 2014).

/** A word: numbers of every concept (concepts x numbers), and the concepts that are right; none when it stands for nothing. */
export interface RankedWord {
  readonly rows: Float32Array
  readonly right: ReadonlySet<number>
}

/** Gives probabilities of the concepts of a word, in their order; what is left is that of none. */
export type Ranker = (rows: Float32Array) => Float64Array

const [HIDDEN, EPOCHS, BATCH, RATE, DECAY] = [16, 20, 64, 0.01, 0.02]

/** How much words that stand for nothing count. */
const NONE = 0.3

/** Share of hidden units that are left out of every step. */
const DROPOUT = 0.2

/** Mean and deviation of every number. */
function measureSpread(words: readonly RankedWord[], numbers: number) {
  const [mean, deviation] = [new Float64Array(numbers), new Float64Array(numbers)]
  let count = 0
  for (const { rows } of words) {
    count += rows.length / numbers
    for (let i = 0; i < rows.length; i++) {
      mean[i % numbers] += rows[i]
      deviation[i % numbers] += rows[i] ** 2
    }
  }
  for (let n = 0; n < numbers; n++) {
    mean[n] /= count
    deviation[n] = Math.sqrt(Math.max(0, deviation[n] / count - mean[n] ** 2)) + 1e-3
  }
  return { mean, deviation }
}

/** Parameters in one array: first layer (hidden x (numbers + 1)), second layer (hidden). */
const sizeOf = (numbers: number) => HIDDEN * (numbers + 1) + HIDDEN

/**
 * Scores of concepts and what the hidden units were; probabilities with that of none at the end.
 * @param random what leaves hidden units out, while the network learns
 */
function score(params: Float64Array, rows: Float64Array, numbers: number, random?: Random) {
  const concepts = rows.length / numbers
  const hidden = new Float64Array(concepts * HIDDEN)
  const shares = new Float64Array(concepts + 1)
  const second = HIDDEN * (numbers + 1)
  for (let c = 0; c < concepts; c++) {
    for (let unit = 0; unit < HIDDEN; unit++) {
      const row = unit * (numbers + 1)
      let sum = params[row + numbers]
      for (let n = 0; n < numbers; n++) sum += params[row + n] * rows[c * numbers + n]
      const isKept = !random || random.uniform() >= DROPOUT
      hidden[c * HIDDEN + unit] = isKept ? Math.max(0, sum) / (random ? 1 - DROPOUT : 1) : 0
      shares[c] += params[second + unit] * hidden[c * HIDDEN + unit]
    }
  }
  const most = Math.max(...shares)
  let total = 0
  for (let c = 0; c <= concepts; c++) total += shares[c] = Math.exp(shares[c] - most)
  for (let c = 0; c <= concepts; c++) shares[c] /= total
  return { hidden, shares }
}

/** Adds the gradient of the cross-entropy of one word. */
function accumulate(
  params: Float64Array,
  gradient: Float64Array,
  rows: Float64Array,
  numbers: number,
  right: ReadonlySet<number>,
  random: Random,
): void {
  const { hidden, shares } = score(params, rows, numbers, random)
  const second = HIDDEN * (numbers + 1)
  const weight = (right.size === 0 ? NONE : 1) / BATCH
  for (let c = 0; c < shares.length - 1; c++) {
    const back = (shares[c] - (right.has(c) ? 1 / right.size : 0)) * weight
    if (Math.abs(back) < 1e-7) continue
    for (let unit = 0; unit < HIDDEN; unit++) {
      const active = hidden[c * HIDDEN + unit]
      if (active === 0) continue
      gradient[second + unit] += back * active
      const row = unit * (numbers + 1)
      const own = (back * params[second + unit]) / (1 - DROPOUT)
      for (let n = 0; n < numbers; n++) gradient[row + n] += own * rows[c * numbers + n]
      gradient[row + numbers] += own
    }
  }
}

/** Learns one network. Adam with decoupled decay, half a cosine down to 0. */
function learnNetwork(words: readonly RankedWord[], numbers: number, seed: number): Ranker {
  const { mean, deviation } = measureSpread(words, numbers)
  const center = (rows: Float32Array) => {
    const moved = new Float64Array(rows.length)
    for (let at = 0; at < rows.length; at += numbers)
      for (let n = 0; n < numbers; n++) moved[at + n] = (rows[at + n] - mean[n]) / deviation[n]
    return moved
  }
  const inputs = words.map(({ rows }) => center(rows))
  const random = createRandom(seed)
  const start = random.fillNormal(new Float32Array(sizeOf(numbers)))
  const second = HIDDEN * (numbers + 1)
  const params = Float64Array.from(start, (value, i) => {
    if (i >= second) return value / Math.sqrt(HIDDEN)
    return i % (numbers + 1) === numbers ? 0 : value * Math.sqrt(2 / numbers)
  })
  const [gradient, first, square] = [0, 1, 2].map(() => new Float64Array(params.length))
  const steps = EPOCHS * Math.floor(words.length / BATCH)
  for (let step = 1; step <= steps; step++) {
    gradient.fill(0)
    for (let i = 0; i < BATCH; i++) {
      const at = random.integer(words.length)
      accumulate(params, gradient, inputs[at], numbers, words[at].right, random)
    }
    const rate = RATE * 0.5 * (1 + Math.cos((Math.PI * step) / steps))
    for (let i = 0; i < params.length; i++) {
      first[i] = 0.9 * first[i] + 0.1 * gradient[i]
      square[i] = 0.999 * square[i] + 0.001 * gradient[i] ** 2
      const [mean1, mean2] = [first[i] / (1 - 0.9 ** step), square[i] / (1 - 0.999 ** step)]
      params[i] -= rate * (mean1 / (Math.sqrt(mean2) + 1e-8) + DECAY * params[i])
    }
  }
  return rows => score(params, center(rows), numbers).shares.subarray(0, rows.length / numbers)
}

/** Networks whose probabilities a ranker averages. */
const NETWORKS = 3

/** Learns to rank; the same words and seed give the same ranker. */
export function learnRanker(words: readonly RankedWord[], numbers: number, seed: number): Ranker {
  const networks = Array.from({ length: NETWORKS }, (_, i) => learnNetwork(words, numbers, seed + 100 * i))
  return rows => {
    const judged = networks.map(rank => rank(rows))
    return judged[0].map((_, c) => judged.reduce((sum, shares) => sum + shares[c], 0) / NETWORKS)
  }
}

/**
 * Judges words by rankers that never saw them: learned from the other parts of the list, one after another.
 * @returns probabilities for every word
 */
export function judgeApart(words: readonly RankedWord[], numbers: number, parts: number): Float64Array[] {
  const random = createRandom(11)
  const partOf = words.map(() => random.integer(parts))
  const rankers = Array.from({ length: parts }, (_, part) =>
    learnRanker(
      words.filter((_, i) => partOf[i] !== part),
      numbers,
      part,
    ),
  )
  return words.map(({ rows }, i) => rankers[partOf[i]](rows))
}
