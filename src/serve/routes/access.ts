import { randomUUID } from 'node:crypto'
import type { Context, MiddlewareHandler } from 'hono'
import { matchedRoutes } from 'hono/route'
import { ApiError } from '../errors.ts'
import type { Env, Server } from './server.ts'

/** What the log says of one request. */
interface AccessLine {
  readonly time: string
  readonly id: string
  readonly method: string
  readonly path: string
  readonly status: number
  readonly milliseconds: number
  readonly owner?: string
}

/** The longest path that is logged whole. */
const LOGGED_PATH = 200

/** The pattern of the route, so that there are few of them. */
function routeOf(c: Context): string {
  const last = matchedRoutes(c).at(-1)
  return last && last.method !== 'ALL' ? last.path : 'none'
}

/** Gives each request an id, counts it, and logs it. */
export function observe({ log, metrics }: Server): MiddlewareHandler<Env> {
  return async (c, next) => {
    const id = `req_${randomUUID().replaceAll('-', '')}`
    c.set('requestId', id)
    // Before there is an answer: one whose headers change afterwards is copied, and its body sent as a stream.
    c.header('x-request-id', id)
    const started = performance.now()
    await next()
    const milliseconds = performance.now() - started
    const { method, path } = c.req
    metrics.countRequest(method, routeOf(c), c.res.status, milliseconds / 1000)
    const line: AccessLine = {
      time: new Date().toISOString(),
      id,
      method,
      path: path.slice(0, LOGGED_PATH),
      status: c.res.status,
      milliseconds: Math.round(milliseconds * 10) / 10,
      owner: c.get('owner'),
    }
    log(line)
  }
}

const LOOPBACK_HOST = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i

/**
 * Where only this machine is served, a web page from elsewhere must not use its visitor's browser to ask (DNS
 * rebinding shows in the host, requests across sites in the origin).
 */
export function refuseStrangers({ isLoopback }: Server): MiddlewareHandler<Env> {
  return async (c, next) => {
    if (isLoopback) {
      const host = c.req.header('host')
      if (host !== undefined && !LOOPBACK_HOST.test(host)) {
        throw new ApiError(
          403,
          'foreign_host',
          `this server serves its own machine only, not ${host.slice(0, 100)}`,
        )
      }
      const origin = c.req.header('origin')
      if (origin !== undefined && !LOOPBACK_HOST.test(origin.replace(/^https?:\/\//, ''))) {
        throw new ApiError(403, 'foreign_origin', 'web pages from elsewhere are not served')
      }
    }
    await next()
  }
}

/** Lets in who bears a key, once keys are asked for; everybody else is `local`. */
export function authenticate({ stores, needsKey }: Server): MiddlewareHandler<Env> {
  return async (c, next) => {
    if (!needsKey && !(await stores.keys.areAsked())) {
      c.set('owner', 'local')
      await next()
      return
    }
    const [, bearer = ''] = /^Bearer +(\S+)$/i.exec(c.req.header('authorization') ?? '') ?? []
    const key = await stores.keys.find(bearer)
    if (!key) throw new ApiError(401, 'invalid_api_key', 'the API key is missing, wrong or revoked')
    c.set('key', key)
    c.set('owner', key.id)
    await next()
  }
}
