import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import sharp from 'sharp'
import { pickFrames, saveSheet, saveVideo } from './index.ts'

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

test('other extensions are refused before anything is written', async () => {
  await assert.rejects(
    saveVideo('film.gif', movingSquare(1), format),
    /saved as \.mp4 or \.png, got "film\.gif"/,
  )
})
