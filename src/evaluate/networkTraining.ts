import { createRandom } from '../array/index.ts'
import { type Network, runNetwork, softmax } from './network.ts'

/** Examples: rows of inputs, and the number of the right class of each. */
export interface Examples {
  /** N x inputs. */
  readonly inputs: Float32Array
  /** N. */
  readonly classes: Uint8Array
}

/** How a network is trained. */
export interface TrainingOptions {
  readonly hidden: number
  readonly outputs: number
  readonly epochs: number
  readonly rate: number
  /** Pull of every weight towards 0, a share of `rate`. */
  readonly decay: number
  readonly seed: number
  readonly onEpoch?: (epoch: number, loss: number) => void
}

const BATCH = 64

/** Adam (Kingma and Ba 2015, Algorithm 1) on one array, with decoupled weight decay. */
function createAdam(weights: Float32Array) {
  const mean = new Float32Array(weights.length)
  const square = new Float32Array(weights.length)
  let step = 0
  return (gradient: Float32Array, rate: number, decay: number) => {
    step++
    const scale = (rate * Math.sqrt(1 - 0.999 ** step)) / (1 - 0.9 ** step)
    for (let i = 0; i < weights.length; i++) {
      mean[i] = 0.9 * mean[i] + 0.1 * gradient[i]
      square[i] = 0.999 * square[i] + 0.001 * gradient[i] ** 2
      weights[i] -= (scale * mean[i]) / (Math.sqrt(square[i]) + 1e-8) + rate * decay * weights[i]
      gradient[i] = 0
    }
  }
}

/** Adds the gradient of one example's cross-entropy; returns its loss. */
function accumulate(
  network: Network,
  inputs: Float32Array,
  at: number,
  right: number,
  scratch: { readonly hidden: Float32Array; readonly scores: Float32Array },
  gradients: { readonly first: Float32Array; readonly second: Float32Array },
): number {
  const { inputs: width, hidden: units, outputs, second } = network
  const { hidden, scores } = scratch
  runNetwork(network, inputs, at, hidden, scores)
  softmax(scores)
  const loss = -Math.log(Math.max(1e-9, scores[right]))
  scores[right] -= 1
  for (let unit = 0; unit < units; unit++) {
    if (hidden[unit] === 0) continue
    let back = 0
    for (let out = 0; out < outputs; out++) {
      back += scores[out] * second[out * (units + 1) + unit]
      gradients.second[out * (units + 1) + unit] += (scores[out] * hidden[unit]) / BATCH
    }
    const row = unit * (width + 1)
    for (let i = 0; i < width; i++) gradients.first[row + i] += (back * inputs[at + i]) / BATCH
    gradients.first[row + width] += back / BATCH
  }
  for (let out = 0; out < outputs; out++) gradients.second[out * (units + 1) + units] += scores[out] / BATCH
  return loss
}

/** Trains a network of two layers by cross-entropy; the same examples and seed give the same numbers. */
export function trainNetwork({ inputs, classes }: Examples, options: TrainingOptions): Network {
  const { hidden, outputs, epochs, rate, decay, seed, onEpoch } = options
  const width = inputs.length / classes.length
  const random = createRandom(seed)
  const first = random.fillNormal(new Float32Array(hidden * (width + 1)))
  const second = random.fillNormal(new Float32Array(outputs * (hidden + 1)))
  for (let i = 0; i < first.length; i++) first[i] *= Math.sqrt(2 / width)
  for (let i = 0; i < second.length; i++) second[i] *= Math.sqrt(1 / hidden)
  const network = { inputs: width, hidden, outputs, first, second }
  const scratch = { hidden: new Float32Array(hidden), scores: new Float32Array(outputs) }
  const gradients = { first: new Float32Array(first.length), second: new Float32Array(second.length) }
  const [moveFirst, moveSecond] = [createAdam(first), createAdam(second)]
  const steps = Math.floor(classes.length / BATCH)
  for (let epoch = 0; epoch < epochs; epoch++) {
    let loss = 0
    for (let step = 0; step < steps; step++) {
      for (let i = 0; i < BATCH; i++) {
        const example = random.integer(classes.length)
        loss += accumulate(network, inputs, example * width, classes[example], scratch, gradients)
      }
      // Down to nothing along half a cosine.
      const now = rate * 0.5 * (1 + Math.cos((Math.PI * (epoch * steps + step)) / (epochs * steps)))
      moveFirst(gradients.first, now, decay)
      moveSecond(gradients.second, now, decay)
    }
    onEpoch?.(epoch, loss / (steps * BATCH))
  }
  return network
}
