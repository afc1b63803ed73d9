import { closeSync, existsSync, openSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'

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

/**
 * Checks that a file can be written whole, before what it shall hold is made.
 * @throws RangeError naming the file when it cannot.
 */
export function expectWritable(file: string): void {
  const temporary = `${file}.tmp`
  try {
    if (existsSync(file) && statSync(file).isDirectory()) throw Object.assign(new Error(), { code: 'EISDIR' })
    closeSync(openSync(temporary, 'wx'))
    rmSync(temporary)
  } catch (error) {
    // One that was left there will be written over.
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'EEXIST') throw new RangeError(`${file} cannot be written (${code})`)
  }
}
