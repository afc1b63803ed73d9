import assert from 'node:assert/strict'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { after, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { createRandom } from '../src/array/index.ts'
import { openStores, verifyFile } from '../src/serve/index.ts'
import { createSchema, noPostgres, temporary, writeTinyModel } from './serving/fixtures.ts'
import { start, startServer, stopAll } from './serving/process.ts'

// Servers and workers die at random moments under load. AOZORA_KILLS=200 kills more often than `npm test` has time for.

const KILLS = Number(process.env.AOZORA_KILLS ?? 20)
const JOBS = Math.max(10, KILLS)
const LEASE = '1.5'

after(stopAll)

const random = createRandom(Number(process.env.AOZORA_SEED ?? 7))

interface Accepted {
  readonly id: string
  readonly status: string
  readonly error: { readonly message: string } | null
}

/** Asks again while the server is away: the Idempotency-Key makes that safe. */
async function insist<Result>(ask: () => Promise<Result>): Promise<Result> {
  for (let tries = 0; ; tries++) {
    try {
      return await ask()
    } catch (error) {
      if (tries > 3000) throw error
      await pause(100)
    }
  }
}

async function killAtRandom(database?: string): Promise<void> {
  const folder = temporary()
  const place = database === undefined ? [] : ['--database', database]
  const settings = [...place, '--lease', LEASE]
  const model = ['--model', writeTinyModel(), '--threads', '1']
  const before = await openStores({ folder, database })
  await before.webhooks.add('http://127.0.0.1:9/')
  await before.close()
  let baseURL = ''
  const startOne = async (name: string): Promise<ChildProcess> => {
    if (name !== 'server') {
      const worker = start(['work', '--folder', folder, ...settings, ...model])
      worker.stdout!.resume()
      return worker
    }
    const server = await startServer(folder, ['--no-workers', ...settings, ...model.slice(0, 2)])
    baseURL = server.baseURL
    return server.child
  }
  const running = new Map<string, ChildProcess>()
  for (const name of ['server', 'one', 'two']) running.set(name, await startOne(name))

  const accepted: string[] = []
  let served = 0
  const look = async (id: string): Promise<Accepted> => {
    const job: Accepted = await insist(
      async () => (await fetch(`${baseURL}/videos/${id}`)).json() as Promise<Accepted>,
    )
    if (job.status !== 'completed') return job
    const content = await insist(async () => {
      const response = await fetch(`${baseURL}/videos/${id}/content`)
      return { status: response.status, bytes: new Uint8Array(await response.arrayBuffer()) }
    })
    assert.equal(content.status, 200)
    assert.equal(verifyFile(content.bytes).state, 'signed', 'what is served is whole')
    served++
    return job
  }
  let isOver = false
  const asking = (async () => {
    for (let i = 0; i < JOBS; i++) {
      const created: Accepted = await insist(async () => {
        const response = await fetch(`${baseURL}/videos`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'idempotency-key': `job-${i}` },
          body: JSON.stringify({
            prompt: 'a red ball',
            seconds: 1 + random.integer(12),
            size: '32x32',
            steps: 20,
          }),
        })
        if (!response.ok) throw new Error(`status ${response.status}`)
        return response.json() as Promise<Accepted>
      })
      accepted.push(created.id)
      await look(accepted[random.integer(accepted.length)])
      if (!isOver) await pause(random.integer(600))
    }
  })()
  // Awaited below; until then a failure must not end the process.
  asking.catch(() => {})
  for (let kills = 0; kills < KILLS; kills++) {
    await pause(random.integer(1200))
    const name = random.uniform() < 0.3 ? 'server' : ['one', 'two'][random.integer(2)]
    const victim = running.get(name)!
    const exited = once(victim, 'exit')
    victim.kill('SIGKILL')
    await exited
    running.set(name, await startOne(name))
  }
  isOver = true
  await asking
  const ends: Accepted[] = []
  for (const id of accepted) {
    let job = await look(id)
    for (let tries = 0; job.status !== 'completed' && job.status !== 'failed' && tries < 1200; tries++) {
      await pause(100)
      job = await look(id)
    }
    ends.push(job)
  }
  for (const child of running.values()) child.kill('SIGTERM')
  const completed = ends.filter(({ status }) => status === 'completed').length
  const reasons = [...new Set(ends.flatMap(({ error }) => (error ? [error.message] : [])))]
  const failed = ends.filter(
    ({ status, error }) => status === 'failed' && error && error.message.length > 0,
  ).length
  for (const reason of reasons) assert.match(reason, /the worker died 3 times/)
  assert.equal(completed + failed, JOBS, `${completed} completed, ${failed} failed with a reason, of ${JOBS}`)
  assert.equal(new Set(accepted).size, JOBS, 'none was taken for another')
  const stores = await openStores({ folder, database })
  const counts = await stores.jobs.count()
  assert.deepEqual(counts, { queued: 0, in_progress: 0, completed, failed }, 'none twice, none lost')
  const outbox = await stores.database.all<{ body: string }>('SELECT body FROM deliveries')
  const told = outbox.map(({ body }) => (JSON.parse(body) as { data: { id: string } }).data.id)
  assert.deepEqual(told.toSorted(), accepted.toSorted(), 'each job ended once')
  const retried = await stores.database.all<{ attempts: number }>(
    'SELECT attempts FROM jobs WHERE attempts > 1',
  )
  await stores.close()
  console.log(
    `${KILLS} kills, ${JOBS} jobs: ${completed} completed, ${failed} failed, ${retried.length} taken again, ${served} downloads whole; failed: ${reasons.join('; ') || 'none'}`,
  )
}

test(`${KILLS} kills at random moments: no job is lost, made twice or served half`, () => killAtRandom())

test(`${KILLS} kills with PostgreSQL`, { skip: noPostgres }, async t => {
  const { url, drop } = await createSchema()
  t.after(drop)
  await killAtRandom(url)
})
