import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { buffer } from 'node:stream/consumers'
import { after, before, describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import {
  type ApiError,
  createId,
  openStores,
  removeExpired,
  removeOrphans,
  runSweeper,
  type Stores,
  type VideoRequest,
} from '../src/serve/index.ts'
import { createSchema, noPostgres, temporary } from './serving/fixtures.ts'
import { startS3 } from './serving/s3Server.ts'

// The same tests for both databases and for both kinds of file stores.

const request: VideoRequest = {
  task: 'text to video',
  prompt: 'a \u0000 "red" ball',
  model: 'm',
  seconds: 2,
  total: 2,
  size: '64x64',
  seed: 1,
  negative_prompt: '',
  steps: 1,
  guidance: 1,
  strength: 1,
}
const none = { maxWaiting: 1000, secondsPerDay: Number.POSITIVE_INFINITY }
const result = {
  generated_size: '32x32',
  frames: 24,
  fps: 12,
  unknown_words: [],
  weights: 'w',
  milliseconds: { denoise: 1, decode: 1, total: 2 },
}
const LEASE = 0.6

const add = (stores: Stores, owner = 'local', change: Partial<VideoRequest> = {}) =>
  stores.jobs.create({ id: createId('video'), owner, request: { ...request, ...change } }, none)

const statusOf = (code: number) => (error: ApiError) => {
  assert.equal(error.status, code)
  return true
}

for (const kind of ['SQLite', 'PostgreSQL'] as const) {
  describe(kind, { skip: kind === 'PostgreSQL' && noPostgres }, () => {
    let stores: Stores
    let database: string | undefined
    let drop = async () => {}
    const open = async (folder: string) =>
      openStores({ folder, database, leaseSeconds: LEASE, keepSeconds: 0.3, isServer: true })
    before(async () => {
      if (kind === 'PostgreSQL') ({ url: database, drop } = await createSchema())
      stores = await open(temporary())
    })
    after(async () => {
      await stores.close()
      await drop()
    })
    const empty = async () => {
      for (const table of ['jobs', 'usage', 'turns', 'deliveries', 'webhooks', 'api_keys']) {
        await stores.database.all(`DELETE FROM ${table}`)
      }
    }

    test('one worker each; only the holder reports and ends; handed back untried', async () => {
      await empty()
      const { id } = await add(stores)
      assert.deepEqual((await stores.jobs.get(id))!.request, request)
      const { queue, jobs } = stores
      assert.equal((await queue.claim('one'))!.id, id)
      assert.equal(await queue.claim('two'), undefined)
      assert.equal(await queue.report(id, 'two', 10, 0), 'lost')
      assert.equal(await queue.report(id, 'one', 10, 0), 'unwatched')
      await jobs.watch(id)
      assert.equal(await queue.report(id, 'one', 20, 1), 'watched')
      assert.equal(await queue.finish(id, 'two', { result }), false)
      await queue.handBack(id, 'one')
      const back = (await jobs.get(id))!
      assert.deepEqual([back.status, back.attempts, back.progress], ['queued', 0, 20])
      await queue.claim('one')
      assert.ok(await queue.finish(id, 'one', { error: { code: 'x', message: 'why' } }))
      assert.equal(await queue.finish(id, 'one', { result }), false, 'a job ends once')
      assert.deepEqual((await jobs.get(id))!.error, { code: 'x', message: 'why' })
      assert.deepEqual(await jobs.count(), { queued: 0, in_progress: 0, completed: 0, failed: 1 })
    })

    test('a lease that has run out: taken again, three times at most, then failed with the reason', async () => {
      await empty()
      await stores.webhooks.add('http://127.0.0.1:9/')
      const { id } = await add(stores)
      for (const [i, worker] of ['one', 'two', 'three'].entries()) {
        assert.equal((await stores.queue.claim(worker))?.attempts, i + 1, worker)
        await pause(LEASE * 1000 + 150)
        assert.equal(await stores.queue.report(id, 'nobody', 50, 0), 'lost')
      }
      assert.equal(await stores.queue.claim('four'), undefined)
      const job = (await stores.jobs.get(id))!
      assert.deepEqual([job.status, job.error?.code, job.attempts], ['failed', 'worker_lost', 3])
      assert.equal(await stores.webhooks.countWaiting(), 1)
    })

    test('many claimers at once take each job once', async () => {
      await empty()
      const ids: string[] = []
      for (let i = 0; i < 12; i++) ids.push((await add(stores)).id)
      const claims = await Promise.all(Array.from({ length: 20 }, (_, i) => stores.queue.claim(`w${i}`)))
      const taken = claims.flatMap(job => (job ? [job.id] : []))
      // PostgreSQL may let a claimer go away with nothing while another holds the row; none is taken twice.
      assert.equal(new Set(taken).size, taken.length)
      for (let job = await stores.queue.claim('x'); job; job = await stores.queue.claim('x'))
        taken.push(job.id)
      assert.deepEqual(taken.sort(), ids.sort())
    })

    test('owners take turns by the seconds they were served, whoever came first', async () => {
      await empty()
      for (let i = 0; i < 6; i++) await add(stores, 'greedy', { seconds: 2 })
      await add(stores, 'modest', { seconds: 2 })
      await add(stores, 'long', { seconds: 12 })
      await add(stores, 'long', { seconds: 12 })
      const order: string[] = []
      for (let job = await stores.queue.claim('w'); job; job = await stores.queue.claim('w')) {
        order.push(job.owner)
        await stores.queue.finish(job.id, 'w', { result })
      }
      assert.deepEqual(order.slice(0, 3), ['greedy', 'modest', 'long'])
      assert.deepEqual(order.slice(3), ['greedy', 'greedy', 'greedy', 'greedy', 'greedy', 'long'])
    })

    test('a job that is handed back costs its owner nothing until it is taken again', async () => {
      await empty()
      const { id } = await add(stores, 'k', { seconds: 4 })
      const served = async () => {
        const [turn] = await stores.database.all<{ served: number }>('SELECT served FROM turns')
        return turn.served
      }
      await stores.queue.claim('w')
      assert.equal(await served(), 4)
      await stores.queue.handBack(id, 'another')
      assert.equal(await served(), 4, 'only its worker hands it back')
      await stores.queue.handBack(id, 'w')
      assert.equal(await served(), 0)
      await stores.queue.claim('w')
      assert.equal(await served(), 4)
    })

    test('an event whose webhook is gone is dropped', async () => {
      await empty()
      await stores.webhooks.add('http://127.0.0.1:9/')
      const { id } = await add(stores)
      await stores.jobs.cancel(id)
      assert.equal(await stores.webhooks.countWaiting(), 1)
      // As a server on another machine removes it, just before the event is put there.
      await stores.database.all('DELETE FROM webhooks')
      assert.equal(await stores.webhooks.take(), undefined)
      assert.equal(await stores.webhooks.countWaiting(), 0)
    })

    test('limits: waiting jobs, seconds a day; deleting a video gives no seconds back', async () => {
      await empty()
      const create = (limits: object, owner = 'k') =>
        stores.jobs.create({ id: createId('video'), owner, request }, { ...none, ...limits })
      await create({ maxWaiting: 1 })
      await assert.rejects(create({ maxWaiting: 1 }), statusOf(429))
      await create({ maxWaiting: 1 }, 'another')
      const { id } = await create({ secondsPerDay: 4 })
      await stores.jobs.remove(id)
      await assert.rejects(create({ secondsPerDay: 5 }), (error: ApiError) => {
        assert.equal(error.status, 429)
        const seconds = Number(error.headers['retry-after'])
        assert.ok(seconds > 86_000 && seconds <= 86_400, `${seconds}`)
        return true
      })
      // At once: never more than the limit.
      const made = await Promise.allSettled(
        Array.from({ length: 8 }, () => create({ maxWaiting: 3 }, 'burst')),
      )
      assert.equal(made.filter(({ status }) => status === 'fulfilled').length, 3)
    })

    test('Idempotency-Key: the same request makes one job, another request is refused', async () => {
      await empty()
      const create = (fingerprint: string, owner = 'k') =>
        stores.jobs.create(
          { id: createId('video'), owner, request, idempotency: { key: 'once', fingerprint } },
          none,
        )
      const made = await Promise.all([create('a'), create('a'), create('a')])
      assert.equal(new Set(made.map(({ id }) => id)).size, 1)
      await assert.rejects(create('b'), statusOf(422))
      assert.notEqual((await create('a', 'another')).id, made[0].id)
    })

    test('lists by owner, in both orders, page after page', async () => {
      await empty()
      const ids: string[] = []
      for (let i = 0; i < 5; i++) ids.push((await add(stores)).id)
      await add(stores, 'another')
      const first = (await stores.jobs.list('local', { limit: 2, order: 'desc' }))!
      assert.deepEqual([first.jobs.map(({ id }) => id), first.hasMore], [[ids[4], ids[3]], true])
      const rest = (await stores.jobs.list('local', { limit: 3, order: 'desc', after: ids[3] }))!
      assert.deepEqual([rest.jobs.map(({ id }) => id), rest.hasMore], [[ids[2], ids[1], ids[0]], false])
      const up = (await stores.jobs.list('local', { limit: 1, order: 'asc' }))!
      assert.equal(up.jobs[0].id, ids[0])
      assert.equal(await stores.jobs.list('another', { limit: 1, order: 'asc', after: ids[0] }), undefined)
      assert.equal(await stores.jobs.get(ids[0], 'another'), undefined)
    })

    test('files expire, records stay; files without a record are removed', async () => {
      await empty()
      const [kept, orphan] = [await add(stores), createId('video')]
      for (const id of [kept.id, orphan]) await stores.files.put(id, 'video', Buffer.from('film'))
      await stores.queue.claim('w')
      await stores.queue.finish(kept.id, 'w', { result })
      assert.equal(await removeExpired(stores), 0)
      await pause(400)
      assert.deepEqual([await removeExpired(stores), await removeOrphans(stores, -10)], [1, 1])
      assert.equal(await stores.files.get(kept.id, 'video'), undefined)
      assert.equal(await stores.files.get(orphan, 'video'), undefined)
      assert.equal((await stores.jobs.get(kept.id))!.status, 'completed')
    })

    test('keys: hashed at rest, found by their bearer only, revoked', async () => {
      await empty()
      const { id, key } = await stores.keys.add('me', { maxWaiting: 7 })
      const rows = await stores.database.all('SELECT * FROM api_keys')
      assert.ok(!JSON.stringify(rows).includes(key.split('-')[3]))
      assert.equal((await stores.keys.find(key))?.maxWaiting, 7)
      for (const wrong of [
        '',
        'x',
        key.slice(0, -1),
        `${key.slice(0, -1)}${key.endsWith('0') ? '1' : '0'}`,
      ]) {
        assert.equal(await stores.keys.find(wrong), undefined)
      }
      assert.ok(await stores.keys.revoke(id))
      assert.equal(await stores.keys.revoke(id), false)
      assert.equal(await stores.keys.find(key), undefined)
      assert.ok(await stores.keys.areAsked(), 'revoking the last key does not open the door')
    })

    test('a second process finds what the first one wrote', async () => {
      await empty()
      if (kind === 'SQLite') {
        const folder = temporary()
        const [one, two] = [await open(folder), await open(folder)]
        const { id } = await add(one)
        assert.equal((await two.queue.claim('w'))!.id, id)
        await one.close()
        await two.close()
      } else {
        const again = await open(temporary())
        const { id } = await add(stores)
        assert.equal((await again.queue.claim('w'))!.id, id)
        await again.close()
      }
    })
  })
}

test('what has expired is swept each minute, all files are listed once an hour', async () => {
  const stores = await openStores({ folder: temporary() })
  const controller = new AbortController()
  let [minutes, lists] = [0, 0]
  const jobs = {
    ...stores.jobs,
    findExpired() {
      if (++minutes === 61) controller.abort()
      return stores.jobs.findExpired()
    },
  }
  const files = {
    ...stores.files,
    list() {
      lists++
      return stores.files.list()
    },
  }
  await runSweeper({ ...stores, jobs, files }, () => {}, controller.signal, 1)
  assert.deepEqual([minutes, lists], [61, 2])
  await stores.close()
})

test('a damaged database is refused, with the way to restore it; a database that is away is named', async () => {
  const folder = temporary()
  await (await openStores({ folder, isServer: true })).close()
  writeFileSync(path.join(folder, 'jobs.sqlite'), 'this is no database'.repeat(400))
  await assert.rejects(
    openStores({ folder, isServer: true }),
    /jobs\.sqlite cannot be read .*restore it: cp .*jobs\.backup\.sqlite/,
  )
  assert.equal(statSync(path.join(folder, 'jobs.backup.sqlite')).mode & 0o077, 0)
  await assert.rejects(
    openStores({ folder, database: 'postgres://x@127.0.0.1:1/y' }),
    /the database y at 127\.0\.0\.1:1 cannot be used/,
  )
  await assert.rejects(openStores({ folder, database: 'mysql://x' }), /must be postgres/)
  await assert.rejects(openStores({ folder: temporary(), files: 's3:/x' }), /must be a folder or s3/)
})

for (const kind of ['a folder', 'S3'] as const) {
  test(`files in ${kind}: whole or not there, ranges, listed, removed`, async t => {
    let place: string | undefined
    if (kind === 'S3') {
      const s3 = await startS3()
      t.after(s3.close)
      const before = { ...process.env }
      Object.assign(process.env, s3.env)
      t.after(() => {
        for (const name of Object.keys(s3.env)) {
          if (before[name] === undefined) delete process.env[name]
          else process.env[name] = before[name]
        }
      })
      place = s3.address
    }
    const folder = temporary()
    const stores = await openStores({ folder, files: place })
    const { files } = stores
    const ids = [createId('video'), createId('video'), createId('char')]
    const bytes = Buffer.from(Array.from({ length: 5000 }, (_, i) => i % 251))
    for (const id of ids) await files.put(id, 'video', bytes)
    await files.put(ids[0], 'thumbnail', Buffer.from('small'))
    await files.put(ids[0], 'thumbnail', Buffer.from('smaller'))
    assert.deepEqual(Buffer.from((await files.get(ids[0], 'video'))!), bytes)
    assert.equal(Buffer.from((await files.get(ids[0], 'thumbnail'))!).toString(), 'smaller')
    const part = await files.open(ids[1], 'video', size => ({ start: 10, end: size - 4000 }))
    assert.ok(typeof part === 'object')
    assert.equal(part.size, 5000)
    assert.deepEqual(await buffer(part.stream), bytes.subarray(10, 1001))
    assert.equal(await files.open(ids[1], 'video', () => undefined), 'unsatisfiable')
    assert.equal(await files.open(ids[1], 'frames', () => ({ start: 0, end: 0 })), 'absent')
    assert.equal(await files.get(ids[1], 'frames'), undefined)
    const listed = new Set<string>()
    for await (const { id, modified } of files.list()) {
      listed.add(id)
      assert.ok(Math.abs(modified - Date.now() / 1000) < 60)
    }
    assert.deepEqual([...listed].sort(), [...ids].sort())
    await files.remove(ids[0])
    assert.equal(await files.get(ids[0], 'video'), undefined)
    assert.ok(await files.get(ids[1], 'video'))
    await files.remove(ids[1], ['thumbnail'])
    assert.ok(await files.get(ids[1], 'video'))
    await assert.rejects(async () => files.get('../../etc/passwd', 'video'), TypeError)
    await files.check()
    await stores.close()
    if (kind === 'a folder') {
      assert.ok(readdirSync(path.join(folder, 'files')).every(name => !name.endsWith('.tmp')))
      mkdirSync(path.join(folder, 'other'))
    }
  })
}
