import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRandom } from '../array/index.ts'
import { decodeRequest, encodeRequest, heldOutContent, heldOutWords, loadExpander } from '../words/index.ts'
import { expanderTraining } from './expander.ts'
import { collectWords, inflect, writePrompt } from './expanderPrompts.ts'
import { drawRequest } from './expanderRequests.ts'
import { trainingWords } from './expanderWords.ts'
import { traceForward } from './step.ts'

const parts = loadExpander()
const words = collectWords(parts.lexicon)

test('no training prompt has the held-out words', () => {
  const { things, doings, idle, sure, supposed } = words
  const drawn = new Set([...things, ...doings, ...idle, ...[...sure.values(), ...supposed.values()].flat()])
  assert.deepEqual(
    [...heldOutContent].filter(word => drawn.has(word)),
    [],
  )
  const tables = new Set(
    Object.values(trainingWords)
      .flat()
      .flatMap(phrase => phrase.split(/[ -]/)),
  )
  const told = Object.values(heldOutWords).flat()
  const isNew = (word: string) => heldOutContent.has(word) && !tables.has(word)
  assert.deepEqual(
    told.filter(phrase => !phrase.split(/[ -]/).some(isNew)),
    [],
  )
})

test('requests and prompts follow their seed, and requests come back from their tokens', () => {
  for (let seed = 0; seed < 200; seed++) {
    const request = drawRequest(createRandom(seed))
    const ids = encodeRequest(request)
    assert.deepEqual(encodeRequest(decodeRequest(ids)), ids)
    const write = () => writePrompt(createRandom(seed), request, words)
    assert.ok(write().length > 0)
    assert.equal(write(), write())
  }
})

test('verbs are inflected', () => {
  assert.equal(inflect('fall over', 's'), 'falls over')
  assert.equal(inflect('spin around', 'is ing'), 'is spinning around')
  assert.equal(inflect('lie there', 'ing'), 'lying there')
  assert.equal(inflect('go', 'ed'), 'went')
  assert.equal(inflect('is pushed', 's'), 'is pushed')
})

test('the loss of the expander is traced from its batches', async () => {
  const { config, lexicon, tokenizer } = parts
  const training = expanderTraining({
    ...{ config, lexicon, tokenizer, words, batchSize: 2, requestLength: 40 },
    schedule: { steps: 1, warmup: 1, decay: 1, adamRate: 0.01, muonRate: 0.01 },
  })
  const batch = await training.nextBatch(createRandom(1), 1)
  assert.deepEqual(batch.text.shape, [2, config.promptLength])
  assert.deepEqual(batch.targets.shape, [2, 40])
  assert.deepEqual(traceForward(training, batch).shape, [])
})
