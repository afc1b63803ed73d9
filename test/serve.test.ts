import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import OpenAI from 'openai'
import sharp from 'sharp'
import { createSchema, noPostgres, temporary } from './serving/fixtures.ts'
import { bin, connect, quick, start, startServer, stopAll, waitFor } from './serving/process.ts'
import { startS3 } from './serving/s3Server.ts'

// A real server and a real worker with the bundled model, driven by the real client.

after(stopAll)

const picture = () =>
  sharp({ create: { width: 60, height: 40, channels: 3, background: '#c8c4c0' } })
    .png()
    .toBuffer()

const bytesOf = async (response: Response) => Buffer.from(await response.arrayBuffer())

const keysOfVideo = [
  'completed_at',
  'created_at',
  'error',
  'expires_at',
  'id',
  'metadata',
  'model',
  'object',
  'progress',
  'prompt',
  'remixed_from_video_id',
  'seconds',
  'size',
  'status',
]

describe('the official client against the bundled model', () => {
  const folder = temporary()
  let baseURL: string
  let client: OpenAI
  let first: OpenAI.Video
  before(async () => {
    ;({ baseURL } = await startServer(folder))
    client = connect(baseURL)
  })

  test('create, poll, download every variant, ranges', async () => {
    const created = await client.videos.create(
      quick('a large red ball rolls left', { seed: 5, size: '320x180' }),
    )
    const keys = Object.keys(created).filter(key => key !== '_request_id')
    assert.deepEqual(keys.sort(), keysOfVideo)
    assert.deepEqual(
      [created.object, created.status, created.seconds, created.size],
      ['video', 'queued', '1', '320x180'],
    )
    first = await waitFor(client, created.id)
    assert.deepEqual([first.status, first.progress, first.error], ['completed', 100, null])
    const { metadata } = first as unknown as { metadata: Record<string, unknown> }
    assert.deepEqual([metadata.generated_size, metadata.frames, metadata.seed], ['224x128', 12, 5])
    assert.match(String(metadata.expanded_prompt), /large red/)
    assert.deepEqual(metadata.notes, [])

    const film = await bytesOf(await client.videos.downloadContent(first.id))
    assert.equal(film.toString('latin1', 4, 8), 'ftyp')
    const thumbnail = await bytesOf(await client.videos.downloadContent(first.id, { variant: 'thumbnail' }))
    const { format, width, height } = await sharp(thumbnail).metadata()
    assert.deepEqual([format, width, height], ['webp', 320, 180])
    const sprites = await bytesOf(await client.videos.downloadContent(first.id, { variant: 'spritesheet' }))
    const sheet = await sharp(sprites).metadata()
    assert.deepEqual([sheet.format, sheet.height], ['jpeg', 126])

    const content = `${baseURL}/videos/${first.id}/content`
    const ask = (headers: Record<string, string>, method = 'GET') => fetch(content, { headers, method })
    const part = await ask({ range: 'bytes=4-7' })
    assert.deepEqual([part.status, await part.text()], [206, 'ftyp'])
    assert.equal(part.headers.get('content-range'), `bytes 4-7/${film.length}`)
    const end = await ask({ range: 'bytes=-10' })
    assert.ok((await bytesOf(end)).equals(film.subarray(-10)))
    const outside = await ask({ range: `bytes=${film.length}-` })
    assert.deepEqual([outside.status, outside.headers.get('content-range')], [416, `bytes */${film.length}`])
    const head = await ask({}, 'HEAD')
    assert.equal(head.headers.get('content-length'), String(film.length))
    assert.equal((await ask({ 'if-none-match': head.headers.get('etag')! })).status, 304)

    for (const [name, bytes] of [
      ['film.mp4', film],
      ['thumbnail.webp', thumbnail],
      ['sprites.jpg', sprites],
    ] as const) {
      const file = path.join(folder, name)
      writeFileSync(file, bytes)
      const verify = (...args: string[]) =>
        spawnSync(process.execPath, [bin, 'verify', file, ...args], { encoding: 'utf8' })
      const verdict = JSON.parse(verify('--json').stdout)
      assert.deepEqual([verdict.trusted, verdict.manifest.video], [true, first.id])
      if (name !== 'film.mp4') continue
      assert.equal(verify('--key', verdict.fingerprint).status, 0)
      assert.equal(verify('--key', 'x').status, 1)
      bytes[bytes.length >> 1] ^= 1
      writeFileSync(file, bytes)
      assert.match(verify().stderr, /was changed after it was signed/)
    }
  })

  test('a picture as a file and as a data URL, in both encodings', async () => {
    const png = await picture()
    const image_url = `data:image/png;base64,${png.toString('base64')}`
    const file = await client.videos.create(
      quick('a red ball', { input_reference: new File([png], 'first.png', { type: 'image/png' }) }),
    )
    const url = await client.videos.create(quick('a red ball', { input_reference: { image_url } }))
    const json = await client.post<OpenAI.Video>('/videos', {
      body: quick('a red ball', { input_reference: { image_url } }),
    })
    for (const { id } of [file, url, json]) {
      const done = (await waitFor(client, id)) as OpenAI.Video & { metadata: { task: string } }
      assert.deepEqual([done.status, done.metadata.task], ['completed', 'image to video'])
      await client.videos.delete(id)
    }
  })

  test('remix, edit by id and by file, extend, connect, and what is not finished', async () => {
    const remix = await client.videos.remix(first.id, { prompt: 'a blue ball rolls left' })
    assert.equal(remix.remixed_from_video_id, first.id)
    const longer = await client.videos.extend({
      prompt: 'a red ball',
      seconds: '2' as '4',
      video: { id: first.id },
    })
    assert.deepEqual([longer.seconds, longer.size], ['3', '320x180'])
    await assert.rejects(
      client.videos.extend({ prompt: 'a red ball', seconds: '4', video: { id: longer.id } }),
      OpenAI.BadRequestError,
    )
    const film = await bytesOf(await client.videos.downloadContent(first.id))
    const sent = new File([film], 'film.mp4', { type: 'video/mp4' })
    const noMask = { prompt: 'a green ball', video: { id: first.id }, from: 0.5 } as OpenAI.VideoEditParams
    await assert.rejects(client.videos.edit(noMask), /`mask` must be there for `from` and `to`/)
    const grey = { width: 32, height: 18, channels: 3, background: '#fff' } as const
    const mask = new File([await sharp({ create: grey }).png().toBuffer()], 'mask.png', { type: 'image/png' })
    const extendParams = { prompt: 'a red ball', seconds: '1' as '4', video: sent, steps: 2 }
    const made = [
      remix,
      longer,
      await client.videos.edit({ prompt: 'a green ball', video: { id: first.id } }),
      await client.videos.edit({ prompt: 'a green ball', video: sent }),
      await client.videos.edit({
        prompt: 'a green ball',
        video: sent,
        mask,
        to: 0.5,
      } as OpenAI.VideoEditParams),
      await client.videos.extend(extendParams),
      await client.videos.extend({ ...extendParams, direction: 'backward' } as OpenAI.VideoExtendParams),
      await client.post<OpenAI.Video>('/videos/connections', {
        body: { prompt: 'a red ball', videos: [{ id: first.id }, { id: first.id }], steps: 2 },
      }),
    ]
    const seconds = made.map(video => video.seconds)
    assert.deepEqual(seconds, ['1', '3', '1', '1', '1', '2', '2', '3'])
    for (const { id, seconds } of made) {
      const done = (await waitFor(client, id)) as OpenAI.Video & { metadata: { frames: number } }
      assert.equal(done.status, 'completed', done.error?.message)
      assert.equal(done.metadata.frames, 12 * Number(seconds))
      await client.videos.delete(id)
    }
  })

  test('characters: a clip is registered and carried into a new video', async () => {
    const film = await bytesOf(await client.videos.downloadContent(first.id))
    const character = await client.videos.createCharacter({
      name: 'Red',
      video: new File([film], 'red.mp4', { type: 'video/mp4' }),
    })
    assert.deepEqual([character.name, typeof character.created_at], ['Red', 'number'])
    assert.equal((await client.videos.getCharacter(character.id!)).id, character.id)
    const video = await client.videos.create(
      quick('a large red ball rests', { characters: [{ id: character.id }] }),
    )
    const done = (await waitFor(client, video.id)) as OpenAI.Video & { metadata: Record<string, unknown> }
    assert.deepEqual([done.status, done.metadata.task, done.metadata.frames], ['completed', 'character', 12])
    await client.videos.delete(video.id)
    await assert.rejects(client.videos.getCharacter('char_none'), OpenAI.NotFoundError)
    await assert.rejects(
      client.videos.createCharacter({ name: 'x', video: new File(['no film'], 'x.mp4') }),
      /it is not MP4/,
    )
  })

  test('loop and storyboard', async () => {
    const loop = await client.videos.create(quick('a red ball', { seconds: '2', loop: true }))
    const storyboard = [
      { prompt: 'a red ball rolls left', seconds: 1 },
      { prompt: 'a red ball rests', seconds: 2 },
    ]
    const board = await client.videos.create({
      ...quick('two shots', { storyboard }),
      seconds: undefined,
    })
    assert.equal(board.seconds, '3')
    for (const { id } of [loop, board]) {
      assert.equal((await waitFor(client, id)).status, 'completed')
      await client.videos.delete(id)
    }
  })

  test('events: progress, previews and the end, as they come', async () => {
    const { id } = await client.videos.create(quick('a red ball', { seconds: '4', steps: 20 }))
    const response = await fetch(`${baseURL}/videos/${id}/events`)
    assert.match(response.headers.get('content-type')!, /^text\/event-stream/)
    const events = (await response.text()).split('\n\n').flatMap(text => {
      const [, event, data] = /^event: (\w+)\ndata: (.*)$/m.exec(text) ?? []
      return event ? [{ event, data: JSON.parse(data) }] : []
    })
    const names = new Set(events.map(({ event }) => event))
    assert.deepEqual([...names].sort(), ['completed', 'preview', 'progress'])
    const { data } = events.find(({ event }) => event === 'preview')!
    const jpeg = Buffer.from(data.image_url.split(',')[1], 'base64')
    const { format, width, height } = await sharp(jpeg).metadata()
    assert.deepEqual([format, width, height], ['jpeg', 128, 128])
    const percents = events.flatMap(({ event, data }) => (event === 'progress' ? [data.progress] : []))
    assert.deepEqual(
      percents,
      percents.toSorted((a, b) => a - b),
    )
    await client.videos.delete(id)
  })

  test('list over three pages, models, delete, nothing left', async () => {
    const seen: string[] = []
    for (let i = 0; i < 4; i++) await client.videos.create(quick(`a red ball ${i}`))
    let pages = 0
    for await (const page of (await client.videos.list({ limit: 2 })).iterPages()) {
      pages++
      seen.push(...page.getPaginatedItems().map(({ id }) => id))
    }
    assert.deepEqual([pages, seen.length, seen[4]], [3, 5, first.id])
    assert.ok((await client.models.list()).data.some(({ id }) => id === 'sora-2'))
    assert.equal((await client.models.retrieve('aozora-small')).object, 'model')
    for (const id of seen) {
      await waitFor(client, id)
      assert.equal((await client.videos.delete(id)).deleted, true)
    }
    await assert.rejects(client.videos.retrieve(first.id), OpenAI.NotFoundError)
    const left = readdirSync(path.join(folder, 'files')).filter(name => !name.startsWith('char_'))
    assert.deepEqual(left, [])
  })
})

