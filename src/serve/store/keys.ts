import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Database } from './database.ts'

/** An API key as it is kept: never the key itself. Times are unix seconds. */
export interface ApiKey {
  readonly id: string
  readonly name: string
  readonly createdAt: number
  readonly revokedAt: number | null
  /** Limits of its own; those of the server where null. */
  readonly maxWaiting: number | null
  readonly secondsPerDay: number | null
}

/** The API keys of a server. */
export interface Keys {
  /** @returns the key, which is shown once and then known to its bearer only */
  add(
    name: string,
    limits?: Partial<Pick<ApiKey, 'maxWaiting' | 'secondsPerDay'>>,
  ): Promise<{ readonly id: string; readonly key: string }>
  list(): Promise<ApiKey[]>
  /** @returns whether there was such a key that was not revoked before */
  revoke(id: string): Promise<boolean>
  /** The key that a request bears, if it is one of ours and not revoked. */
  find(bearer: string): Promise<ApiKey | undefined>
  /** Whether there is or ever was a key: from then on every request must bear one. */
  areAsked(): Promise<boolean>
}

interface Row {
  readonly id: string
  readonly name: string
  readonly hash: string
  readonly created_at: number
  readonly revoked_at: number | null
  readonly max_waiting: number | null
  readonly seconds_per_day: number | null
}

const toKey = (row: Row): ApiKey => ({
  id: row.id,
  name: row.name,
  createdAt: row.created_at,
  revokedAt: row.revoked_at,
  maxWaiting: row.max_waiting,
  secondsPerDay: row.seconds_per_day,
})

/** 256 random bits need no slow hash: nobody tries them all. */
const hash = (key: string) => createHash('sha256').update(key).digest()

/** The first key is known to every server within this time. */
const LOOK_MILLISECONDS = 500

const KEY = /^sk-aozora-([0-9a-f]{12})-[0-9a-f]{64}$/

/** The API keys in a database. */
export function keepKeys({ all, now }: Database): Keys {
  let [asked, lookedAt] = [false, Number.NEGATIVE_INFINITY]
  return {
    async add(name, { maxWaiting = null, secondsPerDay = null } = {}) {
      asked = true
      const id = randomBytes(6).toString('hex')
      const key = `sk-aozora-${id}-${randomBytes(32).toString('hex')}`
      await all(
        `INSERT INTO api_keys (id, name, hash, created_at, max_waiting, seconds_per_day)
         VALUES (?, ?, ?, ${now}, ?, ?) RETURNING id`,
        id,
        name,
        hash(key).toString('hex'),
        maxWaiting,
        secondsPerDay,
      )
      return { id, key }
    },
    list: async () => (await all<Row>('SELECT * FROM api_keys ORDER BY created_at')).map(toKey),
    async revoke(id) {
      const rows = await all(
        `UPDATE api_keys SET revoked_at = ${now} WHERE id = ? AND revoked_at IS NULL RETURNING id`,
        id,
      )
      return rows.length > 0
    },
    async find(bearer) {
      const [, id = ''] = KEY.exec(bearer) ?? []
      const [row] = await all<Row>('SELECT * FROM api_keys WHERE id = ?', id)
      // Digests have one length, so that comparing takes the same time for every guess, and for an id that is none.
      const expected = row ? Buffer.from(row.hash, 'hex') : hash('')
      const isRight = timingSafeEqual(hash(bearer), expected)
      return row && isRight && row.revoked_at === null ? toKey(row) : undefined
    },
    async areAsked() {
      if (asked || performance.now() - lookedAt < LOOK_MILLISECONDS) return asked
      asked = (await all('SELECT id FROM api_keys LIMIT 1')).length > 0
      lookedAt = performance.now()
      return asked
    },
  }
}
