#!/usr/bin/env node
// The command line: the compiled build when there is one, else the TypeScript source through tsx.
import { existsSync } from 'node:fs'

const built = new URL('../dist/src/cli/main.js', import.meta.url)
if (!existsSync(built)) {
  const { register } = await import('tsx/esm/api')
  register()
}
const entry = existsSync(built) ? built : new URL('../src/cli/main.ts', import.meta.url)
const { main } = await import(entry.href)
process.exitCode = await main(process.argv.slice(2))
