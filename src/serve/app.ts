import { Hono } from 'hono'
import { VERSION } from '../store/index.ts'
import { ApiError, isDiskFull } from './errors.ts'
import { authenticate, observe, refuseStrangers } from './routes/access.ts'
import { addCharacterRoutes } from './routes/characters.ts'
import { addContentRoute } from './routes/content.ts'
import { addCreateRoutes } from './routes/create.ts'
import { addEventsRoute } from './routes/events.ts'
import type { Env, Server } from './routes/server.ts'
import { addVideoRoutes } from './routes/videos.ts'
import { releaseBody } from './wire/body.ts'
import { describeApi } from './wire/openapi.ts'

/** Names that code written for Sora asks for: the one model answers to them. */
const ALIASES = ['sora-2', 'sora-2-pro']

function addInfoRoutes(app: Hono<Env>, server: Server): void {
  const { stores, metrics, model } = server
  const document = describeApi(VERSION)
  app.get('/openapi.json', c => c.json(document))
  app.get('/healthz', async c => {
    try {
      await stores.database.all('SELECT 1 AS one')
      await stores.files.check()
      return c.json({ status: 'ok' })
    } catch (error) {
      return c.json(
        { status: 'failing', reason: error instanceof Error ? error.message : String(error) },
        503,
      )
    }
  })
  app.get('/metrics', async c =>
    c.text(await metrics.write(stores), 200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }),
  )
  const describeModel = (id: string) => ({ id, object: 'model', created: 0, owned_by: 'aozora' })
  const names = [model.name, ...ALIASES]
  app.get('/v1/models', c => c.json({ object: 'list', data: names.map(describeModel) }))
  app.get('/v1/models/:id', c => {
    const id = c.req.param('id')
    if (!names.includes(id))
      throw new ApiError(404, 'model_not_found', `there is no model ${id.slice(0, 80)}`)
    return c.json(describeModel(id))
  })
}

/** What a client is told of an error; what it is not told is logged. */
function toApiError(error: Error): ApiError {
  if (error instanceof ApiError) return error
  const later = { 'retry-after': '30' }
  if (isDiskFull(error))
    return new ApiError(503, 'storage_full', 'the disk of the server is full', null, later)
  return new ApiError(500, 'server_error', 'something went wrong here; the log of the server says what')
}

/** The HTTP application: the Videos API over the stores. */
export function createApp(server: Server): Hono<Env> {
  const app = new Hono<Env>()
  app.use(observe(server))
  app.use(refuseStrangers(server))
  app.use(releaseBody)
  app.use('/v1/*', authenticate(server))
  app.use('/metrics', authenticate(server))
  addInfoRoutes(app, server)
  // Fixed paths before those with an id, which would take them for one.
  addCharacterRoutes(app, server)
  addCreateRoutes(app, server)
  addVideoRoutes(app, server)
  addContentRoute(app, server)
  addEventsRoute(app, server)
  app.notFound(c => {
    const path = c.req.path.slice(0, 200)
    return c.json(new ApiError(404, 'not_found', `there is no route ${c.req.method} ${path}`).toJSON(), 404)
  })
  app.onError((error, c) => {
    const known = toApiError(error)
    if (known.status >= 500) server.log({ request: c.get('requestId'), error: error.stack ?? String(error) })
    return c.json(known.toJSON(), known.status, known.headers)
  })
  return app
}
