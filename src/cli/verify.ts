import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { type Verdict, verifyFile } from '../serve/index.ts'
import { existingFile } from './options.ts'

interface VerifyOptions {
  readonly key?: string
  readonly json?: boolean
}

function readVerdict(file: string): Verdict {
  try {
    return verifyFile(readFileSync(file))
  } catch (error) {
    throw new RangeError(`${file} cannot be verified (${(error as Error).message})`)
  }
}

/** @returns why the file cannot be trusted, if it cannot */
function judge(verdict: Verdict, key: string | undefined): string | undefined {
  if (verdict.state === 'unsigned') return 'bears no signature'
  if (verdict.state === 'invalid') return `has a signature that is not valid: ${verdict.reason}`
  if (verdict.state === 'changed') return 'was changed after it was signed'
  if (key !== undefined && key !== verdict.fingerprint) {
    return `was signed with another key: ${verdict.fingerprint}`
  }
  return undefined
}

function verify(file: string, { key, json }: VerifyOptions): void {
  const verdict = readVerdict(file)
  const problem = judge(verdict, key)
  if (json) console.log(JSON.stringify({ file, trusted: problem === undefined, ...verdict }))
  if (problem !== undefined) throw new Error(`${file} ${problem}`)
  if (json || verdict.state !== 'signed') return
  const { manifest, fingerprint } = verdict
  console.log(
    `${file} is as it was signed${key === undefined ? '; compare the key with the one you know' : ''}`,
  )
  const rows: [string, unknown][] = [
    ['key', fingerprint],
    ['created', manifest.created],
    ['generator', `${manifest.generator}: made by a model, not filmed`],
    ['video', `${manifest.video} (${manifest.kind})`],
    ...Object.entries((manifest.origin ?? {}) as Record<string, unknown>),
  ]
  for (const [name, value] of rows) console.log(`${name.padEnd(18)} ${value}`)
}

/** Adds `aozora verify`. */
export function addVerify(program: Command): void {
  program
    .command('verify')
    .summary('check the signature inside a video of a server')
    .description(
      'Checks that a video, thumbnail or sprite sheet is exactly what a server of Aozora has made, and says how. Exit code 1 when it is not.',
    )
    .argument('<file>', 'an .mp4, .webp or .jpg that came from `aozora serve`', existingFile)
    .option('--key <fingerprint>', 'the key that must have signed it')
    .option('--json', 'say it as JSON')
    .action(verify)
}
