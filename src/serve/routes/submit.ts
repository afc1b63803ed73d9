import type { Context } from 'hono'
import { defaultsOf, suitsFewSteps } from '../../sample/index.ts'
import { ApiError } from '../errors.ts'
import { ModerationUnavailable, wordsOf } from '../moderation.ts'
import type { Job, VideoRequest } from '../store/job.ts'
import { createId, type Limits, type NewJob } from '../store/jobs.ts'
import { type Body, fingerprintOf } from '../wire/body.ts'
import type { VideoObject } from '../wire/schemas.ts'
import type { Env, Server } from './server.ts'

/** A job as clients know it: every key is always there. */
export function toVideoObject(job: Job): VideoObject {
  const { request, result } = job
  const whole = (time: number | null) => (time === null ? null : Math.floor(time))
  return {
    id: job.id,
    object: 'video',
    model: request.model,
    status: job.status,
    progress: job.progress,
    created_at: Math.floor(job.createdAt),
    completed_at: whole(job.completedAt),
    expires_at: whole(job.expiresAt),
    prompt: request.prompt,
    size: request.size,
    seconds: String(request.total),
    remixed_from_video_id: job.remixedFrom,
    error: job.error,
    metadata: {
      task: request.task,
      seed: request.seed,
      fast: request.fast ?? false,
      steps: request.steps,
      guidance: request.guidance,
      negative_prompt: request.negative_prompt,
      attempts: job.attempts,
      generated_size: result?.generated_size ?? null,
      frames: result?.frames ?? null,
      fps: result?.fps ?? null,
      expanded_prompt: result?.expanded_prompt ?? null,
      notes: result?.notes ? [...result.notes] : null,
      unknown_words: result ? [...result.unknown_words] : null,
      weights: result?.weights ?? null,
    },
  }
}

/** Settings that a request can leave out. */
interface GivenSettings {
  readonly model?: string
  readonly seed?: number
  readonly fast?: boolean
  readonly steps?: number
  readonly guidance?: number
  readonly negative_prompt?: string
}

/** Edits: how much is made anew. */
const DEFAULT_STRENGTH = 0.9

/**
 * Settings with every default filled in; `from` is the video that they are taken over from.
 * @throws ApiError when the model has not learned to be fast, or is asked for what it then cannot do.
 */
export function fillSettings({ model }: Server, given: GivenSettings, from?: VideoRequest) {
  const { steps, guidance, negative_prompt } = given
  const demands = { numInferenceSteps: steps, guidanceScale: guidance, negativePrompt: negative_prompt }
  const usually = model.fewSteps !== undefined && (from?.fast ?? !from)
  const fast = given.fast ?? (usually && suitsFewSteps(demands))
  const refuse = (why: string) => new ApiError(400, 'invalid_value', `\`fast\` ${why}`, 'fast')
  if (fast && !model.fewSteps) throw refuse('is nothing that the model of this server has learned')
  if (fast && negative_prompt) throw refuse('goes without guidance, which `negative_prompt` needs')
  const usual = defaultsOf({ fewSteps: fast ? model.fewSteps : undefined })
  // What was chosen for the other way of making films says nothing of this one.
  const former = fast === (from?.fast ?? false) ? from : undefined
  return {
    model: given.model ?? from?.model ?? model.name,
    seed: given.seed ?? from?.seed ?? Math.floor(Math.random() * 2 ** 31),
    fast,
    steps: steps ?? former?.steps ?? usual.numInferenceSteps,
    guidance: guidance ?? former?.guidance ?? usual.guidanceScale,
    negative_prompt: fast ? '' : (negative_prompt ?? from?.negative_prompt ?? ''),
    strength: from?.strength ?? DEFAULT_STRENGTH,
  }
}

/** A job that is ready to be put into the queue, and the files that it needs there. */
export interface Draft {
  readonly request: VideoRequest
  readonly remixedFrom?: string
  readonly inputs?: Partial<Record<'source' | 'second' | 'picture', Uint8Array>>
}

const KEY = /^[\x21-\x7e]{1,255}$/

async function readIdempotency(c: Context<Env>, body: object): Promise<NewJob['idempotency']> {
  const key = c.req.header('idempotency-key')
  if (key === undefined) return undefined
  if (!KEY.test(key)) {
    throw new ApiError(400, 'invalid_value', 'Idempotency-Key must be 1 to 255 visible ASCII characters')
  }
  return { key, fingerprint: await fingerprintOf(c.req.path, body as Body) }
}

async function moderate({ moderation }: Server, words: string): Promise<void> {
  try {
    const refusal = await moderation.checkPrompt(words)
    if (refusal) throw new ApiError(400, 'moderation_blocked', `\`prompt\`: ${refusal}`, 'prompt')
  } catch (error) {
    if (!(error instanceof ModerationUnavailable)) throw error
    throw new ApiError(503, 'moderation_unavailable', error.message, null, { 'retry-after': '10' })
  }
}

function limitsOf(server: Server, c: Context<Env>): Limits {
  const key = c.get('key')
  return {
    maxWaiting: key?.maxWaiting ?? server.limits.maxWaiting,
    secondsPerDay: key?.secondsPerDay ?? server.limits.secondsPerDay,
  }
}

/**
 * Puts a video into the queue and answers with it.
 * @param body what was asked for, checked: the same under the same Idempotency-Key makes no second job
 * @param prepare reads what the video is made from
 * @throws ApiError 400, 422, 429 or 503
 */
export async function submit(
  server: Server,
  c: Context<Env>,
  body: object & Pick<VideoRequest, 'prompt' | 'storyboard'>,
  prepare: () => Promise<Draft>,
): Promise<Response> {
  const { jobs, files } = server.stores
  const owner = c.get('owner')
  const idempotency = await readIdempotency(c, body)
  const repeated = idempotency && (await jobs.findRepeated(owner, idempotency))
  if (repeated) return c.json(toVideoObject(repeated))
  const limits = limitsOf(server, c)
  // Before anything is judged or decoded for somebody who has too much waiting already.
  await jobs.checkWaiting(owner, limits)
  await moderate(server, wordsOf(body))
  const { request, remixedFrom, inputs = {} } = await prepare()
  const id = createId('video')
  const kinds = Object.keys(inputs) as (keyof typeof inputs)[]
  try {
    // Before the job: a worker may take it at once.
    for (const kind of kinds) await files.put(id, kind, inputs[kind]!)
    const complete = { ...request, inputs: kinds }
    const job = await jobs.create({ id, owner, request: complete, remixedFrom, idempotency }, limits)
    if (job.id !== id) await files.remove(id, kinds)
    return c.json(toVideoObject(job))
  } catch (error) {
    await files.remove(id, kinds).catch(() => {})
    throw error
  }
}
