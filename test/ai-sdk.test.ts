import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, before, describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { APICallError, experimental_generateVideo as generateVideo } from 'ai'
import sharp from 'sharp'
import { type Aozora, createAozora } from '../src/aiSdk/index.ts'
import { verifyFile } from '../src/serve/index.ts'
import { temporary } from './serving/fixtures.ts'
import { connect, startServer, stopAll } from './serving/process.ts'

// The AI SDK drives a real server with the bundled model through our provider.

after(stopAll)

// What is warned of is in the result; the console need not say it too.
Object.assign(globalThis, { AI_SDK_LOG_WARNINGS: false })

const quick = { aozora: { steps: 2 } }

type Made = { readonly id: string } & Readonly<Record<string, unknown>>

const madeOf = (metadata: Awaited<ReturnType<typeof generateVideo>>['providerMetadata']) =>
  metadata.aozora.videos as unknown as Made[]

describe('experimental_generateVideo', () => {
  let aozora: Aozora
  let baseURL: string
  before(async () => {
    ;({ baseURL } = await startServer(temporary()))
    aozora = createAozora({ baseURL })
  })

  test('two videos of one prompt, by consecutive seeds', async () => {
    const { videos, warnings, responses, providerMetadata } = await generateVideo({
      model: aozora.video(),
      prompt: 'a large red ball rolls left',
      n: 2,
      resolution: '320x180',
      duration: 1,
      seed: 5,
      providerOptions: quick,
    })
    for (const { uint8Array, mediaType } of videos) {
      assert.equal(mediaType, 'video/mp4')
      assert.equal(verifyFile(uint8Array).state, 'signed', 'the file has arrived whole')
    }
    assert.notDeepEqual(videos[0].uint8Array, videos[1].uint8Array)
    assert.deepEqual([warnings, responses.length, responses[0].modelId], [[], 1, 'aozora-small'])
    const made = madeOf(providerMetadata)
    assert.deepEqual(
      made.map(({ seed, task, frames, generated_size, size }) => [seed, task, frames, generated_size, size]),
      [5, 6].map(seed => [seed, 'text to video', 12, '224x128', '320x180']),
    )
  })

  test('a picture to begin with, a shape, and what is not done', async () => {
    const png = await sharp({ create: { width: 64, height: 64, channels: 3, background: '#c8c4c0' } })
      .png()
      .toBuffer()
    const wanted = { model: aozora.videoModel('sora-2'), duration: 1, providerOptions: quick }
    const { providerMetadata, warnings } = await generateVideo({
      ...wanted,
      prompt: { image: png, text: 'a red ball rests' },
      aspectRatio: '1:1',
      fps: 24,
      generateAudio: true,
      inputReferences: [png],
    })
    const [made] = madeOf(providerMetadata)
    assert.deepEqual([made.task, made.size], ['image to video', '720x720'])
    const features = warnings.map(warning => 'feature' in warning && warning.feature)
    assert.deepEqual(features, ['fps', 'generateAudio', 'inputReferences'])
    const framed = await generateVideo({
      ...wanted,
      prompt: 'a red ball rests',
      resolution: '128x128',
      aspectRatio: 'adaptive',
      frameImages: [
        { image: png, frameType: 'first_frame' },
        { image: png, frameType: 'last_frame' },
      ],
    })
    assert.equal(madeOf(framed.providerMetadata)[0].task, 'image to video')
    assert.deepEqual(
      framed.warnings.map(warning => 'feature' in warning && warning.feature),
      ['aspectRatio', 'frameImages'],
    )
  })

  test('what the server refuses is an APICallError that is not tried again', async () => {
    const refused = async (change: object, message: RegExp) => {
      const call = generateVideo({ model: aozora.video(), prompt: 'a red ball', ...change })
      await assert.rejects(call, error => {
        assert.ok(APICallError.isInstance(error), String(error))
        assert.deepEqual([error.statusCode, error.isRetryable], [400, false])
        assert.match(error.message, message)
        return true
      })
    }
    await refused({ duration: 99 }, /`seconds` must be from 1 to 60, got 99/)
    await refused({ resolution: '31x31' }, /`size` must have even sides/)
    await refused({ prompt: ' ' }, /`prompt` must say something/)
    await refused({ prompt: { image: 'https://example.com/a.png', text: 'a' } }, /--fetch-images/)
    await refused({ providerOptions: { aozora: { guidance: 99 } } }, /`guidance` must be from 0 to 30/)
    assert.deepEqual((await connect(baseURL).videos.list({ limit: 100 })).data.length, 4)
  })

  test('who stops waiting stops the videos too', async () => {
    const controller = new AbortController()
    const call = generateVideo({
      model: aozora.video(),
      prompt: 'a red ball',
      n: 2,
      duration: 60,
      abortSignal: controller.signal,
    })
    await Promise.all([
      assert.rejects(call, { name: 'AbortError' }),
      pause(1500).then(() => controller.abort()),
    ])
    const { data } = await connect(baseURL).videos.list({ limit: 2 })
    assert.deepEqual(
      data.map(({ error }) => error?.code),
      ['cancelled', 'cancelled'],
    )
  })

  test('a video that is ended elsewhere fails with the reason', async () => {
    const call = generateVideo({ model: aozora.video(), prompt: 'a red ball', duration: 60 })
    const ended = (async () => {
      for (;;) {
        const { data } = await connect(baseURL).videos.list({ limit: 1 })
        if (data[0].status === 'failed') await pause(50)
        else return connect(baseURL).post(`/videos/${data[0].id}/cancel`)
      }
    })()
    await assert.rejects(call, { name: 'AozoraVideoFailedError', message: /the video was cancelled/ })
    await ended
  })
})

test('a key that is wrong, a server that is away, and one that comes back while a video is waited for', async () => {
  const folder = temporary()
  const { child, baseURL } = await startServer(folder)
  const { port } = new URL(baseURL)
  const waiting = generateVideo({
    model: createAozora({ baseURL }).video(),
    prompt: 'a red ball',
    duration: 2,
    resolution: '128x128',
  })
  const client = connect(baseURL)
  while ((await client.videos.list()).data.length === 0) await pause(20)
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited
  await assert.rejects(
    generateVideo({ model: createAozora({ baseURL }).video(), prompt: 'a red ball', maxRetries: 0 }),
    /no server answers at .* `npx aozora serve` starts one/,
  )
  await startServer(folder, ['--port', port, '--lease', '1'])
  assert.equal(verifyFile((await waiting).video.uint8Array).state, 'signed')
})
