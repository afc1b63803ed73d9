import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { hasLibav, saveVideo } from '../media/index.ts'
import { bucketsOf, chooseBucket, cutFilm } from './cutFilm.ts'
import { readFilmFolder } from './folder.ts'
import { importDataset, openDataset } from './index.ts'

const temporary = () => mkdtempSync(path.join(tmpdir(), 'aozora-import-'))
const withLibav = { skip: !(await hasLibav()) && 'node-av is not installed' }

/** A film whose frame f is a grey of 4 f: its pace can be read from its pixels. */
function greyFilm(count: number, width: number, height: number): Uint8Array {
  const frames = new Uint8Array(count * width * height * 3)
  for (let f = 0; f < count; f++) frames.fill(4 * f, f * width * height * 3, (f + 1) * width * height * 3)
  return frames
}

async function writeFolder(extensions: readonly string[]): Promise<string> {
  const folder = temporary()
  mkdirSync(path.join(folder, 'inner'))
  for (const [i, extension] of extensions.entries()) {
    const format = { width: i % 2 ? 96 : 64, height: 64, fps: 24 }
    await saveVideo(path.join(folder, `a-red_film${i}${extension}`), greyFilm(50, format.width, 64), format)
  }
  await saveVideo(path.join(folder, 'inner', 'short.gif'), greyFilm(11, 64, 96), {
    width: 64,
    height: 96,
    fps: 12,
  })
  writeFileSync(path.join(folder, 'inner', 'short.txt'), 'a short\n film ')
  const named = [
    { file_name: `a-red_film0${extensions[0]}`, text: 'the first film' },
    { file_name: 'gone.mp4', text: 'x' },
    { file_name: 7 },
  ]
  writeFileSync(
    path.join(folder, 'metadata.jsonl'),
    `${named.map(row => JSON.stringify(row)).join('\n')}\nnonsense\n`,
  )
  writeFileSync(path.join(folder, 'noise.gif'), 'GIF89a and then nothing')
  writeFileSync(path.join(folder, 'notes.md'), 'no film')
  return folder
}

const options = {
  buckets: [
    { width: 64, height: 64 },
    { width: 96, height: 64 },
  ],
  fps: 12,
  seconds: 1,
} as const

const readFolder = (folder: string) =>
  Object.fromEntries(
    readdirSync(folder)
      .sort()
      .map(name => [name, readFileSync(path.join(folder, name)).toString('base64')]),
  )

/** The middle grey of each frame of a clip. */
const greys = (frames: Uint8Array, bytes: number) =>
  Array.from({ length: frames.length / bytes }, (_, f) => frames[f * bytes + (bytes >> 1)])

test(
  'films of every format become clips: captions, buckets, pace, pieces; what cannot be read is listed',
  withLibav,
  async () => {
    const source = await writeFolder(['.mp4', '.webm', '.gif', '.webp'])
    const folder = temporary()
    const found = await importDataset(source, folder, options)
    assert.deepEqual(found.ignored, { '.md': 1 })
    assert.deepEqual(
      found.refused.map(({ file, reason }) => `${file}: ${reason}`),
      [
        'gone.mp4: metadata.jsonl, line 2 names it, but it is not there',
        'metadata.jsonl, line 3: it must have `file_name` and `text` or `caption` or `prompt` or `description`',
        'metadata.jsonl, line 4: it is no JSON',
      ],
    )
    const dataset = openDataset(folder)
    assert.deepEqual(
      dataset.refused.map(({ file }) => file),
      ['noise.gif'],
    )
    const captions = ['the first film', 'a red film1', 'a red film2', 'a red film3']
    const clips = dataset.clips.map(({ caption, source: place, width, height, frameCount }) => [
      caption,
      place?.start,
      `${width}x${height}x${frameCount}`,
    ])
    // 50 frames at 24 are 25 at 12: a clip of 13, and one that overlaps it by a frame.
    const expected = captions.flatMap((caption, i) => [
      [caption, 0, `${i % 2 ? 96 : 64}x64x13`],
      [caption, 1, `${i % 2 ? 96 : 64}x64x13`],
    ])
    assert.deepEqual(clips, [...expected, ['a short film', 0, '64x64x9']])
    for (const index of dataset.clips.keys()) {
      const { frames, width, height, masks, source: place, frameCount } = await dataset.clip(index)
      const first = Math.round((place?.start ?? 0) * 12)
      const pace = place?.file.startsWith('inner') ? 4 : 8
      greys(frames, width * height * 3).forEach((grey, f) => {
        const wanted = pace * (first + f)
        assert.ok(Math.abs(grey - wanted) <= 6, `clip ${index}, frame ${f}: ${grey} instead of ${wanted}`)
      })
      assert.ok(masks.length === width * height * frameCount && masks.every(mask => mask === 0))
    }
  },
)