test('errors come as the classes of the client, with the field', async () => {
  const folder = temporary()
  const { baseURL } = await startServer(folder, ['--no-workers', '--max-waiting', '2'])
  const keys = (...args: string[]) =>
    spawnSync(process.execPath, [bin, 'keys', ...args, '--folder', folder], { encoding: 'utf8' })
  const key = keys('add', 'me').stdout.trim()
  await assert.rejects(connect(baseURL, 'wrong').videos.list(), OpenAI.AuthenticationError)
  const client = connect(baseURL, key)
  const png = await picture()
  const cases: [Partial<Record<string, unknown>>, string][] = [
    [{ prompt: '' }, 'prompt'],
    [{ prompt: ' ' }, 'prompt'],
    [{ prompt: 'x'.repeat(32_001) }, 'prompt'],
    [{ seconds: '0' }, 'seconds'],
    [{ seconds: 'soon' }, 'seconds'],
    [{ seconds: '61' }, 'seconds'],
    [{ size: 'large' }, 'size'],
    [{ size: '31x64' }, 'size'],
    [{ guidance: 99 }, 'guidance'],
    [{ steps: 1.5 }, 'steps'],
    [{ input_reference: { image_url: 'data:,' } }, 'input_reference'],
    [{ input_reference: { file_id: 'file_1' } }, 'input_reference'],
    [{ input_reference: { image_url: 'http://127.0.0.1/x.png' } }, 'input_reference'],
    [{ input_reference: new File(['x'], 'x.png') }, 'input_reference'],
    [{ characters: [{ id: 'char_none' }] }, 'characters'],
    [{ loop: true }, 'seconds'],
    [{ loop: true, seconds: '16' }, 'seconds'],
    [{ loop: true, input_reference: new File([png], 'x.png') }, 'loop'],
    [{ storyboard: [{ prompt: 'a', seconds: 3 }] }, 'seconds'],
  ]
  for (const [change, field] of cases) {
    const request = client.videos.create({ ...quick('a red ball'), ...change } as OpenAI.VideoCreateParams)
    await assert.rejects(request, (error: InstanceType<typeof OpenAI.APIError>) => {
      assert.ok(error instanceof OpenAI.BadRequestError, `${field}: ${error.message}`)
      assert.equal(error.param, field)
      assert.ok(error.requestID)
      return true
    })
  }
  const headers = { 'idempotency-key': 'once' }
  const waiting = await client.videos.create(quick('a red ball'), { headers })
  assert.equal((await client.videos.create(quick('a red ball'), { headers })).id, waiting.id)
  await assert.rejects(
    client.videos.create(quick('a blue ball'), { headers }),
    OpenAI.UnprocessableEntityError,
  )
  await client.videos.create(quick('a red ball'))
  const tooMany = await client.videos.create(quick('a red ball')).catch(error => error)
  assert.ok(tooMany instanceof OpenAI.RateLimitError)
  assert.ok(Number(tooMany.headers.get('retry-after')) > 0)
  await assert.rejects(client.videos.downloadContent(waiting.id), /is queued/)
  await assert.rejects(client.videos.list({ after: 'video_none' }).then(), OpenAI.BadRequestError)
  const cancel = () => client.post<OpenAI.Video>(`/videos/${waiting.id}/cancel`)
  assert.equal((await cancel()).error?.code, 'cancelled')
  await assert.rejects(cancel(), OpenAI.ConflictError)
  await assert.rejects(client.get('/nothing'), OpenAI.NotFoundError)
  const broken = await fetch(`${baseURL}/videos`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: '{',
  })
  assert.equal(broken.status, 400)
  const other = connect(baseURL, keys('add', 'another').stdout.trim())
  await assert.rejects(other.videos.retrieve(waiting.id), OpenAI.NotFoundError)
  assert.deepEqual((await other.videos.list()).data, [])
  const [id] = keys('list').stdout.split('  ')
  assert.equal(keys('revoke', id).status, 0)
  await assert.rejects(client.videos.list(), OpenAI.AuthenticationError)
  assert.equal(keys('revoke', id).status, 2)
})

