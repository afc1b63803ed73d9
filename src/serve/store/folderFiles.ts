import { randomUUID } from 'node:crypto'
import { createReadStream, mkdirSync } from 'node:fs'
import { access, constants, opendir, open as openFile, readFile, rename, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { type FileStore, fileKinds, fileName, idOf } from './files.ts'

/** Leftovers of writers that were killed are older than this. */
const STALE_SECONDS = 3600
const TEMPORARY = '.tmp'

async function writeWhole(file: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${file}.${randomUUID()}${TEMPORARY}`
  try {
    const handle = await openFile(temporary, 'w', 0o600)
    try {
      await handle.writeFile(bytes)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(temporary, file)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

const isAbsent = (error: unknown) => error instanceof Error && 'code' in error && error.code === 'ENOENT'

/** Files in a folder; every file is written beside its place and renamed. */
export function openFolder(folder: string): FileStore {
  mkdirSync(folder, { recursive: true })
  const place = (...name: Parameters<typeof fileName>) => path.join(folder, fileName(...name))
  return {
    put: (id, kind, bytes) => writeWhole(place(id, kind), bytes),
    async get(id, kind) {
      try {
        return await readFile(place(id, kind))
      } catch (error) {
        if (isAbsent(error)) return undefined
        throw error
      }
    },
    async open(id, kind, choose) {
      let size: number
      try {
        size = (await stat(place(id, kind))).size
      } catch (error) {
        if (isAbsent(error)) return 'absent'
        throw error
      }
      const range = choose(size)
      if (!range) return 'unsatisfiable'
      return { size, range, stream: createReadStream(place(id, kind), { ...range }) }
    },
    async remove(id, kinds = fileKinds) {
      for (const kind of kinds) await rm(place(id, kind), { force: true })
    },
    async *list() {
      for await (const { name } of await opendir(folder)) {
        const file = path.join(folder, name)
        const modified = await stat(file).then(
          ({ mtimeMs }) => mtimeMs / 1000,
          () => undefined,
        )
        if (modified === undefined) continue
        const id = idOf(name)
        if (id && !name.endsWith(TEMPORARY)) yield { id, modified }
        else if (id && Date.now() / 1000 - modified > STALE_SECONDS) await rm(file, { force: true })
      }
    },
    check: () => access(folder, constants.W_OK),
    close: async () => {},
  }
}
