import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import sharp from 'sharp'
import {
  type DecodedFrame,
  decodeUpload,
  describeOrigin,
  hasLibav,
  openFilm,
  pickFrames,
  readDescription,
  readFootage,
  saveSheet,
  saveVideo,
} from './index.ts'
import { encodeMp4 } from './mp4.ts'

const format = { width: 48, height: 32, fps: 12 }
const bytes = format.width * format.height * 3

/** A white square that moves right over a blue ground. */
function movingSquare(frameCount: number): Uint8Array {
  const frames = new Uint8Array(frameCount * bytes)
  for (let f = 0; f < frameCount; f++) {
    for (let i = 0; i < bytes / 3; i++) {
      const [x, y] = [i % format.width, Math.floor(i / format.width)]
      const isSquare = x >= f && x < f + 10 && y >= 8 && y < 18
      frames.set(isSquare ? [255, 255, 255] : [20, 40, 160], f * bytes + i * 3)
    }
  }
  return frames
}

const hasFfmpeg = spawnSync('ffprobe', ['-version']).status === 0

test('an mp4 holds H.264 in yuv420p with every frame in time, and the pictures that went in', {
  skip: !hasFfmpeg && 'ffprobe is not installed',
}, async () => {
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'aozora-media-')), 'square.mp4')
  const frames = movingSquare(24)
  await saveVideo(file, frames, format)
  const probe = spawnSync('ffprobe', ['-v', 'error', '-count_frames', '-show_streams', '-of', 'json', file])
  const [stream] = JSON.parse(probe.stdout.toString()).streams
  assert.deepEqual(
    [stream.codec_name, stream.pix_fmt, stream.width, stream.height, stream.nb_read_frames],
    ['h264', 'yuv420p', 48, 32, '24'],
  )
  assert.equal(Number(stream.duration), 2)
  const decoded = spawnSync(
    'ffmpeg',
    ['-v', 'error', '-i', file, '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-'],
    {
      maxBuffer: 1e9,
    },
  ).stdout
  assert.equal(decoded.length, frames.length)
  const squares = decoded.reduce((sum, value, i) => sum + (value - frames[i]) ** 2, 0)
  const psnr = 10 * Math.log10(255 ** 2 / (squares / frames.length))
  // Colour at half resolution blurs the square's border; the rest must be right.
  assert.ok(psnr > 22, `psnr ${psnr}`)
})

test('a strip is 8 frames side by side, exactly as they are', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'aozora-media-'))
  const frames = movingSquare(15)
  await saveVideo(path.join(folder, 'strip.png'), frames, format)
  const { data, info } = await sharp(path.join(folder, 'strip.png'))
    .raw()
    .toBuffer({ resolveWithObject: true })
  assert.deepEqual([info.width, info.height, info.channels], [8 * 50 - 2, 32, 3])
  const last = Buffer.from(frames.subarray(14 * bytes))
  for (let y = 0; y < 32; y++) {
    const at = (y * info.width + 7 * 50) * 3
    assert.ok(data.subarray(at, at + 48 * 3).equals(last.subarray(y * 48 * 3, (y + 1) * 48 * 3)))
  }
  assert.deepEqual(readdirSync(folder), ['strip.png'])
})

test('picked frames go from the first to the last; a sheet has a line of text above each row', async () => {
  const frames = movingSquare(9)
  const picked = pickFrames(frames, format, 3)
  assert.deepEqual(
    picked.map(frame => (frame.byteOffset - frames.byteOffset) / bytes),
    [0, 4, 8],
  )
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'aozora-media-')), 'sheet.png')
  await saveSheet(
    file,
    [
      { label: 'a square', frames: picked },
      { label: '', frames: picked },
    ],
    format,
  )
  const { width, height } = await sharp(file).metadata()
  assert.deepEqual([width, height], [3 * 50 - 2, 2 * (11 + 32) + 2])
  const label = await sharp(file).extract({ left: 0, top: 0, width: 60, height: 11 }).raw().toBuffer()
  assert.ok(
    label.some(value => value < 60),
    'the label has dark pixels',
  )
})

/** Mean squared difference as decibels. */
function psnr(a: Uint8Array, b: Uint8Array): number {
  const squares = a.reduce((sum, value, i) => sum + (value - b[i]) ** 2, 0)
  return 10 * Math.log10((255 ** 2 * a.length) / squares)
}

const withLibav = { skip: !(await hasLibav()) && 'node-av is not installed' }

