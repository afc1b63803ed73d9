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

/** Seconds as people say them: 48 s, 12 min, 3 h 20 min. */
export function sayDuration(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`
  const minutes = Math.round(seconds / 60)
  return minutes < 90 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}
