import assert from 'node:assert/strict'
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { after, test } from 'node:test'
import OpenAI from 'openai'
import sharp from 'sharp'
import { openJobs } from '../src/serve/index.ts'

// A real server and a real worker with the bundled model, driven by the real client.

const bin = path.resolve('bin/aozora.js')
const servers: ChildProcess[] = []
after(() => {
  for (const server of servers) server.kill('SIGTERM')
})

const temporary = () => mkdtempSync(path.join(tmpdir(), 'aozora-serve-'))

/** Starts `aozora serve` on a free port, and waits until it says where it listens. */
async function startServer(folder: string, args: string[] = [], env: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, [bin, 'serve', '--port', '0', '--folder', folder, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  servers.push(child)
  for await (const line of createInterface({ input: child.stdout! })) {
    const [, baseURL] = /listening on (\S+)"/.exec(line) ?? []
    if (baseURL) return { child, baseURL }
  }
  throw new Error('the server ended before it listened')
}

const connect = (baseURL: string, apiKey = 'none') => new OpenAI({ baseURL, apiKey, maxRetries: 0 })

/** Fields that the type of the client does not know pass through it. */
const quick = (prompt: string, more: object = {}) =>
  ({ prompt, seconds: '1', size: '256x128', steps: 2, ...more }) as unknown as OpenAI.VideoCreateParams

async function waitFor(client: OpenAI, id: string): Promise<OpenAI.Video> {
  for (let tries = 0; tries < 600; tries++) {
    const video = await client.videos.retrieve(id)
    if (video.status === 'completed' || video.status === 'failed') return video
    await new Promise(resolve => setTimeout(resolve, 100))
  }
  throw new Error(`${id} does not end`)
}

test('the official client: create, poll, download, list, remix, delete', async () => {
  const { baseURL } = await startServer(temporary())
  const client = connect(baseURL)
  const created = await client.videos.create(quick('a red ball rolls left', { seed: 5 }))
  assert.deepEqual(
    Object.keys(created)
      .sort()
      .filter(key => key !== '_request_id'),
    [
      'completed_at',
      'created_at',
      'error',
      'expires_at',
      'id',
      'model',
      'object',
      'progress',
      'prompt',
      'remixed_from_video_id',
      'seconds',
      'seed',
      'size',
      'status',
    ],
  )
  assert.deepEqual(
    [created.object, created.status, created.seconds, created.size],
    ['video', 'queued', '1', '256x128'],
  )
  const done = await waitFor(client, created.id)
  assert.deepEqual([done.status, done.progress, done.error], ['completed', 100, null])

  const film = Buffer.from(await (await client.videos.downloadContent(created.id)).arrayBuffer())
  assert.equal(film.toString('latin1', 4, 8), 'ftyp')
  const file = path.join(temporary(), 'film.mp4')
  writeFileSync(file, film)
  const probe = spawnSync('ffprobe', [
    '-v',
    'error',
    '-show_entries',
    'stream=width,height',
    '-of',
    'csv=p=0',
    file,
  ])
  if (probe.status === 0) assert.equal(probe.stdout.toString().trim(), '256,128')
  const thumbnail = await client.videos.downloadContent(created.id, { variant: 'thumbnail' })
  const { format, width, height } = await sharp(Buffer.from(await thumbnail.arrayBuffer())).metadata()
  assert.deepEqual([format, width, height], ['webp', 256, 128])
  const sprites = await client.videos.downloadContent(created.id, { variant: 'spritesheet' })
  assert.equal((await sharp(Buffer.from(await sprites.arrayBuffer())).metadata()).format, 'jpeg')
  const part = await fetch(`${baseURL}/videos/${created.id}/content`, { headers: { range: 'bytes=4-7' } })
  assert.deepEqual([part.status, await part.text()], [206, 'ftyp'])

  const picture = { create: { width: 60, height: 40, channels: 3 as const, background: '#c8c4c0' } }
  const png = await sharp(picture).png().toBuffer()
  const fromFile = await client.videos.create(
    quick('a red ball', { input_reference: new File([png], 'first.png', { type: 'image/png' }) }),
  )
  const url = `data:image/png;base64,${png.toString('base64')}`
  const fromUrl = await client.videos.create(quick('a red ball', { input_reference: { image_url: url } }))
  for (const { id } of [fromFile, fromUrl]) {
    assert.equal((await waitFor(client, id)).status, 'completed')
    await client.videos.delete(id)
  }

  const remix = await client.videos.remix(created.id, { prompt: 'a blue ball rolls left' })
  assert.equal(remix.remixed_from_video_id, created.id)
  assert.equal((await waitFor(client, remix.id)).status, 'completed')
  const longer = await client.videos.extend({
    prompt: 'a red ball',
    seconds: '2' as '4',
    video: { id: created.id },
  })
  assert.deepEqual([longer.seconds, longer.size], ['3', '256x128'])
  const again = await client.videos
    .extend({ prompt: 'a red ball', seconds: '1' as '4', video: { id: longer.id } })
    .catch(e => e)
  assert.ok(again instanceof OpenAI.BadRequestError, 'a video that is not finished cannot be gone on from')
  assert.equal((await waitFor(client, longer.id)).status, 'completed')
  const edited = await client.videos.edit({ prompt: 'a green ball', video: { id: longer.id } })
  assert.equal(edited.seconds, '3')
  assert.equal((await waitFor(client, edited.id)).status, 'completed')
  await client.videos.delete(longer.id)
  await client.videos.delete(edited.id)
  for (let i = 0; i < 3; i++) await client.videos.create(quick(`a red ball ${i}`))
  const seen: string[] = []
  for await (const video of client.videos.list({ limit: 2 })) seen.push(video.id)
  assert.equal(seen.length, 5)
  assert.deepEqual(seen.slice(3), [remix.id, created.id])
  assert.deepEqual(await client.videos.delete(created.id).then(({ deleted }) => deleted), true)
  await assert.rejects(client.videos.retrieve(created.id), OpenAI.NotFoundError)
  assert.equal((await client.models.list()).data[0].id, 'aozora-small')
})

test('cancel: a waiting job is not made, an ended one cannot be cancelled', async () => {
  const { baseURL } = await startServer(temporary(), ['--no-worker'])
  const { id } = await connect(baseURL).videos.create(quick('a red ball'))
  const cancel = () => fetch(`${baseURL}/videos/${id}/cancel`, { method: 'POST' })
  const cancelled = (await (await cancel()).json()) as OpenAI.Video
  assert.deepEqual([cancelled.status, cancelled.error?.code], ['failed', 'cancelled'])
  assert.equal((await cancel()).status, 409)
})

test('errors come as the classes of the client, with the field', async () => {
  const { baseURL } = await startServer(temporary(), ['--no-worker'], { AOZORA_API_KEY: 'secret' })
  await assert.rejects(connect(baseURL, 'wrong').videos.list(), OpenAI.AuthenticationError)
  const client = connect(baseURL, 'secret')
  const cases: [Partial<Record<string, unknown>>, string][] = [
    [{ prompt: '' }, 'prompt'],
    [{ seconds: '0' }, 'seconds'],
    [{ seconds: 'soon' }, 'seconds'],
    [{ size: 'large' }, 'size'],
    [{ size: '31x64' }, 'size'],
    [{ guidance: 99 }, 'guidance'],
    [{ strength: 0 }, 'strength'],
    [{ input_reference: { image_url: 'data:,' } }, 'input_reference'],
    [{ input_reference: { image_url: 'http://127.0.0.1/x.png' } }, 'input_reference'],
    [{ input_reference: new File(['x'], 'x.png') }, 'input_reference'],
  ]
  for (const [change, field] of cases) {
    const request = client.videos.create({ ...quick('a red ball'), ...change } as OpenAI.VideoCreateParams)
    await assert.rejects(request, (error: InstanceType<typeof OpenAI.APIError>) => {
      assert.ok(error instanceof OpenAI.BadRequestError)
      assert.equal(error.param, field)
      return true
    })
  }
  const waiting = await client.videos.create(quick('a red ball'))
  await assert.rejects(client.videos.downloadContent(waiting.id), /is queued/)
  await assert.rejects(client.videos.list({ after: 'video_none' }).then(), OpenAI.BadRequestError)
  const broken = await fetch(`${baseURL}/videos`, {
    method: 'POST',
    headers: { authorization: 'Bearer secret', 'content-type': 'application/json' },
    body: '{',
  })
  assert.equal(broken.status, 400)
  assert.equal(
    (await fetch(`${baseURL}/nothing`, { headers: { authorization: 'Bearer secret' } })).status,
    404,
  )
})

test('a worker killed in the middle: the job is taken again and completed', async () => {
  const folder = temporary()
  const { baseURL } = await startServer(folder, ['--no-worker'])
  const client = connect(baseURL)
  const { id } = await client.videos.create(quick('a red ball', { seconds: '4', steps: 60 }))
  const startWorker = () => {
    const worker = spawn(process.execPath, [bin, 'work', '--folder', folder], { stdio: 'inherit' })
    servers.push(worker)
    return worker
  }
  const first = startWorker()
  while ((await client.videos.retrieve(id)).progress === 0)
    await new Promise(resolve => setTimeout(resolve, 50))
  first.kill('SIGKILL')
  assert.equal((await client.videos.retrieve(id)).status, 'in_progress')
  startWorker()
  assert.equal((await waitFor(client, id)).status, 'completed')
  const jobs = openJobs(folder)
  assert.equal(jobs.get(id)!.attempts, 2)
  jobs.close()
})

test('jobs: one worker each, three tries at most, handed back untried, a damaged file is named', () => {
  const folder = temporary()
  const jobs = openJobs(folder)
  const request = {
    prompt: 'a',
    model: 'm',
    seconds: 1,
    size: '64x64',
    seed: 1,
    negative_prompt: '',
    steps: 1,
    guidance: 1,
    strength: 1,
  }
  const { id } = jobs.create(request)
  assert.equal(jobs.claim('one')!.id, id)
  assert.equal(jobs.claim('two'), undefined)
  assert.equal(jobs.report(id, 'two', 10), false)
  assert.equal(jobs.finish(id, 'two'), false)
  jobs.handBack(id, 'one')
  assert.deepEqual([jobs.get(id)!.status, jobs.get(id)!.attempts], ['queued', 0])
  jobs.claim('one')
  assert.ok(jobs.finish(id, 'one', { code: 'x', message: 'why' }))
  assert.deepEqual(jobs.get(id)!.error, { code: 'x', message: 'why' })
  assert.deepEqual(jobs.count(), { queued: 0, in_progress: 0, completed: 0, failed: 1 })
  jobs.close()
  const damaged = temporary()
  writeFileSync(
    path.join(damaged, 'jobs.sqlite'),
    'this is no database, but long enough to be read as one'.repeat(40),
  )
  assert.throws(() => openJobs(damaged), /jobs\.sqlite cannot be read .* restore it from a copy/)
})

test('serve: a taken port, a foreign address without a key', async () => {
  const folder = temporary()
  const { baseURL } = await startServer(folder, ['--no-worker'])
  const { port } = new URL(baseURL)
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [bin, 'serve', '--folder', folder, ...args], { encoding: 'utf8' })
  const taken = run('--port', port)
  assert.deepEqual([taken.status, taken.stderr.trim().split('\n').length], [2, 1])
  assert.match(taken.stderr, /is taken by another program/)
  const open = run('--host', '0.0.0.0')
  assert.equal(open.status, 2)
  assert.match(open.stderr, /set AOZORA_API_KEY/)
})
