import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createApp, openStores } from '../src/serve/index.ts'
import { createServer, post, quick, temporary } from './serving/fixtures.ts'

// What routes let in and what they answer, without a socket and without a worker.

test('events: who asks for the headers only takes nobody the place', async () => {
  const stores = await openStores({ folder: temporary() })
  const app = createApp(createServer(stores))
  const { id } = (await post(app, '', quick)).body
  const ask = (method: string) => app.request(`http://localhost/v1/videos/${id}/events`, { method })
  for (let i = 0; i < 201; i++) {
    const { status, headers } = await ask('HEAD')
    assert.deepEqual([status, headers.get('content-type')], [200, 'text/event-stream'])
  }
  const { status, body } = await ask('GET')
  assert.equal(status, 200)
  await body?.cancel()
  await stores.close()
})