test('errors that are not the fault of the request have their classes too', async () => {
  const away = 'http://127.0.0.1:9/'
  const { child, baseURL } = await startServer(temporary(), ['--no-workers', '--moderation-url', away])
  const client = connect(baseURL)
  const headers = { origin: 'https://example.com' }
  await assert.rejects(client.videos.list({}, { headers }).then(), OpenAI.PermissionDeniedError)
  await assert.rejects(client.videos.create(quick('a red ball')), (error: Error) => {
    assert.ok(error instanceof OpenAI.InternalServerError, String(error))
    assert.deepEqual([error.status, error.code], [503, 'moderation_unavailable'])
    return true
  })
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  await exited
  await assert.rejects(client.videos.list().then(), OpenAI.APIConnectionError)
})

test('only this machine is served by default', async () => {
  const folder = temporary()
  const { baseURL } = await startServer(folder, ['--no-workers'])
  const { port } = new URL(baseURL)
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [bin, 'serve', '--folder', folder, ...args], { encoding: 'utf8' })
  const taken = run('--port', port)
  assert.deepEqual([taken.status, taken.stderr.trim().split('\n').length], [2, 1])
  assert.match(taken.stderr, /is taken by another program/)
  const open = run('--host', '0.0.0.0')
  assert.equal(open.status, 2)
  assert.match(open.stderr, /aozora keys add/)
  const foreign = await fetch(`${baseURL}/models`, { headers: { origin: 'https://example.com' } })
  assert.equal(foreign.status, 403)
  const own = await fetch(`${baseURL}/models`, { headers: { origin: 'http://localhost:5173' } })
  assert.equal(own.status, 200)
})

