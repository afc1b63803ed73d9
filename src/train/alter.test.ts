import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRandom } from '../array/index.ts'
import type { Attributes } from '../world/index.ts'
import { alterAttributes } from './alter.ts'

const one: Attributes = {
  bodies: [
    { colour: 'red', shape: 'ball', size: 'large', events: [{ verb: 'rolls', direction: 'left' }] },
    { colour: 'blue', shape: 'cube', events: [{ verb: 'rests' }] },
  ],
  floor: 'grass',
  light: 'noon',
}

test('what is told is altered in one respect, in every respect in time, and nothing else', () => {
  const random = createRandom(4)
  const seen = new Set<string>()
  for (let draw = 0; draw < 400; draw++) {
    const altered = alterAttributes(random, one)
    if (altered.bodies.length !== one.bodies.length) {
      assert.equal(altered.bodies.length, 1)
      assert.ok(one.bodies.includes(altered.bodies[0]))
      seen.add('count')
      continue
    }
    const changed = [
      ...(altered.floor === one.floor ? [] : ['floor']),
      ...(altered.light === one.light ? [] : ['light']),
      ...altered.bodies.flatMap((body, i) =>
        (['colour', 'shape', 'size', 'material'] as const).filter(look => body[look] !== one.bodies[i][look]),
      ),
      ...altered.bodies.flatMap((body, i) =>
        JSON.stringify(body.events) === JSON.stringify(one.bodies[i].events) ? [] : ['deed'],
      ),
    ]
    assert.equal(changed.length, 1, JSON.stringify(altered))
    seen.add(changed[0])
  }
  // Of what is not told (materials) nothing can be told otherwise.
  assert.deepEqual([...seen].sort(), ['colour', 'count', 'deed', 'floor', 'light', 'shape', 'size'])
})

test('where bodies name one another they stay, and so does what they do', () => {
  const random = createRandom(5)
  const hit: Attributes = {
    ...one,
    bodies: [{ ...one.bodies[0], events: [{ verb: 'hits', other: 1 }] }, one.bodies[1]],
  }
  for (let draw = 0; draw < 200; draw++) {
    const { bodies } = alterAttributes(random, hit)
    assert.deepEqual(
      bodies.map(({ events }) => events),
      hit.bodies.map(({ events }) => events),
    )
  }
})
