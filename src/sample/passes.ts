import type { Tensor } from '../array/index.ts'
import type { Model } from './model.ts'

type Feeds = Parameters<Model['predict']>[0]

/** A task that waits for what the model predicts for it. */
interface Waiting {
  readonly feeds: Feeds
  readonly resolve: (data: Float32Array) => void
  readonly reject: (error: unknown) => void
}

/** Tensors of one shape behind one another. */
function joinTensors(tensors: readonly Tensor[]): Tensor {
  const [{ shape, data }] = tensors
  const length = data.length * tensors.length
  const joined = data instanceof Int32Array ? new Int32Array(length) : new Float32Array(length)
  for (const [i, tensor] of tensors.entries()) joined.set(tensor.data, i * data.length)
  return { shape: [shape[0] * tensors.length, ...shape.slice(1)], data: joined }
}

/** Makes one pass for all that wait, and gives each its part. */
async function pass(model: Model, waiting: readonly Waiting[]): Promise<void> {
  try {
    const join = (name: keyof Feeds) => joinTensors(waiting.map(({ feeds }) => feeds[name]))
    const [latents, levels, first, ids] = (['latents', 'levels', 'first', 'ids'] as const).map(join)
    const data = await model.predict({ latents, levels, first, ids })
    const each = data.length / waiting.length
    for (const [i, { resolve }] of waiting.entries()) resolve(data.subarray(i * each, (i + 1) * each))
  } catch (error) {
    for (const { reject } of waiting) reject(error)
  }
}

/**
 * Runs tasks together: the passes of the model that each is given are as large as those of the others, wait until all tasks that still
 * run have asked for one, and are one pass then.
 * @returns what the tasks return
 * @throws what one of them throws.
 */
export function runTogether<T>(
  model: Model,
  count: number,
  run: (model: Model, task: number) => Promise<T>,
): Promise<T[]> {
  let running = count
  let waiting: Waiting[] = []
  const passWhenAllWait = () => {
    if (waiting.length === 0 || waiting.length < running) return
    const asked = waiting
    waiting = []
    pass(model, asked)
  }
  const predict = (feeds: Feeds) =>
    new Promise<Float32Array>((resolve, reject) => {
      waiting.push({ feeds, resolve, reject })
      passWhenAllWait()
    })
  const tasks = Array.from({ length: count }, async (_, task) => {
    try {
      return await run({ ...model, predict }, task)
    } finally {
      running--
      passWhenAllWait()
    }
  })
  return Promise.all(tasks)
}
