import assert from 'node:assert/strict'
import { statSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { parseCaption } from '../world/index.ts'
import { chineseWords, cutChinese } from './chinese.ts'
import { conceptSeeds, concepts } from './concepts.ts'
import { type Expander, loadExpander, openExpander, tellRequest } from './expander.ts'
import { heldOutContent } from './heldOut.ts'
import { editDistance, lookUp, readLexicon } from './lexicon.ts'
import { readWords } from './reader.ts'
import { labels, type Request } from './request.ts'
import { understand } from './understand.ts'

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

test('what was not understood is not invented', () => {
  const captions = Array.from({ length: 20 }, (_, seed) =>
    tellRequest({ bodies: [{ shape: 'ball', events: [] }], open: ['size', 'light', 'way'] }, seed),
  )
  for (const caption of captions) {
    const { bodies, light, floor } = parseCaption(caption)
    assert.deepEqual([bodies[0].size, light], [undefined, undefined], caption)
    assert.ok(floor && bodies.every(({ events }) => events.every(event => !('direction' in event))), caption)
  }
})

test('words are corrected and looked up, inflected or not', () => {
  const words = readWords(parts.lexicon, 'A yelow bal rols (slowly); 红色的球')
  assert.deepEqual(
    words.map(({ word }) => word),
    ['a', 'yellow', 'ball', 'rolls', ',', 'slowly', ',', ';', '红', '色', '的', '球'],
  )
  const says = (i: number, concept: string) => words[i].evidence.get(concepts.indexOf(concept)) ?? 0
  assert.equal(says(1, 'colour:yellow'), 1)
  assert.equal(says(3, 'verb:rolls'), 1)
  assert.equal(says(8, 'colour:red'), 1)
  assert.deepEqual(words[8].begins, { word: '红色', concept: 'colour:red' })
  assert.equal(editDistance('blal', 'ball', 2), 1)
  assert.equal(editDistance('cone', 'metal', 2), 3)
})

test('a long word is what the words in it are', () => {
  const lexicon = readLexicon(`cherry 1f2 91\nstone 1n5 9${concepts.indexOf('material:matte').toString(36)}`)
  const found = lookUp(lexicon, 'cherrystone')
  assert.deepEqual(found?.entry.hints, [
    { concept: 1, level: 6 },
    { concept: concepts.indexOf('material:matte'), level: 6 },
  ])
  assert.equal(lookUp(lexicon, 'cherryx'), undefined)
})

test('a form that is in lists of synonyms alone is what it is a form of', () => {
  const towards = concepts.indexOf('way:towards').toString(36)
  const away = concepts.indexOf('way:away').toString(36)
  const lexicon = readLexicon(`near cx3 9${towards}\nnearer 0-0 7${away}\nbutter 1f3 92\nbutt 2-1 91`)
  assert.equal(lookUp(lexicon, 'nearer')?.lemma, 'near')
  assert.equal(lookUp(lexicon, 'butter')?.lemma, 'butter')
})

test('no concept begins at a word that the evaluation holds out', () => {
  // Ordinary words of which held-out phrases are made.
  const known = new Set(['ground', 'daylight', 'move', 'far'])
  const seeds = Object.values(conceptSeeds).flatMap(list => list.map(seed => seed.split('/')[0]))
  assert.deepEqual(
    seeds.filter(seed => heldOutContent.has(seed) && !known.has(seed)),
    [],
  )
})

test('Chinese words that are not in the table are known by their letters', () => {
  const [first] = cutChinese('滚滚')
  assert.ok((first.evidence.get('verb:rolls') ?? 0) > 0.5)
  const [, unknown] = cutChinese('方块', () => false)
  assert.equal(unknown.begins, undefined)
  assert.ok((unknown.evidence.get('shape:cube') ?? 0) > 0)
})

/** What a tagger would say that is quite sure: for every word its label, and the words it points to. */
function tagsOf(rows: readonly (readonly [label: string, first?: number, second?: number])[]) {
  const sure = (size: number, at: number) => Float32Array.from({ length: size }, (_, i) => (i === at ? 1 : 0))
  return {
    labels: rows.map(([label]) => sure(labels.length, labels.indexOf(label))),
    first: rows.map(([, first], i) => sure(rows.length, first ?? i)),
    second: rows.map(([, , second], i) => sure(rows.length, second ?? i)),
  }
}

test('labels and pointers become a request', () => {
  const text = 'two red balls come to rest beside it , a cone slowly hits a ball'
  const words = text.split(' ').map(word => ({ word, evidence: new Map<number, number>() }))
  const { request, named } = understand(
    words,
    tagsOf([
      ...([['count:2', 2], ['colour:red', 2], ['shape:ball']] as const),
      ...([
        ['verb:stops', 2],
        ['nothing'],
        ['verb:stops', 2],
        ['nothing'],
        ['nothing'],
        ['nothing'],
      ] as const),
      ...([['nothing'], ['shape:cone'], ['speed:slowly', 12], ['verb:hits', 10, 14]] as const),
      ...([['nothing'], ['shape:ball', 2]] as const),
    ]),
  )
  const ball = { colour: 'red', shape: 'ball', events: [{ verb: 'stops' }] }
  assert.deepEqual(request, {
    bodies: [ball, ball, { shape: 'cone', events: [{ verb: 'hits', speed: 'slowly', other: 0 }] }],
  })
  assert.deepEqual(named, [2, 2, 10])
})

test('where no colour is said and only a thing is named, what the words hint at is guessed', () => {
  const concept = (name: string, share: number) => [concepts.indexOf(name), share] as const
  const words = [
    { word: 'denim', evidence: new Map([concept('material:matte', 1), concept('colour:blue', 0.3)]) },
    { word: '锥', evidence: new Map([concept('shape:cone', 0.7)]) },
  ]
  const { request } = understand(words, tagsOf([['material:matte', 1], ['shape:any']]))
  assert.deepEqual(request, {
    bodies: [{ colour: 'blue', material: 'matte', shape: 'cone', events: [] }],
  })
})

test('a letter that many Chinese words have tells no place', async () => {
  const request = await expander.read('一个红色的球滚动')
  assert.deepEqual([request.floor, request.light, request.sky], [undefined, undefined, undefined])
})

test('a small ball is small in Chinese too, letter by letter', async () => {
  for (const prompt of ['一个红色的小球滚动', '黄昏时，一个红色的小球从空中落下', '小球']) {
    const { bodies } = await expander.read(prompt)
    assert.deepEqual(
      bodies.map(({ size, shape }) => [size, shape]),
      [['small', 'ball']],
      prompt,
    )
  }
  assert.deepEqual((await expander.read('一个大球滚动')).bodies[0].size, 'large')
})

test('every Chinese word stands for one concept', () => {
  const words = Object.values(chineseWords).flat()
  assert.deepEqual(
    words.filter((word, i) => words.indexOf(word) < i),
    [],
  )
})

test('prompts in any words become captions; captions keep what they tell; the same seed gives the same', async () => {
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
  // A caption keeps what it tells, and what it leaves open is filled in; one that tells all stays as it is.
  const { caption: filled, by } = await expander.expand('a red ball rolls left', { seed: 2 })
  const [ball] = parseCaption(filled).bodies
  assert.deepEqual([by, ball.colour, ball.shape, ball.events[0].verb], ['expander', 'red', 'ball', 'rolls'])
  assert.ok(
    ball.size && ball.material && 'direction' in ball.events[0] && ball.events[0].direction === 'left',
  )
  assert.deepEqual(await expander.expand(filled), { caption: filled, notes: [], by: 'nothing' })
})

test('what the worlds do not have is played, and that is said', async () => {
  const { notes } = await expander.expand('a cat', { seed: 1 })
  assert.deepEqual(notes, ['no cats yet: a small orange ball plays its part'])
})
