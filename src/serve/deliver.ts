import { createHmac } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { Delivery, Webhooks } from './store/webhooks.ts'

// Signed as the Standard Webhooks specification says, which OpenAI's clients check: HMAC-SHA256 over `id.timestamp.body`.

const IDLE_MILLISECONDS = 500
const TIMEOUT_MILLISECONDS = 10_000
/** The first wait; each next one is three times as long: 5 s, 15 s, 45 s ... 9 hours before the last try. */
const FIRST_WAIT_SECONDS = 5
const WAIT_FACTOR = 3
const MOST_ATTEMPTS = 10

/** The headers of an event: they prove who sent it, and when. */
function signEvent(
  { secret, eventId, body }: Pick<Delivery, 'secret' | 'eventId' | 'body'>,
  timestamp: number,
): Record<string, string> {
  const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice(6), 'base64') : Buffer.from(secret)
  const signature = createHmac('sha256', key).update(`${eventId}.${timestamp}.${body}`).digest('base64')
  return {
    'webhook-id': eventId,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': `v1,${signature}`,
  }
}

/** Seconds until the next try, with some chance in it so that many events do not come at once. */
function waitAfter(attempts: number, firstWait = FIRST_WAIT_SECONDS): number {
  return firstWait * WAIT_FACTOR ** (attempts - 1) * (0.9 + 0.2 * Math.random())
}

/** @returns why it did not arrive, or undefined when it did */
async function send(delivery: Delivery): Promise<string | undefined> {
  try {
    const response = await fetch(delivery.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'user-agent': 'aozora',
        ...signEvent(delivery, Math.floor(Date.now() / 1000)),
      },
      body: delivery.body,
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS),
    })
    await response.body?.cancel()
    return response.ok ? undefined : `status ${response.status}`
  } catch (error) {
    const { cause } = error as { cause?: unknown }
    return cause instanceof Error ? cause.message : (error as Error).message
  }
}

/** What a courier works with. */
export interface Courier {
  readonly webhooks: Webhooks
  readonly log: (line: object) => void
  readonly onDelivery?: (isArrived: boolean) => void
  /** Seconds before the second try. */
  readonly firstWait?: number
}

async function deliver({ webhooks, log, onDelivery, firstWait }: Courier, delivery: Delivery): Promise<void> {
  const { sequence, attempts, eventId, url } = delivery
  const error = await send(delivery)
  onDelivery?.(error === undefined)
  if (error === undefined) return webhooks.drop(sequence)
  const isLast = attempts >= MOST_ATTEMPTS
  log({
    message: isLast ? 'a webhook event is given up' : 'a webhook event did not arrive',
    eventId,
    url,
    error,
  })
  if (isLast) await webhooks.drop(sequence)
  else await webhooks.delay(sequence, waitAfter(attempts, firstWait), error)
}

const SENT_AT_ONCE = 4

/** Delivers events until the signal aborts. Several servers can do so at once: each event is taken by one. */
export async function runCourier(courier: Courier, signal: AbortSignal): Promise<void> {
  const run = async () => {
    while (!signal.aborted) {
      try {
        const delivery = await courier.webhooks.take()
        if (delivery) await deliver(courier, delivery)
        else await pause(IDLE_MILLISECONDS, undefined, { signal })
      } catch (error) {
        if (signal.aborted) return
        courier.log({ message: 'no webhook event could be taken', error: String(error) })
        await pause(IDLE_MILLISECONDS, undefined, { signal }).catch(() => {})
      }
    }
  }
  await Promise.all(Array.from({ length: SENT_AT_ONCE }, run))
}
