import type { Hono } from 'hono'
import type { z } from 'zod'
import type { Size } from '../../media/index.ts'
import { loopBounds } from '../../sample/index.ts'
import { ApiError } from '../errors.ts'
import type { TaskName, VideoRequest } from '../store/job.ts'
import { parse, readBody } from '../wire/body.ts'
import {
  connectSchema,
  createSchema,
  DEFAULT_SIZE,
  editSchema,
  extendSchema,
  readSize,
  remixSchema,
} from '../wire/schemas.ts'
import { packFootage } from '../worker/footage.ts'
import { findJob, findSource, readReference, readVideoFile } from './inputs.ts'
import type { Env, Server } from './server.ts'
import { type Draft, fillSettings, submit } from './submit.ts'

const DEFAULT_SECONDS = 4
/** Seconds of a video that was gone on from again and again. */
const LONGEST_TOTAL = 120
const LONGEST_FILM = 60

const wrong = (field: string, message: string) =>
  new ApiError(400, 'invalid_value', `\`${field}\` ${message}`, field)

type CreateBody = z.infer<typeof createSchema>

/** What is asked for besides words: one thing at most, because the model can do one at a time. */
function chooseTask(body: CreateBody): TaskName {
  const given = (
    [
      ['input_reference', 'image to video', body.input_reference !== undefined],
      ['characters', 'character', (body.characters?.length ?? 0) > 0],
      ['loop', 'loop', body.loop === true],
      ['storyboard', 'storyboard', body.storyboard !== undefined],
    ] as const
  ).filter(([, , isGiven]) => isGiven)
  if (given.length > 1) {
    throw wrong(
      given[1][0],
      `cannot be combined with \`${given[0][0]}\`: this model does one of them at a time`,
    )
  }
  return given[0]?.[1] ?? 'text to video'
}

function secondsOf({ seconds, storyboard }: CreateBody, task: TaskName): number {
  if (!storyboard) {
    const wanted = seconds ?? DEFAULT_SECONDS
    const { least, most } = loopBounds
    if (task === 'loop' && !(wanted >= least && wanted <= most)) {
      throw wrong('seconds', `of a loop must be from ${least} to ${most}, got ${wanted}`)
    }
    return wanted
  }
  const sum = storyboard.reduce((total, shot) => total + shot.seconds, 0)
  if (sum > LONGEST_FILM) throw wrong('storyboard', `must have at most ${LONGEST_FILM} s in all, got ${sum}`)
  if (seconds !== undefined && seconds !== sum) {
    throw wrong('seconds', `must be the sum of the storyboard, ${sum}, or absent, got ${seconds}`)
  }
  return sum
}

async function draftCreate(server: Server, owner: string, body: CreateBody): Promise<Draft> {
  const task = chooseTask(body)
  const seconds = secondsOf(body, task)
  const size = body.size ?? DEFAULT_SIZE
  const { prompt, storyboard } = body
  const request: VideoRequest = {
    task,
    prompt,
    seconds,
    total: seconds,
    size,
    ...(storyboard ? { storyboard } : {}),
    ...fillSettings(server, body),
  }
  if (body.input_reference !== undefined) {
    const picture = await packFootage(await readReference(server, body.input_reference, readSize(size)))
    return { request, inputs: { picture } }
  }
  const [character] = body.characters ?? []
  if (!character) return { request }
  const { characters, files } = server.stores
  const known = await characters.get(character.id, owner)
  const source = known && (await files.get(known.id, 'source'))
  if (!source) throw wrong('characters', `there is no character ${character.id}`)
  return { request, inputs: { source } }
}

/** The same noise with other words: what the words do not change stays alike. */
async function draftRemix(
  server: Server,
  owner: string,
  id: string,
  body: z.infer<typeof remixSchema>,
): Promise<Draft> {
  const { job } = await findSource(server, owner, id)
  const { storyboard: _, inputs: kinds = [], ...from } = job.request
  const task = from.task === 'storyboard' ? 'text to video' : from.task
  const inputs: Draft['inputs'] = {}
  for (const kind of kinds) {
    inputs[kind] = await server.stores.files.get(id, kind)
    if (!inputs[kind]) throw new ApiError(404, 'expired', `what ${id} was made from has expired`)
  }
  const request = { ...from, ...fillSettings(server, body, from), task, prompt: body.prompt }
  return { request, remixedFrom: id, inputs }
}

interface Source {
  readonly frames: Uint8Array
  /** What its frames last, in seconds. */
  readonly length: number
  /** The same in whole seconds. */
  readonly seconds: number
  readonly size: string
  readonly from?: VideoRequest
}

/** A size that can be asked for, as near as possible to that of an upload. */
function sizeLike({ width, height }: Size): string {
  const scale = Math.min(1, 2048 / Math.max(width, height))
  const even = (side: number) => Math.min(2048, Math.max(32, 2 * Math.round((side * scale) / 2)))
  return `${even(width)}x${even(height)}`
}

