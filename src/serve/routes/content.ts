import { Readable } from 'node:stream'
import type { Context, Hono } from 'hono'
import { ApiError } from '../errors.ts'
import type { Range } from '../store/files.ts'
import type { Job } from '../store/job.ts'
import { parse } from '../wire/body.ts'
import { contentSchema } from '../wire/schemas.ts'
import { findJob } from './inputs.ts'
import type { Env, Server } from './server.ts'

type Variant = 'video' | 'thumbnail' | 'spritesheet'

const kinds: Readonly<Record<Variant, { readonly type: string; readonly end: string }>> = {
  video: { type: 'video/mp4', end: 'mp4' },
  thumbnail: { type: 'image/webp', end: 'webp' },
  spritesheet: { type: 'image/jpeg', end: 'jpg' },
}

type Span = readonly [first: string, last: string]

/**
 * Reads a Range header of one range: bytes=FIRST-LAST, bytes=FIRST- or bytes=-LENGTH (RFC 9110, 14.1).
 * @returns undefined for what is to be ignored: no range, another unit, several ranges, one that is invalid
 */
function readSpan(header: string | undefined): Span | undefined {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/i.exec(header ?? '') ?? []
  if (first === undefined || first + last === '') return undefined
  return first !== '' && last !== '' && Number(last) < Number(first) ? undefined : [first, last]
}

/** Where a span lies in a file of so many bytes; undefined when that is outside. */
function placeSpan([first, last]: Span, size: number): Range | undefined {
  const end = first === '' || last === '' ? size - 1 : Math.min(size - 1, Number(last))
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first)
  return start < size ? { start, end } : undefined
}

function expectContent({ id, status, expiresAt, error }: Job): void {
  if (status !== 'completed') {
    const why = error ? ` (${error.message})` : ''
    throw new ApiError(
      400,
      'not_ready',
      `video ${id} is ${status}${why}; content is there once it is completed`,
    )
  }
  if (expiresAt !== null && expiresAt <= Date.now() / 1000) {
    throw new ApiError(404, 'expired', `the files of ${id} have expired`)
  }
}

async function sendContent(
  c: Context<Env>,
  { stores }: Server,
  job: Job,
  variant: Variant,
): Promise<Response> {
  const { type, end } = kinds[variant]
  // A finished video never changes.
  const etag = `"${job.id}-${variant}"`
  if (c.req.header('if-none-match') === etag) return c.body(null, 304, { etag })
  const ifRange = c.req.header('if-range')
  const isAsked = c.req.method === 'GET' && (ifRange === undefined || ifRange === etag)
  const span = isAsked ? readSpan(c.req.header('range')) : undefined
  let size = 0
  const file = await stores.files.open(job.id, variant, length => {
    size = length
    return span ? placeSpan(span, length) : { start: 0, end: length - 1 }
  })
  if (file === 'absent') throw new ApiError(404, 'expired', `the ${variant} of ${job.id} is gone`)
  if (file === 'unsatisfiable') {
    const message = `the range lies outside of the ${size} bytes`
    throw new ApiError(416, 'range_not_satisfiable', message, null, { 'content-range': `bytes */${size}` })
  }
  const { range, stream } = file
  const headers: Record<string, string> = {
    'content-type': type,
    'content-length': String(range.end - range.start + 1),
    'content-disposition': `inline; filename="${job.id}.${end}"`,
    'accept-ranges': 'bytes',
    'cache-control': 'private, max-age=31536000, immutable',
    'x-content-type-options': 'nosniff',
    etag,
  }
  if (span) headers['content-range'] = `bytes ${range.start}-${range.end}/${file.size}`
  if (c.req.method === 'HEAD') {
    stream.destroy()
    return c.body(null, 200, headers)
  }
  return c.body(Readable.toWeb(stream) as ReadableStream, span ? 206 : 200, headers)
}

/** GET /v1/videos/{id}/content. */
export function addContentRoute(app: Hono<Env>, server: Server): void {
  app.get('/v1/videos/:id/content', async c => {
    const { variant = 'video' } = parse(contentSchema, c.req.query())
    const job = await findJob(server, c.get('owner'), c.req.param('id'))
    expectContent(job)
    return sendContent(c, server, job, variant)
  })
}
