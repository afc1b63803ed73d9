import { randomBytes } from 'node:crypto'
import { ApiError } from '../errors.ts'
import type { Database, Query } from './database.ts'
import { announceEnd, type Job, type JobRow, type JobStatus, toJob, type VideoRequest } from './job.ts'

/** How a page of jobs is asked for. */
export interface ListOptions {
  readonly limit: number
  readonly order: 'asc' | 'desc'
  /** The id of the job before the page. */
  readonly after?: string
}

/** What one owner may ask for. */
export interface Limits {
  /** Jobs that wait or run at the same time. */
  readonly maxWaiting: number
  /** Seconds of video in 24 hours. */
  readonly secondsPerDay: number
}

/** A job that is about to be made. */
export interface NewJob {
  readonly id: string
  readonly owner: string
  readonly request: VideoRequest
  readonly remixedFrom?: string
  /** What the client sent as Idempotency-Key, and a digest of its request. */
  readonly idempotency?: { readonly key: string; readonly fingerprint: string }
}

/** The records of jobs, for those who ask for videos. */
export interface Jobs {
  /**
   * Puts a job into the queue, within the owner's limits.
   * @returns the job that the same Idempotency-Key made before, if there is one
   * @throws ApiError 429 beyond a limit, 422 when the key was used for another request.
   */
  create(job: NewJob, limits: Limits): Promise<Job>
  /**
   * Checks what `create` will check, before there is something to create: how many of an owner's jobs wait or run.
   * @throws ApiError 429 beyond the limit.
   */
  checkWaiting(owner: string, limits: Limits): Promise<void>
  /** The job that an Idempotency-Key made, if there is one. */
  findRepeated(owner: string, idempotency: NonNullable<NewJob['idempotency']>): Promise<Job | undefined>
  /** @param owner when given, jobs of others are not found */
  get(id: string, owner?: string): Promise<Job | undefined>
  /** @returns undefined when `after` names no job of this owner */
  list(
    owner: string,
    options: ListOptions,
  ): Promise<{ readonly jobs: Job[]; readonly hasMore: boolean } | undefined>
  /** Removes a job; whoever works on it stops at its next report. */
  remove(id: string): Promise<boolean>
  /** Ends a waiting or running job: its worker stops at its next report. */
  cancel(id: string): Promise<boolean>
  /** Says that somebody looks on: for some seconds the worker makes preview pictures. */
  watch(id: string): Promise<void>
  count(): Promise<Record<JobStatus, number>>
  /** Which of these ids are jobs or characters. */
  whichExist(ids: readonly string[]): Promise<Set<string>>
  /** Ids of jobs whose files are to be removed by now: they have expired, or failed an hour ago. */
  findExpired(): Promise<string[]>
  /** Forgets what was asked for longer ago than any limit counts. */
  forgetUsage(): Promise<void>
  /** Says that the files of a job are removed. */
  markRemoved(id: string): Promise<void>
}

const ID_BYTES = 20
const IDS_PER_DRAW = 64
let drawn: Buffer = Buffer.alloc(0)

/** An id that nobody guesses: 160 random bits, drawn for many ids at once. */
export function createId(kind: 'video' | 'char'): string {
  if (drawn.length === 0) drawn = randomBytes(ID_BYTES * IDS_PER_DRAW)
  const bytes = drawn.subarray(0, ID_BYTES)
  drawn = drawn.subarray(ID_BYTES)
  return `${kind}_${bytes.toString('hex')}`
}

const ACTIVE = "status IN ('queued', 'in_progress')"
const DAY_SECONDS = 86_400
/** After this an Idempotency-Key may be used for another request. */
const IDEMPOTENCY_SECONDS = DAY_SECONDS

/** What a failed job was made from is kept so long. */
const FAILED_SECONDS = 3600
/** A watcher says so again before this is over. */
const WATCHED_SECONDS = 10

const retryAfter = (seconds: number) => ({ 'retry-after': String(Math.max(1, Math.ceil(seconds))) })

