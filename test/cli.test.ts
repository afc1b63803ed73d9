import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { parseCaption } from '../src/world/index.ts'

const bin = path.resolve('bin/aozora.js')

function aozora(...args: string[]) {
  const cwd = mkdtempSync(path.join(tmpdir(), 'aozora-cli-'))
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...args], { cwd, encoding: 'utf8' })
  return { status, stdout, stderr, cwd }
}

test('help teaches: every command, with examples', () => {
  const { status, stdout } = aozora('--help')
  assert.equal(status, 0)
  for (const command of ['generate', 'train', 'world', 'evaluate']) {
    assert.match(stdout, new RegExp(`^  ${command} `, 'm'))
  }
  for (const [command, word] of [
    [['generate'], '--guidance'],
    [['train'], '--warm-start'],
    [['world', 'film'], '--count'],
    [['evaluate'], '--curriculum'],
  ] as const) {
    const help = aozora(...command, '--help')
    assert.equal(help.status, 0)
    assert.ok(help.stdout.includes(word), `${command}: ${word}`)
  }
  assert.match(aozora('--version').stdout, /^\d+\.\d+\.\d+\n$/)
})

test('bad input: one clear line, exit code 2, nothing written', () => {
  const cases: [string[], RegExp][] = [
    [['genrate', 'x'], /unknown command 'genrate' \(Did you mean generate\?\)/],
    [['generate'], /missing required argument 'prompt'/],
    [['generate', ''], /prompt must say something/],
    [
      ['generate', 'a ball', '--seconds', '0'],
      /argument '0' is invalid\. It must be a whole number from 1 to 60/,
    ],
    [['generate', 'a ball', '--seconds', 'x'], /argument 'x' is invalid/],
    [['generate', 'a ball', '--seed', '1.5'], /argument '1\.5' is invalid/],
    [
      ['generate', 'a ball', '-o', 'film.mkv'],
      /argument 'film\.mkv' is invalid\. It must end in \.mp4, \.webm, \.gif, \.webp or \.png/,
    ],
    [['generate', 'a ball', '-o', 'nowhere/film.mp4'], /There is no folder nowhere/],
    [['generate', 'a ball', '-o', '/proc/film.mp4'], /\/proc\/film\.mp4 cannot be written \(ENOENT\)/],
    [['generate', 'a ball', '--model', 'nowhere'], /There is no such folder/],
    [['generate', 'a ball', '--model', path.resolve('docs')], /It holds no config\.json/],
    [['generate', 'a ball', '--model', path.resolve('README.md')], /It is no folder/],
    [['generate', 'a ball', '--loop', '-s', '13'], /--seconds of a --loop must be from 2 to 12, got 13/],
    [['show', 'missing.mp4'], /There is no such file/],
    [['show', path.resolve('docs')], /It is no file/],
    [['show', path.resolve('README.md')], /README\.md cannot be read \(it is no film or picture/],
    [['verify', 'missing.mp4'], /There is no such file/],
    [['train', 'tiny', '-f', path.resolve('README.md')], /README\.md is no folder/],
    [['train', 'small', '--keep', 'encoder'], /--keep says more of --warm-start, which is missing/],
    [['train', 'tiny', '--workers', '7'], /--workers must divide the batch of 4, got 7/],
    [['train', 'captioner', '--workers', '7'], /--workers must divide the batch of \d+, got 7/],
    [['train', 'tiny', '--warm-start', path.resolve('docs')], /It holds no config\.json/],
    [['evaluate', '-o', path.resolve('README.md')], /README\.md is no folder/],
    [['world', 'film', '--size', 'toString'], /argument 'toString' is invalid/],
    [['generate', 'a ball', '--quickly'], /unknown option '--quickly'/],
    [['generate', 'a ball', '--fast', '--negative', 'a cube'], /--negative needs guidance/],
    [
      ['train', 'huge'],
      /recipe must be one of small, shapes, tiny, captioner, judge, decoder, upscaler, few-steps, got "huge"/,
    ],
    [
      ['world', 'film', '--size', '33'],
      /argument '33' is invalid\. It must be 1:1, 16:9, 9:16, or even pixels/,
    ],
    [
      ['world', 'film', '--family', 'lava'],
      /argument 'lava' is invalid\. Allowed choices are tabletop, plane/,
    ],
    [['world', 'film', '--curriculum', 'hard'], /Allowed choices are first, second, third, full/],
    [['world', 'film', '--family', 'plane', '--size', '16:9'], /--size must be square for the family plane/],
    [['world', 'film', '--family', 'plane', '--depth'], /the plane is flat/],
    [['world', 'film', '--count', '0'], /argument '0' is invalid/],
    [['world', 'film', '-o', path.resolve('package.json')], /package\.json cannot be written to \(ENOTDIR\)/],
    [
      ['dataset', 'make', '-o', 'x', '--family', 'sea'],
      /argument 'sea' is invalid\. Allowed choices are tabletop, plane/,
    ],
    [['dataset', 'make', '-o', 'x', '--clips', '0'], /argument '0' is invalid/],
    [['dataset', 'make', '-o', 'x', '--size', '9999'], /argument '9999' is invalid/],
    [['dataset', 'make', '-o', 'x', '--scene', '{"florrs": []}'], /--scene may hold bodies.*, got "florrs"/],
    [['dataset', 'make', '-o', '/proc/x'], /\/proc\/x cannot be written/],
    [['dataset', 'inspect', '.'], /is no dataset: it has no dataset\.json/],
    [['dataset', 'import', '.', '-o', 'x'], /holds no films/],
    [['dataset', 'import', 'nowhere', '-o', 'x'], /There is no such folder/],
    [['evaluate', '--count', '0'], /argument '0' is invalid/],
    [['evaluate', '--task', 'loop'], /--task goes with --only tasks/],
    [['evaluate', '--only', 'expander', '--size', '16:9'], /--size does not go with --only expander/],
  ]
  for (const [args, message] of cases) {
    const { status, stdout, stderr, cwd } = aozora(...args)
    assert.equal(status, 2, `${args.join(' ')}: ${stderr}`)
    assert.match(stderr, message)
    assert.equal(stderr.trim().split('\n').length, 1, stderr)
    assert.equal(stdout, '')
    assert.deepEqual(readdirSync(cwd), [])
  }
})

test('a device that does not work here is told in one line', () => {
  const { status, stderr } = aozora('generate', 'a ball', '--device', 'cuda', '-s', '1', '--no-expand')
  // Where there is one, a film is made.
  if (status !== 0) assert.match(stderr, /^aozora: `device`[^\n]*cuda[^\n]*\n$/)
})

test('world film: films, true captions, a sheet', () => {
  const { status, cwd } = aozora(
    'world',
    'film',
    '--count',
    '2',
    '--seconds',
    '1',
    '--size',
    '32',
    '--seed',
    '5',
  )
  assert.equal(status, 0)
  const names = ['sheet.png', 'tabletop-5.json', 'tabletop-5.mp4', 'tabletop-6.json', 'tabletop-6.mp4']
  assert.deepEqual(readdirSync(path.join(cwd, 'films')).sort(), names)
  const { caption, scene } = JSON.parse(readFileSync(path.join(cwd, 'films/tabletop-5.json'), 'utf8'))
  assert.equal(parseCaption(caption).bodies.length, scene.bodies.length)
})

test('dataset: make goes on with what is there, inspect tells what it holds, import reads films', () => {
  const made = aozora(
    'dataset',
    'make',
    '-n',
    '3',
    '-s',
    '1',
    '--size',
    '32',
    '--curriculum',
    'first',
    '-o',
    'clips',
  )
  assert.equal(made.status, 0, made.stderr)
  assert.match(made.stdout, /^clips: 3 clips, [\d.]+ kB$/m)
  const clips = path.join(made.cwd, 'clips')
  const sheet = path.join(made.cwd, 'sheet.png')
  const { stdout } = aozora('dataset', 'inspect', clips, '--json', '--sheet', sheet)
  const summary = JSON.parse(stdout)
  assert.deepEqual(summary.shapes, [{ width: 32, height: 32, frameCount: 13, fps: 12, clips: 3 }])
  assert.equal(
    Object.values(summary.attributes.light as Record<string, number>).reduce((a, b) => a + b),
    3,
  )
  assert.ok(existsSync(sheet))
  const other = aozora(
    'dataset',
    'make',
    '-n',
    '3',
    '-s',
    '2',
    '--size',
    '32',
    '--curriculum',
    'first',
    '-o',
    clips,
  )
  assert.deepEqual([other.status, other.stderr.trim().split('\n').length], [2, 1])
  assert.match(other.stderr, /holds another dataset: `scene\.frameCount` is 13 there, 25 was asked/)

  const films = aozora('generate', 'a red ball', '-s', '1', '--steps', '1', '-o', 'film.gif').cwd
  writeFileSync(path.join(films, 'bad.gif'), 'these are words')
  const imported = aozora(
    'dataset',
    'import',
    films,
    '-o',
    path.join(films, 'clips'),
    '--size',
    '64',
    '-s',
    '1',
  )
  assert.equal(imported.status, 0, imported.stderr)
  assert.match(imported.stdout, /: 1 clip of 1 film,/)
  assert.match(imported.stdout, /^captions +1 from the prompts inside films of aozora$/m)
  assert.match(imported.stdout, /^refused +1:\n {2}bad\.gif: /m)
})

test('generate: prompts in other words are expanded, and that is told', () => {
  const made = aozora('generate', 'a crimson orb', '-s', '1', '--steps', '1', '-o', 'orb.png', '--json')
  assert.equal(made.status, 0, made.stderr)
  const { expanded } = JSON.parse(made.stdout)
  assert.equal(expanded.by, 'expander')
  assert.match(expanded.caption, /\bred\b/)
  assert.ok(made.stderr.includes(`expanded: ${expanded.caption}`))
  assert.doesNotMatch(made.stderr, /never seen/)
  const shown = aozora('show', path.join(made.cwd, 'orb.png')).stdout
  assert.match(shown, /^typedPrompt +a crimson orb$/m)
  assert.match(shown, new RegExp(`^prompt +${expanded.caption}$`, 'm'))
})

test('generate: the bundled model makes a film; unknown words are told', () => {
  const { status, stdout, stderr, cwd } = aozora(
    'generate',
    'a crimson ball rolls left',
    '--no-expand',
    '-s',
    '1',
    '--steps',
    '2',
  )
  assert.equal(status, 0, stderr)
  assert.match(stdout, /^a-crimson-ball-rolls-left\.mp4: 1 s, 128x128, 12 frames\/s, seed 0/)
  assert.match(stderr, /^The model has never seen: crimson \(docs\/captions\.md lists what it knows\)$/m)
  assert.ok(existsSync(path.join(cwd, 'a-crimson-ball-rolls-left.mp4')))
})

test('every example runs as it is', () => {
  // Those of the clients need a server: test/serve-examples.test.ts gives them one.
  const alone = (name: string) => /^\d.*\.ts$/.test(name) && !/^(?:03|07)-/.test(name)
  for (const example of readdirSync('examples').filter(alone)) {
    const cwd = mkdtempSync(path.join(tmpdir(), 'aozora-example-'))
    // Letters are learned for ten minutes; here only long enough to see that it goes.
    const steps = example.startsWith('08-') ? ['5'] : []
    const args = ['--import', import.meta.resolve('tsx'), path.resolve('examples', example), ...steps]
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd, encoding: 'utf8' })
    assert.equal(status, 0, `${example}: ${stderr}`)
    assert.ok(stdout !== '' || readdirSync(cwd).length > 0, `${example} says or makes something`)
  }
})