/** The video that a new one is made from: of this server, or sent. */
async function readSource(
  server: Server,
  owner: string,
  video: File | { readonly id: string },
  size: string | undefined,
): Promise<Source> {
  if (!(video instanceof File)) {
    const { job, frames } = await findSource(server, owner, video.id)
    const { request: from, result } = job
    const length = result!.frames / result!.fps
    return { frames, length, seconds: from.total, size: size ?? from.size, from }
  }
  const decoded = await readVideoFile(server, video, size === undefined ? undefined : readSize(size))
  const length = decoded.frameCount / decoded.fps
  const seconds = Math.max(1, Math.round(length))
  return { frames: await packFootage(decoded), length, seconds, size: size ?? sizeLike(decoded.original) }
}

/** @throws ApiError 400 when no part of a video lies between two of its seconds. */
function checkSpan(from = 0, to: number | undefined, length: number): void {
  if (from < (to ?? length) && (to ?? length) <= length) return
  // Never more than what is accepted.
  const most = Math.floor(length * 100) / 100
  throw wrong('from', `and \`to\` must lie in order from 0 to ${most} s`)
}

async function draftEdit(server: Server, owner: string, body: z.infer<typeof editSchema>): Promise<Draft> {
  const source = await readSource(server, owner, body.video, body.size)
  const { seconds, size } = source
  if (seconds > LONGEST_FILM) throw wrong('video', `may have at most ${LONGEST_FILM} s, got ${seconds}`)
  const settings = fillSettings(server, body, source.from)
  const strength = body.strength ?? settings.strength
  const { prompt, mask, from, to } = body
  const request = { task: 'edit' as const, prompt, seconds, total: seconds, size, ...settings, strength }
  const inputs = { source: source.frames }
  if (mask === undefined) {
    if (from !== undefined || to !== undefined) throw wrong('mask', 'must be there for `from` and `to`')
    return { request, inputs }
  }
  checkSpan(from, to, source.length)
  const picture = await packFootage(await readReference(server, mask, readSize(size), 'mask'))
  return { request: { ...request, task: 'inpaint', from, to }, inputs: { ...inputs, picture } }
}

async function draftExtend(
  server: Server,
  owner: string,
  body: z.infer<typeof extendSchema>,
): Promise<Draft> {
  const source = await readSource(server, owner, body.video, body.size)
  const { prompt, seconds = DEFAULT_SECONDS } = body
  const total = source.seconds + seconds
  if (total > LONGEST_TOTAL)
    throw wrong('seconds', `: the video may have at most ${LONGEST_TOTAL} s in all, got ${total}`)
  const task: TaskName = body.direction === 'backward' ? 'extend backward' : 'extend'
  const settings = fillSettings(server, body, source.from)
  return {
    request: { task, prompt, seconds, total, size: source.size, ...settings },
    inputs: { source: source.frames },
  }
}

async function draftConnect(
  server: Server,
  owner: string,
  body: z.infer<typeof connectSchema>,
): Promise<Draft> {
  const [first, second] = await Promise.all(body.videos.map(({ id }) => findSource(server, owner, id)))
  const { size, total: before } = first.job.request
  const { prompt, seconds = 1 } = body
  const total = before + seconds + second.job.request.total
  if (total > LONGEST_TOTAL) throw wrong('videos', `may have at most ${LONGEST_TOTAL} s in all, got ${total}`)
  const settings = fillSettings(server, body, first.job.request)
  return {
    request: { task: 'connect', prompt, seconds, total, size, ...settings },
    inputs: { source: first.frames, second: second.frames },
  }
}

/** The routes that put videos into the queue. */
export function addCreateRoutes(app: Hono<Env>, server: Server): void {
  const { uploads } = server
  app.post('/v1/videos', async c => {
    const body = parse(createSchema, await readBody(c.req, uploads))
    return submit(server, c, body, () => draftCreate(server, c.get('owner'), body))
  })
  app.post('/v1/videos/edits', async c => {
    const body = parse(editSchema, await readBody(c.req, uploads))
    return submit(server, c, body, () => draftEdit(server, c.get('owner'), body))
  })
  app.post('/v1/videos/extensions', async c => {
    const body = parse(extendSchema, await readBody(c.req, uploads))
    return submit(server, c, body, () => draftExtend(server, c.get('owner'), body))
  })
  app.post('/v1/videos/connections', async c => {
    const body = parse(connectSchema, await readBody(c.req, uploads))
    return submit(server, c, body, () => draftConnect(server, c.get('owner'), body))
  })
  app.post('/v1/videos/:id/remix', async c => {
    const body = parse(remixSchema, await readBody(c.req, uploads))
    const id = c.req.param('id')
    await findJob(server, c.get('owner'), id)
    return submit(server, c, body, () => draftRemix(server, c.get('owner'), id, body))
  })
}
