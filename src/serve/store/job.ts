import type { Shot } from '../../sample/index.ts'
import type { Query } from './database.ts'

/** Where a job stands. */
export type JobStatus = 'queued' | 'in_progress' | 'completed' | 'failed'

/** What a video is made by: every task is a row of the table in worker/tasks.ts. */
export type TaskName =
  | 'text to video'
  | 'image to video'
  | 'extend'
  | 'extend backward'
  | 'edit'
  | 'inpaint'
  | 'character'
  | 'loop'
  | 'connect'
  | 'storyboard'

/** A video as it was asked for, with every default filled in. */
export interface VideoRequest {
  readonly task: TaskName
  readonly prompt: string
  readonly model: string
  /** Seconds that are to be made. */
  readonly seconds: number
  /** Seconds of the finished video: with those of the one that it goes on from. */
  readonly total: number
  /** WIDTHxHEIGHT in pixels. */
  readonly size: string
  readonly seed: number
  readonly negative_prompt: string
  /** Whether it is made in the few steps that the model has learned. */
  readonly fast?: boolean
  readonly steps: number
  readonly guidance: number
  readonly strength: number
  readonly storyboard?: readonly Shot[]
  /** Inpainting: the seconds in which the part is made anew. */
  readonly from?: number
  readonly to?: number
  /** Files that came with the request, as they lie in the file store. */
  readonly inputs?: readonly ('source' | 'second' | 'picture')[]
}

/** Why a video was not made. */
export interface JobError {
  readonly code: string
  readonly message: string
}

/** What was really made, before it was brought to the size that was asked for. */
export interface JobResult {
  /** The prompt in the model's words, and what was said of that; absent in results that are older. */
  readonly expanded_prompt?: string
  readonly notes?: readonly string[]
  readonly generated_size: string
  readonly frames: number
  readonly fps: number
  readonly unknown_words: readonly string[]
  /** Fingerprint of the weights. */
  readonly weights: string
  readonly milliseconds: { readonly denoise: number; readonly decode: number; readonly total: number }
}

/** One video that was asked for. Times are unix seconds. */
export interface Job {
  readonly id: string
  readonly owner: string
  readonly status: JobStatus
  readonly request: VideoRequest
  /** Percent, 0 to 100. */
  readonly progress: number
  /** How many preview pictures were made so far. */
  readonly previews: number
  readonly createdAt: number
  readonly startedAt: number | null
  readonly completedAt: number | null
  /** When its files are removed. */
  readonly expiresAt: number | null
  readonly remixedFrom: string | null
  readonly result: JobResult | null
  readonly error: JobError | null
  /** How often a worker has taken it. */
  readonly attempts: number
}

/** A row of the table `jobs`. */
export interface JobRow {
  readonly sequence: number
  readonly id: string
  readonly owner: string
  readonly status: JobStatus
  readonly request: string
  /** Those of the request. */
  readonly seconds: number
  readonly progress: number
  readonly previews: number
  readonly created_at: number
  readonly started_at: number | null
  readonly completed_at: number | null
  readonly expires_at: number | null
  readonly remixed_from: string | null
  readonly result: string | null
  readonly error: string | null
  readonly attempts: number
  readonly worker: string | null
  readonly fingerprint: string | null
}

/** Reads a row. */
export function toJob(row: JobRow): Job {
  return {
    id: row.id,
    owner: row.owner,
    status: row.status,
    request: JSON.parse(row.request),
    progress: row.progress,
    previews: row.previews,
    createdAt: row.created_at,
    startedAt: row.started_at,
    completedAt: row.completed_at,
    expiresAt: row.expires_at,
    remixedFrom: row.remixed_from,
    result: row.result === null ? null : JSON.parse(row.result),
    error: row.error === null ? null : JSON.parse(row.error),
    attempts: row.attempts,
  }
}

/** Puts an event into the outbox of every webhook, in the transaction that ends the job. */
export async function announceEnd(all: Query, now: string, { id, status }: JobRow): Promise<void> {
  const event = { object: 'event', type: `video.${status}`, data: { id } }
  const hooks = await all<{ id: string }>('SELECT id FROM webhooks')
  for (const hook of hooks) {
    const eventId = `evt_${crypto.randomUUID().replaceAll('-', '')}`
    const body = JSON.stringify({ id: eventId, created_at: Math.floor(Date.now() / 1000), ...event })
    await all(
      `INSERT INTO deliveries (webhook_id, event_id, body, next_at) VALUES (?, ?, ?, ${now}) RETURNING sequence`,
      hook.id,
      eventId,
      body,
    )
  }
}
