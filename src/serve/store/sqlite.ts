import { chmodSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'
import Libsql from 'libsql'
import type { Database, Query, Value } from './database.ts'
import { createTables } from './tables.ts'

const BUSY_MILLISECONDS = 10_000

/** One statement at a time: a transaction must not be entered by others while it waits. */
function createQueue() {
  let last: Promise<unknown> = Promise.resolve()
  return <Result>(run: () => Promise<Result> | Result): Promise<Result> => {
    const next = last.then(run)
    last = next.catch(() => {})
    return next
  }
}

/** Statements that were compiled already. */
function cacheStatements(database: Libsql.Database) {
  const statements = new Map<string, Libsql.Statement>()
  return (sql: string, values: readonly Value[]): unknown[] => {
    let statement = statements.get(sql)
    if (!statement) statements.set(sql, (statement = database.prepare(sql)))
    return statement.all(...values)
  }
}

interface Waiting {
  readonly work: (all: Query) => Promise<unknown>
  readonly resolve: (result: unknown) => void
  readonly reject: (error: unknown) => void
}

/** Runs transactions inside one of the database; what fails is undone alone. @returns what tells each how it ended */
async function runTogether(
  database: Libsql.Database,
  run: ReturnType<typeof cacheStatements>,
  group: readonly Waiting[],
): Promise<(() => void)[]> {
  const inside: Query = async (sql, ...values) => run(sql, values) as never[]
  const ends: (() => void)[] = []
  database.exec('BEGIN IMMEDIATE')
  for (const { work, resolve, reject } of group) {
    database.exec('SAVEPOINT one')
    try {
      const result = await work(inside)
      ends.push(() => resolve(result))
    } catch (error) {
      // A full disk ends the whole transaction.
      if (!database.inTransaction) throw error
      database.exec('ROLLBACK TO one')
      ends.push(() => reject(error))
    }
    database.exec('RELEASE one')
  }
  database.exec('COMMIT')
  return ends
}

/**
 * Transactions that are asked for in the same turn of the event loop are committed together: a commit writes every page
 * that it has touched, and most of them are the same.
 */
function createTransactions(
  database: Libsql.Database,
  run: ReturnType<typeof cacheStatements>,
  enqueue: ReturnType<typeof createQueue>,
): Database['transaction'] {
  let waiting: Waiting[] = []
  const commit = async () => {
    const group = waiting
    waiting = []
    try {
      for (const tell of await runTogether(database, run, group)) tell()
    } catch (error) {
      if (database.inTransaction) database.exec('ROLLBACK')
      for (const { reject } of group) reject(error)
    }
  }
  return <Result>(work: (all: Query) => Promise<Result>) =>
    new Promise<Result>((resolve, reject) => {
      waiting.push({ work, resolve: resolve as Waiting['resolve'], reject })
      if (waiting.length === 1) setImmediate(() => enqueue(commit))
    })
}

/** A copy that is whole at this moment, for the day on which the file is damaged. */
function keepCopy(database: Libsql.Database, copy: string): void {
  rmSync(`${copy}.tmp`, { force: true })
  database.prepare('VACUUM INTO ?').run(`${copy}.tmp`)
  chmodSync(`${copy}.tmp`, 0o600)
  renameSync(`${copy}.tmp`, copy)
}

function checkWhole(database: Libsql.Database): void {
  const [answer] = database.prepare('PRAGMA quick_check(1)').all() as { quick_check: string }[]
  if (answer.quick_check !== 'ok') throw new Error(answer.quick_check)
}

function openFile(file: string, isServer: boolean): Libsql.Database {
  const copy = path.join(path.dirname(file), 'jobs.backup.sqlite')
  try {
    const database = new Libsql(file)
    // It holds the key that signs, and the secrets of webhooks.
    chmodSync(file, 0o600)
    database.pragma(`busy_timeout = ${BUSY_MILLISECONDS}`)
    database.pragma('journal_mode = WAL')
    // A commit outlives the process that made it; only a power cut can lose the last ones, and none is ever torn.
    database.pragma('synchronous = NORMAL')
    // Every checkpoint waits for the disk, and all requests with it: fewer of them, of 64 MB at most.
    database.pragma('wal_autocheckpoint = 16000')
    if (isServer) checkWhole(database)
    return database
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    const way = existsSync(copy)
      ? `restore it: cp ${copy} ${file}, and remove ${file}-wal and ${file}-shm`
      : 'restore it from a copy, or move it away to begin anew'
    throw new RangeError(`${file} cannot be read (${reason}); ${way}`)
  }
}

/**
 * Opens the database in a folder, or begins it there.
 * @param isServer a server also checks that it is whole, and then keeps a copy beside it
 * @throws RangeError naming the file, and how to restore it, when it is damaged.
 */
export async function openSqlite(folder: string, isServer: boolean): Promise<Database> {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const file = path.join(folder, 'jobs.sqlite')
  const database = openFile(file, isServer)
  const enqueue = createQueue()
  const run = cacheStatements(database)
  const opened: Database = {
    kind: 'sqlite',
    now: "unixepoch('subsec')",
    skipLocked: () => '',
    forUpdate: '',
    all: (sql, ...values) => enqueue(() => run(sql, values) as never[]),
    transaction: createTransactions(database, run, enqueue),
    close: () =>
      enqueue(() => {
        // Everything into the file itself, so that a copy of it is whole; not possible while others write.
        database.pragma('wal_checkpoint(TRUNCATE)')
        database.close()
      }),
  }
  await createTables(opened)
  if (isServer) keepCopy(database, path.join(folder, 'jobs.backup.sqlite'))
  return opened
}
