import { randomBytes } from 'node:crypto'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import Database from 'libsql'
import type { VideoRequest } from './requests.ts'

/** Where a job stands. */
export type JobStatus = 'queued' | 'in_progress' | 'completed' | 'failed'

/** One video that was asked for. Times are unix seconds. */
export interface Job {
  readonly id: string
  readonly status: JobStatus
  readonly request: VideoRequest
  /** Percent, 0 to 100. */
  readonly progress: number
  readonly createdAt: number
  readonly completedAt: number | null
  readonly remixedFrom: string | null
  readonly error: { readonly code: string; readonly message: string } | null
  /** How often a worker has taken it. */
  readonly attempts: number
}

/** The files of a job: what came out, the picture that went in, and the frames as the model made them. */
export type Variant = 'video' | 'thumbnail' | 'spritesheet' | 'reference' | 'frames'

/** How a page of jobs is asked for. */
export interface ListOptions {
  readonly limit: number
  readonly order: 'asc' | 'desc'
  /** The id of the job before the page. */
  readonly after?: string
}

/** What a job is made from, besides its request. */
export interface JobSource {
  /** The video that it remixes. */
  readonly remixed?: string
  /** The picture that it begins with, as a file's bytes. */
  readonly reference?: Uint8Array
}

/** Jobs that survive: one SQLite file and one folder, shared by the server and its workers. */
export interface JobStore {
  create(request: VideoRequest, source?: JobSource): Job
  get(id: string): Job | undefined
  /** @returns undefined when `after` names no job */
  list(options: ListOptions): { readonly jobs: Job[]; readonly hasMore: boolean } | undefined
  /** Removes a job and its files. */
  remove(id: string): boolean
  /** Takes the oldest waiting job, or one whose worker was not heard of for a while. */
  claim(worker: string): Job | undefined
  /** Says that the work goes on. @returns false when the job is no longer this worker's: deleted, or taken by another */
  report(id: string, worker: string, progress: number): boolean
  /** Takes a waiting or running job from the queue: its worker stops at its next report. */
  cancel(id: string): boolean
  finish(id: string, worker: string, error?: Job['error']): boolean
  /** Puts a job back into the queue, as if it had not been tried. */
  handBack(id: string, worker: string): void
  count(): Record<JobStatus, number>
  file(id: string, variant: Variant): string
  close(): void
}

const LEASE_SECONDS = 10
const MOST_ATTEMPTS = 3

