// One model of what several runs have learned: node --import tsx tools/joinModels.ts OUT --transformer FOLDER --decoder FOLDER...
// The decoder is the mean of the given ones, which is better than each of them (model soups, 2203.05482).
// What lies beside a model (adapters, judge ...) is taken from --beside (default: weights).
import { cpSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import type { Tensor } from '../src/array/index.ts'
import { selectParameters } from '../src/model/index.ts'
import { modelConfigSchema } from '../src/sample/index.ts'
import { loadModel, replaceModel } from '../src/store/index.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    transformer: { type: 'string', default: 'weights' },
    decoder: { type: 'string', multiple: true, default: ['weights'] },
    beside: { type: 'string', default: 'weights' },
  },
})
const [out] = positionals
if (!out) throw new RangeError('the folder of the new model must be given')
const { config, tensors } = loadModel(path.resolve(values.transformer), modelConfigSchema)
const decoders = values.decoder.map(folder =>
  selectParameters(loadModel(path.resolve(folder), modelConfigSchema).tensors, 'autoencoder.decoder'),
)

/** The mean of one tensor of every decoder. */
function averageTensors(name: string, { shape, data }: Tensor): Tensor {
  const all = decoders.map(decoder => decoder[name].data)
  return {
    shape,
    data: Float32Array.from(data, (_, i) => all.reduce((sum, one) => sum + one[i], 0) / all.length),
  }
}

const decoder = Object.entries(decoders[0]).map(([name, tensor]) => [
  `autoencoder.decoder.${name}`,
  averageTensors(name, tensor),
])
replaceModel(path.resolve(out), config, { ...tensors, ...Object.fromEntries(decoder) })
for (const part of readdirSync(values.beside)) {
  if (!['weights.safetensors', 'config.json', 'README.md'].includes(part))
    cpSync(path.join(values.beside, part), path.join(out, part), { recursive: true })
}
