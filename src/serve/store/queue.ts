import type { Database, Query } from './database.ts'
import { announceEnd, type Job, type JobError, type JobResult, type JobRow, toJob } from './job.ts'

/** How a job ended. */
export type Outcome = { readonly result: JobResult } | { readonly error: JobError }

/** What workers do with jobs: take them, say how far they are, end them. */
export interface Queue {
  /** A worker that is not heard of for so long has lost its job. */
  readonly leaseSeconds: number
  /** Takes the job whose turn it is, or one whose worker was not heard of for a while. */
  claim(worker: string): Promise<Job | undefined>
  /**
   * Says that the work goes on.
   * @returns `lost` when the job is no longer this worker's: ended, deleted, or taken by another; else whether
   * somebody looks on
   */
  report(
    id: string,
    worker: string,
    progress: number,
    previews: number,
  ): Promise<'lost' | 'watched' | 'unwatched'>
  /** Ends a job, once. @returns false when the job is no longer this worker's */
  finish(id: string, worker: string, outcome: Outcome): Promise<boolean>
  /** Puts a job back into the queue with what is made of it; neither the attempt nor the owner's turn counts. */
  handBack(id: string, worker: string): Promise<void>
}

/** How long jobs are kept from others, and how long their files are kept at all. */
export interface QueueOptions {
  /** A worker that is not heard of for so long has lost its job. */
  readonly leaseSeconds?: number
  /** Seconds from completion until the files are removed; for ever when absent. */
  readonly keepSeconds?: number
}

const LEASE_SECONDS = 15
const MOST_ATTEMPTS = 3

/** Ends the jobs whose workers died too often. */
async function failLost({ transaction, now, skipLocked }: Database): Promise<void> {
  await transaction(async all => {
    const message = `the worker died ${MOST_ATTEMPTS} times while it made this video`
    const rows = await all<JobRow>(
      `UPDATE jobs SET status = 'failed', completed_at = ${now}, error = ?, worker = NULL, lease_until = NULL
       WHERE id IN (SELECT id FROM jobs WHERE status = 'in_progress' AND lease_until < ${now} AND attempts >= ?
                    ${skipLocked('jobs')})
       RETURNING *`,
      JSON.stringify({ code: 'worker_lost', message }),
      MOST_ATTEMPTS,
    )
    for (const row of rows) await announceEnd(all, now, row)
  })
}

/** Says that an owner was served so many seconds of video more. */
async function serve(all: Query, owner: string, seconds: number): Promise<void> {
  await all('UPDATE turns SET served = served + ? WHERE owner = ? RETURNING served', seconds, owner)
}

/**
 * Takes a job: first one whose worker was lost, then the oldest of the owner that was served least. Served means
 * seconds of video (start-time fair queueing), so that many short videos and few long ones weigh the same.
 */
async function claimJob(database: Database, worker: string, leaseSeconds: number): Promise<Job | undefined> {
  const { now, skipLocked, all } = database
  const lost = `status = 'in_progress' AND lease_until < ${now}`
  const [{ dead }] = await all<{ dead: number }>(
    `SELECT COUNT(*) AS dead FROM jobs WHERE ${lost} AND attempts >= ?`,
    MOST_ATTEMPTS,
  )
  if (dead > 0) await failLost(database)
  const take = (query: Query, candidate: string, ...values: number[]) =>
    query<JobRow>(
      `UPDATE jobs SET status = 'in_progress', worker = ?, lease_until = ${now} + ?, attempts = attempts + 1,
       started_at = COALESCE(started_at, ${now}) WHERE id = (${candidate}) RETURNING *`,
      worker,
      leaseSeconds,
      ...values,
    )
  const [again] = await take(
    all,
    `SELECT id FROM jobs WHERE ${lost} AND attempts < ? ORDER BY sequence LIMIT 1 ${skipLocked('jobs')}`,
    MOST_ATTEMPTS,
  )
  if (again) return toJob(again)
  return database.transaction(async query => {
    const [row] = await take(
      query,
      `SELECT j.id FROM jobs j LEFT JOIN turns t ON t.owner = j.owner WHERE j.status = 'queued'
       ORDER BY COALESCE(t.served, 0), j.sequence LIMIT 1 ${skipLocked('j')}`,
    )
    if (!row) return undefined
    await serve(query, row.owner, row.seconds)
    return toJob(row)
  })
}

/** Puts a job back that was not finished. */
async function handBackJob({ transaction }: Database, id: string, worker: string): Promise<void> {
  await transaction(async all => {
    const [row] = await all<JobRow>(
      `UPDATE jobs SET status = 'queued', worker = NULL, lease_until = NULL, attempts = attempts - 1
       WHERE id = ? AND worker = ? AND status = 'in_progress' RETURNING *`,
      id,
      worker,
    )
    if (row) await serve(all, row.owner, -row.seconds)
  })
}

async function finishJob(
  { transaction, now }: Database,
  id: string,
  worker: string,
  outcome: Outcome,
  keepSeconds: number | undefined,
): Promise<boolean> {
  const isDone = 'result' in outcome
  const expires = isDone && keepSeconds !== undefined ? `${now} + ${Number(keepSeconds)}` : 'NULL'
  return transaction(async all => {
    const [row] = await all<JobRow>(
      `UPDATE jobs SET status = ?, progress = CASE WHEN ? = 1 THEN 100 ELSE progress END, result = ?, error = ?,
       completed_at = ${now}, expires_at = ${expires}, lease_until = NULL, worker = NULL
       WHERE id = ? AND worker = ? AND status = 'in_progress' RETURNING *`,
      isDone ? 'completed' : 'failed',
      isDone ? 1 : 0,
      isDone ? JSON.stringify(outcome.result) : null,
      isDone ? null : JSON.stringify(outcome.error),
      id,
      worker,
    )
    if (row) await announceEnd(all, now, row)
    return row !== undefined
  })
}

/** The queue in a database. */
export function keepQueue(
  database: Database,
  { leaseSeconds = LEASE_SECONDS, keepSeconds }: QueueOptions = {},
): Queue {
  const { all, now } = database
  return {
    leaseSeconds,
    claim: worker => claimJob(database, worker, leaseSeconds),
    async report(id, worker, progress, previews) {
      const [row] = await all<{ watched: number }>(
        `UPDATE jobs SET progress = ?, previews = ?, lease_until = ${now} + ?
         WHERE id = ? AND worker = ? AND status = 'in_progress'
         RETURNING CASE WHEN watched_until > ${now} THEN 1 ELSE 0 END AS watched`,
        progress,
        previews,
        leaseSeconds,
        id,
        worker,
      )
      if (!row) return 'lost'
      return row.watched === 1 ? 'watched' : 'unwatched'
    },
    finish: (id, worker, outcome) => finishJob(database, id, worker, outcome, keepSeconds),
    handBack: (id, worker) => handBackJob(database, id, worker),
  }
}
