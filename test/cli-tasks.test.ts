import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { before, test } from 'node:test'
import sharp from 'sharp'
import { readFootage, saveVideo } from '../src/media/index.ts'
import { writeTinyModel } from './serving/fixtures.ts'

// Every task by the command line, with a real model of the smallest size: what goes in, what comes out, what is said.

const bin = path.resolve('bin/aozora.js')
const tiny = writeTinyModel()
const inputs = mkdtempSync(path.join(tmpdir(), 'aozora-inputs-'))
const input = (name: string) => path.join(inputs, name)

function run(cwd: string, args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, 'generate', ...args], {
    cwd,
    encoding: 'utf8',
  })
  return { status, stdout, stderr }
}

const temporary = () => mkdtempSync(path.join(tmpdir(), 'aozora-cli-'))

/** Makes a film of few steps; says what came of it. */
function generate(...args: string[]) {
  const cwd = temporary()
  const result = run(cwd, ['--model', tiny, '--steps', '1', '-o', 'out.webp', '--json', ...args])
  assert.equal(result.status, 0, result.stderr)
  const film = JSON.parse(result.stdout.split('\n')[0])
  return { ...result, film, cwd, file: path.join(cwd, 'out.webp') }
}

/** Frames of squares that move, each of another grey. */
function squares(count: number, width: number, height: number): Uint8Array {
  return Uint8Array.from({ length: count * width * height * 3 }, (_, i) => {
    const [x, f] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width / height)]
    return Math.floor(x / 8) % 2 === f % 2 ? 40 + f : 200
  })
}

before(async () => {
  await saveVideo(input('own.webp'), squares(12, 32, 32), { width: 32, height: 32, fps: 12 })
  await saveVideo(input('wide.gif'), squares(50, 64, 36), { width: 64, height: 36, fps: 25 })
  const minute = squares(61, 16, 16)
  await saveVideo(input('long.gif'), minute, { width: 16, height: 16, fps: 1 })
  const raw = { width: 64, height: 32, channels: 3 } as const
  await sharp(squares(1, 64, 32), { raw })
    .png()
    .toFile(input('picture.png'))
  await sharp(squares(1, 64, 32), { raw })
    .webp()
    .toFile(input('still.webp'))
  writeFileSync(input('words.gif'), 'these are words')
  writeFileSync(
    input('story.json'),
    '[{"prompt": "a red ball", "seconds": 1}, {"prompt": "a ball", "seconds": 2}]',
  )
})

test('pictures begin and end films; what was cut of them is said in one line', () => {
  const first = generate('a ball', '-s', '1', '--image', input('picture.png'))
  assert.deepEqual([first.film.frames, first.film.width], [12, 32])
  const name = input('picture.png')
  assert.equal(first.stderr, `${name}: 64x32 scaled to 32x32, 50 % of its width cut\n`)
  assert.equal(generate('a ball', '-s', '1', '--last-image', input('picture.png')).film.frames, 12)
  const both = generate('a ball', '-s', '2', '--image', name, '--last-image', name)
  assert.deepEqual([both.film.frames, both.stderr.trim().split('\n').length], [24, 2])
})

test('films go on, forward and backward, and are joined: their frames come back', async () => {
  const frames = async (file: string) =>
    (await readFootage(file, { width: 32, height: 32, fps: 12 }, 60)).frames
  const own = await frames(input('own.webp'))
  const close = (a: Uint8Array, b: Uint8Array) => {
    const sum = a.reduce((total, value, i) => total + Math.abs(value - b[i]), 0)
    assert.ok(sum / a.length < 6, `${sum / a.length}`)
  }
  const longer = generate('a ball', '-s', '1', '--extend', input('own.webp'))
  assert.deepEqual([longer.film.seconds, longer.stderr], [2, ''])
  close(own, await frames(longer.file))
  const earlier = generate('a ball', '-s', '1', '--extend', input('own.webp'), '--backward')
  close(own, (await frames(earlier.file)).subarray(-own.length))
  const fitted = generate('a ball', '-s', '1', '--extend', input('wide.gif'))
  assert.equal(fitted.film.frames, 24 + 12)
  assert.match(
    fitted.stderr,
    /^\S+wide\.gif: 64x36 scaled to 32x32, 44 % of its width cut, 25 frames\/s to 12\n$/,
  )
  for (const args of [
    ['a ball', '--connect', input('own.webp'), input('wide.gif')],
    ['--connect', input('own.webp'), input('wide.gif'), 'a ball'],
  ]) {
    assert.equal(generate(...args, '-s', '1').film.frames, 12 + 12 + 24)
  }
})

