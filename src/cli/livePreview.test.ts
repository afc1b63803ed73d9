import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { WriteStream } from 'node:tty'
import { startLivePreview } from './livePreview.ts'
import { canShowPictures, chooseCells, drawCells } from './terminalPicture.ts'

/** What a terminal shows after some lines: the colours of the pixels, row by row. */
function readCells(lines: readonly string[]): string[][] {
  return lines.flatMap(line => {
    let [above, below] = ['', '']
    const rows: [string[], string[]] = [[], []]
    for (const [, layer, colour, block] of line.matchAll(/\[([34]8);2;([\d;]+)m|(▀)/g)) {
      if (layer === '38') above = colour
      if (layer === '48') below = colour
      if (block) {
        rows[0].push(above)
        rows[1].push(below)
      }
    }
    assert.ok(line.endsWith('\x1b[0m'))
    return rows
  })
}

test('a picture becomes half blocks: every pixel is the mean colour of its field', () => {
  const [width, height] = [48, 48]
  const frame = Uint8Array.from({ length: width * height * 3 }, (_, i) => {
    const [x, y, c] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width), i % 3]
    return [Math.floor(x / 2) * 10, Math.floor(y / 2) * 10, (x + y) % 2 === 0 ? 0 : 200][c]
  })
  const cells = chooseCells({ width, height })
  assert.deepEqual(cells, { columns: 24, rows: 12 })
  const pixels = readCells(drawCells(frame, { width, height }, cells))
  assert.deepEqual([pixels.length, pixels[0].length], [24, 24])
  pixels.forEach((row, y) => {
    row.forEach((colour, x) => {
      assert.equal(colour, `${x * 10};${y * 10};100`)
    })
  })
})

test('colours are said only where they change; wide, high and tiny pictures keep their shape', () => {
  const grey = new Uint8Array(64 * 32 * 3).fill(7)
  const [line] = drawCells(grey, { width: 64, height: 32 }, chooseCells({ width: 64, height: 32 }))
  assert.equal(line, `\x1b[38;2;7;7;7m\x1b[48;2;7;7;7m${'▀'.repeat(24)}\x1b[0m`)
  assert.deepEqual(chooseCells({ width: 160, height: 96 }), { columns: 24, rows: 7 })
  assert.deepEqual(chooseCells({ width: 96, height: 160 }), { columns: 14, rows: 12 })
  const one = drawCells(Uint8Array.of(1, 2, 3), { width: 1, height: 1 }, { columns: 2, rows: 1 })
  assert.deepEqual(readCells(one), [
    ['1;2;3', '1;2;3'],
    ['1;2;3', '1;2;3'],
  ])
})

/** A terminal of some size that keeps what is written to it. */
function terminal(rows: number, columns: number, depth = 24) {
  const written: string[] = []
  const stream = Object.assign(Object.create(WriteStream.prototype), {
    isTTY: true,
    rows,
    columns,
    getColorDepth: () => depth,
    write: (text: string) => written.push(text),
  }) as WriteStream
  return { stream, written }
}

test('only terminals that are large enough, and can or are told to, show pictures', () => {
  assert.equal(canShowPictures(terminal(40, 80).stream), true)
  assert.equal(canShowPictures(terminal(40, 80, 8).stream), false)
  assert.equal(canShowPictures(terminal(40, 80, 8).stream, true), true)
  assert.equal(canShowPictures(terminal(40, 80).stream, false), false)
  assert.equal(canShowPictures(terminal(12, 80).stream, true), false)
  assert.equal(canShowPictures({ isTTY: false } as WriteStream, true), false)
})

test('previews take a twentieth of the time at most, and end with the finished picture', async () => {
  const { stream, written } = terminal(40, 80)
  const live = startLivePreview(stream, { width: 2, height: 2 })
  assert.deepEqual(written, ['\n'.repeat(12)])
  let [spent, longest, made] = [0, 0, 0]
  const started = performance.now()
  const preview = async () => {
    const start = performance.now()
    await pause(20)
    const took = performance.now() - start
    spent += took
    longest = Math.max(longest, took)
    made++
    return { frames: new Uint8Array(24).fill(50), frameCount: 2, width: 2, height: 2, fps: 12 }
  }
  for (let step = 1; performance.now() - started < 1500; step++) {
    live.update({ step, steps: 100, preview })
    await pause(5)
  }
  await live.stop(new Uint8Array(12).fill(99))
  assert.ok(made >= 1, 'something was shown')
  // A preview that has just ended has not yet rested.
  assert.ok(spent <= 0.05 * (performance.now() - started) + longest, `${spent} ms for ${made}`)
  assert.equal(written.length, 1 + made + 1)
  assert.ok(written[1].startsWith('\x1b7\x1b[12A\r'))
  assert.ok(written.at(-1)!.includes('38;2;99;99;99') && written.at(-1)!.endsWith('\x1b8'))
  live.update({ step: 99, steps: 100, preview })
  assert.equal(written.length, made + 2)
})
