/** A network of two layers: `out = second (relu (first x + bias)) + bias`, its rows stored with the bias last. */
export interface Network {
  readonly inputs: number
  readonly hidden: number
  readonly outputs: number
  /** hidden x (inputs + 1). */
  readonly first: Float32Array
  /** outputs x (hidden + 1). */
  readonly second: Float32Array
}

/** A network as it lies in a source file: 8 bits a number, one scale a row. */
export interface PackedNetwork {
  readonly inputs: number
  readonly hidden: number
  readonly outputs: number
  /** Base64 of the rows of both layers. */
  readonly rows: string
  /** What one step of each row is worth. */
  readonly scales: readonly number[]
}

const rowsOf = ({ hidden, outputs }: { hidden: number; outputs: number }) => hidden + outputs

/** Rounds a network to 8 bits. */
export function packNetwork({ inputs, hidden, outputs, first, second }: Network): PackedNetwork {
  const rows = Array.from({ length: hidden + outputs }, (_, row) =>
    row < hidden
      ? first.subarray(row * (inputs + 1), (row + 1) * (inputs + 1))
      : second.subarray((row - hidden) * (hidden + 1), (row - hidden + 1) * (hidden + 1)),
  )
  const scales = rows.map(row => Number((Math.max(...row.map(Math.abs), 1e-6) / 127).toPrecision(4)))
  const bytes = rows.flatMap((row, i) => [...row].map(value => Math.round(value / scales[i])))
  const clipped = Int8Array.from(bytes, value => Math.max(-127, Math.min(127, value)))
  return { inputs, hidden, outputs, rows: Buffer.from(clipped.buffer).toString('base64'), scales }
}

/**
 * Reads a packed network.
 * @throws RangeError when its numbers do not fit its sizes
 */
export function unpackNetwork(packed: PackedNetwork): Network {
  const { inputs, hidden, outputs, rows, scales } = packed
  const bytes = new Int8Array(Buffer.from(rows, 'base64'))
  const expected = hidden * (inputs + 1) + outputs * (hidden + 1)
  if (bytes.length !== expected || scales.length !== rowsOf(packed)) {
    throw new RangeError(`a network of these sizes has ${expected} numbers, got ${bytes.length}`)
  }
  const first = Float32Array.from({ length: hidden * (inputs + 1) }, (_, i) => {
    return bytes[i] * scales[Math.floor(i / (inputs + 1))]
  })
  const second = Float32Array.from({ length: outputs * (hidden + 1) }, (_, i) => {
    return bytes[first.length + i] * scales[hidden + Math.floor(i / (hidden + 1))]
  })
  return { inputs, hidden, outputs, first, second }
}

/** Runs a network on one row of inputs: `hidden` and `scores` are written. */
export function runNetwork(
  network: Network,
  inputs: ArrayLike<number>,
  at: number,
  hidden: Float32Array,
  scores: Float32Array,
): void {
  const { inputs: width, hidden: units, outputs, first, second } = network
  for (let unit = 0, w = 0; unit < units; unit++) {
    let sum = 0
    for (let i = 0; i < width; i++) sum += first[w++] * inputs[at + i]
    sum += first[w++]
    hidden[unit] = Math.max(sum, 0)
  }
  for (let out = 0, w = 0; out < outputs; out++) {
    let sum = 0
    for (let unit = 0; unit < units; unit++) sum += second[w++] * hidden[unit]
    scores[out] = sum + second[w++]
  }
}

/** Scores to probabilities, in place. */
export function softmax(scores: Float32Array): Float32Array {
  let most = -Infinity
  for (const score of scores) most = Math.max(most, score)
  let total = 0
  for (let i = 0; i < scores.length; i++) total += scores[i] = Math.exp(scores[i] - most)
  for (let i = 0; i < scores.length; i++) scores[i] /= total
  return scores
}