const extensions: Readonly<Record<Variant, string>> = {
  video: 'mp4',
  thumbnail: 'webp',
  spritesheet: 'jpg',
  reference: 'reference',
  frames: 'rgb.br',
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS jobs (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    status TEXT NOT NULL,
    request TEXT NOT NULL,
    progress INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    completed_at INTEGER,
    remixed_from TEXT,
    error TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    worker TEXT,
    lease_until REAL
  );
  CREATE INDEX IF NOT EXISTS jobs_by_status ON jobs (status, sequence);`

interface Row {
  readonly sequence: number
  readonly id: string
  readonly status: JobStatus
  readonly request: string
  readonly progress: number
  readonly created_at: number
  readonly completed_at: number | null
  readonly remixed_from: string | null
  readonly error: string | null
  readonly attempts: number
}

function toJob(row: Row): Job {
  return {
    id: row.id,
    status: row.status,
    request: JSON.parse(row.request),
    progress: row.progress,
    createdAt: row.created_at,
    completedAt: row.completed_at,
    remixedFrom: row.remixed_from,
    error: row.error === null ? null : JSON.parse(row.error),
    attempts: row.attempts,
  }
}

function openDatabase(folder: string): Database.Database {
  mkdirSync(path.join(folder, 'files'), { recursive: true })
  const file = path.join(folder, 'jobs.sqlite')
  try {
    const database = new Database(file)
    database.pragma('journal_mode = WAL')
    database.pragma('busy_timeout = 5000')
    database.exec(SCHEMA)
    return database
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new Error(
      `${file} cannot be read (${reason}); restore it from a copy, or move it away to begin anew`,
    )
  }
}

const now = () => Date.now() / 1000

type Find = (id: string, variant: Variant) => string

/** What clients do with jobs: make them, look at them, remove them. */
function keepRecords(database: Database.Database, file: Find) {
  const find = (id: string) => database.prepare('SELECT * FROM jobs WHERE id = ?').get(id) as Row | undefined
  return {
    create(request: VideoRequest, { remixed, reference }: JobSource = {}) {
      const id = `video_${randomBytes(20).toString('hex')}`
      // Before the job: a worker may take it at once.
      if (reference) writeFileSync(file(id, 'reference'), reference)
      const values = [id, JSON.stringify(request), Math.floor(now()), remixed ?? null]
      database
        .prepare(
          "INSERT INTO jobs (id, status, request, created_at, remixed_from) VALUES (?, 'queued', ?, ?, ?)",
        )
        .run(...values)
      return toJob(find(id)!)
    },
    get(id: string) {
      const row = find(id)
      return row && toJob(row)
    },
    list: (options: ListOptions) => listJobs(database, options),
    remove(id: string) {
      const { changes } = database.prepare('DELETE FROM jobs WHERE id = ?').run(id)
      if (changes === 0) return false
      for (const variant of Object.keys(extensions) as Variant[]) rmSync(file(id, variant), { force: true })
      return true
    },
    count() {
      const counts: Record<JobStatus, number> = { queued: 0, in_progress: 0, completed: 0, failed: 0 }
      const rows = database.prepare('SELECT status, COUNT(*) AS n FROM jobs GROUP BY status').all()
      for (const { status, n } of rows as { status: JobStatus; n: number }[]) counts[status] = n
      return counts
    },
  } satisfies Partial<JobStore>
}

/** What workers do with jobs: take them, say how far they are, end them. */
function keepQueue(database: Database.Database) {
  const mine = 'WHERE id = ? AND worker = ? AND status = ?'
  return {
    claim: (worker: string) => claimJob(database, worker),
    report(id: string, worker: string, progress: number) {
      const update = database.prepare(`UPDATE jobs SET progress = ?, lease_until = ? ${mine}`)
      return update.run(progress, now() + LEASE_SECONDS, id, worker, 'in_progress').changes > 0
    },
    cancel(id: string) {
      const error = JSON.stringify({ code: 'cancelled', message: 'the video was cancelled' })
      const update = database.prepare(
        `UPDATE jobs SET status = 'failed', error = ?, completed_at = ?, worker = NULL, lease_until = NULL
         WHERE id = ? AND status IN ('queued', 'in_progress')`,
      )
      return update.run(error, Math.floor(now()), id).changes > 0
    },
    finish(id: string, worker: string, error?: Job['error']) {
      const update = database.prepare(
        `UPDATE jobs SET status = ?, progress = ?, error = ?, completed_at = ?, lease_until = NULL ${mine}`,
      )
      const [status, progress] = error ? ['failed', 0] : ['completed', 100]
      const reason = error ? JSON.stringify(error) : null
      return update.run(status, progress, reason, Math.floor(now()), id, worker, 'in_progress').changes > 0
    },
    handBack(id: string, worker: string) {
      database
        .prepare(
          `UPDATE jobs SET status = 'queued', progress = 0, worker = NULL, attempts = attempts - 1 ${mine}`,
        )
        .run(id, worker, 'in_progress')
    },
  } satisfies Partial<JobStore>
}

/**
 * Opens the jobs in a folder, or begins them there.
 * @throws Error naming the file when the database is damaged.
 */
export function openJobs(folder: string): JobStore {
  const database = openDatabase(folder)
  const file: Find = (id, variant) => path.join(folder, 'files', `${id}.${extensions[variant]}`)
  const close = () => void database.close()
  return { ...keepRecords(database, file), ...keepQueue(database), file, close }
}

function listJobs(database: Database.Database, { limit, order, after }: ListOptions) {
  const start = after
    ? (database.prepare('SELECT sequence FROM jobs WHERE id = ?').get(after) as Row | undefined)
    : { sequence: order === 'desc' ? Number.MAX_SAFE_INTEGER : 0 }
  if (!start) return undefined
  const [sign, direction] = order === 'desc' ? ['<', 'DESC'] : ['>', 'ASC']
  const rows = database
    .prepare(`SELECT * FROM jobs WHERE sequence ${sign} ? ORDER BY sequence ${direction} LIMIT ?`)
    .all(start.sequence, limit + 1) as Row[]
  return { jobs: rows.slice(0, limit).map(toJob), hasMore: rows.length > limit }
}

function claimJob(database: Database.Database, worker: string): Job | undefined {
  const lost = `status = 'in_progress' AND lease_until < ${now()}`
  const reason = `the worker died ${MOST_ATTEMPTS} times while it made this video`
  database
    .prepare(`UPDATE jobs SET status = 'failed', completed_at = ?, error = ? WHERE ${lost} AND attempts >= ?`)
    .run(Math.floor(now()), JSON.stringify({ code: 'worker_lost', message: reason }), MOST_ATTEMPTS)
  const row = database
    .prepare(
      `UPDATE jobs SET status = 'in_progress', progress = 0, worker = ?, lease_until = ?, attempts = attempts + 1
       WHERE id = (SELECT id FROM jobs WHERE status = 'queued' OR (${lost}) ORDER BY sequence LIMIT 1) RETURNING *`,
    )
    .get(worker, now() + LEASE_SECONDS) as Row | undefined
  return row && toJob(row)
}
