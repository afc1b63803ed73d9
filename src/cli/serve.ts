import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { serve as listen } from '@hono/node-server'
import type { Command } from 'commander'
import { openModel } from '../sample/index.ts'
import { createApp, openJobs, runWorker } from '../serve/index.ts'
import { modelOption, stopSignal, wholeNumber } from './options.ts'

interface WorkOptions {
  readonly folder: string
  readonly model?: string
  readonly threads?: number
}

interface ServeOptions extends WorkOptions {
  readonly host: string
  readonly port: number
  readonly worker: boolean
}

const RESTART_MILLISECONDS = 1000
const LOOPBACK = ['127.0.0.1', '::1', 'localhost']

const log = (line: object) => console.log(JSON.stringify(line))
const say = (message: string) => log({ time: new Date().toISOString(), message })

/** Keeps one worker process alive until the signal aborts: the model runs there, so that requests never wait for it. */
async function keepWorker({ folder, model, threads }: WorkOptions, signal: AbortSignal): Promise<void> {
  const args = ['work', '--folder', folder]
  if (model) args.push('--model', model)
  if (threads) args.push('--threads', String(threads))
  while (!signal.aborted) {
    const child: ChildProcess = fork(process.argv[1], args)
    const stop = () => child.kill('SIGTERM')
    signal.addEventListener('abort', stop)
    const [code] = await once(child, 'exit')
    signal.removeEventListener('abort', stop)
    if (signal.aborted) return
    say(`the worker ended (${code ?? 'killed'}); another one starts`)
    await new Promise(resolve => setTimeout(resolve, RESTART_MILLISECONDS))
  }
}

async function serve(options: ServeOptions): Promise<void> {
  const { host, port, folder, worker } = options
  const apiKey = process.env.AOZORA_API_KEY
  if (!LOOPBACK.includes(host) && !apiKey) {
    throw new RangeError(`to listen on ${host}, others than you need a key: set AOZORA_API_KEY`)
  }
  const jobs = openJobs(folder)
  const signal = stopSignal()
  const server = listen({ fetch: createApp(jobs, { apiKey, onAnswer: log }).fetch, hostname: host, port })
  await new Promise<void>((resolve, reject) => {
    server.once('listening', resolve)
    server.once('error', (error: NodeJS.ErrnoException) => {
      const reason =
        error.code === 'EADDRINUSE' ? 'is taken by another program' : `cannot be used (${error.code})`
      reject(new RangeError(`port ${port} ${reason}; choose one with --port`))
    })
  })
  const address = server.address()
  const bound = typeof address === 'object' && address ? address.port : port
  say(`listening on http://${host}:${bound}/v1`)
  const working = worker ? keepWorker(options, signal) : once(signal, 'abort')
  await working
  server.close()
  if ('closeAllConnections' in server) server.closeAllConnections()
  jobs.close()
}

async function work({ folder, model: modelFolder, threads }: WorkOptions): Promise<void> {
  if (!existsSync(path.join(folder, 'jobs.sqlite'))) {
    throw new RangeError(`there are no jobs in ${folder}; \`aozora serve --folder ${folder}\` begins them`)
  }
  const signal = stopSignal()
  const jobs = openJobs(folder)
  const model = await openModel({ folder: modelFolder, threads })
  await runWorker(jobs, model, signal)
  await model.close()
  jobs.close()
}

/** Adds `aozora serve` and `aozora work`. */
export function addServe(program: Command): void {
  const folder = ['-f, --folder <folder>', 'where jobs and videos lie', 'aozora-videos'] as const
  program
    .command('serve')
    .summary('serve the Videos API on this machine')
    .description("Serves the Videos API, so that code written for OpenAI's Sora runs against this machine.")
    .option('-p, --port <n>', 'port to listen on; 0 chooses a free one', wholeNumber(0, 65535), 4000)
    .option('--host <address>', 'address to listen on; others than loopback need AOZORA_API_KEY', '127.0.0.1')
    .option(...folder)
    .addOption(modelOption())
    .option('--threads <n>', 'processor cores for the worker', wholeNumber(1, 256))
    .option('--no-worker', 'only take jobs; `aozora work` makes them')
    .addHelpText(
      'after',
      `
Then, with the official client, unchanged:

  const client = new OpenAI({ baseURL: 'http://127.0.0.1:4000/v1', apiKey: 'none' })
  const video = await client.videos.create({ prompt: 'a red ball bounces on a grey floor' })`,
    )
    .action(serve)
  program
    .command('work')
    .summary('make the videos that a server has taken')
    .description('Takes jobs from a folder of `aozora serve` and makes their videos, until it is stopped.')
    .option(...folder)
    .addOption(modelOption())
    .option('--threads <n>', 'processor cores to use', wholeNumber(1, 256))
    .action(work)
}
