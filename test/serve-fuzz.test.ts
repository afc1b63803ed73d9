import assert from 'node:assert/strict'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { createRandom } from '../src/array/index.ts'
import { createApp, createId, openStores, type Stores } from '../src/serve/index.ts'
import { createServer } from './serving/fixtures.ts'

const REQUESTS = 10_000
const random = createRandom(2024)
const pick = <T>(from: readonly T[]): T => from[random.integer(from.length)]

const oddities: readonly unknown[] = [
  null,
  true,
  -1,
  1e308,
  Number.NaN,
  '',
  'a red ball',
  '0x10',
  '１２',
  '\u0000',
  '../../etc/passwd',
  "'; DROP TABLE jobs; --",
  'x'.repeat(40_000),
  [],
  ['a'],
  {},
  { id: 'video_none' },
  'the video',
  { id: ['x'] },
  { image_url: 'file:///etc/passwd' },
  { image_url: 'data:image/png;base64,AAAA' },
  { image_url: 'http://169.254.169.254/latest/meta-data' },
  [{ prompt: 'a', seconds: 1e9 }],
  [{ id: '\u0000' }],
  '\ud800',
  Array.from({ length: 3000 }).reduce<object>(inner => [inner], []),
  { __proto__: { prompt: 'x' } },
]
const fields = [
  'prompt',
  'seconds',
  'size',
  'model',
  'seed',
  'steps',
  'guidance',
  'strength',
  'video',
  'input_reference',
]
fields.push(
  'loop',
  'direction',
  'name',
  'videos',
  'videos[][id]',
  'storyboard',
  'storyboard[][prompt]',
  'storyboard[][seconds]',
)
fields.push(
  'characters',
  'characters[][id]',
  'a[b][c][d][e][f]',
  'x]y[',
  'video[id]',
  'input_reference[image_url]',
  '__proto__',
  'constructor',
  'unknown',
)
/** The first of them is a video that is there, finished. */
const ids = ['video_none', 'video_none', '%00', '%E0%A4%A', '..%2F..', 'x'.repeat(3000), '🎬', '']
const routes = [
  '',
  '/edits',
  '/extensions',
  '/connections',
  '/characters',
  '/characters/none',
  '/{id}',
  '/{id}/content',
  '/{id}/remix',
  '/{id}/cancel',
  '/{id}/events',
]
const queries = [
  '',
  '?limit=-1',
  '?limit=x',
  '?after=%00',
  '?order=up',
  '?variant=../x',
  '?limit=1&limit=2',
  '?%',
]

function drawFields(): Record<string, unknown> {
  const draw = () => {
    const value = pick(oddities)
    return [pick(fields), value === 'the video' ? { id: ids[0] } : value]
  }
  return Object.fromEntries(Array.from({ length: random.integer(5) }, draw))
}

function drawBody(): { body: string | Uint8Array<ArrayBuffer> | FormData; type?: string } {
  switch (random.integer(5)) {
    case 0:
      return { body: JSON.stringify(drawFields()), type: 'application/json' }
    case 1:
      return { body: pick(['{', '[]', '"x"', '', '{"prompt":', '\u0000']), type: 'application/json' }
    case 2:
      return { body: '--x\r\nbroken', type: pick(['multipart/form-data', 'multipart/form-data; boundary=x']) }
    case 3:
      return {
        body: Uint8Array.from({ length: random.integer(200) }, () => random.integer(256)),
        type: pick(['', 'text/plain']),
      }
    default: {
      const form = new FormData()
      for (const [name, value] of Object.entries(drawFields())) {
        if (random.uniform() < 0.3) form.append(name, new File([String(value)], pick(['', '../x', 'x.png'])))
        else form.append(name, String(value))
      }
      return { body: form }
    }
  }
}

