import type { HonoRequest } from 'hono'
import { z } from 'zod'
import { readPicture } from '../media/index.ts'
import { ApiError } from './errors.ts'

const whole = (low: number, high: number) =>
  z.coerce.number().pipe(z.number().int(`must be a whole number from ${low} to ${high}`).min(low).max(high))

const SIZE = /^(\d{2,4})x(\d{2,4})$/

/** What can be asked of POST /videos; numbers may come as text, since multipart knows nothing else. */
const createSchema = z.object({
  prompt: z.string().min(1).max(32_000),
  model: z.string().default('aozora-small'),
  seconds: whole(1, 60).default(4),
  size: z
    .string()
    .regex(SIZE, 'must be WIDTHxHEIGHT, like 1280x720')
    .refine(size => sizeOf(size).every(side => side >= 32 && side <= 2048 && side % 2 === 0), {
      message: 'must have even sides from 32 to 2048',
    })
    .default('720x1280'),
  seed: whole(0, 2 ** 31 - 1).optional(),
  negative_prompt: z.string().max(32_000).default(''),
  steps: whole(1, 200).default(20),
  strength: z.coerce.number().pipe(z.number().gt(0).max(1)).default(0.9),
  guidance: z.coerce.number().pipe(z.number().min(0).max(30)).default(2.5),
})

/** A video as it was asked for, with every default filled in. */
export type VideoRequest = z.infer<typeof createSchema> & {
  readonly seed: number
  /** The video that this one goes on from or makes again; `seconds` is its length. */
  readonly source?: { readonly id: string; readonly task: 'extend' | 'edit'; readonly seconds: number }
}

/** Width and height of a size like 1280x720. */
export function sizeOf(size: string): [number, number] {
  const [, width, height] = SIZE.exec(size) ?? []
  return [Number(width), Number(height)]
}

/** The query of GET /videos. */
const listSchema = z.object({
  limit: whole(0, 100).default(20),
  order: z.enum(['asc', 'desc']).default('desc'),
  after: z.string().optional(),
})

/** Bytes of a body: what a data URL may have, and room for the rest. */
const LARGEST_BODY = 22_000_000

/** Fields of the wire that are known and cannot be served yet: silence would look like obedience. */
const unsupported = ['characters'] as const

async function readBody(request: HonoRequest): Promise<Record<string, unknown>> {
  const length = Number(request.header('content-length') ?? 0)
  if (length > LARGEST_BODY) {
    throw new ApiError(
      413,
      'body_too_large',
      `the body must have at most ${LARGEST_BODY} bytes, got ${length}`,
    )
  }
  const type = request.header('content-type') ?? ''
  try {
    if (type.startsWith('multipart/form-data')) return await request.parseBody()
    const body: unknown = await request.json()
    if (typeof body === 'object' && body !== null && !Array.isArray(body))
      return body as Record<string, unknown>
  } catch {
    throw new ApiError(400, 'invalid_body', 'the body is neither a JSON object nor a multipart form')
  }
  throw new ApiError(400, 'invalid_body', 'the body must be a JSON object or a multipart form')
}

function parse<T>(schema: z.ZodType<T>, given: unknown): T {
  const parsed = schema.safeParse(given)
  if (parsed.success) return parsed.data
  const [{ path, message }] = parsed.error.issues
  const field = path.join('.')
  throw new ApiError(400, 'invalid_value', `\`${field}\`: ${message}`, field || null)
}

const DATA_URL = /^data:image\/(?:png|jpeg|webp);base64,/

/** The picture that a video shall begin with: a file, or a data URL in either encoding. */
async function readReference(body: Record<string, unknown>): Promise<Uint8Array | undefined> {
  const given = body.input_reference ?? body['input_reference[image_url]'] ?? body['input_reference[file_id]']
  if (given === undefined) return undefined
  const url = typeof given === 'object' && given !== null && 'image_url' in given ? given.image_url : given
  const isData = typeof url === 'string' && DATA_URL.test(url)
  const bytes =
    given instanceof File
      ? new Uint8Array(await given.arrayBuffer())
      : isData
        ? Buffer.from(url.slice(url.indexOf(',') + 1), 'base64')
        : undefined
  // No address is fetched: a server must not be led to ask others for what it is told.
  const wanted = '`input_reference` must be a picture: a file, or a data URL of PNG, JPEG or WebP'
  if (!bytes) throw new ApiError(400, 'invalid_value', wanted, 'input_reference')
  try {
    await readPicture(bytes, { width: 32, height: 32 })
  } catch {
    throw new ApiError(400, 'invalid_value', wanted, 'input_reference')
  }
  return bytes
}

/**
 * Reads the body of POST /videos and of a remix, in either encoding.
 * @param defaults what a remix takes over from the video that it remixes
 * @throws ApiError 400 naming the field.
 */
export async function readVideoRequest(
  request: HonoRequest,
  defaults: Partial<VideoRequest> = {},
): Promise<{ request: VideoRequest; reference?: Uint8Array }> {
  return readVideoBody(await readBody(request), defaults)
}

/**
 * Reads the body of POST /videos/extensions and /videos/edits: words, and a finished video of this server.
 * @param find the source by its id; it throws when there is none
 */
export async function readDerived(
  request: HonoRequest,
  task: 'extend' | 'edit',
  find: (id: string) => VideoRequest,
): Promise<VideoRequest> {
  const body = await readBody(request)
  const { video } = body
  const id = typeof video === 'object' && video !== null && 'id' in video ? video.id : body['video[id]']
  if (typeof id !== 'string') {
    const problem = '`video` must be {id} of a video of this server: uploaded files cannot be read yet'
    throw new ApiError(400, 'invalid_value', problem, 'video')
  }
  const original = find(id)
  const { prompt: _, seconds: __, source: ___, ...rest } = original
  const seconds = lengthOf(original)
  const { request: read } = await readVideoBody(body, task === 'edit' ? { ...rest, seconds } : rest)
  return { ...read, source: { id, task, seconds } }
}

/** Seconds of a finished video, with those of the video that it goes on from. */
export function lengthOf({ seconds, source }: VideoRequest): number {
  return source?.task === 'extend' ? source.seconds + seconds : seconds
}

async function readVideoBody(body: Record<string, unknown>, defaults: Partial<VideoRequest>) {
  for (const field of unsupported) {
    if (Object.keys(body).some(key => key === field || key.startsWith(`${field}[`))) {
      throw new ApiError(400, 'unsupported_parameter', `\`${field}\` cannot be served yet`, field)
    }
  }
  const read = parse(createSchema, { ...defaults, ...body })
  const seed = read.seed ?? Math.floor(Math.random() * 2 ** 31)
  return { request: { ...read, seed }, reference: await readReference(body) }
}

/** Reads the query of GET /videos. */
export function readListQuery(request: HonoRequest): z.infer<typeof listSchema> {
  return parse(listSchema, request.query())
}

/** Reads the query of GET /videos/{id}/content. */
export function readVariant(request: HonoRequest): 'video' | 'thumbnail' | 'spritesheet' {
  const schema = z.object({ variant: z.enum(['video', 'thumbnail', 'spritesheet']).default('video') })
  return parse(schema, request.query()).variant
}