/** What a format keeps: its own file, decoded again. */
async function saveAndDecode(name: string) {
  const [one, two] = ['one', 'two'].map(run =>
    path.join(mkdtempSync(path.join(tmpdir(), `aozora-${run}-`)), name),
  )
  const frames = movingSquare(24)
  const description = JSON.stringify({ prompt: 'a red ball', seed: 7, settings: 'x'.repeat(600) })
  await saveVideo(one, frames, format, { description })
  assert.equal(await readDescription(one), description)
  // The clock goes on between the two: no time of day may be in the file.
  await new Promise(resolve => setTimeout(resolve, 1100))
  await saveVideo(two, frames, format, { description })
  assert.ok(readFileSync(one).equals(readFileSync(two)), 'the same film is the same file')
  const source = await openFilm(one)
  assert.deepEqual([source.width, source.height], [format.width, format.height])
  const decoded: DecodedFrame[] = []
  for await (const frame of source.frames(format)) decoded.push({ ...frame, pixels: frame.pixels.slice() })
  assert.equal(decoded.length, 24)
  decoded.forEach(({ time }, i) => {
    assert.ok(Math.abs(time - i / format.fps) < 0.006, `frame ${i} at ${time} s`)
  })
  return psnr(frames, Buffer.concat(decoded.map(({ pixels }) => pixels)))
}

for (const [name, least, needs] of [
  ['film.mp4', 22, withLibav],
  ['film.webm', 22, withLibav],
  ['film.gif', 30, {}],
  ['film.webp', 30, {}],
] as const) {
  test(`${name}: the same bytes each time, the description inside, every frame in time`, needs, async () => {
    const quality = await saveAndDecode(name)
    assert.ok(quality > least, `${quality} dB`)
  })
}

test('an animated webp is fitted into another size: every frame, its border in what is beyond it', async () => {
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'aozora-webp-')), 'wide.webp')
  const frames = movingSquare(6)
  const target = { width: format.width * 3, height: format.height }
  await saveVideo(file, frames, format, { target })
  const source = await openFilm(file)
  assert.deepEqual([source.width, source.height], [target.width, target.height])
  const bytes = format.width * format.height * 3
  let f = 0
  for await (const { pixels } of source.frames(target)) {
    const middle = Buffer.concat(
      Array.from({ length: format.height }, (_, y) =>
        pixels.slice((y * target.width + format.width) * 3, (y * target.width + 2 * format.width) * 3),
      ),
    )
    assert.ok(psnr(frames.subarray(f * bytes, ++f * bytes), middle) > 25)
  }
  assert.equal(f, 6)
})

test('what was typed is kept beside the prompt that it became; older descriptions have none', async () => {
  const origin = { task: 'text to video', prompt: 'a red ball', seed: 7 }
  assert.deepEqual(JSON.parse(describeOrigin(origin, '红球')), { typedPrompt: '红球', ...origin })
  assert.match(describeOrigin(origin, '红球'), /^[ -~]*$/)
  for (const typed of [undefined, 'a red ball'])
    assert.deepEqual(JSON.parse(describeOrigin(origin, typed)), origin)
})

test('an mp4 has its header in front and no time of day in it', async () => {
  const bytes = Buffer.from(await encodeMp4(movingSquare(3), format))
  assert.deepEqual(
    [0, bytes.readUInt32BE(0)].map(at => bytes.toString('latin1', at + 4, at + 8)),
    ['ftyp', 'moov'],
  )
  for (const type of ['mvhd', 'tkhd', 'mdhd']) {
    const at = bytes.indexOf(type)
    assert.ok(at > 0 && bytes.subarray(at + 8, at + 16).every(byte => byte === 0), type)
  }
  const [chunk, mdat] = [bytes.indexOf('stco'), bytes.indexOf('mdat')]
  assert.equal(bytes.readUInt32BE(chunk + 12), mdat + 4, 'the first chunk lies where the header says')
})

/** A film of 48 x 32 pixels as telephones write it that are held upright: with a quarter turn clockwise. */
async function turnedFilm(): Promise<Buffer> {
  const bytes = Buffer.from(await encodeMp4(movingSquare(4), format))
  // The display matrix of the track (ISO 14496-12, 8.3.2).
  const matrix = bytes.indexOf('tkhd') + 4 + 40
  for (const [i, value] of [0, 0x10000, 0, -0x10000, 0, 0].entries())
    bytes.writeInt32BE(value, matrix + 4 * i)
  return bytes
}

/** Checks a turned frame: the square was at x 0 to 9, y 8 to 17; turned clockwise, its x is 32 - y. */
function expectUpright(pixels: Uint8Array): void {
  const at = (x: number, y: number) => [...pixels.subarray((y * 32 + x) * 3, (y * 32 + x) * 3 + 3)]
  assert.ok(at(18, 4)[0] > 200, `${at(18, 4)}`)
  assert.ok(at(18, 40)[0] < 80 && at(4, 4)[0] < 80)
}

