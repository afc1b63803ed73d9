import { createHash, randomUUID, timingSafeEqual } from 'node:crypto'
import { createReadStream, existsSync, statSync } from 'node:fs'
import { Readable } from 'node:stream'
import { type Context, Hono } from 'hono'
import { ApiError } from './errors.ts'
import type { Job, JobStore } from './jobs.ts'
import { lengthOf, readDerived, readListQuery, readVariant, readVideoRequest } from './requests.ts'

/** How requests are let in. */
export interface AppOptions {
  /** When given, every request to /v1 must bear it. */
  readonly apiKey?: string
  /** Called once a request has been answered. */
  readonly onAnswer?: (line: AccessLine) => void
}

/** What the log says of one request. */
export interface AccessLine {
  readonly time: string
  readonly id: string
  readonly method: string
  readonly path: string
  readonly status: number
  readonly milliseconds: number
}

/** A job as OpenAI's clients know it: every key is always there. */
function toVideoObject(job: Job) {
  const { request } = job
  return {
    id: job.id,
    object: 'video',
    model: request.model,
    status: job.status,
    progress: job.progress,
    created_at: job.createdAt,
    completed_at: job.completedAt,
    expires_at: null,
    prompt: request.prompt,
    size: request.size,
    seconds: String(lengthOf(request)),
    remixed_from_video_id: job.remixedFrom,
    error: job.error,
    seed: request.seed,
  }
}

function findJob(jobs: JobStore, id: string): Job {
  const job = jobs.get(id)
  if (!job) throw new ApiError(404, 'not_found', `there is no video ${id}`)
  return job
}

const digest = (text: string) => createHash('sha256').update(text).digest()

function checkKey(c: Context, apiKey: string): void {
  const given = /^Bearer (.+)$/.exec(c.req.header('authorization') ?? '')?.[1] ?? ''
  // Digests have one length, so that comparing takes the same time for every guess.
  if (!timingSafeEqual(digest(given), digest(apiKey))) {
    throw new ApiError(401, 'invalid_api_key', 'the API key is missing or wrong')
  }
}

const mediaTypes: Readonly<Record<'video' | 'thumbnail' | 'spritesheet', string>> = {
  video: 'video/mp4',
  thumbnail: 'image/webp',
  spritesheet: 'image/jpeg',
}

/** First and last byte of a range request, or undefined when there is none that can be served. */
function readRange(header: string | undefined, size: number): [number, number] | undefined {
  const [, from, to] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? []
  if (from === undefined || (from === '' && to === '')) return undefined
  const start = from === '' ? Math.max(0, size - Number(to)) : Number(from)
  const end = from === '' || to === '' ? size - 1 : Math.min(size - 1, Number(to))
  return start <= end ? [start, end] : undefined
}

function sendFile(c: Context, file: string, type: string): Response {
  const { size } = statSync(file)
  const range = readRange(c.req.header('range'), size)
  const [start, end] = range ?? [0, size - 1]
  const headers: Record<string, string> = {
    'content-type': type,
    'content-length': String(end - start + 1),
    'accept-ranges': 'bytes',
    'x-content-type-options': 'nosniff',
  }
  if (range) headers['content-range'] = `bytes ${start}-${end}/${size}`
  const stream = Readable.toWeb(createReadStream(file, { start, end })) as ReadableStream
  return new Response(stream, { status: range ? 206 : 200, headers })
}

