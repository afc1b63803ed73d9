import assert from 'node:assert/strict'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { createRandom } from '../array/index.ts'
import { createApp, openJobs } from './index.ts'

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
  { id: ['x'] },
  { image_url: 'file:///etc/passwd' },
  { image_url: 'data:image/png;base64,AAAA' },
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
fields.push('characters', 'video[id]', 'input_reference[image_url]', '__proto__', 'constructor', 'unknown')
const ids = ['video_none', '%00', '%E0%A4%A', '..%2F..', 'x'.repeat(3000), '🎬', '']
const routes = [
  '',
  '/edits',
  '/extensions',
  ...ids.flatMap(id => [`/${id}`, `/${id}/content`, `/${id}/remix`]),
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
  return Object.fromEntries(Array.from({ length: random.integer(5) }, () => [pick(fields), pick(oddities)]))
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

test(`${REQUESTS} malformed requests: none is answered with a server error, none leaves a trace`, async () => {
  const jobs = openJobs(mkdtempSync(path.join(tmpdir(), 'aozora-fuzz-')))
  const app = createApp(jobs)
  const seen = new Map<number, number>()
  for (let i = 0; i < REQUESTS; i++) {
    const method = pick(['GET', 'POST', 'POST', 'POST', 'DELETE', 'PUT'])
    const { body, type } = drawBody()
    const url = `http://localhost/v1/videos${pick(routes)}${pick(queries)}`
    const headers = type === undefined ? undefined : { 'content-type': type }
    const init = method === 'GET' ? { method } : { method, body, headers }
    const response = await app.request(url, init)
    const text = await response.text()
    assert.ok(response.status < 500, `${method} ${url}: ${response.status} ${text}`)
    if (response.status >= 400) assert.ok(JSON.parse(text).error.message.length > 0)
    seen.set(response.status, (seen.get(response.status) ?? 0) + 1)
  }
  for (const status of [200, 400, 404])
    assert.ok((seen.get(status) ?? 0) > 10, `${status}: ${seen.get(status)}`)
  // What was let in is what could be served: every prompt is a text with words.
  const page = jobs.list({ limit: 100, order: 'asc' })
  for (const { request } of page!.jobs) assert.ok(request.prompt.length > 0 && request.seconds >= 1)
  jobs.close()
})
