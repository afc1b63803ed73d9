import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { VideoRequest } from '../store/job.ts'
import { expandRequest } from './work.ts'

const worlds = 'a the ball metal rolls under sky camera'.split(' ')

const request = { task: 'text to video', prompt: 'a crimson marble', seed: 3 } as VideoRequest
const expander = {
  expand: async () => ({ caption: 'a red ball', notes: ['a note'], by: 'expander' as const }),
}

test('prompts are expanded for models that know the words of the worlds, and for no others', async () => {
  const expand = (asked: VideoRequest, vocabulary: readonly string[]) =>
    expandRequest({ expander }, { id: 'job', request: asked }, vocabulary)
  assert.deepEqual(await expand(request, worlds), {
    request: { ...request, prompt: 'a red ball' },
    notes: ['a note'],
  })
  assert.deepEqual(await expand(request, ['a', 'circle', 'hits', 'the', 'wall']), { request, notes: [] })
  const pictured = { ...request, task: 'image to video' } as const
  assert.deepEqual(await expand(pictured, worlds), { request: pictured, notes: [] })
})
