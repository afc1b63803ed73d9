import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  flattenTree,
  gradients,
  input,
  isValue,
  mean,
  mul,
  reshape,
  type Tensor,
  type Value,
} from '../src/array/index.ts'
import {
  autoencoderSpecs,
  decode,
  encode,
  flattenSpecs,
  traceParameters,
  transformer,
  transformerSpecs,
} from '../src/model/index.ts'
import { compile } from '../src/onnx/index.ts'
import { loadTensors } from '../src/store/index.ts'

// Both networks against PyTorch (test/golden/make_networks.py): outputs, and the gradient of every parameter.

const { tensors } = loadTensors('test/golden/networks.safetensors')

/** Largest difference beside the size of what was expected. */
function relativeError(actual: Tensor, expected: Tensor): number {
  assert.deepEqual(actual.shape, expected.shape)
  let [difference, size] = [0, 0]
  expected.data.forEach((value, i) => {
    difference += (value - actual.data[i]) ** 2
    size += value ** 2
  })
  return Math.sqrt(difference / size)
}

async function compareWithTorch(name: string, traced: object, output: Value, inputs: readonly string[]) {
  const params = flattenTree<Value>(traced as never, isValue)
  const weights = input('weights', output.shape)
  const loss = reshape(mean(mul(output, weights)), [])
  const grads = gradients(loss, [...params.values()])
  const named = Object.fromEntries([...params.keys()].map((path, i) => [`gradient.${path}`, grads[i]]))
  const compiled = await compile({ output, ...named })
  const feeds: Record<string, Tensor> = { weights: tensors[`${name}.weights`] }
  for (const key of inputs) feeds[key] = tensors[`${name}.input.${key}`]
  for (const path of params.keys()) feeds[`param.${path}`] = tensors[`${name}.param.${path}`]
  const results = await compiled.run(feeds)
  for (const [key, result] of Object.entries(results)) {
    const error = relativeError(result, tensors[`${name}.${key}`])
    assert.ok(error < 1e-4, `${name}, ${key}: off by ${error}`)
  }
  await compiled.release()
  return params.size
}

test('the transformer is what PyTorch says it is, forward and backward', async () => {
  const config = {
    latentChannels: 4,
    patch: 2,
    width: 16,
    depth: 1,
    heads: 2,
    text: { vocabulary: ['a', 'b', 'c', 'd', 'e'], length: 5, width: 8, depth: 1, heads: 2 },
  }
  const specs = transformerSpecs(config)
  const traced = traceParameters(specs, 'param')
  const { data: output } = transformer(
    traced,
    {
      latents_BfZhw: input('latents', [2, 3, 4, 4, 4]),
      levels_Bf: input('levels', [2, 3]),
      first_Bf: input('first', [2, 3]),
      ids_BS: input('ids', [2, 5], 'int32'),
    },
    config,
  )
  const compared = await compareWithTorch('transformer', traced, output, [
    'latents',
    'levels',
    'first',
    'ids',
  ])
  assert.equal(compared, flattenSpecs(specs).size)
})

test('the autoencoder is what PyTorch says it is, forward and backward', async () => {
  const config = {
    latentChannels: 5,
    blocks: { encoder: 1, decoder: 1 },
    channels: { quarter: 4, eighth: 6, sixteenth: 8, latent: 10 },
  }
  const specs = autoencoderSpecs(config)
  const traced = traceParameters(specs, 'param')
  const output = decode(traced, encode(traced, input('video', [1, 12, 3, 32, 32]), config), config)
  const compared = await compareWithTorch('autoencoder', traced, output, ['video'])
  assert.equal(compared, flattenSpecs(specs).size)
})
