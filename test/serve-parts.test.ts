import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import type { IncomingHttpHeaders } from 'node:http'
import path from 'node:path'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import OpenAI from 'openai'
import sharp from 'sharp'
import { chooseGrid, encodeMp4 } from '../src/media/index.ts'
import { readFewSteps } from '../src/sample/index.ts'
import {
  createApp,
  createDecoder,
  createModeration,
  describeApi,
  isPublicAddress,
  openModels,
  openSigner,
  openStores,
  runCourier,
  runWorker,
  type Stores,
  verifyFile,
} from '../src/serve/index.ts'
import {
  createServer,
  listen,
  post,
  quick,
  temporary,
  writeAdapters,
  writeTinyModel,
} from './serving/fixtures.ts'

// The parts of the server, each against what it really meets: HTTP servers, codecs, disks.

const tinyModel = writeTinyModel()

/** Runs a worker with the tiny model until no job waits. */
async function workAll(
  stores: Stores,
  change: { moderation?: ReturnType<typeof createModeration>; mark?: string } = {},
) {
  const controller = new AbortController()
  const models = await openModels({ folder: tinyModel, threads: 1 })
  const signer = await openSigner(stores.database)
  const moderation = createModeration({})
  const worker = runWorker({ stores, models, signer, moderation, ...change }, controller.signal)
  for (
    let counts = await stores.jobs.count();
    counts.queued + counts.in_progress > 0;
    counts = await stores.jobs.count()
  ) {
    await pause(30)
  }
  controller.abort()
  await worker
  await models.close()
}

test('webhooks: signed as the official client checks them, tried again with back-off', async () => {
  const seen: { headers: IncomingHttpHeaders; body: string }[] = []
  let refusals = 2
  const receiver = await listen((request, response) => {
    let body = ''
    request.on('data', part => {
      body += part
    })
    request.on('end', () => {
      seen.push({ headers: request.headers, body })
      response.writeHead(refusals-- > 0 ? 503 : 204).end()
    })
  })
  const stores = await openStores({ folder: temporary() })
  const { secret } = await stores.webhooks.add(receiver.url)
  const app = createApp(createServer(stores))
  const { body } = await post(app, '', quick)
  const cancelled = await post(app, '', quick)
  await post(app, `/${cancelled.body.id}/cancel`, {})
  await workAll(stores)
  const controller = new AbortController()
  const results: boolean[] = []
  const courier = {
    webhooks: stores.webhooks,
    log: () => {},
    onDelivery: (is: boolean) => results.push(is),
    firstWait: 0.1,
  }
  const running = runCourier(courier, controller.signal)
  for (let i = 0; i < 200 && results.filter(is => is).length < 2; i++) await pause(50)
  controller.abort()
  await running
  receiver.close()
  assert.deepEqual(results, [false, false, true, true])
  assert.equal(await stores.webhooks.countWaiting(), 0)
  const client = new OpenAI({ apiKey: 'none', webhookSecret: secret })
  const events = new Map<string, string>()
  for (const { headers, body } of seen) {
    const event = await client.webhooks.unwrap(body, headers as Record<string, string>)
    assert.equal(event.object, 'event')
    events.set((event.data as { id: string }).id, event.type)
  }
  assert.equal(events.get(body.id), 'video.completed')
  assert.equal(events.get(cancelled.body.id), 'video.failed')
  await assert.rejects(
    client.webhooks.unwrap(`${seen[0].body} `, seen[0].headers as Record<string, string>),
    OpenAI.InvalidWebhookSignatureError,
  )
  await stores.close()
})