/** @returns how many videos of the owner wait or are being made */
async function checkWaiting(all: Query, owner: string, { maxWaiting }: Limits): Promise<number> {
  const [{ n }] = await all<{ n: number }>(
    `SELECT COUNT(*) AS n FROM jobs WHERE owner = ? AND ${ACTIVE}`,
    owner,
  )
  if (n < maxWaiting) return n
  const message = `${n} of your videos wait or are being made, and at most ${maxWaiting} may; wait until one is done`
  throw new ApiError(429, 'too_many_waiting', message, null, retryAfter(10))
}

async function checkDay(
  all: Query,
  now: string,
  owner: string,
  seconds: number,
  { secondsPerDay }: Limits,
): Promise<void> {
  if (!Number.isFinite(secondsPerDay)) return
  const [{ used, oldest, at }] = await all<{ used: number; oldest: number | null; at: number }>(
    `SELECT COALESCE(SUM(seconds), 0) AS used, MIN(at) AS oldest, ${now} AS at FROM usage
     WHERE owner = ? AND at > ${now} - ${DAY_SECONDS}`,
    owner,
  )
  if (used + seconds <= secondsPerDay) return
  const message = `you have asked for ${used} s of video in the last 24 hours, and at most ${secondsPerDay} s are allowed`
  throw new ApiError(
    429,
    'daily_limit_reached',
    message,
    'seconds',
    retryAfter((oldest ?? at) + DAY_SECONDS - at),
  )
}

/** Who comes back to the queue begins where the others are: time spent away is no credit. */
async function joinQueue(all: Query, owner: string): Promise<void> {
  const isActive = `EXISTS (SELECT 1 FROM jobs j WHERE j.owner = turns.owner AND j.${ACTIVE})`
  await all(
    `INSERT INTO turns (owner, served)
     VALUES (?, (SELECT COALESCE(MIN(served), 0) FROM turns WHERE ${isActive})) ON CONFLICT (owner) DO UPDATE SET served =
       CASE WHEN ${isActive} OR turns.served > excluded.served THEN turns.served ELSE excluded.served END
     RETURNING served`,
    owner,
  )
}

async function findRepeated(
  all: Query,
  now: string,
  owner: string,
  { key, fingerprint }: NonNullable<NewJob['idempotency']>,
): Promise<Job | undefined> {
  await all(
    `UPDATE jobs SET idempotency_key = NULL WHERE owner = ? AND idempotency_key = ?
     AND created_at < ${now} - ${IDEMPOTENCY_SECONDS} RETURNING id`,
    owner,
    key,
  )
  const [row] = await all<JobRow>('SELECT * FROM jobs WHERE owner = ? AND idempotency_key = ?', owner, key)
  if (!row) return undefined
  if (row.fingerprint === fingerprint) return toJob(row)
  const message = `the Idempotency-Key was used for another request, which made ${row.id}`
  throw new ApiError(422, 'idempotency_key_reused', message)
}

async function insertJob(all: Query, now: string, job: NewJob): Promise<Job> {
  const { id, owner, request, remixedFrom = null, idempotency } = job
  await all(
    `INSERT INTO usage (owner, at, seconds) VALUES (?, ${now}, ?) RETURNING sequence`,
    owner,
    request.seconds,
  )
  const [{ created_at }] = await all<JobRow>(
    `INSERT INTO jobs (id, owner, status, request, seconds, created_at, remixed_from, idempotency_key, fingerprint)
     VALUES (?, ?, 'queued', ?, ?, ${now}, ?, ?, ?) RETURNING created_at`,
    id,
    owner,
    JSON.stringify(request),
    request.seconds,
    remixedFrom,
    idempotency?.key ?? null,
    idempotency?.fingerprint ?? null,
  )
  const nothingYet = { startedAt: null, completedAt: null, expiresAt: null, result: null, error: null }
  const counts = { progress: 0, previews: 0, attempts: 0 }
  return {
    id,
    owner,
    status: 'queued',
    request,
    createdAt: created_at,
    remixedFrom,
    ...counts,
    ...nothingYet,
  }
}

