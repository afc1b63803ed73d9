import assert from 'node:assert/strict'
import { statSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { parseCaption } from '../world/index.ts'
import { chineseWords } from './chinese.ts'
import { allowByEvidence } from './evidence.ts'
import { type Expander, loadExpander, openExpander, tellRequest } from './expander.ts'
import { nearestHue } from './hue.ts'
import { editDistance } from './lexicon.ts'
import { readWords } from './reader.ts'
import { allowedTokens, decodeRequest, encodeRequest, type Request, requestTokens } from './request.ts'

const parts = loadExpander()
let expander: Expander
before(async () => {
  expander = await openExpander(parts)
})
after(() => expander.close())

const request: Request = {
  bodies: [
    {
      colour: 'red',
      size: 'small',
      shape: 'ball',
      events: [
        { verb: 'rolls', direction: 'left', speed: 'slowly' },
        { verb: 'hits', other: 1 },
      ],
    },
    { material: 'glass', shape: 'cone', events: [{ verb: 'topples' }] },
  ],
  floor: 'grass',
  light: 'night',
  camera: { move: 'orbit', direction: 'left' },
}

test('requests become tokens of their grammar, and come back', () => {
  const ids = encodeRequest(request)
  assert.deepEqual(decodeRequest(ids), request)
  for (const [i, id] of ids.entries()) {
    assert.ok(allowedTokens(ids.slice(0, i)).includes(id), requestTokens[id])
  }
})

test('the bundled expander is one small file', () => {
  assert.ok(statSync('weights/expander.safetensors').size < 8_000_000)
})

test('what is told of a request parses, keeps what was asked for, and varies with the seed', () => {
  const captions = Array.from({ length: 30 }, (_, seed) => tellRequest(request, seed))
  for (const caption of captions) {
    const { bodies, floor, light, sky, camera } = parseCaption(caption)
    const ball = bodies.find(({ shape }) => shape === 'ball')
    assert.deepEqual([ball?.colour, ball?.size, floor, light], ['red', 'small', 'grass', 'night'], caption)
    assert.ok(ball?.events.some(({ verb }) => verb === 'hits'))
    assert.ok(ball?.material && sky, caption)
    assert.deepEqual(camera, { move: 'orbit', direction: 'left' })
    assert.equal(bodies.find(({ shape }) => shape === 'cone')?.material, 'glass')
  }
  assert.ok(new Set(captions).size > 20)
  assert.equal(tellRequest(request, 3), captions[3])
})

test('words are corrected and looked up, inflected or not', () => {
  const words = readWords(parts.lexicon, 'A yelow bal rols; 红色的球')
  assert.deepEqual(
    words.map(({ word }) => word),
    ['a', 'yellow', 'ball', 'rolls', ';', '红色', '的', '球'],
  )
  assert.ok(words[1].hints.length > 0 && words[3].hints.length > 0 && words[5].hints.length > 0)
  assert.equal(editDistance('blal', 'ball', 2), 1)
  assert.equal(editDistance('cone', 'metal', 2), 3)
})

test('what surely is said must be written', () => {
  const allowed = allowByEvidence(readWords(parts.lexicon, 'a crimson ball on grass'))
  const names = (written: string[]) =>
    allowed(written.map(name => requestTokens.indexOf(name))).map(id => requestTokens[id])
  assert.deepEqual(names(['body:body']), ['colour:red'])
  assert.deepEqual(names(['body:body', 'colour:red', 'shape:ball', 'scene:scene']), ['floor:grass'])
})

test('colours have hues', () => {
  assert.equal(nearestHue(220, 20, 60), 'red')
  assert.equal(nearestHue(0, 128, 128), 'cyan')
  assert.equal(nearestHue(128, 128, 128), 'grey')
  assert.equal(nearestHue(139, 69, 19), 'brown')
})

test('every Chinese word stands for one concept', () => {
  const words = Object.values(chineseWords).flat()
  assert.deepEqual(
    words.filter((word, i) => words.indexOf(word) < i),
    [],
  )
})

test('prompts in any words become captions; captions stay; the same seed gives the same', async () => {
  for (const prompt of [
    'a crimson marble',
    '一个红色的球',
    'zzzz qqqq',
    '?',
    'a cat on grass',
    'x '.repeat(2000),
  ]) {
    const first = await expander.expand(prompt, { seed: 4 })
    assert.equal(first.by, 'expander')
    assert.ok(parseCaption(first.caption).bodies.length > 0)
    assert.deepEqual(await expander.expand(prompt, { seed: 4 }), first)
  }
  const { caption } = await expander.expand('a crimson marble on a lawn')
  assert.match(caption, /red/)
  const kept = await expander.expand('a red ball rolls left')
  assert.deepEqual(kept, { caption: 'a red ball rolls left', notes: [], by: 'nothing' })
})

test('what the worlds do not have is played, and that is said', async () => {
  const { notes } = await expander.expand('a cat', { seed: 1 })
  assert.deepEqual(notes, ['no cats yet: a small orange ball plays its part'])
})
