import { type ChildProcess, spawn } from 'node:child_process'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import OpenAI from 'openai'

/** The command line. */
export const bin = path.resolve('bin/aozora.js')

const children: ChildProcess[] = []

/** Ends every process that a test has started. */
export async function stopAll(): Promise<void> {
  for (const child of children) child.kill('SIGTERM')
  await pause(200)
  for (const child of children) if (child.exitCode === null) child.kill('SIGKILL')
}

/** Starts a command of ours. */
export function start(args: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
  const child = spawn(process.execPath, [bin, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.push(child)
  return child
}

/** Starts `aozora serve` on a free port, and waits until it says where it listens. */
export async function startServer(folder: string, args: string[] = [], env: NodeJS.ProcessEnv = {}) {
  const child = start(['serve', '--port', '0', '--folder', folder, ...args], env)
  for await (const line of createInterface({ input: child.stdout! })) {
    const { message = '' } = JSON.parse(line) as { message?: string }
    const [, baseURL] = /listening on (\S+)/.exec(message) ?? []
    if (!baseURL) continue
    // A pipe that is full would stop the server.
    child.stdout!.resume()
    return { child, baseURL }
  }
  throw new Error('the server ended before it listened')
}

/** The official client. */
export const connect = (baseURL: string, apiKey = 'none') => new OpenAI({ baseURL, apiKey, maxRetries: 0 })

/** A request that is served quickly; fields that the type of the client does not know pass through it. */
export const quick = (prompt: string, more: object = {}) =>
  ({ prompt, seconds: '1', size: '128x128', steps: 2, ...more }) as unknown as OpenAI.VideoCreateParams

/** Polls until a video has ended. */
export async function waitFor(client: OpenAI, id: string): Promise<OpenAI.Video> {
  for (let tries = 0; tries < 900; tries++) {
    const video = await client.videos.retrieve(id)
    if (video.status === 'completed' || video.status === 'failed') return video
    await pause(100)
  }
  throw new Error(`${id} does not end`)
}