function addVideoRoutes(app: Hono, jobs: JobStore): void {
  app.post('/v1/videos', async c => {
    const { request, reference } = await readVideoRequest(c.req)
    return c.json(toVideoObject(jobs.create(request, { reference })))
  })

  app.get('/v1/videos', c => {
    const query = readListQuery(c.req)
    const page = jobs.list(query)
    if (!page)
      throw new ApiError(400, 'invalid_value', `\`after\`: there is no video ${query.after}`, 'after')
    const data = page.jobs.map(toVideoObject)
    const [first_id, last_id] = [data[0]?.id ?? null, data[data.length - 1]?.id ?? null]
    return c.json({ object: 'list', data, first_id, last_id, has_more: page.hasMore })
  })

  app.get('/v1/videos/:id', c => {
    const job = findJob(jobs, c.req.param('id'))
    if (job.status === 'queued' || job.status === 'in_progress') c.header('openai-poll-after-ms', '500')
    return c.json(toVideoObject(job))
  })

  app.delete('/v1/videos/:id', c => {
    const { id } = findJob(jobs, c.req.param('id'))
    return c.json({ id, object: 'video.deleted', deleted: jobs.remove(id) })
  })

  app.get('/v1/videos/:id/content', c => {
    const variant = readVariant(c.req)
    const job = findJob(jobs, c.req.param('id'))
    if (job.status !== 'completed') {
      throw new ApiError(
        400,
        'not_ready',
        `video ${job.id} is ${job.status}; content is there once it is completed`,
      )
    }
    const file = jobs.file(job.id, variant)
    if (!existsSync(file)) throw new ApiError(404, 'not_found', `the ${variant} of ${job.id} is gone`)
    return sendFile(c, file, mediaTypes[variant])
  })

  app.post('/v1/videos/:id/cancel', c => {
    const { id } = findJob(jobs, c.req.param('id'))
    if (!jobs.cancel(id)) throw new ApiError(409, 'not_cancellable', `video ${id} has ended already`)
    return c.json(toVideoObject(findJob(jobs, id)))
  })
}

/** The finished job that a new one is made from. */
function findSource(jobs: JobStore, id: string): Job {
  const source = findJob(jobs, id)
  if (source.status === 'completed') return source
  throw new ApiError(400, 'not_ready', `video ${id} is ${source.status}; wait until it is completed`)
}

function addDerivedRoutes(app: Hono, jobs: JobStore): void {
  app.post('/v1/videos/:id/remix', async c => {
    const source = findSource(jobs, c.req.param('id'))
    // The same noise with other words: what the words do not change stays alike.
    const { prompt: _, source: __, ...rest } = source.request
    const { request, reference } = await readVideoRequest(c.req, rest)
    return c.json(toVideoObject(jobs.create(request, { remixed: source.id, reference })))
  })

  for (const [route, task] of [
    ['/v1/videos/extensions', 'extend'],
    ['/v1/videos/edits', 'edit'],
  ] as const) {
    app.post(route, async c => {
      const request = await readDerived(c.req, task, id => findSource(jobs, id).request)
      return c.json(toVideoObject(jobs.create(request)))
    })
  }
}

function sayMetrics(jobs: JobStore): string {
  const counts = Object.entries(jobs.count())
  const lines = counts.map(([status, count]) => `aozora_jobs{status="${status}"} ${count}`)
  return `# HELP aozora_jobs Videos by status.\n# TYPE aozora_jobs gauge\n${lines.join('\n')}\n`
}

/** The HTTP application: the Videos API over a store of jobs. */
export function createApp(jobs: JobStore, { apiKey, onAnswer }: AppOptions = {}): Hono {
  const app = new Hono()
  app.use(async (c, next) => {
    const id = `req_${randomUUID()}`
    const started = performance.now()
    await next()
    c.header('x-request-id', id)
    const { method, path } = c.req
    const milliseconds = Math.round(performance.now() - started)
    onAnswer?.({ time: new Date().toISOString(), id, method, path, status: c.res.status, milliseconds })
  })
  app.use('/v1/*', async (c, next) => {
    if (apiKey) checkKey(c, apiKey)
    await next()
  })
  app.get('/healthz', c => c.json({ status: 'ok' }))
  app.get('/metrics', c => c.text(sayMetrics(jobs)))
  app.get('/v1/models', c => {
    const data = [{ id: 'aozora-small', object: 'model', created: 0, owned_by: 'you' }]
    return c.json({ object: 'list', data })
  })
  addVideoRoutes(app, jobs)
  addDerivedRoutes(app, jobs)
  app.notFound(c => {
    const error = new ApiError(404, 'not_found', `there is no route ${c.req.method} ${c.req.path}`)
    return c.json(error.toJSON(), 404)
  })
  app.onError((error, c) => {
    const known = error instanceof ApiError ? error : new ApiError(500, 'server_error', error.message)
    return c.json(known.toJSON(), known.status)
  })
  return app
}
