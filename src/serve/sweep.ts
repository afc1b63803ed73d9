import { setTimeout as pause } from 'node:timers/promises'
import type { Stores } from './store/index.ts'

const MINUTE_MILLISECONDS = 60_000
/** Minutes between two sweeps of files without a record: for these, every file there is must be listed. */
const ORPHAN_MINUTES = 60
/** Files without a record are younger than this only while their record is about to be made. */
const ORPHAN_SECONDS = 3600
const PAGE = 200

/**
 * Removes the files of videos that have expired or failed; their records stay.
 * @returns how many videos' files were removed
 */
export async function removeExpired({ jobs, files }: Stores): Promise<number> {
  const expired = await jobs.findExpired()
  for (const id of expired) {
    // First the files: who is killed in between does it again.
    await files.remove(id)
    await jobs.markRemoved(id)
  }
  return expired.length
}

/**
 * Removes files whose job was deleted while somebody still wrote them.
 * @param seconds age of files without a record at which they are removed
 * @returns how many videos' files were removed
 */
export async function removeOrphans({ jobs, files }: Stores, seconds = ORPHAN_SECONDS): Promise<number> {
  const oldest = Date.now() / 1000 - seconds
  let removed = 0
  let page = new Set<string>()
  const removePage = async () => {
    const known = await jobs.whichExist([...page])
    for (const id of page) {
      if (known.has(id)) continue
      await files.remove(id)
      removed++
    }
    page = new Set()
  }
  for await (const { id, modified } of files.list()) {
    if (modified < oldest) page.add(id)
    if (page.size >= PAGE) await removePage()
  }
  await removePage()
  return removed
}

/**
 * Removes what nobody needs any more, now and every minute, until the signal aborts; files without a record every hour.
 * @param minute in milliseconds
 */
export async function runSweeper(
  stores: Stores,
  log: (line: object) => void,
  signal: AbortSignal,
  minute = MINUTE_MILLISECONDS,
): Promise<void> {
  for (let minutes = 0; !signal.aborted; minutes++) {
    try {
      await stores.jobs.forgetUsage()
      const expired = await removeExpired(stores)
      const orphans = minutes % ORPHAN_MINUTES === 0 ? await removeOrphans(stores) : 0
      if (expired + orphans > 0) log({ message: 'files were removed', expired, orphans })
    } catch (error) {
      log({ message: 'nothing could be swept', error: String(error) })
    }
    await pause(minute, undefined, { signal }).catch(() => {})
  }
}
