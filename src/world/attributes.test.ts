import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Attributes, countAttributes, mainAction, orderBodies } from './attributes.ts'

const looks = { shape: 'ball', size: 'small', material: 'matte' } as const

test('bodies are put into the order in which a caption mentions them', () => {
  const attributes: Attributes = {
    bodies: [
      { ...looks, colour: 'red', events: [{ verb: 'rests', beside: 2 }] },
      { ...looks, colour: 'green', events: [{ verb: 'rolls' }, { verb: 'hits', other: 3 }] },
      { ...looks, colour: 'blue', events: [{ verb: 'rests' }] },
      { ...looks, colour: 'pink', events: [{ verb: 'hits', other: 2 }] },
    ],
  }
  const ordered = orderBodies(attributes, [1, 0, 2])
  assert.deepEqual(
    ordered.bodies.map(({ colour, events }) => [colour, events]),
    [
      ['green', [{ verb: 'rolls' }, { verb: 'hits', other: 1 }]],
      ['pink', [{ verb: 'hits', other: 2 }]],
      ['blue', [{ verb: 'rests' }]],
      ['red', [{ verb: 'rests', beside: 2 }]],
    ],
  )
  assert.deepEqual(orderBodies(ordered), ordered)
  // Blue is told after red now: red cannot be beside what was not mentioned.
  assert.deepEqual(orderBodies(attributes, [0, 2]).bodies[0].events, [{ verb: 'rests' }])
  assert.equal(orderBodies(attributes, [0]).bodies.length, 1)
})

test('the main action is the first thing that sets a way, a fall or a spin', () => {
  assert.equal(
    mainAction({
      events: [
        { verb: 'hits', other: 1 },
        { verb: 'rolls', direction: 'left' },
      ],
    }),
    'left',
  )
  assert.equal(mainAction({ events: [{ verb: 'drops' }, { verb: 'rolls', direction: 'left' }] }), 'bounce')
  assert.equal(mainAction({ events: [{ verb: 'topples' }, { verb: 'slides', direction: 'left' }] }), 'topple')
  assert.equal(mainAction({ events: [{ verb: 'rolls' }] }), 'still')
  assert.equal(mainAction({ events: [] }), 'still')
})

test('attributes are counted', () => {
  const film: Attributes = {
    bodies: [
      { ...looks, colour: 'red', events: [{ verb: 'rolls', direction: 'left', speed: 'slowly' }] },
      { ...looks, colour: 'blue', events: [{ verb: 'drops' }, { verb: 'bounces', times: 2 }] },
    ],
    floor: 'wood',
    camera: { move: 'pan', direction: 'left' },
  }
  assert.deepEqual(countAttributes([film, { bodies: [] }]), {
    bodies: { 0: 1, 2: 1 },
    floor: { wood: 1 },
    camera: { 'pan left': 1 },
    action: { left: 1 },
    colour: { red: 1, blue: 1 },
    shape: { ball: 2 },
    size: { small: 2 },
    material: { matte: 2 },
    event: { rolls: 1, drops: 1, bounces: 1 },
    direction: { left: 1 },
    speed: { slowly: 1 },
    bounces: { 2: 1 },
  })
})