test('a film turned on its side is decoded upright, with square pixels, on white', withLibav, async () => {
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'aozora-media-')), 'turned.mp4')
  writeFileSync(file, await turnedFilm())
  const source = await openFilm(file)
  assert.deepEqual([source.width, source.height], [32, 48])
  const frames = source.frames({ width: 32, height: 48 })
  const first = (await frames.next()).value as DecodedFrame
  await frames.return(undefined)
  expectUpright(first.pixels)
})

test('an upload that is turned on its side is decoded upright too', withLibav, async () => {
  const limits = { pixels: 1e6, frames: 100, seconds: 10 }
  const request = { kind: 'video', bytes: await turnedFilm(), fps: format.fps, limits } as const
  const { original, frames, frameCount } = await decodeUpload(request, size => size)
  assert.deepEqual(original, { width: 32, height: 48 })
  assert.equal(frameCount, 4)
  expectUpright(frames.subarray(0, 32 * 48 * 3))
})

test(
  'a film whose frames stand a second each is as long as an upload as it is as a file',
  withLibav,
  async () => {
    const file = path.join(mkdtempSync(path.join(tmpdir(), 'aozora-media-')), 'slow.gif')
    const shades = [250, 10].map(shade => Buffer.alloc(bytes, shade))
    await saveVideo(file, Buffer.concat(shades), { ...format, fps: 1 })
    const limits = { pixels: 1e6, frames: 2, seconds: 2 }
    const request = { kind: 'video', bytes: readFileSync(file), fps: format.fps, limits } as const
    const doors = [await readFootage(file, format, 2), await decodeUpload(request, size => size)]
    for (const { frames, frameCount } of doors) {
      const isBright = Array.from({ length: frameCount }, (_, i) => frames[i * bytes] > 128)
      assert.deepEqual(isBright, [...Array(12).fill(true), ...Array(12).fill(false)])
    }
    const hurried = { ...request, limits: { ...limits, seconds: 1.5 } }
    await assert.rejects(
      decodeUpload(hurried, size => size),
      /may have at most 1.5 s/,
    )
    const few = { ...request, limits: { ...limits, frames: 1 } }
    await assert.rejects(
      decodeUpload(few, size => size),
      /may have at most 1 frames/,
    )
    const small = { ...request, limits: { ...limits, pixels: 1000 } }
    await assert.rejects(
      decodeUpload(small, size => size),
      /at most 1000 pixels, got 48x32/,
    )
  },
)

test('files that are no films, or only sound, are refused with the reason', withLibav, async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'aozora-media-'))
  const wave = Buffer.alloc(44 + 8000)
  Buffer.from('RIFF....WAVEfmt ').copy(wave)
  for (const [at, value] of [
    [4, wave.length - 8],
    [16, 16],
    [20, 0x10001],
    [24, 8000],
    [28, 8000],
    [32, 0x80001],
    [40, 8000],
  ])
    wave.writeUInt32LE(value, at)
  wave.write('data', 36)
  const files = { 'noise.mp4': Buffer.alloc(5000, 7), 'sound.avi': wave, 'empty.gif': Buffer.alloc(0) }
  for (const [name, bytes] of Object.entries(files)) writeFileSync(path.join(folder, name), bytes)
  await assert.rejects(openFilm(path.join(folder, 'noise.mp4')), {
    name: 'RangeError',
    message: /cannot be decoded/,
  })
  await assert.rejects(openFilm(path.join(folder, 'sound.avi')), /it holds no pictures, only sound/)
  await assert.rejects(openFilm(path.join(folder, 'empty.gif')), { name: 'RangeError' })
  await assert.rejects(openFilm(path.join(folder, 'nowhere.mp4')), { name: 'RangeError' })
})

test('other extensions and places that cannot be written are refused in one line, with nothing left', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'aozora-media-'))
  await assert.rejects(
    saveVideo(path.join(folder, 'film.mkv'), movingSquare(1), format),
    /saved as \.mp4, \.webm, \.gif, \.webp, \.png, got "film\.mkv"/,
  )
  for (const name of ['film.gif', 'film.mp4', 'film.webm']) {
    const file = path.join(folder, 'nowhere', name)
    await assert.rejects(saveVideo(file, movingSquare(2), format), { name: 'RangeError' })
  }
  assert.deepEqual(readdirSync(folder), [])
})
