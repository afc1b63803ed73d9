import { setTimeout as pause } from 'node:timers/promises'
import type { Stores } from './store/index.ts'

const MILLISECONDS_BETWEEN = 60_000
/** Files without a record are younger than this only while their record is about to be made. */
const ORPHAN_SECONDS = 3600
const PAGE = 200

/** Removes the files of videos that have expired or failed; their records stay. */
async function removeExpired({ jobs, files }: Stores): Promise<number> {
  const expired = await jobs.findExpired()
  for (const id of expired) {
    // First the files: who is killed in between does it again.
    await files.remove(id)
    await jobs.markRemoved(id)
  }
  return expired.length
}

/** Removes files whose job was deleted while somebody still wrote them. */
async function removeOrphans({ jobs, files }: Stores, orphanSeconds: number): Promise<number> {
  const oldest = Date.now() / 1000 - orphanSeconds
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
 * Removes what nobody needs any more.
 * @param orphanSeconds age of files without a record at which they are removed
 * @returns how many videos' files were removed
 */
export async function sweep(stores: Stores, orphanSeconds = ORPHAN_SECONDS) {
  await stores.jobs.forgetUsage()
  return { expired: await removeExpired(stores), orphans: await removeOrphans(stores, orphanSeconds) }
}

/** Sweeps now and every minute until the signal aborts. */
export async function runSweeper(
  stores: Stores,
  log: (line: object) => void,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      const { expired, orphans } = await sweep(stores)
      if (expired + orphans > 0) log({ message: 'files were removed', expired, orphans })
    } catch (error) {
      log({ message: 'nothing could be swept', error: String(error) })
    }
    await pause(MILLISECONDS_BETWEEN, undefined, { signal }).catch(() => {})
  }
}