test('an import that is killed goes on to the same bytes; new films and captions change only their shards', async () => {
  const source = temporary()
  for (let i = 0; i < 20; i++) {
    await saveVideo(path.join(source, `film${String(i).padStart(2, '0')}.webp`), greyFilm(14, 64, 64), {
      width: 64,
      height: 64,
      fps: 12,
    })
  }
  const [whole, killed] = [temporary(), temporary()]
  await importDataset(source, whole, options, { workers: 1 })
  const script = path.join(temporary(), 'import.mts')
  writeFileSync(
    script,
    `import { importDataset } from '${new URL('./index.ts', import.meta.url).href}'
     await importDataset(${JSON.stringify(source)}, ${JSON.stringify(killed)}, ${JSON.stringify(options)},
       { workers: 1, onProgress: n => process.stdout.write(n + ' ') })`,
  )
  const child = spawn(process.execPath, ['--import', 'tsx', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  await new Promise<void>(resolve => {
    child.stdout.on('data', text => / 9 /.test(` ${text}`) && child.kill('SIGKILL'))
    child.on('exit', () => resolve())
  })
  assert.ok(readdirSync(killed).filter(name => name.endsWith('.bin')).length < 3)
  await importDataset(source, killed, options, { workers: 2 })
  assert.deepEqual(readFolder(killed), readFolder(whole))
  writeFileSync(path.join(source, 'film19.txt'), 'the last one')
  const seen: number[] = []
  await importDataset(source, killed, options, { onProgress: done => seen.push(done) })
  assert.deepEqual(seen, [16, 17, 18, 19, 20])
  assert.equal(openDataset(killed).clips.at(-1)?.caption, 'the last one')
  rmSync(path.join(source, 'film19.webp'))
  await importDataset(source, killed, options)
  assert.equal(openDataset(killed).clips.length, 19)
})

test('a film of ours is captioned by the prompt inside, where nothing else says what it shows', async () => {
  const source = temporary()
  const format = { width: 32, height: 32, fps: 12 }
  const description = JSON.stringify({ prompt: 'a red ball rolls left' })
  const save = (name: string, options: object) =>
    saveVideo(path.join(source, name), greyFilm(5, 32, 32), format, options)
  await save('ours.gif', { description })
  await save('told.webp', { description })
  await save('other.gif', { description: 'made by hand' })
  await save('plain.webp', {})
  writeFileSync(path.join(source, 'told.txt'), 'a cube')
  const { films } = await importDataset(source, temporary(), options)
  assert.deepEqual(
    films.map(({ file, caption, from }) => [file, caption, from]),
    [
      ['other.gif', 'other', 'name'],
      ['ours.gif', 'a red ball rolls left', 'prompt'],
      ['plain.webp', 'plain', 'name'],
      ['told.webp', 'a cube', 'text'],
    ],
  )
})

test('folders that hold no films or another dataset are refused in one line', async () => {
  const source = temporary()
  await assert.rejects(importDataset(source, temporary()), { name: 'RangeError', message: /holds no films/ })
  await assert.rejects(importDataset(path.join(source, 'nowhere'), temporary()), { name: 'RangeError' })
  await saveVideo(path.join(source, 'film.gif'), greyFilm(5, 32, 32), { width: 32, height: 32, fps: 12 })
  const folder = temporary()
  await importDataset(source, folder, options)
  await assert.rejects(
    importDataset(source, folder, { ...options, fps: 10 }),
    /`fps` is 12 there, 10 was asked/,
  )
  // A dataset inside the folder of films is not taken for films.
  const inside = path.join(source, 'clips')
  cpSync(folder, inside, { recursive: true })
  assert.deepEqual(readFilmFolder(source, inside).ignored, {})
})

test('buckets: sides are whole patches, the least is cropped; pieces hold all of a film but a short end', async () => {
  assert.deepEqual(bucketsOf(128), [
    { width: 128, height: 128 },
    { width: 160, height: 96 },
    { width: 96, height: 160 },
  ])
  const chosen = (width: number, height: number) => chooseBucket({ width, height }, bucketsOf(128)).width
  assert.deepEqual([chosen(1920, 1080), chosen(1080, 1920), chosen(500, 480)], [160, 96, 128])
  const cut = async (count: number) => {
    async function* frames() {
      for (let f = 0; f < count; f++) yield { time: f / 12, duration: 1 / 12, pixels: Uint8Array.of(f) }
    }
    const source = { width: 1, height: 1, frames, close() {} }
    const pieces: number[][] = []
    for await (const piece of cutFilm(source, { size: { width: 1, height: 1 }, fps: 12, frameCount: 13 })) {
      pieces.push(piece.frames.map(([grey]) => grey))
      assert.equal(Math.round(piece.start * 12), piece.frames[0][0])
    }
    return pieces.map(piece => [piece[0], piece.length])
  }
  assert.deepEqual(await cut(1), [[0, 1]])
  assert.deepEqual(await cut(12), [[0, 9]])
  assert.deepEqual(await cut(13), [[0, 13]])
  assert.deepEqual(await cut(18), [[0, 13]])
  assert.deepEqual(await cut(20), [
    [0, 13],
    [7, 13],
  ])
  assert.deepEqual(await cut(26), [
    [0, 13],
    [13, 13],
  ])
})
