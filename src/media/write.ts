import { renameSync, rmSync, writeFileSync } from 'node:fs'

/**
 * Writes a file so that a crash leaves no half-written one: beside its place, then renamed.
 * @throws RangeError naming the file when it cannot be written.
 */
export function writeWhole(file: string, bytes: Uint8Array): void {
  const temporary = `${file}.tmp`
  try {
    writeFileSync(temporary, bytes)
    renameSync(temporary, file)
  } catch (error) {
    try {
      rmSync(temporary, { force: true })
    } catch {
      // What keeps it from being written may keep it from being removed.
    }
    throw new RangeError(`${file} cannot be written (${(error as Error).message})`)
  }
}