test('loops, edits, storyboards, sizes, devices, variations', () => {
  assert.equal(generate('a ball', '--loop', '-s', '2').film.frames, 24)
  const edited = generate('a ball', '--edit', input('own.webp'), '--strength', '0.5')
  assert.equal(edited.film.frames, 12)
  const part = generate('a ball', '--inpaint', input('own.webp'), '--box', '8,8,16,16', '--from', '0.5')
  assert.equal(part.film.frames, 12)
  const masked = generate('a ball', '--inpaint', input('wide.gif'), '--mask', input('picture.png'))
  assert.deepEqual([masked.film.frames, masked.stderr.trim().split('\n').length], [24, 2])
  const story = run(edited.cwd, ['--model', tiny, '--steps', '1', '--storyboard', input('story.json')])
  assert.match(story.stdout, /^a-red-ball\.mp4: 3 s, 32x32/, story.stderr)
  const size = (wanted: string) => {
    const { film } = generate('a ball', '-s', '1', '--size', wanted, '--device', 'auto')
    return [film.width, film.height]
  }
  assert.deepEqual(size('64x32'), [64, 32])
  assert.deepEqual(size('64'), [64, 64])
  assert.deepEqual(size('3:1'), [96, 32])
  const several = generate('a ball', '-s', '1', '--count', '2', '--seed', '5')
  assert.deepEqual(readdirSync(several.cwd), ['out-1.webp', 'out-2.webp'])
})

test('what does not go together, cannot be read or is too long: one clear line, exit code 2, nothing written', () => {
  writeFileSync(input('bad.json'), '[{"prompt": "a ball", "seconds": "2"}]')
  writeFileSync(input('none.json'), '[]')
  writeFileSync(input('broken.json'), '[')
  const own = input('own.webp')
  const cases: [string[], RegExp][] = [
    [['a', '--extend', own, '--edit', own], /--extend and --edit do not go together/],
    [['a', '--image', input('picture.png'), '--loop'], /--image and --loop do not go together/],
    [['a', '--last-image', input('picture.png'), '--loop'], /--last-image and --loop do not go together/],
    [['a', '--backward'], /--backward says more of --extend, which is missing/],
    [['a', '--strength', '0.5'], /--strength says more of --edit, which is missing/],
    [['a', '--edit', own, '--strength', '0'], /argument '0' is invalid/],
    [
      ['a', '--edit', own, '--seconds', '2'],
      /--seconds does not go with --edit: the length is that of the film/,
    ],
    [['a', '--box', '0,0,8,8'], /--box says more of --inpaint, which is missing/],
    [['a', '--inpaint', own], /--inpaint takes either --box or --mask/],
    [['a', '--inpaint', own, '--box', '0,0,8'], /It must be left,top,width,height in pixels/],
    [['a', '--inpaint', own, '--box', '90,0,8,8'], /the box must lie inside 32x32 pixels, got 90,0,8,8/],
    [
      ['a', '--inpaint', own, '--box', '0,0,8,8', '--to', '9'],
      /must lie in order from 0 to 1 s, got 0 and 9/,
    ],
    [['a', '--storyboard', input('story.json')], /leave the prompt out/],
    [['--storyboard', input('bad.json')], /bad\.json: shot 1: `seconds` must be a number/],
    [['--storyboard', input('none.json')], /none\.json: must hold at least one shot/],
    [['--storyboard', input('broken.json')], /broken\.json cannot be read as JSON/],
    [['--storyboard', 'nowhere.json'], /There is no such file/],
    [['--connect', own], /--connect takes two films, got 1/],
    [['a', '--connect', own, own, own], /--connect takes two films, got 3/],
    [['a', '--connect', own, 'nowhere.gif'], /there is no file nowhere\.gif/],
    [['a', '--extend', 'nowhere.mp4'], /There is no such file/],
    [['a', '--extend', inputs], /It is no file/],
    [['a', '--extend', input('words.gif')], /words\.gif cannot be taken as a film: it /],
    [['a', '--extend', input('still.webp')], /still\.webp cannot be taken as a film: it is one picture/],
    [['a', '--edit', input('long.gif')], /long\.gif cannot be taken as a film: it is longer than 60 s/],
    [['a', '--image', input('story.json')], /story\.json cannot be read as a picture/],
    [
      ['a', '--inpaint', own, '--box', '0,0,8,8', '--from', '3', '--to', '1'],
      /--from must be before --to, got 3/,
    ],
    [['a', '--loop', '-s', '1'], /--seconds of a --loop must be from 2 to 12, got 1/],
    [['a', '--size', '101'], /argument '101' is invalid\. It must be a shape .* or even pixels from 32/],
    [['a', '--size', '9:1'], /It must be a shape from 4:1 to 1:4/],
    [['a', '--size', '4096'], /even pixels from 32 to 2048/],
    [['a', '--device', 'toaster'], /Allowed choices are auto, cpu/],
    [['a', '--device', 'dml'], /`device` must be one that is here \(cpu.*got dml/],
  ]
  for (const [args, message] of cases) {
    const cwd = temporary()
    const { status, stdout, stderr } = run(cwd, ['--model', tiny, ...args])
    assert.equal(status, 2, `${args.join(' ')}: ${stderr}`)
    assert.match(stderr, message)
    assert.equal(stderr.trim().split('\n').length, 1, stderr)
    assert.deepEqual([stdout, readdirSync(cwd)], ['', []])
  }
})

test('a name that is taken from the prompt is free: no film takes the place of another', () => {
  const cwd = temporary()
  const make = (...args: string[]) => {
    const { status, stdout, stderr } = run(cwd, [
      '--model',
      tiny,
      '--steps',
      '1',
      '-s',
      '1',
      '--json',
      ...args,
    ])
    assert.equal(status, 0, stderr)
    return stdout
      .trim()
      .split('\n')
      .map(line => JSON.parse(line).file)
  }
  assert.deepEqual(make('a ball'), ['a-ball.mp4'])
  const first = readFileSync(path.join(cwd, 'a-ball.mp4'))
  assert.deepEqual(make('a ball', '--seed', '1'), ['a-ball-2.mp4'])
  assert.deepEqual(make('a ball', '--count', '3'), ['a-ball-1.mp4', 'a-ball-3.mp4', 'a-ball-4.mp4'])
  assert.deepEqual(make('!'), ['untitled.mp4'])
  assert.ok(readFileSync(path.join(cwd, 'a-ball.mp4')).equals(first))
  assert.deepEqual(make('a red ball', '-o', 'a-ball.mp4'), ['a-ball.mp4'])
  assert.ok(!readFileSync(path.join(cwd, 'a-ball.mp4')).equals(first))
})

test('candidates that nothing could compare are told in one line, once', () => {
  const told = (...args: string[]) => generate('a ball', '--candidates', '2', ...args).stderr
  assert.match(told('-s', '1', '--count', '2'), /^--candidates 2 chose nothing: .* pictures are compared\n$/)
  assert.equal(told('--loop', '-s', '2'), '')
})

test('a film that is stopped is not said to go on', async () => {
  const args = [
    'generate',
    'a ball',
    '--model',
    tiny,
    '-s',
    '60',
    '--steps',
    '1000',
    '--image',
    input('picture.png'),
  ]
  const child = spawn(process.execPath, [bin, ...args], { cwd: temporary() })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', text => {
    if (said === '') child.kill('SIGINT')
    said += text
  })
  const [code] = await once(child, 'close')
  assert.equal(code, 130)
  assert.match(said, /50 % of its width cut\naozora: stopped\n$/)
})

