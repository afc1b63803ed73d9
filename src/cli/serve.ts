import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { Server as HttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { serve as listen } from '@hono/node-server'
import type { Command } from 'commander'
import { readFewSteps, readModelConfig } from '../sample/index.ts'
import {
  createApp,
  createDecoder,
  createMetrics,
  createModeration,
  openSigner,
  runCourier,
  runSweeper,
  type Server,
} from '../serve/index.ts'
import { type ExpandSettings, passExpandSettings } from './expand.ts'
import { stopSignal, wholeNumber } from './options.ts'
import {
  addQueueOptions,
  addStoreOptions,
  openPlace,
  placeVariables,
  type QueueSettings,
  type StorePlace,
} from './storeOptions.ts'
import { addWorkerOptions, logLine } from './work.ts'

interface ServeOptions extends StorePlace, QueueSettings, ExpandSettings {
  readonly host: string
  readonly port: number
  /** How many; false for --no-workers. */
  readonly workers: number | false
  readonly model?: string
  readonly threads?: number
  readonly mark?: string
  readonly moderationUrl?: string
  readonly moderationWords?: string
  readonly maxWaiting: number
  readonly secondsPerDay?: number
  readonly maxUpload: number
  readonly fetchImages?: boolean
}

const RESTART_MILLISECONDS = 1000
const CLOSING_MILLISECONDS = 5000
const KEEP_ALIVE_MILLISECONDS = 75_000
const LOOPBACK = ['127.0.0.1', '::1', 'localhost']
const MEGABYTE = 1_000_000

/** Pixels, frames and seconds that an upload may have, and bytes that all have together. */
const UPLOADS = { pixels: 4096 * 4096, frames: 7200, seconds: 60, bytesAtOnce: 1 << 30 }

/** Keeps one worker process alive until the signal aborts: the model runs there, so that requests never wait for it. */
async function keepWorker(options: ServeOptions, signal: AbortSignal): Promise<void> {
  const { folder, model, threads, mark, moderationUrl, lease, keep } = options
  const args = ['work', '--folder', folder, '--lease', String(lease), '--keep', String(keep)]
  if (model) args.push('--model', model)
  if (threads) args.push('--threads', String(threads))
  if (mark) args.push('--mark', mark)
  if (moderationUrl) args.push('--moderation-url', moderationUrl)
  args.push(...passExpandSettings(options))
  while (!signal.aborted) {
    const child: ChildProcess = fork(process.argv[1], args, { env: placeVariables(options) })
    const stop = () => child.kill('SIGTERM')
    signal.addEventListener('abort', stop)
    const [code] = await once(child, 'exit')
    signal.removeEventListener('abort', stop)
    if (signal.aborted) return
    logLine({ message: `the worker ended (${code ?? 'killed'}); another one starts` })
    await pause(RESTART_MILLISECONDS)
  }
}

/** Listens, or says in one line why not. */
async function startListening(server: Server, host: string, port: number): Promise<HttpServer> {
  const http = listen({
    fetch: createApp(server).fetch,
    hostname: host,
    port,
    // Clients that poll keep their connection; the default of 5 s closes it under their hands.
    serverOptions: { keepAliveTimeout: KEEP_ALIVE_MILLISECONDS },
  }) as HttpServer
  await new Promise<void>((resolve, reject) => {
    http.once('listening', resolve)
    http.once('error', (error: NodeJS.ErrnoException) => {
      const reason =
        error.code === 'EADDRINUSE' ? 'is taken by another program' : `cannot be used (${error.code})`
      reject(new RangeError(`port ${port} ${reason}; choose one with --port`))
    })
  })
  return http
}

async function openServer(options: ServeOptions, signal: AbortSignal): Promise<Server> {
  const { host, model, moderationUrl, moderationWords, maxWaiting, secondsPerDay, maxUpload } = options
  const moderation = createModeration({ words: moderationWords, url: moderationUrl })
  const { width, height, fps } = readModelConfig(model)
  const stores = await openPlace(options, { ...options, isServer: true })
  const isLoopback = LOOPBACK.includes(host)
  if (!isLoopback && !(await stores.keys.areAsked())) {
    await stores.close()
    throw new RangeError(
      `to listen on ${host}, others than you need keys: \`aozora keys add NAME\` makes one`,
    )
  }
  return {
    stores,
    decoder: createDecoder(),
    moderation,
    metrics: createMetrics(),
    model: { name: 'aozora-small', size: { width, height }, fps, fewSteps: readFewSteps(model) },
    limits: { maxWaiting, secondsPerDay: secondsPerDay ?? Number.POSITIVE_INFINITY },
    uploads: { ...UPLOADS, bytes: maxUpload * MEGABYTE },
    fetchImages: options.fetchImages === true,
    isLoopback,
    needsKey: !isLoopback,
    log: logLine,
    signal,
  }
}

/** Lets requests end that are being answered, but not for ever. */
async function close(http: HttpServer): Promise<void> {
  const closed = new Promise(resolve => http.close(resolve))
  http.closeIdleConnections()
  await Promise.race([closed, pause(CLOSING_MILLISECONDS, undefined, { ref: false })])
  http.closeAllConnections()
  await closed
}

async function serve(options: ServeOptions): Promise<void> {
  const { host, port, workers } = options
  const signal = stopSignal()
  const server = await openServer(options, signal)
  const { stores, metrics } = server
  const http = await startListening(server, host, port).catch(async error => {
    await stores.close()
    throw error
  })
  const { port: bound } = http.address() as AddressInfo
  const { fingerprint } = await openSigner(stores.database)
  const address = `http://${host.includes(':') ? `[${host}]` : host}:${bound}/v1`
  logLine({ message: `listening on ${address}`, signing_key: fingerprint })
  const onDelivery = metrics.countDelivery
  await Promise.all([
    once(signal, 'abort').then(() => close(http)),
    runCourier({ webhooks: stores.webhooks, log: logLine, onDelivery }, signal),
    runSweeper(stores, logLine, signal),
    ...Array.from({ length: workers || 0 }, () => keepWorker(options, signal)),
  ])
  server.decoder.close()
  await stores.close()
}

function addLimits(command: Command): Command {
  return command
    .option(
      '--max-waiting <n>',
      'videos of one key that wait or run at the same time',
      wholeNumber(1, 1_000_000),
      100,
    )
    .option('--seconds-per-day <n>', 'seconds of video for one key in 24 hours', wholeNumber(1, 100_000_000))
    .option('--max-upload <megabytes>', 'size of a request', wholeNumber(1, 1000), 100)
    .option('--fetch-images', 'fetch pictures that are given as public addresses')
    .option('--moderation-words <file>', 'words that no prompt may hold, one a line')
}

/** Adds `aozora serve`. */
export function addServe(program: Command): void {
  const command = program
    .command('serve')
    .summary('serve the Videos API on this machine')
    .description("Serves the Videos API, so that code written for OpenAI's Sora runs against this machine.")
    .option('-p, --port <n>', 'port to listen on; 0 chooses a free one', wholeNumber(0, 65535), 4000)
    .option(
      '--host <address>',
      'address to listen on; others than loopback need `aozora keys add`',
      '127.0.0.1',
    )
    .option('--workers <n>', 'processes that make videos here', wholeNumber(1, 64), 1)
    .option('--no-workers', 'only take jobs; `aozora work` makes them')
  addLimits(addWorkerOptions(addQueueOptions(addStoreOptions(command))))
    .addHelpText(
      'after',
      `
Then, with the official client, unchanged:

  const client = new OpenAI({ baseURL: 'http://127.0.0.1:4000/v1', apiKey: 'none' })
  const video = await client.videos.create({ prompt: 'a red ball bounces on a grey floor' })

docs/serving.md tells of keys, webhooks, several machines, and what is not in OpenAI's API.`,
    )
    .action(serve)
}
