import type { Command } from 'commander'
import { openUpscaler } from '../sample/index.ts'
import { createModeration, openModels, openSigner, runWorker } from '../serve/index.ts'
import { addExpandOptions, type ExpandSettings, openSettings } from './expand.ts'
import { modelOption, stopSignal, wholeNumber } from './options.ts'
import {
  addQueueOptions,
  addStoreOptions,
  expectPlace,
  openPlace,
  type QueueSettings,
  type StorePlace,
} from './storeOptions.ts'

interface WorkOptions extends StorePlace, QueueSettings, ExpandSettings {
  readonly model?: string
  readonly threads?: number
  readonly mark?: string
  readonly moderationUrl?: string
}

/** A line of the log: JSON, with the time. */
export const logLine = (line: object): void =>
  console.log(JSON.stringify({ time: new Date().toISOString(), ...line }))

/** A worker that a server has started ends with it, however the server ended. */
function parentSignal(): AbortSignal {
  const isStartedByServer = process.send !== undefined
  // The server may have died while this process was loading: then nobody tells of it any more.
  if (isStartedByServer && !process.connected) return AbortSignal.abort()
  const controller = new AbortController()
  if (isStartedByServer) {
    process.once('disconnect', () => controller.abort())
    // Listening alone would keep this process alive after its work is done, and the server waits for its end.
    process.channel?.unref()
  }
  return controller.signal
}

async function work(options: WorkOptions): Promise<void> {
  const { model, threads, mark, moderationUrl } = options
  expectPlace(options)
  const signal = AbortSignal.any([stopSignal(), parentSignal()])
  const stores = await openPlace(options, options)
  const models = await openModels({ folder: model, threads })
  const moderation = createModeration({ url: moderationUrl })
  const signer = await openSigner(stores.database)
  const expander =
    options.expand === false ? undefined : await openSettings(options, message => logLine({ message }))
  const upscaler = openUpscaler({ threads })
  const workshop = { stores, models, signer, moderation, expander, upscaler, mark, log: logLine }
  await runWorker(workshop, signal)
  await upscaler.close()
  await expander?.close()
  await models.close()
  await stores.close()
}

/** Adds the options that a worker has, whoever starts it. */
export function addWorkerOptions(command: Command): Command {
  return addExpandOptions(command)
    .addOption(modelOption())
    .option('--threads <n>', 'processor cores for each worker', wholeNumber(1, 256))
    .option('--mark <text>', 'a text that is written into every picture, visibly')
    .option('--moderation-url <url>', "a service that answers as OpenAI's POST /v1/moderations does")
}

/** Adds `aozora work`. */
export function addWork(program: Command): void {
  const command = program
    .command('work')
    .summary('make the videos that a server has taken')
    .description(
      'Takes the jobs of `aozora serve` and makes their videos, until it is stopped. Any number of these can run, on any number of machines that share a database and files.',
    )
  addWorkerOptions(addQueueOptions(addStoreOptions(command))).action(work)
}
