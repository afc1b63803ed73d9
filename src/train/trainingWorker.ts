import { parentPort, workerData } from 'node:worker_threads'
import type { Tensor } from '../array/index.ts'
import { load } from '../onnx/index.ts'
import type { TrainingReply, TrainingTask, TrainingWorkerData } from './parallel.ts'

const port = parentPort!
const { update, names, index, state, grads } = workerData as TrainingWorkerData
const answer = (reply: TrainingReply) => port.postMessage(reply)

/** Plain memory for ONNX Runtime beside shared arrays, under names with `prefix` in front. */
const plain = (prefix: string, arrays: Readonly<Record<string, Float32Array>>): Record<string, Tensor> =>
  Object.fromEntries(
    Object.entries(arrays).map(([name, { length }]) => [
      prefix + name,
      { shape: [length], data: new Float32Array(length) },
    ]),
  )
/** Those of the state that begin with some kind. */
const selectState = (wanted: (kind: string, path: string) => boolean) =>
  Object.fromEntries(
    Object.entries(state).filter(([name]) => {
      const dot = name.indexOf('.')
      return wanted(name.slice(0, dot), name.slice(dot + 1))
    }),
  )

const own = new Set(names)
const [params, ownState] = [selectState(kind => kind === 'param'), selectState((_, path) => own.has(path))]
const [ownParams, ownGrads] = [plain('', params), plain('grad.', grads[index])]
const [before, after] = [plain('', ownState), plain('new.', ownState)]
const gradientSteps = new Map<string, Awaited<ReturnType<typeof load>>>()
const updateStep = update && (await load(update, { threads: 1 }))

/** Numbers that stay in the cache while the gradients of all workers are added to them. */
const RUN = 2048
const mean = new Float64Array(RUN)

/** The mean of all workers' gradients of one parameter, added in their order; gives its squared norm. */
function averageGradients(into: Float32Array, shares: readonly Float32Array[]): number {
  let square = 0
  for (let start = 0; start < into.length; start += RUN) {
    const length = Math.min(RUN, into.length - start)
    mean.fill(0)
    for (const share of shares) for (let i = 0; i < length; i++) mean[i] += share[start + i]
    for (let i = 0; i < length; i++) {
      mean[i] /= shares.length
      square += mean[i] * mean[i]
      into[start + i] = mean[i]
    }
  }
  return square
}

/** Each part of a step; gives numbers for the loop. */
async function work(request: TrainingTask): Promise<Record<string, number>> {
  if (request.task === 'load') {
    gradientSteps.set(request.graph, await load(request.gradients, { threads: 1 }))
    return {}
  }
  if (request.task === 'gradients') {
    const gradientStep = gradientSteps.get(request.graph)!
    for (const [name, array] of Object.entries(params)) ownParams[name].data.set(array)
    const named = Object.entries(request.batch).map(([name, tensor]) => [`batch.${name}`, tensor])
    const results = await gradientStep.run({ ...ownParams, ...Object.fromEntries(named) }, ownGrads)
    for (const [name, array] of Object.entries(grads[index])) array.set(ownGrads[`grad.${name}`].data)
    const numbers = Object.entries(results).filter(([name]) => !name.startsWith('grad.'))
    return Object.fromEntries(numbers.map(([name, { data }]) => [name, data[0]]))
  }
  if (request.task === 'average') {
    let square = 0
    for (const name of names) {
      const shares = grads.map(arrays => arrays[name])
      square += averageGradients(ownGrads[`grad.${name}`].data as Float32Array, shares)
    }
    return { square }
  }
  for (const [name, array] of Object.entries(ownState)) before[name].data.set(array)
  const averaged = Object.fromEntries(names.map(name => [`grad.${name}`, ownGrads[`grad.${name}`]]))
  await updateStep?.run({ ...before, ...averaged, ...request.rates }, after)
  for (const [name, array] of Object.entries(ownState)) array.set(after[`new.${name}`].data)
  return {}
}

port.on('message', async (request: TrainingTask) => {
  try {
    answer({ numbers: await work(request) })
  } catch (error) {
    answer({ error: (error as Error).message })
  }
})
// Ready: the sessions are there.
answer({ numbers: {} })
