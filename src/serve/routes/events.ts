import { setTimeout as pause } from 'node:timers/promises'
import type { Hono } from 'hono'
import { type SSEStreamingApi, streamSSE } from 'hono/streaming'
import { ApiError } from '../errors.ts'
import type { Job } from '../store/job.ts'
import { findJob } from './inputs.ts'
import type { Env, Server } from './server.ts'
import { toVideoObject } from './submit.ts'

// Server-sent events: `progress` whenever something changed, `preview` with a picture of what the video is becoming,
// and at the end one of `completed`, `failed`, `deleted`.

const LOOK_MILLISECONDS = 250
const WATCH_MILLISECONDS = 3000
const QUIET_MILLISECONDS = 15_000
/** Streams of one server: each looks into the database four times a second. */
const MOST_STREAMS = 200

const isEnded = ({ status }: Job) => status === 'completed' || status === 'failed'

async function sendPreview({ stores }: Server, stream: SSEStreamingApi, id: string): Promise<void> {
  const bytes = await stores.files.get(id, 'preview')
  if (!bytes) return
  const image_url = `data:image/jpeg;base64,${Buffer.from(bytes).toString('base64')}`
  await stream.writeSSE({ event: 'preview', data: JSON.stringify({ id, image_url }) })
}

/** Tells what happens to a job until it ends, the client leaves or the server stops. */
async function follow(
  server: Server,
  stream: SSEStreamingApi,
  id: string,
  isOpen: () => boolean,
): Promise<void> {
  const { jobs } = server.stores
  let [said, previews, watched, spoken] = ['', 0, 0, performance.now()]
  while (isOpen()) {
    const job = await jobs.get(id)
    if (!job) return void (await stream.writeSSE({ event: 'deleted', data: JSON.stringify({ id }) }))
    const data = JSON.stringify(toVideoObject(job))
    if (isEnded(job)) return void (await stream.writeSSE({ event: job.status, data }))
    if (performance.now() - watched > WATCH_MILLISECONDS) {
      await jobs.watch(id)
      watched = performance.now()
    }
    if (data !== said) await stream.writeSSE({ event: 'progress', data })
    if (job.previews > previews) await sendPreview(server, stream, id)
    const isQuiet = data === said && performance.now() - spoken > QUIET_MILLISECONDS
    // Proxies close what says nothing for a while.
    if (isQuiet) await stream.write(': still here\n\n')
    if (data !== said || isQuiet) spoken = performance.now()
    said = data
    previews = job.previews
    await pause(LOOK_MILLISECONDS)
  }
}

/** GET /v1/videos/{id}/events. */
export function addEventsRoute(app: Hono<Env>, server: Server): void {
  let open = 0
  app.get('/v1/videos/:id/events', async c => {
    const { id } = await findJob(server, c.get('owner'), c.req.param('id'))
    // Nobody reads what HEAD is answered with, so that a stream for it would stay open.
    if (c.req.method === 'HEAD') return c.body(null, 200, { 'content-type': 'text/event-stream' })
    if (open >= MOST_STREAMS) {
      const message = `at most ${MOST_STREAMS} streams of events are open at once`
      throw new ApiError(429, 'too_many_streams', message, null, { 'retry-after': '10' })
    }
    open++
    c.header('x-accel-buffering', 'no')
    const run = async (stream: SSEStreamingApi) => {
      try {
        await follow(server, stream, id, () => !stream.aborted && !stream.closed && !server.signal.aborted)
      } finally {
        open--
      }
    }
    return streamSSE(c, run, async error => {
      server.log({ request: c.get('requestId'), error: String(error) })
    })
  })
}
