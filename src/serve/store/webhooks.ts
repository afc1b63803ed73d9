import { randomBytes } from 'node:crypto'
import type { Database } from './database.ts'

/** An address that is told when a video ends. */
export interface Webhook {
  readonly id: string
  readonly url: string
  /** Unix seconds. */
  readonly createdAt: number
}

/** An event on its way to a webhook. */
export interface Delivery {
  readonly sequence: number
  readonly url: string
  readonly secret: string
  readonly eventId: string
  readonly body: string
  /** How often it was tried, this time included. */
  readonly attempts: number
}

/** Webhooks, and the outbox of events for them. */
export interface Webhooks {
  /** @returns the secret that signs its events: `whsec_` and base64 */
  add(url: string, secret?: string): Promise<{ readonly id: string; readonly secret: string }>
  list(): Promise<Webhook[]>
  remove(id: string): Promise<boolean>
  /** Takes an event that is due, and keeps it from others for a minute. */
  take(): Promise<Delivery | undefined>
  /** Says that an event has arrived, or will not be tried again. */
  drop(sequence: number): Promise<void>
  /** Tries again after so many seconds. */
  delay(sequence: number, seconds: number, error: string): Promise<void>
  /** Events that have not arrived yet. */
  countWaiting(): Promise<number>
}

const TAKEN_SECONDS = 60

async function takeDelivery({ transaction, now, skipLocked }: Database): Promise<Delivery | undefined> {
  return transaction(async all => {
    const [row] = await all<{
      sequence: number
      webhook_id: string
      event_id: string
      body: string
      attempts: number
    }>(
      `UPDATE deliveries SET attempts = attempts + 1, next_at = ${now} + ${TAKEN_SECONDS}
       WHERE sequence = (SELECT sequence FROM deliveries WHERE next_at <= ${now} ORDER BY next_at LIMIT 1
                         ${skipLocked('deliveries')})
       RETURNING *`,
    )
    if (!row) return undefined
    const [hook] = await all<{ url: string; secret: string }>(
      'SELECT url, secret FROM webhooks WHERE id = ?',
      row.webhook_id,
    )
    const { sequence, event_id: eventId, body, attempts } = row
    if (!hook) {
      // Its webhook was removed while the event was put there: nobody waits for it.
      await all('DELETE FROM deliveries WHERE sequence = ? RETURNING sequence', sequence)
      return undefined
    }
    return { sequence, url: hook.url, secret: hook.secret, eventId, body, attempts }
  })
}

/** The webhooks in a database. */
export function keepWebhooks(database: Database): Webhooks {
  const { all, now } = database
  return {
    async add(url, secret = `whsec_${randomBytes(32).toString('base64')}`) {
      const id = `wh_${randomBytes(6).toString('hex')}`
      await all(
        `INSERT INTO webhooks (id, url, secret, created_at) VALUES (?, ?, ?, ${now}) RETURNING id`,
        id,
        url,
        secret,
      )
      return { id, secret }
    },
    async list() {
      const rows = await all<{ id: string; url: string; created_at: number }>(
        'SELECT id, url, created_at FROM webhooks ORDER BY created_at',
      )
      return rows.map(({ id, url, created_at }) => ({ id, url, createdAt: created_at }))
    },
    remove: id =>
      database.transaction(async query => {
        await query('DELETE FROM deliveries WHERE webhook_id = ? RETURNING sequence', id)
        return (await query('DELETE FROM webhooks WHERE id = ? RETURNING id', id)).length > 0
      }),
    take: () => takeDelivery(database),
    async drop(sequence) {
      await all('DELETE FROM deliveries WHERE sequence = ? RETURNING sequence', sequence)
    },
    async delay(sequence, seconds, error) {
      await all(
        `UPDATE deliveries SET next_at = ${now} + ?, error = ? WHERE sequence = ? RETURNING sequence`,
        seconds,
        error,
        sequence,
      )
    },
    async countWaiting() {
      const [{ n }] = await all<{ n: number }>('SELECT COUNT(*) AS n FROM deliveries')
      return n
    },
  }
}
