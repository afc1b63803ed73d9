import type { Hono } from 'hono'
import { ApiError } from '../errors.ts'
import { parse } from '../wire/body.ts'
import { listSchema } from '../wire/schemas.ts'
import { findJob } from './inputs.ts'
import type { Env, Server } from './server.ts'
import { toVideoObject } from './submit.ts'

const POLL_MILLISECONDS = '500'
const PAGE = 20

/** The routes that look at videos, end them and remove them. */
export function addVideoRoutes(app: Hono<Env>, server: Server): void {
  const { jobs, files } = server.stores
  app.get('/v1/videos', async c => {
    const { limit = PAGE, order = 'desc', after } = parse(listSchema, c.req.query())
    const page = await jobs.list(c.get('owner'), { limit, order, after })
    if (!page) throw new ApiError(400, 'invalid_value', `\`after\`: there is no video ${after}`, 'after')
    const data = page.jobs.map(toVideoObject)
    const [first_id, last_id] = [data[0]?.id ?? null, data[data.length - 1]?.id ?? null]
    return c.json({ object: 'list', data, first_id, last_id, has_more: page.hasMore })
  })

  app.get('/v1/videos/:id', async c => {
    const job = await findJob(server, c.get('owner'), c.req.param('id'))
    if (job.status === 'queued' || job.status === 'in_progress') {
      c.header('openai-poll-after-ms', POLL_MILLISECONDS)
    }
    return c.json(toVideoObject(job))
  })

  app.delete('/v1/videos/:id', async c => {
    const { id } = await findJob(server, c.get('owner'), c.req.param('id'))
    const deleted = await jobs.remove(id)
    await files.remove(id)
    return c.json({ id, object: 'video.deleted', deleted })
  })

  app.post('/v1/videos/:id/cancel', async c => {
    const { id } = await findJob(server, c.get('owner'), c.req.param('id'))
    if (!(await jobs.cancel(id))) {
      // Trying again would not help: the official client must not.
      const headers = { 'x-should-retry': 'false' }
      throw new ApiError(409, 'not_cancellable', `video ${id} has ended already`, null, headers)
    }
    return c.json(toVideoObject(await findJob(server, c.get('owner'), id)))
  })
}
