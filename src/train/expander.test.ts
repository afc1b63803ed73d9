import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRandom } from '../array/index.ts'
import { taggerSpecs } from '../model/index.ts'
import { heldOutContent, heldOutWords, labels, loadExpander, taggerSize } from '../words/index.ts'
import { expanderTraining } from './expander.ts'
import { mark, readMarks, unmark } from './expanderMarks.ts'
import { collectWords, writePrompt } from './expanderPrompts.ts'
import { drawRequest } from './expanderRequests.ts'
import { inflect } from './expanderVerbs.ts'
import { developmentWords, trainingWords } from './expanderWords.ts'
import { traceForward } from './step.ts'

const { lexicon } = loadExpander()
const words = collectWords(lexicon)
const contentOf = (table: Readonly<Record<string, readonly string[]>>) =>
  new Set(
    Object.values(table)
      .flat()
      .flatMap(phrase => phrase.split(/[ -]/)),
  )

test('no training prompt has the held-out words', () => {
  const { things, doings, idle, sure, supposed } = words
  const drawn = new Set([...things, ...doings, ...idle, ...[...sure.values(), ...supposed.values()].flat()])
  assert.deepEqual(
    [...heldOutContent].filter(word => drawn.has(word)),
    [],
  )
  const tables = new Set([...contentOf(trainingWords), ...contentOf(developmentWords)])
  const told = Object.values(heldOutWords).flat()
  const isNew = (word: string) => heldOutContent.has(word) && !tables.has(word)
  assert.deepEqual(
    told.filter(phrase => !phrase.split(/[ -]/).some(isNew)),
    [],
  )
})

test('no training prompt has what is set aside for development', () => {
  const { sure, supposed } = words
  const drawn = new Set([...sure.values(), ...supposed.values(), ...Object.values(trainingWords)].flat())
  assert.deepEqual(
    Object.values(developmentWords)
      .flat()
      .filter(word => drawn.has(word)),
    [],
  )
})

test('what is marked is found behind apostrophes and wide letters too', () => {
  const ball = mark({ label: 'shape:ball', is: 'b0' }, "ＢＡＬＬ's")
  const tagged = readMarks(lexicon, () => undefined, `it’s "what I'd call" ${ball} here`)!
  const told = Array.from(tagged.labels, label => labels[label])
  assert.deepEqual(
    told.flatMap((label, i) => (label === 'nothing' ? [] : [[label, i]])),
    // it's , what i'd call , balls here
    [['shape:ball', 6]],
  )
})

test('prompts follow their seed, and every mark of them can be read', () => {
  for (let seed = 0; seed < 100; seed++) {
    const request = drawRequest(createRandom(seed))
    const write = () => writePrompt(createRandom(seed), request, words)
    assert.equal(write(), write())
    assert.doesNotMatch(unmark(write()), /\p{Cc}/u)
    const tagged = readMarks(lexicon, () => undefined, write(), { length: 160 })
    assert.ok(tagged)
    const told = new Set(Array.from(tagged.labels, label => labels[label]))
    assert.ok(!told.has(undefined as never))
    for (const { colour, shape, events } of request.bodies) {
      assert.ok(told.has(`shape:${shape}`) && (!colour || told.has(`colour:${colour}`)), unmark(write()))
      assert.ok(events.every(({ verb }) => told.has(`verb:${verb}`)))
    }
  }
})

test('marks say what words belong to', () => {
  const red = mark({ label: 'colour:red', of: 'b0' }, 'red')
  const ball = mark({ label: 'shape:ball', is: 'b0' }, 'round thing')
  const cone = mark({ label: 'shape:cone', is: 'b1' }, 'cone')
  const hits = mark({ label: 'verb:hits', of: 'b0', is: 'e0', to: 'b1' }, 'bumps into')
  const tagged = readMarks(lexicon, () => undefined, `a ${red} ${ball} ${hits} a ${cone}`, { length: 8 })
  assert.deepEqual(
    Array.from(tagged!.labels, label => labels[label]),
    ['nothing', 'colour:red', 'shape:ball', 'shape:ball', 'verb:hits', 'verb:hits', 'nothing', 'shape:cone'],
  )
  assert.deepEqual([...tagged!.first], [0, 3, 3, 3, 3, 3, 6, 7])
  assert.deepEqual([...tagged!.second], [0, 1, 2, 3, 7, 7, 6, 7])
})

test('verbs are inflected', () => {
  assert.equal(inflect('fall over', 's'), 'falls over')
  assert.equal(inflect('spin around', 'is ing'), 'is spinning around')
  assert.equal(inflect('lie there', 'ing'), 'lying there')
  assert.equal(inflect('go', 'ed'), 'went')
  assert.equal(inflect('is pushed', 's'), 'is pushed')
})

test('the loss of the expander is traced from its batches', async () => {
  const vocabulary = ['a', 'the', '球']
  const config = { ...taggerSize(vocabulary.length), width: 16, depth: 1, heads: 2, pointer: 4 }
  const training = expanderTraining({
    ...{ config, lexicon, evidence: lexicon, vocabulary, words, batchSize: 2, length: 30 },
    schedule: { steps: 1, warmup: 1, decay: 1, adamRate: 0.01, muonRate: 0.01 },
  })
  const batch = await training.nextBatch(createRandom(1), 1)
  assert.deepEqual(batch.numbers.shape, [2, 30, config.numbers])
  assert.deepEqual(batch.first.shape, [2, 30])
  assert.deepEqual(traceForward(training, batch).shape, [])
  assert.equal(taggerSpecs(config).tables.length, 4)
})
