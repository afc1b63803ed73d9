import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fillRequest, type Request } from '../words/index.ts'
import type { Attributes } from '../world/index.ts'
import type { SeenBody } from './index.ts'
import { collectAnswers, collectGains, scoreStated } from './stated.ts'

const body = (looks: Partial<SeenBody>): SeenBody => ({
  colour: 'red',
  shape: 'ball',
  certainty: 1,
  size: 'large',
  presence: 1,
  action: 'right',
  meets: [],
  ...looks,
})

test('only what words state is asked', () => {
  const request: Request = { bodies: [{ colour: 'red', shape: 'ball', events: [{ verb: 'rolls' }] }] }
  const truth = fillRequest(request, 1)
  // Neither size nor direction is stated, whatever was filled in.
  const score = scoreStated({ bodies: [body({ size: 'small', action: 'left' })] }, truth, request)
  assert.deepEqual(score, { colour: 1, shape: 1, count: 1, event: 1 })
  const still = scoreStated({ bodies: [body({ action: 'still' }), body({ colour: 'blue' })] }, truth, request)
  assert.deepEqual(still, { colour: 1, shape: 1, count: 0, event: 0 })
})

test('a body that a short caption leaves out is not counted, nor is what hits it', () => {
  const truth: Attributes = {
    bodies: [
      {
        colour: 'red',
        shape: 'ball',
        size: 'large',
        events: [
          { verb: 'rolls', direction: 'right' },
          { verb: 'hits', other: 1 },
        ],
      },
      { colour: 'blue', shape: 'cube', size: 'small', events: [{ verb: 'pushed', direction: 'right' }] },
    ],
  }
  const seen = { bodies: [body({})] }
  const alone = {
    bodies: [{ colour: 'red', events: [{ verb: 'rolls', direction: 'right' }] }],
  } as const
  assert.deepEqual(scoreStated(seen, truth, alone), { colour: 1, shape: 1, direction: 1, event: 1 })
  const both = scoreStated(seen, truth, truth)
  assert.deepEqual(both, { colour: 0.5, shape: 0.5, size: 0.5, count: 0, direction: 1, event: 1 })
  // What the parser cannot see is not asked.
  const spins = { bodies: [{ colour: 'red', events: [{ verb: 'spins' }] }] } as const
  assert.equal(scoreStated(seen, truth, spins).event, undefined)
})

test('answers and gains, film by film', () => {
  const [mine, its] = [
    [{ colour: 1, event: 0 }, { colour: 0.5 }],
    [{ colour: 0, event: 1 }, { colour: 0.5 }],
  ]
  assert.deepEqual(collectAnswers(mine, 'all'), [1, 0, 0.5])
  assert.deepEqual(collectAnswers(mine, 'event'), [0])
  assert.deepEqual(collectGains(mine, its, 'all'), [1, -1, 0])
})