test('moderation: a list of words, a classifier before and after, one that does not answer', async () => {
  const words = path.join(temporary(), 'words.txt')
  writeFileSync(words, '# not allowed\nPurple  Elephant\n')
  const asked: { type: string }[][] = []
  const classifier = await listen((request, response) => {
    let body = ''
    request.on('data', part => {
      body += part
    })
    request.on('end', () => {
      const { input } = JSON.parse(body) as { input: { type: string; text?: string }[] }
      asked.push(input)
      const flagged =
        input[0].text!.includes('before') || (input.length > 1 && input[0].text!.includes('after'))
      response.end(JSON.stringify({ results: [{ flagged, categories: { cruelty: flagged, other: false } }] }))
    })
  })
  const stores = await openStores({ folder: temporary() })
  const moderation = createModeration({ words, url: classifier.url })
  const app = createApp(createServer(stores, { moderation }))
  const blocked = await post(app, '', { ...quick, prompt: 'a PURPLE-elephant rolls' })
  assert.deepEqual(
    [blocked.status, (blocked.body.error as { code: string }).code],
    [400, 'moderation_blocked'],
  )
  assert.equal(asked.length, 0)
  const before = await post(app, '', { ...quick, prompt: 'before' })
  assert.match((before.body.error as { message: string }).message, /flagged as cruelty$/)
  const shots = (prompt: string) => ({
    ...quick,
    storyboard: [
      { prompt: 'a red ball', seconds: 1 },
      { prompt, seconds: 1 },
    ],
    seconds: undefined,
  })
  for (const hidden of ['a purple elephant', 'before']) {
    const { status, body } = await post(app, '', shots(hidden))
    assert.deepEqual([status, (body.error as { code: string }).code], [400, 'moderation_blocked'], hidden)
  }
  for (const request of [{ ...quick, prompt: 'after' }, shots('after')]) {
    const { body } = await post(app, '', request)
    await workAll(stores, { moderation })
    const job = (await stores.jobs.get(body.id))!
    assert.deepEqual([job.status, job.error?.code], ['failed', 'moderation_blocked'])
    assert.equal(asked.at(-1)![1].type, 'image_url')
    assert.equal(await stores.files.get(body.id, 'video'), undefined)
  }
  classifier.close()
  const away = createModeration({ url: 'http://127.0.0.1:9/' })
  const { status } = await post(createApp(createServer(stores, { moderation: away })), '', quick)
  assert.equal(status, 503)
  await stores.close()
})

test('addresses: only the public internet is asked', async () => {
  for (const address of [
    '127.0.0.1',
    '10.1.2.3',
    '172.31.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '224.0.0.1',
    '255.255.255.255',
    '::1',
    '::',
    'fe80::1',
    'fd00::1',
    '::ffff:127.0.0.1',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    '2001:db8::1',
    'no address',
  ]) {
    assert.equal(isPublicAddress(address), false, address)
  }
  for (const address of ['1.1.1.1', '93.184.216.34', '2606:4700:4700::1111']) {
    assert.equal(isPublicAddress(address), true, address)
  }
  let asked = 0
  const inside = await listen((_, response) => {
    asked++
    response.end('secret')
  })
  const stores = await openStores({ folder: temporary() })
  const app = createApp(createServer(stores, { fetchImages: true }))
  const { port } = new URL(inside.url)
  for (const host of ['127.0.0.1', 'localhost', '0x7f000001', '2130706433', '[::ffff:127.0.0.1]', '127.1']) {
    const image_url = `http://${host}:${port}/x.png`
    const { status, body } = await post(app, '', { ...quick, input_reference: { image_url } })
    assert.equal(status, 400, host)
    assert.match((body.error as { message: string }).message, /no public address|cannot be fetched/)
  }
  assert.equal(asked, 0)
  inside.close()
  await stores.close()
})