const hasScript = spawnSync('script', ['--version']).status === 0

test('a terminal shows the film while it is made; a pipe never does', {
  skip: hasScript ? false : '`script` of util-linux, which makes pseudo terminals, is not installed',
}, async () => {
  const inTerminal = async (option: string, rows = 40) => {
    const command = `stty rows ${rows} cols 100; '${process.execPath}' '${bin}' generate 'a ball' --model '${tiny}' -s 3 --steps 400 -o film.webp ${option}`
    // Nothing else of this environment: NO_COLOR, FORCE_COLOR, CI and others change how many colours Node finds.
    const { PATH, HOME } = process.env
    const env = { PATH, HOME, TERM: 'xterm-256color', COLORTERM: 'truecolor' }
    // Its input stays open: at the end of it, `script` may never notice that the command has ended.
    const child = spawn('script', ['-qec', command, '/dev/null'], { cwd: temporary(), env })
    let shown = ''
    child.stdout.setEncoding('utf8').on('data', text => {
      shown += text
    })
    await once(child, 'close')
    child.stdin.end()
    assert.match(shown, /film\.webp: 3 s, 32x32/)
    return shown.split('▀').length - 1
  }
  const blocks = await inTerminal('')
  assert.ok(blocks >= 2 * 288 && blocks % 288 === 0, `${blocks} half blocks`)
  assert.equal(await inTerminal('--no-live-preview'), 0)
  assert.equal(await inTerminal('--live-preview', 10), 0)
  assert.doesNotMatch(generate('a ball', '-s', '1', '--live-preview').stderr, /▀/)
})
