import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { createRandom } from '../array/index.ts'
import { filmSplit, loadPhysics } from '../world/index.ts'
import { packFrames, unpackChunk } from './codec.ts'
import { type DatasetOptions, makeDataset, openDataset } from './index.ts'
import { packClip, writeShard } from './shard.ts'

const temporary = () => mkdtempSync(path.join(tmpdir(), 'aozora-dataset-'))

const options: DatasetOptions = {
  family: 'tabletop',
  clips: 5,
  seed: 1000,
  clipsPerShard: 2,
  scene: { width: 48, height: 32, frameCount: 21, fps: 12 },
}

const readFolder = (folder: string) =>
  Object.fromEntries(
    readdirSync(folder)
      .sort()
      .map(name => [name, readFileSync(path.join(folder, name)).toString('base64')]),
  )

test('a dataset holds what the world films, to the byte; windows are read alone', async () => {
  const folder = temporary()
  const seen: number[] = []
  await makeDataset(folder, options, { workers: 1, onProgress: clips => seen.push(clips) })
  assert.deepEqual(seen, [0, 1, 2, 3, 4, 5])
  const dataset = openDataset(folder)
  assert.deepEqual(dataset.shapes, [
    { width: 48, height: 32, frameCount: 21, fps: 12, clips: [0, 1, 2, 3, 4] },
  ])
  await loadPhysics()
  const films = filmSplit(1000, false, options.scene)
  for (const index of [0, 1]) {
    const film = films.next().value!
    const { frames, masks, caption, attributes, seed } = await dataset.clip(index)
    assert.ok(Buffer.from(frames).equals(film.frames) && Buffer.from(masks).equals(film.masks))
    assert.deepEqual([caption, attributes, seed], [film.caption, film.attributes, film.seed])
    const truth = (await dataset.truth(index)) as Record<string, unknown>
    assert.equal(truth.caption, film.caption)
    for (const [start, count] of [
      [0, 1],
      [8, 2],
      [5, 12],
      [20, 1],
    ]) {
      const window = await dataset.clip(index, start, count)
      const [bytes, area] = [48 * 32 * 3, 48 * 32]
      assert.ok(
        Buffer.from(window.frames).equals(film.frames.subarray(start * bytes, (start + count) * bytes)),
      )
      assert.ok(Buffer.from(window.masks).equals(film.masks.subarray(start * area, (start + count) * area)))
    }
  }
  await assert.rejects(dataset.clip(0, 20, 2), /clip 0 has 21 frames, got frames 20 to 21/)
  await assert.rejects(dataset.clip(5), /must be a number from 0 to 4, got 5/)
})

/** Makes the dataset in another process, as a user would. */
function startMaking(folder: string) {
  const script = path.join(temporary(), 'make.mts')
  const entry = new URL('./index.ts', import.meta.url).href
  const asked = { ...options, clips: 16, clipsPerShard: 2 }
  writeFileSync(
    script,
    `import { makeDataset } from '${entry}'
     await makeDataset(${JSON.stringify(folder)}, ${JSON.stringify(asked)}, { onProgress: n => process.stdout.write(n + ' ') })`,
  )
  return spawn(process.execPath, ['--import', 'tsx', script], { stdio: ['ignore', 'pipe', 'inherit'] })
}

test('the bytes are the same with one worker, with three, and after SIGKILL', async () => {
  const [one, three, killed] = [temporary(), temporary(), temporary()]
  const asked = { ...options, clips: 16, clipsPerShard: 2 }
  await makeDataset(one, asked, { workers: 1 })
  await makeDataset(three, asked, { workers: 3 })
  assert.deepEqual(readFolder(three), readFolder(one))
  const child = startMaking(killed)
  // Killed in the middle of a shard, some shards whole.
  await new Promise<void>(resolve => {
    child.stdout.on('data', text => / 7 /.test(` ${text}`) && child.kill('SIGKILL'))
    child.on('exit', () => resolve())
  })
  const left = readdirSync(killed).filter(name => /^shard.*json$/.test(name)).length
  assert.ok(left < 8, 'it was killed before the end')
  await makeDataset(killed, asked, { workers: 2 })
  assert.deepEqual(readFolder(killed), readFolder(one))
})

