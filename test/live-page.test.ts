import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { request } from 'node:http'
import path from 'node:path'
import { after, before, test } from 'node:test'
import sharp from 'sharp'
import { writeTinyModel } from './serving/fixtures.ts'

// `aozora live --web` as a process of its own, looked at by a client that reads multipart/x-mixed-replace.

const bin = path.resolve('bin/aozora.js')
const tiny = writeTinyModel()
let server: ReturnType<typeof spawn>
let address = ''

before(async () => {
  const args = ['live', 'a red ball', '--web', '--port', '0', '--model', tiny, '--steps', '2']
  server = spawn(process.execPath, [bin, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = await once(server.stdout!, 'data')
  address = String(line).trim()
  assert.match(address, /^http:\/\/127\.0\.0\.1:\d+$/)
})

after(async () => {
  if (server.exitCode !== null) return
  server.kill('SIGKILL')
  await once(server, 'exit')
})

/** Reads pictures of the stream. */
async function look(count: number): Promise<{ pictures: Buffer[]; type: string; times: number[] }> {
  const asked = request(`${address}/stream`)
  asked.end()
  const [answer] = await once(asked, 'response')
  const [pictures, times]: [Buffer[], number[]] = [[], []]
  let rest = Buffer.alloc(0)
  for await (const bytes of answer) {
    rest = Buffer.concat([rest, bytes])
    for (;;) {
      const match = /^--frame\r\nContent-Type: image\/jpeg\r\nContent-Length: (\d+)\r\n\r\n/.exec(
        rest.subarray(0, 200).toString('latin1'),
      )
      const end = match ? match[0].length + Number(match[1]) : 0
      if (!match || rest.length < end + 2) break
      pictures.push(rest.subarray(match[0].length, end))
      times.push(performance.now())
      rest = rest.subarray(end + 2)
    }
    if (pictures.length >= count) break
  }
  asked.destroy()
  return { pictures, type: answer.headers['content-type'], times }
}

const say = (body: string, type = 'application/json') =>
  fetch(`${address}/prompt`, { method: 'POST', headers: { 'content-type': type }, body })

test('a film that does not end: pictures at its rate, one after the other, for several who look on', async () => {
  const [one, two] = await Promise.all([look(40), look(30)])
  assert.equal(one.type, 'multipart/x-mixed-replace; boundary=frame')
  for (const picture of [...one.pictures.slice(0, 3), ...two.pictures.slice(0, 3)]) {
    const { format, width, height } = await sharp(picture).metadata()
    assert.deepEqual([format, width, height], ['jpeg', 32, 32])
  }
  // More than two windows, and never the same picture: it goes on.
  assert.ok(new Set(one.pictures.map(picture => picture.toString('base64'))).size > 30)
  const seconds = (one.times[39] - one.times[5]) / 1000
  assert.ok(seconds > 34 / 12 - 0.5, `34 pictures in ${seconds} s are too fast`)
})

test('who asks for its headers only takes nobody the place', async () => {
  for (let i = 0; i < 40; i++) {
    const { status, headers } = await fetch(`${address}/stream`, { method: 'HEAD' })
    assert.deepEqual(
      [status, headers.get('content-type')],
      [200, 'multipart/x-mixed-replace; boundary=frame'],
    )
  }
  assert.ok((await look(3)).pictures.length >= 3)
})

test('its words change as it runs; a cut begins anew; what is no words is refused', async () => {
  const page = await (await fetch(address)).text()
  assert.match(page, /<img src="stream"/)
  assert.doesNotMatch(page, /https?:/)
  assert.deepEqual(await (await fetch(`${address}/prompt`)).json(), { prompt: 'a red ball', take: 0 })
  const answer = await say('{"prompt": " a blue zebra ", "cut": true}')
  assert.deepEqual(await answer.json(), { prompt: 'a blue zebra', take: 1, unknown_words: ['zebra'] })
  const now = await (await fetch(`${address}/prompt`)).json()
  assert.deepEqual(now, { prompt: 'a blue zebra', take: 1 })
  assert.equal((await look(20)).pictures.length >= 20, true)
  for (const body of ['{', '{}', '{"prompt": " "}', '{"prompt": 3}'])
    assert.equal((await say(body)).status, 400)
  assert.equal((await say('prompt=a', 'application/x-www-form-urlencoded')).status, 415)
})

test('it ends when it is told to, with people looking on', async () => {
  const looking = look(10_000).catch(() => {})
  await look(3)
  const ended = once(server, 'exit')
  server.kill('SIGTERM')
  const [code] = await ended
  assert.equal(code, 0)
  await looking
})

const hasScript = spawnSync('script', ['--version']).status === 0

test('in a terminal it plays as half blocks, takes typed words, and ends with Ctrl-C', {
  skip: hasScript ? false : '`script` of util-linux, which makes pseudo terminals, is not installed',
}, async () => {
  const command = `stty rows 40 cols 100; exec '${process.execPath}' '${bin}' live 'a red ball' --model '${tiny}' --steps 1`
  const { PATH, HOME } = process.env
  const env = { PATH, HOME, TERM: 'xterm-256color', COLORTERM: 'truecolor' }
  const child = spawn('script', ['-qec', command, '/dev/null'], { env })
  let [shown, typed] = ['', 0]
  const keys = [
    [3, '!a blue ball\n'],
    [9, '\x03'],
  ] as const
  child.stdout.setEncoding('utf8').on('data', text => {
    shown += text
    // Three pictures of 24 x 12 half blocks, then words, then the end.
    const blocks = shown.split('▀').length - 1
    if (typed < keys.length && blocks >= keys[typed][0] * 288) child.stdin.write(keys[typed++][1])
  })
  const [code] = await once(child, 'close')
  child.stdin.end()
  assert.deepEqual([code, typed], [0, 2])
  assert.match(shown, /What happens next\?/)
  // The line that was typed is taken away again, so that the picture stays where it is.
  assert.ok(shown.includes('\x1b[1A\x1b[2K\r'))
})
