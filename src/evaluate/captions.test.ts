import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRandom } from '../array/index.ts'
import { parseCaption, writeCaptions } from '../world/index.ts'
import { captionQuestions, scoreCaption } from './captions.ts'

const caption =
  'A large red matte ball rolls to the right, and a small blue metal cube rests on a wooden floor at noon under a clear sky. The camera stands still.'
const truth = parseCaption(caption)

test('the truth in any wording is right in everything', () => {
  const random = createRandom(1)
  for (let i = 0; i < 20; i++) {
    const score = scoreCaption(writeCaptions(truth, random.integer(2 ** 31)).caption, truth)
    assert.deepEqual(
      captionQuestions.map(question => score[question]),
      captionQuestions.map(() => 1),
    )
  }
})

test('what is wrong, missing or invented is found, each where it belongs', () => {
  const score = (text: string) => scoreCaption(text, truth)
  const swapped = score(caption.replace('red matte ball', 'green matte ball'))
  assert.deepEqual([swapped.colour, swapped.shape, swapped.count, swapped.event], [0.5, 0.5, 1, 0])
  const turned = score(caption.replace('to the right', 'to the left').replace('cube', 'cone'))
  assert.deepEqual([turned.colour, turned.shape, turned.event, turned.action], [1, 0.5, 1, 0])
  const alone = score(
    'A large red matte ball rolls to the right on a wooden floor at noon under a clear sky.',
  )
  assert.deepEqual([alone.count, alone.colour, alone.floor], [0, 0.5, 1])
  const babble = score('wood wood the the')
  assert.ok(captionQuestions.every(question => babble[question] === 0))
})
