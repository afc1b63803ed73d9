import path from 'node:path'
import { type Characters, keepCharacters } from './characters.ts'
import type { Database } from './database.ts'
import type { FileStore } from './files.ts'
import { openFolder } from './folderFiles.ts'
import { type Jobs, keepJobs } from './jobs.ts'
import { type Keys, keepKeys } from './keys.ts'
import { openPostgres } from './postgres.ts'
import { keepQueue, type Queue, type QueueOptions } from './queue.ts'
import { openS3 } from './s3Files.ts'
import { openSqlite } from './sqlite.ts'
import { keepWebhooks, type Webhooks } from './webhooks.ts'

/** Everything that a server and its workers share. */
export interface Stores {
  readonly database: Database
  readonly files: FileStore
  readonly jobs: Jobs
  readonly queue: Queue
  readonly keys: Keys
  readonly characters: Characters
  readonly webhooks: Webhooks
  close(): Promise<void>
}

/** Where jobs and files lie. */
export interface StoreOptions extends QueueOptions {
  /** Holds jobs.sqlite and files/, unless they lie elsewhere. */
  readonly folder: string
  /** postgres://user:password@host/database */
  readonly database?: string
  /** A folder, or s3://bucket/prefix */
  readonly files?: string
  /** A server also checks that an SQLite file is whole, and keeps a copy of it. */
  readonly isServer?: boolean
}

async function openDatabase({ folder, database, isServer = false }: StoreOptions): Promise<Database> {
  if (database === undefined) return openSqlite(folder, isServer)
  if (/^postgres(?:ql)?:\/\//.test(database)) return openPostgres(database)
  throw new RangeError(`\`--database\` must be postgres://..., got "${database.split(':')[0]}"`)
}

/**
 * Opens the stores, and begins them where they are not there.
 * @throws RangeError naming what cannot be used, and why.
 */
export async function openStores(options: StoreOptions): Promise<Stores> {
  const { folder, files: place = path.join(folder, 'files') } = options
  const database = await openDatabase(options)
  try {
    const files = place.startsWith('s3:') ? await openS3(place) : openFolder(place)
    return {
      database,
      files,
      jobs: keepJobs(database),
      queue: keepQueue(database, options),
      keys: keepKeys(database),
      characters: keepCharacters(database),
      webhooks: keepWebhooks(database),
      async close() {
        await files.close()
        await database.close()
      },
    }
  } catch (error) {
    await database.close()
    throw error
  }
}
