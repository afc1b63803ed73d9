import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { chromium } from 'playwright-core'
import { open, textToVideo } from '../src/index.ts'

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  existsSync,
)

test('a browser plays what the bundled model makes, and sees it move', {
  skip: !executablePath && 'no Chromium here',
}, async () => {
  const model = await open()
  const video = await textToVideo(
    model,
    'a large red ball rolls quickly to the right on a plain grey floor',
    { seconds: 2 },
  )
  await model.close()
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'aozora-browser-')), 'film.mp4')
  await video.save(file)
  const server = createServer((request, response) => {
    const isFilm = request.url === '/film.mp4'
    response.setHeader('Content-Type', isFilm ? 'video/mp4' : 'text/html')
    response.end(isFilm ? readFileSync(file) : '<video src="/film.mp4" muted></video>')
  }).listen(0)
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] })
  try {
    const page = await browser.newPage()
    await page.goto(`http://localhost:${(server.address() as AddressInfo).port}/`)
    // Runs in the page: plays the film to its end and keeps every picture that is shown.
    const seen = (await page.evaluate(`(async () => {
      const video = document.querySelector('video')
      const canvas = Object.assign(document.createElement('canvas'), { width: 128, height: 128 })
      const context = canvas.getContext('2d', { willReadFrequently: true })
      const pictures = []
      const keep = () => {
        context.drawImage(video, 0, 0)
        pictures.push(context.getImageData(0, 0, 128, 128).data)
        video.requestVideoFrameCallback(keep)
      }
      video.requestVideoFrameCallback(keep)
      const ended = new Promise((resolve, reject) => {
        video.onended = resolve
        video.onerror = () => reject(new Error(video.error.message))
      })
      await video.play()
      await ended
      const [first, last] = [pictures[0], pictures[pictures.length - 1]]
      const difference = first.reduce((sum, value, i) => sum + Math.abs(value - last[i]), 0) / first.length
      return { width: video.videoWidth, height: video.videoHeight, duration: video.duration, difference, shown: pictures.length }
    })()`)) as Record<string, number>
    assert.deepEqual([seen.width, seen.height], [128, 128])
    assert.ok(Math.abs(seen.duration - 2) < 0.1, `${seen.duration} s`)
    assert.ok(seen.shown >= 6, `${seen.shown} pictures were shown`)
    assert.ok(seen.difference > 1, `first and last picture differ by ${seen.difference}`)
  } finally {
    await browser.close()
    server.close()
  }
})
