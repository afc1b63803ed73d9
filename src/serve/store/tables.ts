import type { Database } from './database.ts'

// Times are unix seconds. An owner is the id of an API key, or `local` where none is asked for.

/** Each step brings a database one version further; a step that was published is never changed. */
const steps: readonly string[] = [
  `CREATE TABLE jobs (
    sequence IDENTITY PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    owner TEXT NOT NULL,
    status TEXT NOT NULL,
    request TEXT NOT NULL,
    seconds DOUBLE PRECISION NOT NULL,
    progress INTEGER NOT NULL DEFAULT 0,
    previews INTEGER NOT NULL DEFAULT 0,
    created_at DOUBLE PRECISION NOT NULL,
    started_at DOUBLE PRECISION,
    completed_at DOUBLE PRECISION,
    expires_at DOUBLE PRECISION,
    files_removed INTEGER NOT NULL DEFAULT 0,
    remixed_from TEXT,
    result TEXT,
    error TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    worker TEXT,
    lease_until DOUBLE PRECISION,
    watched_until DOUBLE PRECISION,
    idempotency_key TEXT,
    fingerprint TEXT,
    UNIQUE (owner, idempotency_key)
  );
  CREATE INDEX jobs_by_status ON jobs (status, sequence);
  CREATE INDEX jobs_by_owner ON jobs (owner, sequence);
  CREATE INDEX jobs_active ON jobs (owner) WHERE status IN ('queued', 'in_progress');
  CREATE TABLE turns (owner TEXT PRIMARY KEY, served DOUBLE PRECISION NOT NULL);
  CREATE TABLE usage (
    sequence IDENTITY PRIMARY KEY,
    owner TEXT NOT NULL,
    at DOUBLE PRECISION NOT NULL,
    seconds DOUBLE PRECISION NOT NULL
  );
  CREATE INDEX usage_by_owner ON usage (owner, at);
  CREATE TABLE api_keys (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    hash TEXT NOT NULL,
    created_at DOUBLE PRECISION NOT NULL,
    revoked_at DOUBLE PRECISION,
    max_waiting INTEGER,
    seconds_per_day DOUBLE PRECISION
  );
  CREATE TABLE characters (
    id TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    name TEXT NOT NULL,
    created_at DOUBLE PRECISION NOT NULL
  );
  CREATE TABLE webhooks (
    id TEXT PRIMARY KEY,
    url TEXT NOT NULL,
    secret TEXT NOT NULL,
    created_at DOUBLE PRECISION NOT NULL
  );
  CREATE TABLE deliveries (
    sequence IDENTITY PRIMARY KEY,
    webhook_id TEXT NOT NULL,
    event_id TEXT NOT NULL,
    body TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    next_at DOUBLE PRECISION NOT NULL,
    error TEXT
  );
  CREATE INDEX deliveries_by_time ON deliveries (next_at);
  CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);`,
]

/** A number of our own, so that two processes that start at once do not both make the tables. */
const ADVISORY_LOCK = 4_202_611

/**
 * Brings the tables to the newest version.
 * @throws Error when the database was made by a newer Aozora.
 */
export async function createTables(database: Database): Promise<void> {
  const { kind } = database
  const identity =
    kind === 'sqlite'
      ? 'INTEGER PRIMARY KEY AUTOINCREMENT'
      : 'BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY'
  await database.transaction(async all => {
    if (kind === 'postgres') await all('SELECT pg_advisory_xact_lock(?)', ADVISORY_LOCK)
    await all('CREATE TABLE IF NOT EXISTS versions (version INTEGER PRIMARY KEY)')
    const [{ version }] = await all<{ version: number }>(
      'SELECT COALESCE(MAX(version), 0) AS version FROM versions',
    )
    if (version > steps.length) {
      throw new Error(`it was made by a newer Aozora: version ${version}, this one knows ${steps.length}`)
    }
    for (let next = version; next < steps.length; next++) {
      for (const statement of steps[next].replaceAll('IDENTITY PRIMARY KEY', identity).split(';')) {
        if (statement.trim() !== '') await all(statement)
      }
      await all('INSERT INTO versions (version) VALUES (?) RETURNING version', next + 1)
    }
  })
}
