import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { parseCaption } from '../world/index.ts'
import { type Expander, loadExpander, openExpander } from './expander.ts'
import { leaveOut } from './leaveOut.ts'
import { readCounts, sayPhrase } from './phrases.ts'
import { readWords } from './reader.ts'

const parts = loadExpander()
let expander: Expander
before(async () => {
  expander = await openExpander(parts)
})
after(() => expander.close())

const read = (prompt: string) => readWords(parts.lexicon, prompt)

/** What is left out of a prompt, and what stays. */
function split(prompt: string): [out: string[], kept: string] {
  const { kept, out } = leaveOut(read(prompt))
  return [out.map(({ name }) => name), kept.map(({ word }) => word).join(' ')]
}

test('what shall not be there is taken out of a prompt', () => {
  const prompts: Record<string, ReturnType<typeof split>> = {
    'no red ball, only a cube': [['red ball'], 'only a cube'],
    'a red ball without a blue cube': [['blue cube'], 'a red ball'],
    'a blue cube and no red ball': [['red ball'], 'a blue cube'],
    'a cube, not a ball, rolls left': [['ball'], 'a cube , rolls left'],
    'no red or blue balls, a green cone': [['red or blue balls'], 'a green cone'],
    'no balls or cubes, only a cone': [['balls', 'cubes'], 'only a cone'],
    'no red ball rolls left and a blue cube rests': [['red ball'], 'and a blue cube rests'],
    'no cats, a ball': [['cats'], 'a ball'],
    '没有红球，只有一个方块': [['红球'], '只 有 一 个 方 块'],
    '一个红球，不要蓝色的方块': [['蓝色的方块'], '一 个 红 球 ,'],
    '没有任何球或者方块，一个圆锥': [['球', '方块'], '一 个 圆 锥'],
  }
  for (const [prompt, wanted] of Object.entries(prompts)) assert.deepEqual(split(prompt), wanted, prompt)
})

test('what denies no thing takes nothing out', () => {
  for (const prompt of [
    'no cats yet: a small orange ball plays its part',
    'a red ball rolls, the camera does not move',
    'no camera movement, a red ball rolls',
    'a ball rolls without moving the cube',
    'a red ball is not moving, without haste, in no time',
    'a ball under a sky with no clouds and nothing else',
    'the ball does not hit the cube',
    'not only a ball but also a cube',
    'no two balls are alike',
    'why not a ball',
    'No, a red ball',
    '一个红球没有撞到方块',
    '红球没有方块大',
    '有没有红球',
    '镜头不动，不要停',
    '没有云，一个球',
  ]) {
    assert.deepEqual(
      split(prompt),
      [
        [],
        read(prompt)
          .map(({ word }) => word)
          .join(' '),
      ],
      prompt,
    )
  }
})

test('what is left out is not seen, and one note says so', async () => {
  for (const [prompt, note, shape] of [
    ['no red ball, only a cube', 'left out, as asked: red ball', 'cube'],
    ['a blue cube without a red ball', 'left out, as asked: red ball', 'cube'],
    ['没有红球，只有一个方块', '按要求去掉：红球', 'cube'],
  ]) {
    const { caption, notes } = await expander.expand(prompt)
    assert.deepEqual(
      parseCaption(caption).bodies.map(body => body.shape),
      [shape],
      prompt,
    )
    assert.deepEqual(notes, [note])
  }
  for (let seed = 0; seed < 12; seed++) {
    const { caption, notes } = await expander.expand('no ball', { seed })
    assert.ok(parseCaption(caption).bodies.every(({ shape }) => shape !== 'ball'))
    assert.deepEqual(notes, ['left out, as asked: ball'])
  }
})

test('numbers before things are read', () => {
  const counts = (prompt: string) => {
    const words = read(prompt)
    return readCounts(words).map(phrase => `${phrase.number} ${sayPhrase(words, phrase)}`)
  }
  assert.deepEqual(counts('two red balls roll left and three large blue cubes rest'), [
    '2 red balls',
    '3 large blue cubes',
  ])
  assert.deepEqual(counts('a pair of cones, twenty five cats and two dozen bouncing balls'), [
    '2 cones',
    '25 cats',
    '24 balls',
  ])
  assert.deepEqual(counts('五个红球和二十五只猫，12个方块'), ['5 红球', '25 猫', '12 方块'])
  assert.deepEqual(counts('two balls hit, then the two balls bounce three times in 4 seconds'), ['2 balls'])
  assert.deepEqual(counts('第三个球弹三次'), [])
  assert.deepEqual(counts(`a pair of cubes, the twenty five balls ${'二'.repeat(20_000)}`), ['2 cubes'])
})

test('as many bodies as are counted, four at most, and one note says where that is fewer', async () => {
  for (const [prompt, made, note] of [
    ['two red balls roll left', ['red', 'red']],
    ['a pair of red balls and a pair of blue cubes', ['red', 'red', 'blue', 'blue']],
    ['ten red balls roll left', ['red', 'red', 'red', 'red'], 'four instead of 10'],
    [
      'two red balls roll left and three blue cubes rest',
      ['red', 'red', 'blue', 'blue'],
      'four instead of 5',
    ],
    ['五个红球向左滚', ['red', 'red', 'red', 'red'], '用四个代替5个'],
    ['三个红球和两个蓝色方块', ['red', 'red', 'blue', 'blue'], '用四个代替5个'],
  ] as const) {
    const { notes } = await expander.expand(prompt)
    const { bodies } = await expander.read(prompt)
    assert.deepEqual(
      bodies.map(({ colour }) => colour),
      made,
      prompt,
    )
    assert.equal(notes.length, note ? 1 : 0, prompt)
    if (note) assert.ok(notes[0].endsWith(note), notes[0])
  }
})

test('where nothing is understood, or little, one note says so', async () => {
  const nothing =
    'nothing of it was understood: colour, shape and deed were drawn by the seed; only English and Chinese are read'
  for (const prompt of ['zxqv', '🎈🎉', '', 'x'.repeat(20_000)]) {
    assert.deepEqual((await expander.expand(prompt)).notes, [nothing], prompt.slice(0, 20))
  }
  assert.match((await expander.expand('可以吗')).notes.join('\n'), /^什么也没读懂[^\n]*$/)
  for (const prompt of ['ein roter Ball rollt', 'una pelota roja rueda', 'красный шар катится']) {
    const { notes } = await expander.expand(prompt)
    assert.equal(notes.filter(note => note.includes('only English and Chinese are read')).length, 1, prompt)
  }
  for (const prompt of ['red ball rolls left', 'a yelow bal rols slwly', 'at night', '一个红球', '玻璃球']) {
    assert.deepEqual((await expander.expand(prompt)).notes, [], prompt)
  }
})
