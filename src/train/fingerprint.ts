import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import type { Parameters } from '../model/index.ts'

/** A hash of all that a shard is made from: plain facts, and the parameters that they go through. */
export function fingerprintOf(facts: unknown, params: Parameters): string {
  const hash = createHash('sha256').update(JSON.stringify(facts))
  for (const [name, { shape, data }] of Object.entries(params)) {
    hash.update(`${name} ${shape}`).update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
  }
  return hash.digest('hex')
}

/** Whether a shard's JSON file is there and was made from what has this fingerprint. */
export function isMadeFrom(file: string, fingerprint: string): boolean {
  return existsSync(file) && JSON.parse(readFileSync(file, 'utf8')).fingerprint === fingerprint
}
