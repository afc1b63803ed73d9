import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { after, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { temporary } from './serving/fixtures.ts'
import { startServer, stopAll } from './serving/process.ts'

// What docs/serving.md tells a new user to type: a server, then a client, in two lines.

after(stopAll)

const hasCurl = spawnSync('curl', ['--version']).status === 0

test('the examples make a video against a server as it starts by default', async () => {
  const { baseURL } = await startServer(temporary())
  const env = { ...process.env, OPENAI_BASE_URL: baseURL, AOZORA_BASE_URL: baseURL }
  const example = path.resolve('examples/03-videos-api')
  const sdk = path.resolve('examples/07-ai-sdk.ts')
  const tsx = pathToFileURL(path.resolve('node_modules/tsx/dist/loader.mjs')).href
  const commands = [
    { file: 'sora.mp4', run: [process.execPath, '--import', tsx, `${example}.ts`] },
    { file: 'ai-sdk.mp4', run: [process.execPath, '--import', tsx, sdk] },
    ...(hasCurl ? [{ file: 'sora.mp4', run: ['sh', `${example}.sh`] }] : []),
  ]
  for (const { file, run } of commands) {
    const [program, ...args] = run
    const cwd = temporary()
    const { status, stderr } = spawnSync(program, args, { cwd, env, encoding: 'utf8' })
    assert.equal(status, 0, stderr)
    assert.equal(readFileSync(path.join(cwd, file)).toString('latin1', 4, 8), 'ftyp')
    if (program === 'sh') assert.ok(existsSync(path.join(cwd, 'sora.webp')))
  }
})