test('a damaged shard is refused by name, the rest stays usable, and making again repairs it', async () => {
  const folder = temporary()
  await makeDataset(folder, options)
  const whole = readFolder(folder)
  truncateSync(path.join(folder, 'shard-00001.bin'), 100)
  const cut = openDataset(folder)
  assert.match(cut.damaged[0].file, /shard-00001\.bin$/)
  assert.match(cut.damaged[0].reason, /it has 100 bytes instead of \d+/)
  assert.equal(cut.clips.length, 3)
  await cut.clip(2)
  await makeDataset(folder, options)
  assert.deepEqual(readFolder(folder), whole)

  const file = path.join(folder, 'shard-00000.bin')
  const bytes = readFileSync(file)
  bytes[50] ^= 1
  writeFileSync(file, bytes)
  const flipped = openDataset(folder)
  await assert.rejects(flipped.clip(1), /shard-00000\.bin is damaged: its checksum.*delete it and its \.json/)
  await flipped.clip(2)
  assert.deepEqual(
    (await flipped.verify()).map(shard => path.basename(shard.file)),
    ['shard-00000.bin'],
  )

  writeFileSync(path.join(folder, 'shard-00002.json'), '{"version": 7}')
  assert.match(openDataset(folder).damaged[0].reason, /shard-00002\.json is no file of format 1: `version`/)
})

test('another dataset in the folder, a full disk and folders that are none: one clear line, nothing lost', async () => {
  const folder = temporary()
  await makeDataset(folder, { ...options, clips: 2 })
  const whole = readFolder(folder)
  await assert.rejects(makeDataset(folder, { ...options, scene: { ...options.scene, bodies: [1] } }), {
    name: 'RangeError',
    message: /holds another dataset: `scene\.bodies` is undefined there, \[1\] was asked/,
  })
  // Writing to /dev/full fails as on a full disk.
  if (process.platform === 'linux') {
    const packed = await packClip({
      record: { width: 1, height: 1, frameCount: 1, fps: 12, caption: '', shortCaption: '' },
      frames: new Uint8Array(3),
    })
    symlinkSync('/dev/full', path.join(folder, 'shard-00001.bin.tmp'))
    assert.throws(() => writeShard(folder, 1, [packed]), {
      name: 'RangeError',
      message:
        /shard-00001\.bin cannot be written: no space is left on the disk; shards that are there stay whole/,
    })
  }
  assert.deepEqual(readFolder(folder), whole)
  const file = path.join(folder, 'dataset.json')
  await assert.rejects(makeDataset(file, options), {
    name: 'RangeError',
    message: /not a folder|a part of the path is a file/,
  })
  await assert.rejects(makeDataset(path.join(file, 'inside'), options), {
    name: 'RangeError',
    message: /is a file/,
  })
  assert.throws(() => openDataset(path.join(folder, 'nowhere')), {
    name: 'RangeError',
    message: /there is no dataset/,
  })
  assert.throws(() => openDataset(temporary()), { name: 'RangeError', message: /no dataset\.json/ })
})

test('what moves everywhere is packed as JPEG above 42 dB, what stands still without loss', async () => {
  const size = { width: 64, height: 48 }
  const random = createRandom(3)
  const noise = Uint8Array.from({ length: 3 * 64 * 48 * 3 }, () => random.integer(256))
  const pan = Uint8Array.from({ length: 9 * 64 * 48 * 3 }, (_, i) => {
    const [c, x, y, f] = [i % 3, Math.floor(i / 3) % 64, Math.floor(i / 192) % 48, Math.floor(i / (192 * 48))]
    return 128 + 70 * Math.sin((x + 1.7 * f) / 3 + c) * Math.cos(y / 4)
  })
  const psnr = (a: Uint8Array, b: Uint8Array) => {
    const squares = a.reduce((sum, value, i) => sum + (value - b[i]) ** 2, 0)
    return 10 * Math.log10((255 ** 2 * a.length) / squares)
  }
  const packed = await packFrames(pan, size)
  assert.equal(packed.codec, 'jpeg')
  assert.ok(packed.bytes.length < pan.length / 4)
  const quality = psnr(pan, await unpackChunk('jpeg', packed.bytes, size, 3))
  assert.ok(quality > 42, `${quality} dB`)
  const still = Buffer.concat([noise.subarray(0, 64 * 48 * 3), noise.subarray(0, 64 * 48 * 3)])
  const { codec, bytes } = await packFrames(still, size)
  assert.equal(codec, 'delta')
  assert.ok(still.equals(await unpackChunk(codec, bytes, size, 3)))
})
