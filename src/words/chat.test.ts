import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { findAttributes, mainAction } from '../world/index.ts'
import { withChat } from './chat.ts'
import type { Expander } from './expander.ts'

// A real server that speaks OpenAI's chat completions, and everything that can go wrong with one.

const caption =
  'A small red metal ball rolls to the left on grass at noon under a clear sky. The camera stands still.'
const answer = (content: unknown, more: object = {}) =>
  JSON.stringify({ choices: [{ message: { role: 'assistant', content, ...more } }] })

let reply: (response: ServerResponse, body: Record<string, unknown>, request: IncomingMessage) => void
let url = ''
const server = createServer((request, response) => {
  let text = ''
  request.on('data', chunk => (text += chunk))
  request.on('end', () => reply(response, JSON.parse(text), request))
})
before(async () => {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
})
after(() => {
  server.closeAllConnections()
  server.close()
})

const bundled: Expander = {
  expand: async () => ({ caption: 'a red ball', notes: [], by: 'expander' }),
  read: async () => ({ bodies: [] }),
  close: async () => {},
}

async function expand(prompt = 'something red', options: { key?: string; timeout?: number } = {}) {
  const lines: string[] = []
  const expander = withChat(bundled, {
    url,
    model: 'llama',
    onFallback: line => lines.push(line),
    ...options,
  })
  return { expansion: await expander.expand(prompt, { seed: 5 }), lines }
}

test('a chat model is asked with the grammar, the prompt, the model, the seed and the key', async () => {
  reply = (response, body, request) => {
    assert.equal(request.url, '/v1/chat/completions')
    assert.equal(request.headers.authorization, 'Bearer sk-secret')
    assert.equal(body.model, 'llama')
    assert.equal(body.seed, 5)
    const messages = body.messages as { role: string; content: string }[]
    assert.match(messages[0].content, /on wet asphalt/)
    assert.equal(messages[1].content, 'something red')
    response.end(answer(`<think>hm</think>\n"${caption}"`))
  }
  const { expansion, lines } = await expand('something red', { key: 'sk-secret' })
  assert.deepEqual(expansion, { caption, notes: [], by: 'chat' })
  assert.deepEqual(lines, [])
})

test('a caption of the grammar is not sent anywhere', async () => {
  reply = () => assert.fail('asked')
  const { expansion } = await expand('a red ball rolls left')
  // What it leaves open needs no chat model to be filled in.
  assert.equal(expansion.by, 'expander')
  const [ball] = findAttributes(expansion.caption)!.bodies
  assert.deepEqual([ball.colour, ball.shape, mainAction(ball)], ['red', 'ball', 'left'])
})

const failures: [string, typeof reply, RegExp][] = [
  ['a server error', response => response.writeHead(500).end('{}'), /answered 500/],
  [
    'a wrong key that the server repeats',
    response => response.writeHead(401).end('bad key sk-secret'),
    /answered 401/,
  ],
  ['no JSON', response => response.end('<html>'), /no JSON/],
  ['no choices', response => response.end('{"choices":[]}'), /no text/],
  ['null', response => response.end('null'), /no text/],
  ['a text that is none', response => response.end(answer(7)), /no text/],
  ['a refusal', response => response.end(answer(null, { refusal: 'I cannot do that' })), /refused/],
  [
    'a refusal in words',
    response => response.end(answer('I am sorry, but sk-secret is no prompt')),
    /no caption of the worlds/,
  ],
  ['silence', response => response.end(answer('  \n ')), /said nothing/],
  ['an empty scene', response => response.end(answer('an empty scene')), /without bodies/],
  ['an answer without end', response => response.end(answer('x'.repeat(200_000))), /too long/],
  [
    'a redirect',
    response => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
    /fetch failed/,
  ],
  ['a broken connection', response => response.socket?.destroy(), /fetch failed/],
  ['a server that sleeps', () => {}, /took too long/],
  ['a server that falls asleep', response => response.write('{"choices":'), /took too long/],
]

for (const [name, failure, reason] of failures) {
  test(`${name}: one line, without the key, and the bundled expander goes on`, async () => {
    reply = failure
    const { expansion, lines } = await expand('something red', { key: 'sk-secret', timeout: 400 })
    assert.equal(expansion.by, 'expander')
    assert.equal(lines.length, 1)
    assert.match(lines[0], reason)
    assert.doesNotMatch(lines[0], /sk-secret|\n/)
  })
}

test('who cancels is not kept waiting by the fall-back', async () => {
  reply = () => {}
  const controller = new AbortController()
  const expander = withChat(bundled, { url })
  const running = expander.expand('something red', { signal: controller.signal })
  setTimeout(() => controller.abort(), 50)
  await assert.rejects(running, { name: 'AbortError' })
})