async function listJobs(all: Query, owner: string, { limit, order, after }: ListOptions) {
  const [start] =
    after === undefined
      ? [{ sequence: order === 'desc' ? Number.MAX_SAFE_INTEGER : 0 }]
      : await all<JobRow>('SELECT sequence FROM jobs WHERE id = ? AND owner = ?', after, owner)
  if (!start) return undefined
  const [sign, direction] = order === 'desc' ? ['<', 'DESC'] : ['>', 'ASC']
  const rows = await all<JobRow>(
    `SELECT * FROM jobs WHERE owner = ? AND sequence ${sign} ? ORDER BY sequence ${direction} LIMIT ?`,
    owner,
    start.sequence,
    limit + 1,
  )
  return { jobs: rows.slice(0, limit).map(toJob), hasMore: rows.length > limit }
}

async function cancelJob({ transaction, now }: Database, id: string): Promise<boolean> {
  const error = JSON.stringify({ code: 'cancelled', message: 'the video was cancelled' })
  return transaction(async all => {
    const [row] = await all<JobRow>(
      `UPDATE jobs SET status = 'failed', error = ?, completed_at = ${now}, worker = NULL, lease_until = NULL
       WHERE id = ? AND ${ACTIVE} RETURNING *`,
      error,
      id,
    )
    if (row) await announceEnd(all, now, row)
    return row !== undefined
  })
}

async function countJobs({ all }: Database): Promise<Record<JobStatus, number>> {
  const counts: Record<JobStatus, number> = { queued: 0, in_progress: 0, completed: 0, failed: 0 }
  const rows = await all<{ status: JobStatus; n: number }>(
    'SELECT status, COUNT(*) AS n FROM jobs GROUP BY status',
  )
  for (const { status, n } of rows) counts[status] = n
  return counts
}

async function whichExist({ all }: Database, ids: readonly string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set()
  const list = ids.map(() => '?').join(', ')
  const rows = await all<{ id: string }>(
    `SELECT id FROM jobs WHERE id IN (${list}) UNION SELECT id FROM characters WHERE id IN (${list})`,
    ...ids,
    ...ids,
  )
  return new Set(rows.map(({ id }) => id))
}

/** The records of jobs in a database. */
export function keepJobs(database: Database): Jobs {
  const { all, now } = database
  return {
    create: (job, limits) =>
      database.transaction(async all => {
        // One at a time for each owner, so that two requests at once do not both fit below the limit.
        if (database.kind === 'postgres') await all('SELECT pg_advisory_xact_lock(hashtext(?))', job.owner)
        const repeated = job.idempotency && (await findRepeated(all, now, job.owner, job.idempotency))
        if (repeated) return repeated
        const waiting = await checkWaiting(all, job.owner, limits)
        await checkDay(all, now, job.owner, job.request.seconds, limits)
        if (waiting === 0) await joinQueue(all, job.owner)
        return insertJob(all, now, job)
      }),
    async checkWaiting(owner, limits) {
      await checkWaiting(all, owner, limits)
    },
    findRepeated: (owner, idempotency) => findRepeated(all, now, owner, idempotency),
    async get(id, owner) {
      const [row] = await all<JobRow>('SELECT * FROM jobs WHERE id = ?', id)
      return row && (owner === undefined || row.owner === owner) ? toJob(row) : undefined
    },
    list: (owner, options) => listJobs(all, owner, options),
    remove: async id => (await all('DELETE FROM jobs WHERE id = ? RETURNING id', id)).length > 0,
    cancel: id => cancelJob(database, id),
    async watch(id) {
      await all(`UPDATE jobs SET watched_until = ${now} + ${WATCHED_SECONDS} WHERE id = ? RETURNING id`, id)
    },
    count: () => countJobs(database),
    whichExist: ids => whichExist(database, ids),
    async findExpired() {
      const rows = await all<{ id: string }>(
        `SELECT id FROM jobs WHERE files_removed = 0
         AND (expires_at < ${now} OR (status = 'failed' AND completed_at < ${now} - ${FAILED_SECONDS}))`,
      )
      return rows.map(({ id }) => id)
    },
    async forgetUsage() {
      await all(`DELETE FROM usage WHERE at < ${now} - ${DAY_SECONDS} RETURNING sequence`)
    },
    async markRemoved(id) {
      await all('UPDATE jobs SET files_removed = 1 WHERE id = ? RETURNING id', id)
    },
  }
}
