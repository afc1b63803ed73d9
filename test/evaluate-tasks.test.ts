import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { createRandom } from '../src/array/index.ts'
import {
  evaluateFree,
  evaluateLong,
  evaluateTasks,
  writeFree,
  writeLong,
  writeTasks,
} from '../src/evaluate/index.ts'
import { measureJump } from '../src/evaluate/joins.ts'
import { measureLatents } from '../src/evaluate/long.ts'
import { measureChanges, openModel } from '../src/sample/index.ts'
import { openExpander } from '../src/words/index.ts'
import { loadPhysics } from '../src/world/index.ts'
import { writeTinyModel } from './serving/fixtures.ts'

const quick = { curriculum: 'first', count: 1, steps: 1, guidance: 1, candidates: 2 } as const

/** Checks that a page shows pictures that are there, and asks nobody else. */
function checkPage(folder: string, name: string): string {
  const page = readFileSync(path.join(folder, name), 'utf8')
  for (const [, file] of page.matchAll(/src="([^"]+)"/g)) assert.ok(existsSync(path.join(folder, file)), file)
  assert.match(page, /<img /)
  assert.doesNotMatch(page, /https?:|NaN/)
  return page
}

test('changes and jumps of frames', () => {
  const frames = Uint8Array.from([0, 0, 0, 2, 2, 2, 4, 4, 4, 14, 14, 14])
  const changes = measureChanges(frames, 3)
  changes.forEach((change, i) => {
    assert.ok(Math.abs(change - [2, 2, 10][i]) < 1e-9)
  })
  assert.ok(Math.abs(measureJump(changes[2], changes) - 5) < 1e-9)
  assert.equal(measureJump(0.5, [0, 0, 0]), 0.5)
})

test('latents that drift are seen to, those that stay are not', () => {
  const model = { autoencoder: { latentChannels: 4 }, size: { width: 64, height: 64 }, fps: 4 }
  const frame = 4 * 16
  const still = createRandom(1).fillNormal(new Float32Array(20 * frame))
  const seconds = measureLatents(model as Parameters<typeof measureLatents>[0], still, 10)
  assert.ok(seconds.every(({ spread, drift }) => Math.abs(spread - 1) < 0.2 && drift < 0.4))
  const rising = still.map((value, i) => 1.5 * value + (i / still.length) * 8)
  const last = measureLatents(model as Parameters<typeof measureLatents>[0], rising, 10)[9]
  assert.ok(last.drift > 4 && last.spread > 1.3, JSON.stringify(last))
})

test('every task and a long film are evaluated, and shown', async () => {
  await loadPhysics()
  const folder = mkdtempSync(path.join(tmpdir(), 'aozora-tasks-'))
  const model = await openModel({ folder: writeTinyModel() })
  const clips = await evaluateTasks(model, quick)
  const summary = await writeTasks(model, clips, quick, folder)
  for (const kept of [summary.extendKept, summary.backwardKept, summary.connectKept])
    assert.equal(kept.mean, 1)
  // Nothing was learned: what is not pasted back is wrong.
  assert.ok(summary.inpaintKept.mean < 0 && summary.firstPicture.count === 1)
  assert.equal(clips[0].rows.length, 9)
  checkPage(folder, 'tasks.html')
  const [alone] = await evaluateTasks(model, { ...quick, task: 'loop' })
  assert.equal(alone.rows.length, 2)
  assert.deepEqual(Object.keys(alone.numbers), ['loopJoin', 'loopCut', 'loopMotion'])
  const long = { ...quick, curriculum: 'second', seconds: 6 } as const
  const report = await evaluateLong(model, long)
  assert.equal(report.films.length, 1)
  assert.equal(report.films[0].seconds.length, 6)
  assert.ok(report.peak.long >= report.peak.short)
  await writeLong(model, report, long, folder)
  assert.match(checkPage(folder, 'long.html'), /<svg /)
  await model.close()
})

test('free prompts are filmed beside the captions of what they ask for; a run that was stopped goes on', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'aozora-free-'))
  const model = await openModel({ folder: writeTinyModel() })
  const expander = await openExpander()
  const options = {
    count: 2,
    seeds: 2,
    steps: 1,
    guidance: 1,
    candidates: 1,
    cache: path.join(folder, '.films'),
  }
  const stop = new AbortController()
  const stopped = {
    ...options,
    signal: stop.signal,
    onProgress: (done: number) => done === 5 && stop.abort(),
  }
  await assert.rejects(evaluateFree(model, expander, stopped), { name: 'AbortError' })
  const prompts = await evaluateFree(model, expander, options)
  await expander.close()
  assert.equal(prompts.length, 2)
  for (const { films } of prompts) {
    const seeds = [films.expanded, films.told].map(list => list.map(({ seed }) => seed))
    assert.deepEqual(seeds[0], seeds[1])
    assert.ok(films.told.every(({ score }) => score.colour !== undefined && score.count !== undefined))
  }
  const summary = await writeFree(model, prompts, options, folder)
  // Nothing was learned, so nothing is there, whatever the words were.
  assert.equal(summary.all.told.mean, 0)
  assert.equal(summary.all.difference.count, 2)
  checkPage(folder, 'free.html')
  const report = JSON.parse(readFileSync(path.join(folder, 'free.json'), 'utf8'))
  assert.deepEqual([report.prompts.length, report.summary.colour.told.mean], [2, 0])
  await model.close()
})
