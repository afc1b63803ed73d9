import assert from 'node:assert/strict'
import { test } from 'node:test'
import { constant, createRandom, evaluateReference, gradients, input } from '../array/index.ts'
import { countTokens, decodeBytePairs, encodeBytePairs, trainBytePairs } from './bytePairs.ts'
import { gpt, gptSize, gptSpecs } from './gpt.ts'
import { crossEntropy, languageModel, languageModelSpecs } from './languageModel.ts'
import { countParameters, initializeParameters, traceParameters } from './parameters.ts'

test('GPT-1 has the published size, and only looks back', () => {
  assert.equal(countParameters(gptSpecs(gptSize)), 116_534_784)
  const config = { vocabulary: 11, context: 6, width: 8, depth: 2, heads: 2 }
  const specs = gptSpecs(config)
  const params = initializeParameters(specs, createRandom(1))
  const logits = gpt(traceParameters(specs, 'gpt'), input('ids', [1, 6], 'int32'), config)
  assert.deepEqual(logits.shape, [1, 6, 11])
  const run = (ids: number[]) => {
    const feeds = Object.fromEntries(Object.entries(params).map(([name, { data }]) => [`gpt.${name}`, data]))
    return [...evaluateReference([logits], { ...feeds, ids })[0].data]
  }
  const [one, other] = [run([1, 2, 3, 4, 5, 6]), run([1, 2, 3, 4, 9, 9])]
  assert.deepEqual(one.slice(0, 4 * 11), other.slice(0, 4 * 11))
  assert.notDeepEqual(one.slice(4 * 11), other.slice(4 * 11))
})

const config = { vocabulary: 7, width: 8, depth: 2, heads: 2 }
const specs = languageModelSpecs(config)
const feeds = Object.fromEntries(
  Object.entries(initializeParameters(specs, createRandom(2))).map(([name, { data }]) => [
    `lm.${name}`,
    data,
  ]),
)

test('a prefix sees itself in both directions, what follows only looks back', () => {
  const prefix = input('prefix', [1, 2, 8])
  const ids = input('ids', [1, 3], 'int32')
  const { logits_BLV, cache } = languageModel(
    traceParameters(specs, 'lm'),
    { prefix_BPD: prefix, ids_BS: ids },
    config,
  )
  assert.deepEqual(logits_BLV.shape, [1, 5, 7])
  assert.deepEqual(cache[1].key.shape, [1, 2, 5, 4])
  const numbers = [...createRandom(3).fillNormal(new Float32Array(16))]
  const run = (given: number[], tokens: number[]) => [
    ...evaluateReference([logits_BLV], { ...feeds, prefix: given, ids: tokens })[0].data,
  ]
  const first = run(numbers, [1, 2, 3])
  // Another last vector of the prefix changes what its first one gives; another last token only its own.
  const otherEnd = [...numbers.slice(0, 15), 4]
  assert.notDeepEqual(run(otherEnd, [1, 2, 3]).slice(0, 7), first.slice(0, 7))
  assert.deepEqual(run(numbers, [1, 2, 6]).slice(0, 28), first.slice(0, 28))
  assert.notDeepEqual(run(numbers, [1, 2, 6]).slice(28), first.slice(28))
})

test('the loss is -log p of the targets that count, and has gradients', () => {
  const logits = constant([1, 2, 3, 0, 0, 0], [1, 2, 3])
  const loss = crossEntropy(logits, input('targets', [1, 2], 'int32'), input('weights', [1, 2]))
  const [value] = evaluateReference([loss], { targets: [2, 0], weights: [1, 0] })[0].data
  assert.ok(Math.abs(value + Math.log(Math.E ** 3 / (Math.E + Math.E ** 2 + Math.E ** 3))) < 1e-4)
  const params = traceParameters(specs, 'lm')
  const { logits_BLV } = languageModel(params, { ids_BS: constant(Int32Array.of(1, 2), [1, 2]) }, config)
  const trained = crossEntropy(logits_BLV, constant(Int32Array.of(2, 3), [1, 2]), constant([1, 1], [1, 2]))
  const [gradient] = gradients(trained, [params.tokens])
  const numbers = evaluateReference([gradient], feeds)[0].data
  assert.equal(numbers.length, 56)
  assert.ok(numbers.some(number => number !== 0))
})

test('byte pairs give every text back, and join what is common', () => {
  const tokenizer = trainBytePairs(['a red ball rolls', 'a red cube rolls', '红色的球滚动，红色的球'], 300)
  assert.ok(countTokens(tokenizer) <= 300)
  for (const text of ['a red ball', 'Zürich — 3 cats!\n  two', '红色的猫', '', ' 🙂 ']) {
    assert.equal(decodeBytePairs(tokenizer, encodeBytePairs(tokenizer, text)), text)
  }
  assert.equal(encodeBytePairs(tokenizer, ' rolls').length, 1)
  assert.equal(encodeBytePairs(tokenizer, '红').length, 1)
})
