import assert from 'node:assert/strict'
import { test } from 'node:test'
import sharp from 'sharp'
import { encodeMp4 } from '../src/media/index.ts'
import { createApp, createId, createModeration, openStores, type Stores } from '../src/serve/index.ts'
import { packFootage } from '../src/serve/worker/footage.ts'
import { createServer, listen, post, quick, temporary } from './serving/fixtures.ts'

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

/** A finished video whose file holds the digits, as if a worker had made it; its frames last `seconds`. */
async function putVideo(stores: Stores, seconds = 1): Promise<string> {
  const { id } = (await post(createApp(createServer(stores)), '', { ...quick, seconds: Math.ceil(seconds) }))
    .body
  const [frameCount, fps] = [Math.round(12 * seconds), 12]
  const frames = new Uint8Array(frameCount * 32 * 32 * 3)
  await stores.files.put(id, 'frames', await packFootage({ frames, frameCount, width: 32, height: 32, fps }))
  await stores.files.put(id, 'video', Buffer.from('0123456789'))
  const milliseconds = { denoise: 1, decode: 1, total: 1 }
  const made = { generated_size: '32x32', frames: frameCount, fps, unknown_words: [], weights: 'none' }
  await stores.queue.claim('w')
  assert.ok(await stores.queue.finish(id, 'w', { result: { ...made, milliseconds } }))
  return id
}

test('content: ranges are served, what is none is ignored, and HEAD has none (RFC 9110, 14.2)', async () => {
  const stores = await openStores({ folder: temporary() })
  const app = createApp(createServer(stores))
  const id = await putVideo(stores)
  const ask = async (range: string | undefined, method = 'GET') => {
    const headers = range === undefined ? undefined : { range }
    const answer = await app.request(`http://localhost/v1/videos/${id}/content`, { method, headers })
    const text = answer.status === 416 ? '' : await answer.text()
    return [answer.status, answer.headers.get('content-range'), answer.headers.get('content-length'), text]
  }
  const parts = {
    'bytes=4-6': [206, 'bytes 4-6/10', '3', '456'],
    'Bytes=8-': [206, 'bytes 8-9/10', '2', '89'],
    'bytes=-3': [206, 'bytes 7-9/10', '3', '789'],
    'bytes=0-99': [206, 'bytes 0-9/10', '10', '0123456789'],
    'bytes=-99': [206, 'bytes 0-9/10', '10', '0123456789'],
  }
  for (const [range, expected] of Object.entries(parts)) assert.deepEqual(await ask(range), expected, range)
  for (const range of [undefined, 'lines=1', 'bytes=9-1', 'bytes=0-0,5-6', 'bytes=-', 'bytes=a-b']) {
    assert.deepEqual(await ask(range), [200, null, '10', '0123456789'], range)
  }
  for (const range of ['bytes=10-', 'bytes=-0']) {
    assert.deepEqual((await ask(range)).slice(0, 2), [416, 'bytes */10'], range)
  }
  assert.deepEqual(await ask('bytes=4-6', 'HEAD'), [200, null, '10', ''])
  await stores.close()
})

test('inpainting: `from` and `to` lie within what the frames last, not within whole seconds', async () => {
  const stores = await openStores({ folder: temporary() })
  const server = createServer(stores)
  const app = createApp(server)
  const white = { create: { width: 32, height: 32, channels: 3 as const, background: '#fff' } }
  const mask = {
    image_url: `data:image/png;base64,${(await sharp(white).png().toBuffer()).toString('base64')}`,
  }
  const id = await putVideo(stores, 43 / 12)
  const film = await encodeMp4(new Uint8Array(43 * 32 * 32 * 3), { width: 32, height: 32, fps: 12 })
  const upload = (to: number) => {
    const form = new FormData()
    form.append('prompt', 'a red ball')
    form.append('video', new File([new Uint8Array(film)], 'film.mp4'))
    form.append('mask[image_url]', mask.image_url)
    form.append('to', String(to))
    return form
  }
  const byId = (span: object) => ({ prompt: 'a red ball', video: { id }, mask, ...span })
  for (const body of [upload(4), byId({ to: 4 }), byId({ from: 3.59 }), byId({ from: 2, to: 1 })]) {
    const answer = await post(app, '/edits', body)
    const { param, message } = answer.body.error as { param: string; message: string }
    assert.deepEqual([answer.status, param], [400, 'from'])
    assert.match(message, /from 0 to 3\.58 s$/)
  }
  for (const body of [upload(3.58), byId({ to: 3.58 }), byId({ from: 3.5 })]) {
    assert.equal((await post(app, '/edits', body)).status, 200)
  }
  server.decoder.close()
  await stores.close()
})

const code = (body: Record<string, never>) => (body.error as { code: string }).code

test('characters: an owner has a hundred at most, and no clip is decoded for one more', async () => {
  const stores = await openStores({ folder: temporary() })
  const app = createApp(createServer(stores))
  const ids = Array.from({ length: 100 }, () => createId('char'))
  for (const id of ids) await stores.characters.create(id, 'local', 'Red')
  await stores.characters.create(createId('char'), 'another', 'Blue')
  const send = () => {
    const form = new FormData()
    form.append('name', 'Red')
    form.append('video', new File(['no film'], 'red.mp4'))
    return post(app, '/characters', form)
  }
  const beyond = await send()
  assert.deepEqual([beyond.status, code(beyond.body)], [429, 'too_many_characters'])
  await app.request(`http://localhost/v1/videos/characters/${ids[0]}`, { method: 'DELETE' })
  const within = await send()
  assert.deepEqual([within.status, code(within.body)], [400, 'invalid_upload'])
  await stores.close()
})

test('who has too much waiting is told so before anything is decoded', async () => {
  const stores = await openStores({ folder: temporary() })
  const limits = { maxWaiting: 1, secondsPerDay: Number.POSITIVE_INFINITY }
  const app = createApp(createServer(stores, { limits }))
  assert.equal((await post(app, '', quick)).status, 200)
  const junk = { image_url: 'data:image/png;base64,AAAA' }
  const { status, body } = await post(app, '', { ...quick, input_reference: junk })
  assert.deepEqual([status, code(body)], [429, 'too_many_waiting'])
  await stores.close()
})

test('large bodies count until their requests are answered', async () => {
  let answer = () => {}
  const asked = new Promise<void>(resolve => {
    answer = resolve
  })
  let judged = () => {}
  const judging = new Promise<void>(resolve => {
    judged = resolve
  })
  const classifier = await listen((request, response) => {
    request.resume()
    judged()
    void asked.then(() => response.end(JSON.stringify({ results: [{ flagged: true, categories: {} }] })))
  })
  const stores = await openStores({ folder: temporary() })
  const server = createServer(stores, { moderation: createModeration({ url: classifier.url }) })
  const app = createApp({ ...server, uploads: { ...server.uploads, bytesAtOnce: 500_000 } })
  const large = { ...quick, input_reference: { image_url: `data:image/png;base64,${'A'.repeat(300_000)}` } }
  const first = post(app, '', large)
  await judging
  const second = await post(app, '', large)
  assert.deepEqual([second.status, code(second.body)], [503, 'too_many_uploads'])
  answer()
  assert.equal(code((await first).body), 'moderation_blocked')
  assert.equal(code((await post(app, '', large)).body), 'moderation_blocked', 'there is room again')
  classifier.close()
  await stores.close()
})