test('a worker ends with its server, whether that is asked to or killed, also while the worker starts', async () => {
  const endAfter = async (milliseconds: number, signal: NodeJS.Signals) => {
    const { child } = await startServer(temporary())
    await pause(milliseconds)
    // Both write to the same pipe: it is closed when the last of them has ended.
    const closed = once(child, 'close', { signal: AbortSignal.timeout(60_000) })
    child.kill(signal)
    await closed
    if (signal === 'SIGTERM') assert.equal(child.exitCode, 0)
  }
  await Promise.all([
    endAfter(0, 'SIGKILL'),
    endAfter(300, 'SIGKILL'),
    endAfter(3000, 'SIGKILL'),
    endAfter(3000, 'SIGTERM'),
  ])
})

test('PostgreSQL and S3: a server without workers, a worker elsewhere', { skip: noPostgres }, async t => {
  const { url, drop } = await createSchema()
  const s3 = await startS3()
  t.after(async () => {
    s3.close()
    await drop()
  })
  const place = ['--database', url, '--files', s3.address]
  const { baseURL, child } = await startServer(temporary(), ['--no-workers', ...place], s3.env)
  const worker = start(['work', ...place], s3.env)
  worker.stdout!.resume()
  const client = connect(baseURL)
  const png = await picture()
  const { id } = await client.videos.create(
    quick('a red ball', { input_reference: new File([png], 'a.png') }),
  )
  assert.equal((await waitFor(client, id)).status, 'completed')
  const film = await bytesOf(await client.videos.downloadContent(id))
  assert.equal(film.toString('latin1', 4, 8), 'ftyp')
  const part = await fetch(`${baseURL}/videos/${id}/content`, { headers: { range: 'bytes=4-7' } })
  assert.equal(await part.text(), 'ftyp')
  assert.equal((await client.videos.delete(id)).deleted, true)
  for (const process of [worker, child]) {
    process.kill('SIGTERM')
    await new Promise(resolve => process.on('exit', resolve))
    assert.equal(process.exitCode, 0)
  }
})
