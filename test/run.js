// `npm test`: lint, types, then every test with node:test. Arguments choose files: npm test -- store world
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import path from 'node:path'

const run = (...command) => {
  const { status } = spawnSync(process.execPath, command, { stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}

const chosen = process.argv.slice(2)
const files = ['src', 'test']
  .flatMap(folder => readdirSync(folder, { recursive: true }).map(file => path.join(folder, file)))
  .filter(file => file.endsWith('.test.ts'))
  .filter(file => chosen.length === 0 || chosen.some(part => file.includes(part)))
  .sort()

if (chosen.length === 0) {
  run('node_modules/@biomejs/biome/bin/biome', 'check', '.')
  run('node_modules/typescript/bin/tsc', '--noEmit')
}
run('--import', 'tsx', '--test', '--test-reporter=spec', ...files)
