import { randomBytes } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { createServer as createHttpServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { createRandom } from '../../src/array/index.ts'
import {
  adapterSpecs,
  autoencoderSizes,
  initializeParameters,
  transformerSizes,
  transformerSpecs,
} from '../../src/model/index.ts'
import {
  type FewStepsConfig,
  fewStepsFolder,
  type ModelConfig,
  readModelConfig,
} from '../../src/sample/index.ts'
import {
  type createApp,
  createDecoder,
  createMetrics,
  createModeration,
  type Server,
  type Stores,
} from '../../src/serve/index.ts'
import { saveModel } from '../../src/store/index.ts'
import { drawWeights } from '../untrained.ts'

/** A folder of its own. */
export const temporary = () => mkdtempSync(path.join(tmpdir(), 'aozora-serve-'))

/** A model of the smallest size that knows nothing yet: what it makes is noise, but it makes it as any other does. */
export function writeTinyModel(): string {
  const words = ['a', 'red', 'blue', 'ball', 'rolls', 'left', 'right']
  const text = { vocabulary: words, length: 8, width: 16, depth: 1, heads: 2 }
  const config: ModelConfig = {
    autoencoder: { latentChannels: 4, ...autoencoderSizes.tiny },
    transformer: { latentChannels: 4, patch: 2, ...transformerSizes.tiny, depth: 1, text },
    window: 4,
    width: 32,
    height: 32,
    fps: 12,
  }
  const folder = temporary()
  saveModel(folder, config, drawWeights(config, 1))
  return folder
}

/** Gives a model adapters that have learned nothing, drawn rather than zero so that they change its films. */
export function writeAdapters(model: string, steps: FewStepsConfig): void {
  const { transformer } = readModelConfig(model)
  const random = createRandom(2)
  const adapters = initializeParameters(
    adapterSpecs(transformerSpecs(transformer), steps.rank, () => true),
    random,
  )
  for (const { data } of Object.values(adapters)) random.fillNormal(data)
  saveModel(fewStepsFolder(model), steps, adapters)
}

const DATABASE = process.env.AOZORA_TEST_DATABASE ?? 'postgres://postgres@127.0.0.1:5432/test'

/** Whether there is a PostgreSQL server to test with, and if not, what to say. */
export const noPostgres: string | false = await (async () => {
  const client = new pg.Client({ connectionString: DATABASE, connectionTimeoutMillis: 2000 })
  try {
    await client.connect()
    await client.end()
    return false
  } catch (error) {
    return `there is no PostgreSQL at ${new URL(DATABASE).host} (${(error as Error).message}); AOZORA_TEST_DATABASE names another`
  }
})()

async function run(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: DATABASE })
  await client.connect()
  await client.query(sql)
  await client.end()
}

/** A schema of its own in the PostgreSQL server. */
export async function createSchema(): Promise<{ url: string; drop: () => Promise<void> }> {
  const name = `aozora_${randomBytes(6).toString('hex')}`
  await run(`CREATE SCHEMA ${name}`)
  const url = new URL(DATABASE)
  url.searchParams.set('options', `-csearch_path=${name}`)
  return { url: url.href, drop: () => run(`DROP SCHEMA ${name} CASCADE`) }
}

/** What routes work with, without a socket. */
export function createServer(stores: Stores, change: Partial<Server> = {}): Server {
  return {
    stores,
    decoder: createDecoder(),
    moderation: createModeration({}),
    metrics: createMetrics(),
    model: { name: 'aozora-small', size: { width: 32, height: 32 }, fps: 12 },
    limits: { maxWaiting: 1_000_000, secondsPerDay: Number.POSITIVE_INFINITY },
    uploads: { pixels: 4096 * 4096, frames: 7200, seconds: 60, bytes: 25_000_000, bytesAtOnce: 1 << 30 },
    fetchImages: false,
    isLoopback: false,
    needsKey: false,
    log: () => {},
    signal: new AbortController().signal,
    ...change,
  }
}

/** A real HTTP server on a free port. */
export async function listen(handle: RequestListener) {
  const server = createHttpServer(handle)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close() }
}

/** Asks an application without a socket; it serves JSON. */
export async function post(app: ReturnType<typeof createApp>, route: string, body: object) {
  const isForm = body instanceof FormData
  const response = await app.request(`http://localhost/v1/videos${route}`, {
    method: 'POST',
    headers: isForm ? {} : { 'content-type': 'application/json' },
    body: isForm ? body : JSON.stringify(body),
  })
  return { status: response.status, body: (await response.json()) as Record<string, never> }
}

/** The least that can be asked for. */
export const quick = { prompt: 'a red ball', seconds: 1, size: '32x32', steps: 1 }