test('uploads: what they are, not what they say; bombs and junk only hurt the decoder', async () => {
  const decoder = createDecoder(8000)
  const limits = { pixels: 1_000_000, frames: 100, seconds: 5 }
  const ask = (kind: 'picture' | 'video', bytes: Uint8Array, wanted?: { width: number; height: number }) =>
    decoder.decode({ kind, bytes, own: { width: 32, height: 32 }, fps: 12, wanted, limits })
  const blank = { create: { width: 64, height: 36, channels: 3 as const, background: '#123456' } }
  const picture = await ask('picture', await sharp(blank).png().toBuffer())
  assert.deepEqual([picture.width, picture.height, picture.frames.length], [64, 32, 64 * 32 * 3])
  assert.deepEqual([...picture.frames.subarray(0, 3)], [0x12, 0x34, 0x56])
  const bomb = await sharp({ create: { ...blank.create, width: 4000, height: 4000 } })
    .png()
    .toBuffer()
  await assert.rejects(ask('picture', bomb), /exceeds pixel limit/)
  await assert.rejects(
    ask('picture', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')),
    /cannot be decoded|it is svg/,
  )
  const film = (frames: number, fps: number, width = 48) =>
    encodeMp4(new Uint8Array(frames * width * 48 * 3).fill(90), { width, height: 48, fps })
  const video = await ask('video', await film(50, 24), { width: 1280, height: 720 })
  assert.deepEqual([video.frameCount, video.fps, video.original], [25, 12, { width: 48, height: 48 }])
  assert.ok(video.frames.every(value => Math.abs(value - 90) < 6))
  await assert.rejects(ask('video', await film(100, 12)), /may have at most 5 s/)
  await assert.rejects(ask('video', await film(120, 60)), /may have at most 100 frames/)
  await assert.rejects(ask('video', await film(2, 12, 1920 * 16)), /at most 1000000 pixels|cannot be decoded/)
  for (const text of [
    '#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n',
    'ffconcat version 1.0\nfile /etc/passwd',
    '',
  ]) {
    await assert.rejects(ask('video', Buffer.from(text)), /it is not MP4/)
  }
  const good = await film(12, 12)
  for (let i = 0; i < 30; i++) {
    const broken = Uint8Array.from(good.subarray(0, good.length - 7 * i))
    for (let k = 0; k < 20; k++) broken[16 + ((i * 7919 + k * 104_729) % (broken.length - 16))] ^= 1 + k
    await ask('video', broken).catch(error => assert.match(error.message, /cannot be decoded|it |its /))
  }
  assert.equal((await ask('video', good)).frameCount, 12)
  decoder.close()
  const hasty = createDecoder(1)
  await assert.rejects(
    hasty.decode({ kind: 'video', bytes: good, own: { width: 32, height: 32 }, fps: 12, limits }),
    /takes longer than/,
  )
  hasty.close()
})

test('grids: multiples of 32 of the wanted shape, nowhere less than the own ones', () => {
  const own = { width: 128, height: 128 }
  const grid = (width: number, height: number) => {
    const chosen = chooseGrid(own, { width, height })
    return `${chosen.width}x${chosen.height}`
  }
  assert.deepEqual(
    [grid(1280, 720), grid(720, 1280), grid(1024, 1792), grid(512, 512), grid(2048, 32)],
    ['224x128', '128x224', '128x224', '128x128', '256x128'],
  )
})

test('the mark is visible, the signature holds, and a changed byte is found in every format', async () => {
  const stores = await openStores({ folder: temporary() })
  const app = createApp(createServer(stores))
  const make = async () => (await post(app, '', { ...quick, size: '64x64', seed: 1 })).body.id as string
  const plain = await make()
  await workAll(stores)
  const marked = await make()
  await workAll(stores, { mark: 'ab' })
  const corner = async (id: string) => {
    const file = Buffer.from((await stores.files.get(id, 'thumbnail'))!)
    return sharp(file).extract({ left: 2, top: 44, width: 24, height: 18 }).greyscale().raw().toBuffer()
  }
  const [before, after] = [await corner(plain), await corner(marked)]
  const change = before.reduce((sum, value, i) => sum + Math.abs(value - after[i]), 0) / before.length
  assert.ok(change > 15, `the corner differs by ${change.toFixed(1)} of 255`)
  for (const kind of ['video', 'thumbnail', 'spritesheet'] as const) {
    const file = Uint8Array.from((await stores.files.get(plain, kind))!)
    const verdict = verifyFile(file)
    assert.ok(verdict.state === 'signed', kind)
    assert.equal(verdict.manifest.video, plain)
    for (const at of [file.length >> 1, file.length >> 2, file.length - 200]) {
      const changed = file.slice()
      changed[at] ^= 64
      const seen = (() => {
        try {
          return verifyFile(changed).state
        } catch {
          return 'unreadable'
        }
      })()
      assert.notEqual(seen, 'signed', `${kind} at ${at}`)
    }
  }
  assert.equal(
    verifyFile(await encodeMp4(new Uint8Array(32 * 32 * 3), { width: 32, height: 32, fps: 12 })).state,
    'unsigned',
  )
  await stores.close()
})

test('the OpenAPI document tells of every route and every extension', () => {
  const document = describeApi('0') as {
    paths: Record<string, Record<string, object>>
    components: { schemas: Record<string, { properties: object }> }
  }
  const app = createApp(createServer({} as Stores))
  const served = app.routes
    .filter(({ method }) => method !== 'ALL')
    .map(({ method, path }) => `${method.toLowerCase()} ${path.replace(':id', '{id}')}`)
  const told = Object.entries(document.paths).flatMap(([route, methods]) =>
    Object.keys(methods).map(method => `${method} ${route}`),
  )
  assert.deepEqual(told.sort(), [...new Set(served)].filter(route => route !== 'get /openapi.json').sort())
  const fields = Object.keys(document.components.schemas.CreateVideo.properties)
  for (const field of [
    'prompt',
    'seconds',
    'size',
    'input_reference',
    'seed',
    'negative_prompt',
    'fast',
    'steps',
    'guidance',
    'loop',
    'storyboard',
    'characters',
  ]) {
    assert.ok(fields.includes(field), field)
  }
  for (const [, target] of JSON.stringify(document).matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
    assert.ok(target in document.components.schemas, target)
  }
})

test('a worker that is told to stop hands its job back; the next one goes on from the finished windows', async () => {
  const stores = await openStores({ folder: temporary() })
  const app = createApp(createServer(stores))
  const long = { ...quick, seconds: 20, steps: 4, seed: 9 }
  const [whole, broken] = [await post(app, '', long), await post(app, '', long)]
  const models = await openModels({ folder: tinyModel, threads: 1 })
  const signer = await openSigner(stores.database)
  const lines: { message?: string; result?: object; error?: object }[] = []
  const workshop = {
    stores,
    models,
    signer,
    moderation: createModeration({}),
    log: (line: object) => lines.push(line),
  }
  const finish = async (id: string) => {
    const controller = new AbortController()
    const worker = runWorker(workshop, controller.signal)
    while ((await stores.jobs.get(id))!.status !== 'completed') await pause(2)
    controller.abort()
    await worker
  }
  await finish(whole.body.id)
  // Told so while its first windows are kept: asked for from outside, a film as small as this may be finished before.
  const stop = new AbortController()
  const put: typeof stores.files.put = async (id, kind, bytes) => {
    if (kind === 'partial') stop.abort()
    await stores.files.put(id, kind, bytes)
  }
  const files = new Proxy(stores.files, { get: (all, key) => (key === 'put' ? put : Reflect.get(all, key)) })
  await runWorker({ ...workshop, stores: { ...stores, files } }, stop.signal)
  const job = (await stores.jobs.get(broken.body.id))!
  assert.deepEqual([job.status, job.attempts], ['queued', 0])
  const kept = Buffer.from((await stores.files.get(broken.body.id, 'partial'))!)
  assert.ok(JSON.parse(kept.toString('latin1', 0, kept.indexOf('\n'))).windows > 0)
  await finish(broken.body.id)
  const frames = async (id: string) => Buffer.from((await stores.files.get(id, 'frames'))!)
  assert.ok((await frames(broken.body.id)).equals(await frames(whole.body.id)), 'the same film')
  assert.equal(await stores.files.get(broken.body.id, 'partial'), undefined)
  await models.close()
  await stores.close()
})

test('fast videos: in the few steps that the model has learned, and not where it has not', async () => {
  const steps = { numInferenceSteps: 2, substeps: 2, guidanceScale: 2.5, rank: 4 }
  writeAdapters(tinyModel, steps)
  assert.deepEqual(readFewSteps(tinyModel), steps)
  const stores = await openStores({ folder: temporary() })
  const server = createServer(stores)
  const taught = createApp({ ...server, model: { ...server.model, fewSteps: steps } })
  const { steps: _, ...plain } = quick
  const made = await post(taught, '', { ...plain, fast: true })
  assert.equal(made.status, 200)
  const seen = ({ metadata }: Record<string, never>) => {
    const { fast, steps, guidance } = metadata as Record<string, unknown>
    return [fast, steps, guidance]
  }
  assert.deepEqual(seen(made.body), [true, 2, 1])
  await workAll(stores)
  assert.equal((await stores.jobs.get(made.body.id))!.status, 'completed')
  const remix = (body: object) => post(taught, `/${made.body.id}/remix`, { prompt: 'a ball', ...body })
  assert.deepEqual(seen((await remix({})).body), [true, 2, 1])
  assert.deepEqual(seen((await remix({ fast: false })).body), [false, 20, 2.5])
  const elsewhere = await post(createApp(server), `/${made.body.id}/remix`, { prompt: 'a ball' })
  assert.deepEqual(seen(elsewhere.body), [false, 20, 2.5], 'a model without few steps takes its many')
  const refusals = [
    await post(taught, '', { ...plain, fast: true, negative_prompt: 'a cube' }),
    await post(createApp(server), '', { ...plain, fast: true }),
  ]
  for (const { status, body } of refusals) {
    assert.deepEqual([status, (body.error as { param: string }).param], [400, 'fast'])
  }
  await stores.close()
})

test('a worker begins with what requests use that say nothing of it: few steps, where they were learned', async () => {
  const folder = writeTinyModel()
  writeAdapters(folder, { numInferenceSteps: 2, substeps: 2, guidanceScale: 2.5, rank: 4 })
  writeFileSync(path.join(folder, 'fast', 'weights.safetensors'), 'damaged')
  await assert.rejects(openModels({ folder, threads: 1 }), /fast.*weights\.safetensors/)
})

const DISK = '2m'

test('a full disk: jobs fail with the reason, the server lives', async t => {
  const folder = temporary()
  const disk = path.join(folder, 'disk')
  mkdirSync(disk)
  const mount = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK}`, 'tmpfs', disk])
  if (mount.status !== 0) return t.skip('a small disk cannot be mounted here')
  t.after(() => spawnSync('umount', ['-l', disk]))
  const stores = await openStores({ folder, files: path.join(disk, 'files') })
  const app = createApp(createServer(stores))
  writeFileSync(path.join(disk, 'filler'), Buffer.alloc(2 * 1024 * 1024 - 32 * 1024))
  const { body } = await post(app, '', { ...quick, seconds: 6, size: '128x128' })
  await workAll(stores)
  const job = (await stores.jobs.get(body.id))!
  assert.deepEqual([job.status, job.error?.code], ['failed', 'storage_full'], JSON.stringify(job.error))
  const image_url = `data:image/png;base64,${(
    await sharp(Buffer.from(Array.from({ length: 512 * 512 * 3 }, (_, i) => (i * 2_654_435_761) >>> 24)), {
      raw: { width: 512, height: 512, channels: 3 },
    })
      .png()
      .toBuffer()
  ).toString('base64')}`
  spawnSync('sh', ['-c', `dd if=/dev/zero of=${disk}/rest bs=1k 2>/dev/null`])
  const refused = await post(app, '', { ...quick, input_reference: { image_url } })
  assert.equal(refused.status, 503)
  assert.equal((refused.body.error as { code: string }).code, 'storage_full')
  spawnSync('rm', [path.join(disk, 'filler'), path.join(disk, 'rest')])
  const again = await post(app, '', quick)
  await workAll(stores)
  assert.equal((await stores.jobs.get(again.body.id))!.status, 'completed')
  await stores.close()
})
