import type { Stores } from '../store/index.ts'

// The text format of Prometheus, version 0.0.4.

/** What happened to requests since the server started. */
export interface Metrics {
  countRequest(method: string, route: string, status: number, seconds: number): void
  countDelivery(isArrived: boolean): void
  /** Everything as text, with what the database knows of jobs. */
  write(stores: Stores): Promise<string>
}

const BOUNDS = [0.005, 0.02, 0.1, 0.5, 2, 10]

type Labels = Readonly<Record<string, string | number>>

const labelled = (name: string, labels: Labels, value: number) => {
  const pairs = Object.entries(labels).map(
    ([key, text]) => `${key}="${String(text).replace(/["\\\n]/g, '_')}"`,
  )
  return `${name}${pairs.length > 0 ? `{${pairs.join(',')}}` : ''} ${value}`
}

const family = (name: string, type: string, help: string, lines: readonly string[]) => [
  `# HELP ${name} ${help}`,
  `# TYPE ${name} ${type}`,
  ...lines,
]

/** Starts counting. */
export function createMetrics(): Metrics {
  const requests = new Map<string, { labels: Labels; count: number }>()
  const buckets = BOUNDS.map(() => 0)
  const deliveries = { arrived: 0, failed: 0 }
  let [sum, count] = [0, 0]
  const writeTimes = () => [
    ...BOUNDS.map((le, i) => labelled('aozora_request_seconds_bucket', { le }, buckets[i])),
    labelled('aozora_request_seconds_bucket', { le: '+Inf' }, count),
    labelled('aozora_request_seconds_sum', {}, sum),
    labelled('aozora_request_seconds_count', {}, count),
  ]
  return {
    countRequest(method, route, status, seconds) {
      const key = `${method} ${route} ${status}`
      const entry = requests.get(key) ?? { labels: { method, route, status }, count: 0 }
      entry.count++
      requests.set(key, entry)
      sum += seconds
      count++
      for (const [i, bound] of BOUNDS.entries()) if (seconds <= bound) buckets[i]++
    },
    countDelivery(isArrived) {
      deliveries[isArrived ? 'arrived' : 'failed']++
    },
    async write({ jobs, webhooks }) {
      const counts = Object.entries(await jobs.count())
      const waiting = await webhooks.countWaiting()
      return `${[
        ...family(
          'aozora_jobs',
          'gauge',
          'Videos by status.',
          counts.map(([status, n]) => labelled('aozora_jobs', { status }, n)),
        ),
        ...family(
          'aozora_requests_total',
          'counter',
          'Requests since the server started.',
          [...requests.values()].map(entry => labelled('aozora_requests_total', entry.labels, entry.count)),
        ),
        ...family('aozora_request_seconds', 'histogram', 'Time until a request was answered.', writeTimes()),
        ...family('aozora_webhook_events_waiting', 'gauge', 'Events that have not arrived yet.', [
          labelled('aozora_webhook_events_waiting', {}, waiting),
        ]),
        ...family(
          'aozora_webhook_deliveries_total',
          'counter',
          'Attempts to deliver an event.',
          Object.entries(deliveries).map(([result, n]) =>
            labelled('aozora_webhook_deliveries_total', { result }, n),
          ),
        ),
        ...family('aozora_memory_bytes', 'gauge', 'Memory of the server process.', [
          labelled('aozora_memory_bytes', {}, process.memoryUsage().rss),
        ]),
      ].join('\n')}\n`
    },
  }
}