/** Puts a finished video there, so that what is asked of it goes further than of none; some requests delete it. */
async function keepVideo({ jobs, queue, files }: Stores): Promise<void> {
  if (await jobs.get(ids[0])) return
  const request = {
    task: 'text to video',
    prompt: 'a red ball',
    seconds: 1,
    total: 1,
    size: '32x32',
  } as const
  const settings = { model: 'm', seed: 1, steps: 1, guidance: 1, negative_prompt: '', strength: 1 }
  ids[0] = createId('video')
  await jobs.create(
    { id: ids[0], owner: 'local', request: { ...request, ...settings } },
    { maxWaiting: 1e9, secondsPerDay: 1e9 },
  )
  for (const kind of ['video', 'thumbnail', 'spritesheet', 'frames'] as const) {
    await files.put(ids[0], kind, new Uint8Array(1000))
  }
  const result = { generated_size: '32x32', frames: 12, fps: 12, unknown_words: [], weights: 'none' }
  const milliseconds = { denoise: 1, decode: 1, total: 1 }
  while ((await jobs.get(ids[0]))?.status !== 'completed') {
    const job = await queue.claim('fuzz')
    await queue.finish(job!.id, 'fuzz', { result: { ...result, milliseconds } })
  }
}

/** One request, and what must hold of every answer. */
async function send(app: ReturnType<typeof createApp>, seen: Map<number, number>): Promise<void> {
  const method = pick(['GET', 'POST', 'POST', 'POST', 'DELETE', 'PUT'])
  const { body, type } = drawBody()
  const route = pick(routes).replace('{id}', () => (random.uniform() < 0.5 ? ids[0] : pick(ids)))
  const url = `http://localhost/v1/videos${route}${pick(queries)}`
  const headers: Record<string, string> = type === undefined ? {} : { 'content-type': type }
  if (random.uniform() < 0.1) headers['idempotency-key'] = pick(['a', 'b', 'x'.repeat(300), 'a b'])
  if (random.uniform() < 0.1) headers.range = pick(['bytes=-', 'bytes=9-1', 'lines=1', 'bytes=0-0,5-6'])
  if (random.uniform() < 0.1)
    headers.authorization = pick(['Bearer', 'Bearer x y', 'Basic eA==', 'sk-aozora'])
  const init = method === 'GET' ? { method, headers } : { method, body, headers }
  const response = await app.request(url, init)
  const text = await response.text()
  assert.ok(response.status < 500, `${method} ${url}: ${response.status} ${text}`)
  if (response.status >= 400) assert.ok(JSON.parse(text).error.message.length > 0)
  seen.set(response.status, (seen.get(response.status) ?? 0) + 1)
}

test(`${REQUESTS} malformed requests: none is answered with a server error, none leaves a trace`, async t => {
  const stores = await openStores({ folder: mkdtempSync(path.join(tmpdir(), 'aozora-fuzz-')) })
  const server = createServer(stores, { log: line => 'error' in line && console.error(line) })
  const app = createApp(server)
  const seen = new Map<number, number>()
  let settled = 0
  for (let i = 0; i < REQUESTS; i++) {
    if (i % 20 === 0) await keepVideo(stores)
    await send(app, seen)
    if (i === REQUESTS / 2) settled = process.memoryUsage().rss
  }
  for (const status of [200, 400, 404])
    assert.ok((seen.get(status) ?? 0) > 10, `${status}: ${seen.get(status)}`)
  const grown = (process.memoryUsage().rss - settled) / 1e6
  assert.ok(grown < 100, `the second half of the requests took ${grown.toFixed(0)} MB more`)
  t.diagnostic(`statuses ${JSON.stringify([...seen].sort())}; ${grown.toFixed(0)} MB more in the second half`)
  // What was let in is what could be served: every prompt is a text with words.
  const page = await stores.jobs.list('local', { limit: 100, order: 'asc' })
  for (const { request } of page!.jobs) assert.ok(request.prompt.trim().length > 0 && request.seconds >= 1)
  server.decoder.close()
  await stores.close()
})