test('show: a film and a strip say how they were made; other files say that they do not', () => {
  const { cwd } = aozora(
    'generate',
    'a red ball',
    '--no-expand',
    '-s',
    '1',
    '--steps',
    '2',
    '--seed',
    '8',
    '--count',
    '2',
    '--json',
  )
  const [first] = readdirSync(cwd)
  assert.deepEqual(readdirSync(cwd), ['a-red-ball-1.mp4', 'a-red-ball-2.mp4'])
  const strip = path.join(cwd, 'strip.png')
  const made = aozora(
    'generate',
    'a 红 "ball"',
    '--no-expand',
    '-s',
    '1',
    '--steps',
    '2',
    '--seed',
    '9',
    '-o',
    strip,
    '--json',
  )
  const line = JSON.parse(made.stdout)
  assert.deepEqual([line.file, line.frames, line.seed, line.fps], [strip, 12, 9, 12])
  assert.deepEqual(Object.keys(line.timings), ['load', 'denoise', 'decode', 'encode', 'total'])
  const shown = aozora('show', path.join(cwd, first)).stdout
  assert.match(shown, /^prompt +a red ball$/m)
  assert.doesNotMatch(shown, /typedPrompt/)
  assert.match(shown, /^seed +8$/m)
  assert.match(aozora('show', strip).stdout, /^prompt +a 红 "ball"$/m)
  const other = aozora('show', path.resolve('docs/plane.png'))
  assert.deepEqual([other.status, other.stderr.trim().split('\n').length], [2, 1])
  assert.equal(aozora('show', 'nowhere.mp4').status, 2)
})
