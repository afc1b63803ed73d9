import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'

test('the code of docs/array-from-scratch.md runs as it stands', async () => {
  const text = readFileSync('docs/array-from-scratch.md', 'utf8')
  const blocks = [...text.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code)
  const sources = pathToFileURL(path.resolve('src')).href
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'aozora-docs-')), 'page.mts')
  writeFileSync(file, blocks.join('\n').replaceAll('../src/', `${sources}/`))
  await import(pathToFileURL(file).href)
})
