import type pg from 'pg'
import type { Database, Query, Value } from './database.ts'
import { createTables } from './tables.ts'

const CONNECT_MILLISECONDS = 5000
/** A network that swallows everything must not hold a worker for ever. */
const QUERY_MILLISECONDS = 30_000
/** Counts and sequences come as text by default; they stay far below 2^53. */
const INT8 = 20

/** `?` as PostgreSQL writes it: $1, $2 ... No statement here has a question mark for anything else. */
function numberValues(sql: string): string {
  let count = 0
  return sql.replace(/\?/g, () => `$${++count}`)
}

const asQuery =
  (client: pg.Pool | pg.PoolClient): Query =>
  async (sql, ...values: Value[]) =>
    (await client.query(numberValues(sql), values)).rows

/**
 * Opens a PostgreSQL database, and begins its tables when they are not there.
 * @param url postgres://user:password@host:port/database
 * @throws RangeError when it cannot be reached.
 */
export async function openPostgres(url: string): Promise<Database> {
  const { default: driver } = await import('pg')
  const types = {
    getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
      oid === INT8
        ? Number
        : driver.types.getTypeParser(oid, format as 'text')) as typeof pg.types.getTypeParser,
  }
  const pool = new driver.Pool({
    connectionString: url,
    types,
    max: 10,
    connectionTimeoutMillis: CONNECT_MILLISECONDS,
    query_timeout: QUERY_MILLISECONDS,
    keepAlive: true,
  })
  // A connection that breaks while nobody uses it is replaced; the next statement says what is wrong, if anything is.
  pool.on('error', () => {})
  const opened: Database = {
    kind: 'postgres',
    now: 'EXTRACT(EPOCH FROM clock_timestamp())::double precision',
    skipLocked: table => `FOR UPDATE OF ${table} SKIP LOCKED`,
    forUpdate: 'FOR UPDATE',
    all: asQuery(pool),
    async transaction(run) {
      const client = await pool.connect()
      let broken: Error | undefined
      try {
        await client.query('BEGIN')
        const result = await run(asQuery(client))
        await client.query('COMMIT')
        return result
      } catch (error) {
        await client.query('ROLLBACK').catch(cause => {
          broken = cause
        })
        throw error
      } finally {
        client.release(broken)
      }
    },
    close: () => pool.end(),
  }
  try {
    await createTables(opened)
  } catch (error) {
    await pool.end()
    const { host, pathname } = new URL(url)
    const reason = error instanceof Error ? error.message || String(error) : String(error)
    throw new RangeError(`the database ${pathname.slice(1)} at ${host} cannot be used (${reason})`)
  }
  return opened
}
