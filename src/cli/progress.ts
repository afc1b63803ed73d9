import { SingleBar } from 'cli-progress'

/** A progress bar on standard error; where that is no terminal, a line from time to time. */
export interface Progress {
  /** @param note said behind the bar */
  update(done: number, of: number, note?: string): void
  stop(): void
}

const SECONDS_PER_LINE = 60

/** For logs: the first line after a minute, so that quick work says nothing. */
function startLines(label: string): Progress {
  let last = performance.now()
  return {
    update(done, of, note = '') {
      if (performance.now() - last < SECONDS_PER_LINE * 1000) return
      last = performance.now()
      console.error(`${label} ${done}/${of} ${note}`)
    },
    stop() {},
  }
}

/** Shows a bar from its first update until it is stopped. */
export function startProgress(label: string): Progress {
  if (!process.stderr.isTTY) return startLines(label)
  const bar = new SingleBar({
    format: `${label.padEnd(12)} {bar} {value}/{total} {note}`,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 30,
    hideCursor: true,
    clearOnComplete: false,
    stream: process.stderr,
  })
  let started = false
  return {
    update(done, of, note = '') {
      if (!started) bar.start(of, done, { note })
      else bar.update(done, { note })
      started = true
    },
    stop() {
      if (started) bar.stop()
    },
  }
}

/** A progress bar that says how fast it goes and how long it will take, from what was done since its first update. */
export function startCountdown(label: string): Progress {
  const progress = startProgress(label)
  let first: { readonly done: number; readonly at: number } | undefined
  return {
    update(done, of, note = '') {
      first ??= { done, at: performance.now() }
      const seconds = (performance.now() - first.at) / 1000
      const rate = (done - first.done) / seconds
      const left = rate > 0 ? `${rate.toFixed(1)}/s, ${sayDuration((of - done) / rate)} left` : ''
      progress.update(done, of, [left, note].filter(Boolean).join('  '))
    },
    stop: progress.stop,
  }
}

/** Bytes as people say them: 512 bytes, 99 kB, 2.1 GB. */
export function sayBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`
  const power = Math.min(3, Math.floor(Math.log10(bytes) / 3))
  return `${Number((bytes / 1000 ** power).toPrecision(3))} ${['', 'kB', 'MB', 'GB'][power]}`
}

/** Seconds as people say them: 48 s, 12 min, 3 h 20 min. */
export function sayDuration(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`
  const minutes = Math.round(seconds / 60)
  return minutes < 90 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}
