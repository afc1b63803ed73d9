import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { VideoRequest } from '../store/job.ts'
import { expandRequest } from './work.ts'

const worlds = 'a the ball metal rolls under sky camera'.split(' ')

const request = { task: 'text to video', prompt: 'a crimson marble', seed: 3 } as VideoRequest
const expander = {
  expand: async () => ({ caption: 'a red ball', notes: [], by: 'expander' as const }),
}

test('prompts are expanded for models that know the words of the worlds, and for no others', async () => {
  const expand = (asked: VideoRequest, vocabulary: readonly string[]) =>
    expandRequest({ expander }, { id: 'job', request: asked }, vocabulary)
  assert.equal((await expand(request, worlds)).prompt, 'a red ball')
  assert.equal((await expand(request, ['a', 'circle', 'hits', 'the', 'wall'])).prompt, request.prompt)
  assert.equal((await expand({ ...request, task: 'image to video' }, worlds)).prompt, request.prompt)
})
