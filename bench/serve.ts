// `node --import tsx bench/serve.ts [--only NAME]`: what a request costs beside a bare route of the same HTTP library in the same run, and
// what a second worker brings. One JSON object a line: {name, value, unit, limit, ratio}.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { Agent, request as send } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { createApp, openStores } from '../src/serve/index.ts'
import { createServer, writeTinyModel } from '../test/serving/fixtures.ts'
import { median } from './measure.ts'

/** Servers run for days: until their code is compiled to the end. */
const WARM_SECONDS = 4
const ROUND_SECONDS = 0.5
/** As many as either server is busy with: with 8, commits are waited for that more requests would share (0.25 instead of 0.36). */
const CONNECTIONS = 32
/** Short ones in turn, so that other work on the machine weighs on both alike. */
const ROUNDS = 12

const report = (row: { name: string; value: number; unit: string; limit: number }) =>
  console.log(JSON.stringify({ ...row, ratio: Number((row.value / row.limit).toFixed(3)) }))

const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS })

/** One request over a connection that stays open; its answer as text. */
function ask(port: number, method: string, route: string, body?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = body
      ? { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
      : {}
    send({ port, host: '127.0.0.1', method, path: route, agent, headers }, response => {
      let text = ''
      response.setEncoding('utf8').on('data', part => {
        text += part
      })
      response.on('end', () => resolve(text))
    })
      .on('error', reject)
      .end(body)
  })
}

/** Requests a second: every connection asks again and again. */
async function measure(seconds: number, work: () => Promise<number>): Promise<number> {
  const end = performance.now() + seconds * 1000
  let count = 0
  const started = performance.now()
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      while (performance.now() < end) {
        const done = await work()
        // Not `count += await`: that adds to what the count was before, and the others' requests are forgotten.
        count += done
      }
    }),
  )
  return count / ((performance.now() - started) / 1000)
}

async function listen(app: { fetch: Hono['fetch'] }) {
  const http = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' })
  await once(http, 'listening')
  return { port: (http.address() as AddressInfo).port, close: () => http.close() }
}

const body = JSON.stringify({ prompt: 'a red ball bounces on a grey floor', seconds: '4', size: '1280x720' })

async function benchRequests(): Promise<void> {
  const bare = new Hono()
  bare.post('/v1/videos', c => c.json({ id: 'x' }))
  bare.get('/v1/videos/:id', c => c.json({ id: c.req.param('id') }))
  const folder = mkdtempSync(path.join(tmpdir(), 'aozora-bench-'))
  const stores = await openStores({ folder })
  const [limit, ours] = [await listen(bare), await listen(createApp(createServer(stores)) as unknown as Hono)]
  const both = (port: number) => async () => {
    const { id } = JSON.parse(await ask(port, 'POST', '/v1/videos', body)) as { id: string }
    await ask(port, 'GET', `/v1/videos/${id}`)
    return 2
  }
  // As if workers ended them at once: no key has thousands of videos waiting, the limit is 100 by default.
  const ending = setInterval(
    () => stores.database.all("UPDATE jobs SET status = 'completed' WHERE status = 'queued' RETURNING id"),
    20,
  )
  const rates = { limit: [] as number[], ours: [] as number[] }
  await measure(WARM_SECONDS, both(limit.port))
  await measure(WARM_SECONDS, both(ours.port))
  for (let round = 0; round < ROUNDS; round++) {
    rates.limit.push(await measure(ROUND_SECONDS, both(limit.port)))
    rates.ours.push(await measure(ROUND_SECONDS, both(ours.port)))
  }
  report({ name: 'serve.request', value: median(rates.ours), unit: 'requests/s', limit: median(rates.limit) })
  clearInterval(ending)
  limit.close()
  ours.close()
  await stores.close()
  rmSync(folder, { recursive: true })
}

const JOBS = 24
const WORKER_ROUNDS = 3
const bin = fileURLToPath(new URL('../bin/aozora.js', import.meta.url))

/** Videos a second of so many worker processes, from the first that is done to the last. */
async function runWorkers(count: number, model: string): Promise<number> {
  const folder = mkdtempSync(path.join(tmpdir(), 'aozora-bench-'))
  const stores = await openStores({ folder })
  const app = createApp(createServer(stores))
  const warm = count * 2
  const workers: ChildProcess[] = []
  const create = () =>
    app.request('http://localhost/v1/videos', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ prompt: 'a red ball', seconds: 8, size: '32x32', steps: 20 }),
    })
  for (let i = 0; i < JOBS + warm; i++) await create()
  for (let i = 0; i < count; i++) {
    const args = ['work', '--folder', folder, '--model', model, '--threads', '1']
    workers.push(fork(bin, args, { stdio: 'ignore' }))
  }
  const done = async (wanted: number) => {
    while ((await stores.jobs.count()).completed < wanted) await pause(20)
    return performance.now()
  }
  const started = await done(warm)
  const seconds = ((await done(JOBS + warm)) - started) / 1000
  for (const worker of workers) {
    worker.kill('SIGTERM')
    await once(worker, 'exit')
  }
  await stores.close()
  rmSync(folder, { recursive: true })
  return JOBS / seconds
}

async function benchWorkers(): Promise<void> {
  const model = writeTinyModel()
  const rates = { one: [] as number[], two: [] as number[] }
  for (let round = 0; round < WORKER_ROUNDS; round++) {
    rates.one.push(await runWorkers(1, model))
    rates.two.push(await runWorkers(2, model))
  }
  report({ name: 'serve.workers', value: median(rates.two), unit: 'videos/s', limit: median(rates.one) })
}

const benchmarks = { 'serve.request': benchRequests, 'serve.workers': benchWorkers }
const { values } = parseArgs({ options: { only: { type: 'string' } } })
for (const [name, run] of Object.entries(benchmarks)) {
  if (values.only === undefined || values.only === name) await run()
}
agent.destroy()
