import { createHash } from 'node:crypto'
import type { HonoRequest, MiddlewareHandler } from 'hono'
import type { z } from 'zod'
import { ApiError } from '../errors.ts'

/** A body as nested plain values; files stay files. */
export type Body = Record<string, unknown>

const tooLarge = (limit: number) =>
  new ApiError(413, 'body_too_large', `the body must have at most ${limit} bytes`)

/** How large bodies may be. */
export interface BodyLimits {
  /** Bytes of one. */
  readonly bytes: number
  /** Bytes of all those whose requests are not yet answered; small ones do not count. */
  readonly bytesAtOnce: number
}

const SMALL_BODY = 100_000
let bytesInMemory = 0
/** What of them belongs to which request. */
const bytesOf = new WeakMap<Request, number>()

/** Counts the body of a request as long as it lives: until the request is answered. */
export const releaseBody: MiddlewareHandler = async ({ req }, next) => {
  try {
    await next()
  } finally {
    bytesInMemory -= bytesOf.get(req.raw) ?? 0
  }
}

/** Reads a body to its end, or to the limit. */
async function readBytes(
  { raw }: HonoRequest,
  { bytes, bytesAtOnce }: BodyLimits,
): Promise<Buffer<ArrayBuffer>> {
  const announced = Number(raw.headers.get('content-length') ?? 0)
  if (announced > bytes) throw tooLarge(bytes)
  // HTTP ends a body where its length says, so that small ones need no counting.
  if (announced > 0 && announced <= SMALL_BODY) return Buffer.from(await raw.arrayBuffer())
  const parts: Uint8Array[] = []
  let length = 0
  for await (const part of raw.body ?? []) {
    length += part.length
    bytesInMemory += part.length
    bytesOf.set(raw, length)
    if (length > bytes) throw tooLarge(bytes)
    if (bytesInMemory > bytesAtOnce) {
      const message = 'too many uploads at once; try again in a moment'
      throw new ApiError(503, 'too_many_uploads', message, null, { 'retry-after': '5' })
    }
    parts.push(part)
  }
  return Buffer.concat(parts)
}

const DEEPEST = 4
const KEY = /^([^[\]]+)((?:\[[^[\]]*\])*)$/

type Entry = readonly [string, unknown]

/** Puts fields like `video[id]`, `characters[][id]` and `key[]` where they belong. */
function nestFields(entries: Iterable<Entry>): Body {
  const body: Body = Object.create(null)
  for (const [name, value] of entries) {
    const [, first, rest] = KEY.exec(name) ?? []
    if (first === undefined) continue
    const path = [first, ...[...rest.matchAll(/\[([^[\]]*)\]/g)].map(([, key]) => key)]
    if (path.length <= DEEPEST) place(body, path, value)
  }
  return body
}

function place(at: Body | unknown[], [key, ...rest]: readonly string[], value: unknown): void {
  if (Array.isArray(at)) {
    // `a[][id]` begins a new element whenever the last one has the key already.
    const last = at[at.length - 1]
    const isOpen = typeof last === 'object' && last !== null && !(last instanceof File) && !(rest[0] in last)
    if (rest.length === 0) at.push(value)
    else if (isOpen) place(last as Body, rest, value)
    else {
      const element = Object.create(null)
      at.push(element)
      place(element, rest, value)
    }
    return
  }
  if (rest.length === 0) {
    at[key] = value
    return
  }
  const isList = rest[0] === ''
  const inner = at[key]
  const fits = isList
    ? Array.isArray(inner)
    : typeof inner === 'object' && inner !== null && !Array.isArray(inner) && !(inner instanceof File)
  if (!fits) at[key] = isList ? [] : Object.create(null)
  place(at[key] as Body, rest, value)
}

/**
 * Reads a body in either encoding.
 * @throws ApiError 413 when it is too large, 503 when all are together, 400 when it is neither.
 */
export async function readBody(request: HonoRequest, limits: BodyLimits): Promise<Body> {
  const type = request.header('content-type') ?? ''
  const bytes = await readBytes(request, limits)
  try {
    if (/^multipart\/form-data/i.test(type)) {
      const form = await new Response(bytes, { headers: { 'content-type': type } }).formData()
      return nestFields(form.entries() as Iterable<Entry>)
    }
    const body: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body as Body
  } catch {
    throw new ApiError(400, 'invalid_body', 'the body is neither a JSON object nor a multipart form')
  }
  throw new ApiError(400, 'invalid_body', 'the body must be a JSON object or a multipart form')
}

/**
 * Checks what was given by a schema.
 * @throws ApiError 400 naming the field, the rule, and the value when it is short.
 */
export function parse<T>(schema: z.ZodType<T>, given: unknown): T {
  const parsed = schema.safeParse(given)
  if (parsed.success) return parsed.data
  const [{ path, message }] = parsed.error.issues
  const value = path.reduce<unknown>(
    (at, key) =>
      typeof at === 'object' && at !== null ? (at as Record<PropertyKey, unknown>)[key] : undefined,
    given,
  )
  const shown = JSON.stringify(value)
  const got = shown !== undefined && shown.length <= 80 && !(value instanceof File) ? `, got ${shown}` : ''
  const [field] = path.map(String)
  const rule = value === undefined && message.startsWith('Invalid') ? 'is missing' : message
  throw new ApiError(400, 'invalid_value', `\`${path.join('.')}\` ${rule}${got}`, field ?? null)
}

/** A digest of what a checked request asks for: the same for both encodings, whatever the order of its fields. */
export async function fingerprintOf(route: string, body: Body): Promise<string> {
  const hash = createHash('sha256').update(route)
  const visit = async (value: unknown): Promise<void> => {
    if (value instanceof File) hash.update('file').update(new Uint8Array(await value.arrayBuffer()))
    else if (typeof value === 'object' && value !== null) {
      for (const key of Object.keys(value).sort()) {
        hash.update(`{${JSON.stringify(key)}`)
        await visit((value as Body)[key])
      }
      hash.update('}')
    } else hash.update(JSON.stringify(String(value)))
  }
  await visit(body)
  return hash.digest('hex')
}
