import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import ts from 'typescript'
import { VERSION } from '../src/store/index.ts'

// The rules of the house that a machine can check (docs/ARCHITECTURE.md, "Invariants").

/** What each room may import, besides itself. `index` is the public door, `recipes` the training runs. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  array: [],
  onnx: ['array'],
  store: ['array', 'onnx'],
  flow: ['array', 'onnx', 'store'],
  media: ['array'],
  world: ['array'],
  dataset: ['array', 'onnx', 'store', 'media', 'world'],
  model: ['array', 'onnx', 'store', 'flow'],
  sample: ['array', 'onnx', 'store', 'flow', 'model'],
  words: ['array', 'onnx', 'store', 'flow', 'model', 'sample', 'world'],
  train: ['array', 'onnx', 'store', 'flow', 'model', 'sample', 'media', 'world', 'dataset', 'words'],
  evaluate: [
    'array',
    'onnx',
    'store',
    'flow',
    'model',
    'sample',
    'train',
    'dataset',
    'media',
    'world',
    'words',
  ],
  serve: ['array', 'onnx', 'store', 'flow', 'model', 'sample', 'media', 'words'],
  aiSdk: ['serve'],
  recipes: ['model', 'train', 'world', 'dataset', 'lab'],
  index: ['sample', 'media', 'words'],
  lab: ['array', 'model', 'sample', 'store', 'media', 'world', 'train', 'evaluate'],
  cli: [
    'words',
    'store',
    'sample',
    'train',
    'evaluate',
    'media',
    'world',
    'dataset',
    'serve',
    'lab',
    'recipes',
    'index',
  ],
}

/** Files that may be longer than 400 lines, and how long: a number only ever goes down. */
const longFiles: Readonly<Record<string, number>> = {}
const LONGEST_FILE = 400
const LONGEST_FUNCTION = 60

const sources = ['src', 'recipes'].flatMap(folder =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(file => file.endsWith('.ts'))
    .map(file => path.posix.join(folder, file.replaceAll(path.sep, '/'))),
)
const isTest = (file: string) => file.endsWith('.test.ts')
const parsed = new Map(
  sources.map(file => [
    file,
    ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true),
  ]),
)

function roomOf(file: string): string {
  const [top, room] = file.split('/')
  return top === 'recipes' ? 'recipes' : room === 'index.ts' ? 'index' : room
}

/** The files of the house that a file imports or re-exports; what only tests share lies in `test/`. */
function importsOf(file: string): string[] {
  return parsed.get(file)!.statements.flatMap(statement => {
    const isImport = ts.isImportDeclaration(statement) || ts.isExportDeclaration(statement)
    if (!isImport || !statement.moduleSpecifier) return []
    const target = (statement.moduleSpecifier as ts.StringLiteral).text
    if (!target.startsWith('.')) return []
    const place = path.posix.join(path.posix.dirname(file), target)
    return isTest(file) && place.startsWith('test/') ? [] : [place]
  })
}

test('imports only go the allowed way, and through doors', () => {
  const wrong = sources.flatMap(file =>
    importsOf(file).flatMap(target => {
      const [from, to] = [roomOf(file), roomOf(target)]
      if (from === to) return []
      if (!allowed[from]?.includes(to)) return [`${file} imports ${target}: ${from} may not see ${to}`]
      return target.endsWith('/index.ts') ? [] : [`${file} reaches past the door of ${to}: ${target}`]
    }),
  )
  assert.deepEqual(wrong, [])
})

test('only onnx/ imports ONNX Runtime, only world/ the physics, only media/ the codecs', () => {
  const owners: Record<string, string> = {
    'onnxruntime-node': 'onnx',
    'protobufjs/minimal.js': 'onnx',
    '@dimforge/rapier3d-deterministic-compat': 'world',
    'h264-mp4-encoder': 'media',
    gifenc: 'media',
    'node-av': 'media',
    sharp: 'media',
    libsql: 'serve',
    ai: 'aiSdk',
    commander: 'cli',
    'cli-progress': 'cli',
  }
  for (const [file, source] of parsed) {
    if (isTest(file)) continue
    for (const [, library] of source.text.matchAll(/(?:from|import\()\s*'([^'.][^']*)'/g)) {
      if (owners[library]) assert.equal(roomOf(file), owners[library], `${file} imports ${library}`)
    }
  }
})

test('no import cycle', () => {
  const done = new Set<string>()
  const visit = (file: string, trail: readonly string[]) => {
    assert.ok(!trail.includes(file), `cycle: ${[...trail, file].join(' -> ')}`)
    if (done.has(file)) return
    for (const target of importsOf(file)) visit(target, [...trail, file])
    done.add(file)
  }
  for (const file of sources) visit(file, [])
})

test(`no file is longer than ${LONGEST_FILE} lines, no function longer than ${LONGEST_FUNCTION}`, () => {
  const long: string[] = []
  for (const [file, source] of parsed) {
    const lines = source.getLineStarts().length - 1
    if (lines > (longFiles[file] ?? LONGEST_FILE)) long.push(`${file}: ${lines} lines`)
    const visit = (node: ts.Node) => {
      if (ts.isFunctionLike(node) && !isTest(file)) {
        const [start, end] = [node.getStart(), node.getEnd()].map(
          at => source.getLineAndCharacterOfPosition(at).line,
        )
        if (end - start + 1 > LONGEST_FUNCTION) long.push(`${file}:${start + 1}: ${end - start + 1} lines`)
      }
      ts.forEachChild(node, visit)
    }
    visit(source)
  }
  assert.deepEqual(long, [])
})

test('every export has a doc comment', () => {
  const bare: string[] = []
  for (const [file, source] of parsed) {
    if (isTest(file)) continue
    for (const statement of source.statements) {
      const isExported =
        ts.canHaveModifiers(statement) &&
        ts.getModifiers(statement)?.some(modifier => modifier.kind === ts.SyntaxKind.ExportKeyword)
      if (!isExported || ts.getJSDocCommentsAndTags(statement).length > 0) continue
      bare.push(`${file}: ${statement.getText().slice(0, 60)}`)
    }
  }
  assert.deepEqual(bare, [])
})

test('the map names every source file, and only what is there', () => {
  const map = readFileSync('docs/ARCHITECTURE.md', 'utf8')
  const named = [...map.matchAll(/^((?:src|recipes)\/[\w/.]+\.ts) /gm)].map(([, file]) => file)
  assert.deepEqual(named.sort(), sources.filter(file => !isTest(file)).sort())
})

test('the lockfile and the sources name no registry and no folder of one machine', () => {
  assert.ok(!readFileSync('package-lock.json', 'utf8').includes('"resolved"'))
  for (const [file, source] of parsed) {
    assert.doesNotMatch(source.text, /\/(?:work|home|root)\//, file)
  }
})

test('the version is that of package.json, and stands in one place', () => {
  assert.equal(VERSION, JSON.parse(readFileSync('package.json', 'utf8')).version)
  const told = sources.filter(file => parsed.get(file)!.text.includes(VERSION))
  assert.deepEqual(told, ['src/store/version.ts'])
})
