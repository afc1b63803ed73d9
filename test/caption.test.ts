import assert from 'node:assert/strict'
import { execFile, spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, writeFileSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { tiny } from '../recipes/tiny.ts'
import { createRandom } from '../src/array/index.ts'
import { makeDataset, openDataset, recaptionDataset } from '../src/dataset/index.ts'
import { evaluateCaptions, filmPrompts } from '../src/evaluate/index.ts'
import { saveVideo } from '../src/media/index.ts'
import { captionerSpecs, initializeParameters } from '../src/model/index.ts'
import { assembleCaptioner, encodeFilm, openCaptioner, openModel } from '../src/sample/index.ts'
import { type CaptionerRecipe, runCaptionerRecipe } from '../src/train/index.ts'
import { loadPhysics } from '../src/world/index.ts'
import { writeTinyModel } from './serving/fixtures.ts'

const temporary = () => mkdtempSync(path.join(tmpdir(), 'aozora-caption-'))
const bin = fileURLToPath(new URL('../bin/aozora.js', import.meta.url))
const run = (...args: string[]) => spawnSync(process.execPath, [bin, ...args], { encoding: 'utf8' })

const scene = { width: 32, height: 32, frameCount: 13, bodies: [1], cameras: ['still'] } as const

test('the bundled captioner says what true films show', async () => {
  await loadPhysics()
  const model = await openModel()
  const captioner = await openCaptioner(model)
  const summary = await evaluateCaptions(captioner, { curriculum: 'second', count: 12 })
  for (const { colour, count, parses } of [summary.seen, summary.heldOut]) {
    assert.equal(parses?.mean, 1)
    assert.ok(colour!.mean > 0.7 && count!.mean > 0.6, JSON.stringify({ colour, count }))
  }
  await captioner.close()
  await model.close()
})

test('the bundled captioner judges films: a film is likelier told in its own words than in those of others', async () => {
  await loadPhysics()
  const model = await openModel({ lazily: true })
  const films = [...filmPrompts('heldOut', 'second', 6, { frameCount: 49 })]
  let right = 0
  for (const film of films) {
    const latents = await encodeFilm(model, film)
    const ratings = await Promise.all(films.map(({ caption }) => model.judge!.rate(latents, caption)))
    if (films[ratings.indexOf(Math.max(...ratings))] === film) right++
  }
  assert.ok(right >= 5, `${right} of 6`)
  await model.close()
  // Films of another size are none that it has learned to look at.
  const wide = await openModel({ lazily: true, size: { width: 160, height: 96 } })
  assert.equal(wide.judge, undefined)
  await wide.close()
})

test('a captioner writes until its end, the same each time, and takes films of any length', async () => {
  const model = await openModel({ folder: writeTinyModel() })
  const config = {
    latentChannels: 4,
    patch: 2,
    frames: 3,
    height: 2,
    width: 2,
    captionLength: 9,
    language: { vocabulary: 259, width: 32, depth: 1, heads: 2 },
    pairs: [
      [97, 98],
      [256, 99],
    ] as [number, number][],
  }
  const params = initializeParameters(captionerSpecs(config), createRandom(3))
  const captioner = await assembleCaptioner(model, config, params)
  const film = (frameCount: number) => ({
    frames: new Uint8Array(frameCount * 32 * 32 * 3).fill(90),
    frameCount,
    width: 32,
    height: 32,
    fps: 12,
  })
  const texts = [await captioner.captionFilm(film(1)), await captioner.captionFilm(film(40))]
  // A still film: what is missing in the end is as still as what there is.
  assert.equal(texts[0].length > 0, true)
  assert.equal(await captioner.captionFilm(film(1)), texts[0])
  const asked: string[] = []
  await captioner.captionFilm(film(9), { isCaption: text => asked.push(text) > 3 })
  assert.ok(asked.length === 4 && new Set(asked).size > 1, asked.join('|'))
  // Looked at in a mirror too, a film and its mirror image are told alike.
  const random = createRandom(1)
  const noise = Uint8Array.from({ length: 9 * 32 * 32 * 3 }, () => random.integer(256))
  const turned = noise.map((_, i) => noise[i - 3 * (((i / 3) % 32) | 0) + 3 * (31 - (((i / 3) % 32) | 0))])
  const form = { mirror: (text: string) => text }
  const [one, other] = [noise, turned].map(frames => ({ ...film(9), frames }))
  assert.notEqual(await captioner.captionFilm(one), await captioner.captionFilm(other))
  assert.equal(await captioner.captionFilm(one, form), await captioner.captionFilm(other, form))
  await captioner.close()
  await model.close()
})

test('a dataset is captioned anew: old captions stay beside the new, and a stopped run goes on', async () => {
  const folder = temporary()
  await makeDataset(folder, { family: 'tabletop', clips: 5, seed: 1, clipsPerShard: 2, scene })
  const before = openDataset(folder).clips.map(({ caption }) => caption)
  const stop = new AbortController()
  let calls = 0
  const write = async () => {
    if (++calls === 3) stop.abort()
    return `caption ${calls}`
  }
  await assert.rejects(recaptionDataset(folder, write, { signal: stop.signal }), { name: 'AbortError' })
  assert.equal(openDataset(folder).clips.filter(({ originalCaption }) => originalCaption).length, 2)
  const written = await recaptionDataset(folder, async clip => `${clip.frameCount} frames`)
  assert.equal(written, 3)
  const { clips, damaged } = openDataset(folder)
  assert.deepEqual(damaged, [])
  assert.deepEqual(
    clips.map(({ originalCaption }) => originalCaption),
    before,
  )
  assert.deepEqual(
    clips.map(({ caption }) => caption),
    ['caption 1', 'caption 2', '13 frames', '13 frames', '13 frames'],
  )
})

test('a captioner is trained for a model, and opens', async () => {
  const [folder, model] = [temporary(), writeTinyModel()]
  const recipe: CaptionerRecipe = {
    name: 'tiny',
    description: '',
    seed: 1,
    clips: { ...tiny.clips, clips: 4 },
    tokens: 300,
    patch: 2,
    captionLength: 60,
    size: { width: 32, depth: 1, heads: 2 },
    schedule: { steps: 30, warmup: 3, decay: 0.3, adamRate: 0.03, muonRate: 0.02 },
    batchSize: 4,
  }
  const losses: number[] = []
  const made = await runCaptionerRecipe(recipe, {
    folder,
    warmStart: model,
    onProgress: (_stage, _done, _of, report) => report && losses.push(report.watch.words),
  })
  assert.ok(losses[29] < 0.8 * losses[0], `${losses[0]} to ${losses[29]}`)
  const opened = await openModel({ folder: model })
  const captioner = await openCaptioner(opened, made)
  assert.equal(captioner.frames, 9)
  await captioner.close()
  await opened.close()
  // From the captioner on that lies beside the model.
  cpSync(made, path.join(model, 'captioner'), { recursive: true })
  const further: number[] = []
  await runCaptionerRecipe(
    { ...recipe, schedule: { ...recipe.schedule, steps: 3 } },
    {
      folder: temporary(),
      warmStart: model,
      onProgress: (_stage, _done, _of, report) => report && further.push(report.watch.words),
    },
  )
  assert.ok(further[0] < 0.9 * losses[0], `${losses[0]}, then ${further[0]}`)
  // A judge goes on from the captioner too.
  const judged: number[] = []
  const judge = await runCaptionerRecipe(
    { ...recipe, schedule: { ...recipe.schedule, steps: 1 }, begun: 0.5 },
    {
      folder: temporary(),
      warmStart: model,
      onProgress: (_stage, _done, _of, report) => report && judged.push(report.watch.words),
    },
  )
  assert.ok(judged[0] < 0.9 * losses[0], `${losses[0]}, then ${judged[0]}`)
  assert.equal(path.basename(judge), 'judge')
})

test('bad input gets one clear line', () => {
  const cases: [string[], RegExp][] = [
    [['caption', 'missing.mp4'], /missing\.mp4/],
    [['caption', fileURLToPath(import.meta.url)], /cannot be taken as a film/],
    [['dataset', 'caption', 'missing'], /missing/],
    [['train', 'captioner', '--export'], /--export does not go with captioner/],
  ]
  for (const [args, message] of cases) {
    const { status, stdout, stderr } = run(...args)
    assert.deepEqual([status, stdout], [2, ''], stderr)
    assert.match(stderr, message)
    assert.equal(stderr.trim().split('\n').length, 1, stderr)
  }
})

test('a film that cannot be read is named, the others are captioned', async () => {
  const folder = temporary()
  const [good, bad, last] = ['good.gif', 'bad.gif', 'last.gif'].map(name => path.join(folder, name))
  const frames = Uint8Array.from({ length: 12 * 64 * 64 * 3 }, (_, i) => i % 200)
  for (const file of [good, last]) await saveVideo(file, frames, { width: 64, height: 64, fps: 12 })
  writeFileSync(bad, 'these are words')
  const { status, stdout, stderr } = run('caption', good, bad, last, '--json')
  const told = stdout
    .trim()
    .split('\n')
    .map(line => JSON.parse(line).file)
  assert.deepEqual([status, told], [2, [good, last]])
  const [refused, end] = stderr.trim().split('\n')
  assert.ok(refused.startsWith(`${bad} cannot be taken as a film: `), refused)
  assert.equal(end, 'aozora: 1 of 3 films have no caption')
})

test('a vision model behind an address writes instead, and whatever goes wrong with it is one line without the key', async () => {
  let reply: (response: ServerResponse, body: unknown) => void = response => response.end()
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', part => parts.push(part))
    request.on('end', () => reply(response, JSON.parse(Buffer.concat(parts).toString())))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
  const folder = temporary()
  await makeDataset(folder, { family: 'tabletop', clips: 1, seed: 1, scene })
  const ask = (seconds = 60) =>
    promisify(execFile)(
      process.execPath,
      [bin, 'dataset', 'caption', folder, '--caption-with', url, '--caption-seconds', String(seconds)],
      { env: { ...process.env, AOZORA_CHAT_KEY: 'sk-secret' } },
    )
  const failures: [(response: ServerResponse) => void, RegExp][] = [
    [response => response.end('<html>'), /of no help: its answer is no JSON/],
    [response => response.writeHead(401).end('sk-secret'), /it answered 401/],
    [response => response.end('{"choices":[{"message":{"refusal":"no"}}]}'), /it refused/],
    [() => {}, /it took too long/],
  ]
  for (const [answer, message] of failures) {
    reply = answer
    const { code, stderr } = await ask(message.source.includes('long') ? 1 : 60).then(
      () => assert.fail('it must fail'),
      error => error as { code: number; stderr: string },
    )
    assert.equal(code, 1)
    assert.match(stderr, message)
    assert.doesNotMatch(stderr, /sk-secret/)
  }
  reply = (response, body) => {
    const [{ content }] = (
      body as { messages: { content: { type: string; image_url?: { url: string } }[] }[] }
    ).messages
    const pictures = content.filter(({ type }) => type === 'image_url')
    assert.ok(
      pictures.length === 6 &&
        pictures.every(({ image_url }) => image_url!.url.startsWith('data:image/jpeg')),
    )
    response.end(
      JSON.stringify({ choices: [{ message: { content: '<think>hm</think> A ball\n rolls. ' } }] }),
    )
  }
  await ask()
  assert.equal(openDataset(folder).clips[0].caption, 'A ball rolls.')
  server.closeAllConnections()
  server.close()
})
