import { parentPort, workerData } from 'node:worker_threads'
import type { Tensor } from '../array/index.ts'
import { load } from '../onnx/index.ts'
import type { GradientReply, GradientWorkerData } from './parallel.ts'

const port = parentPort!
const { model, params, grads, layout } = workerData as GradientWorkerData
const answer = (reply: GradientReply) => port.postMessage(reply)

/** Plain memory for ONNX Runtime, as long as the shared one. */
const arrays = (prefix: string): Record<string, Tensor> =>
  Object.fromEntries(
    layout.map(({ name, size }) => [`${prefix}.${name}`, { shape: [size], data: new Float32Array(size) }]),
  )

const [ownParams, ownGrads] = [arrays('param'), arrays('grad')]
const compiled = await load(model, { threads: 1 })
port.on('message', async (batch: Readonly<Record<string, Tensor>>) => {
  try {
    for (const { name, start, size } of layout) {
      ownParams[`param.${name}`].data.set(params.subarray(start, start + size))
    }
    const named = Object.entries(batch).map(([name, tensor]) => [`batch.${name}`, tensor])
    const results = await compiled.run({ ...ownParams, ...Object.fromEntries(named) }, ownGrads)
    for (const { name, start } of layout) grads.set(ownGrads[`grad.${name}`].data, start)
    const numbers = Object.entries(results).filter(([name]) => !name.startsWith('grad.'))
    answer({ numbers: Object.fromEntries(numbers.map(([name, { data }]) => [name, data[0]])) })
  } catch (error) {
    answer({ error: (error as Error).message })
  }
})
// Ready: the session is there.
answer({ numbers: {} })
