import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { describeTiny, drawWeights } from '../../test/untrained.ts'
import { assembleModel, type Model } from '../sample/index.ts'
import { loadPhysics } from '../world/index.ts'
import { type EvaluationOptions, runEvaluation, writeReport } from './index.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'aozora-evaluate-'))
const options: EvaluationOptions = {
  curriculum: 'first',
  count: 4,
  seeds: 2,
  fixed: 1,
  reconstructed: 1,
  steps: 1,
  guidance: 2,
  candidates: 1,
  cache: path.join(folder, '.films'),
}
let model: Model

before(async () => {
  await loadPhysics()
  const config = describeTiny(16, 5)
  model = await assembleModel(config, drawWeights(config))
})

after(async () => {
  await model.close()
  rmSync(folder, { recursive: true })
})

test('an evaluation that was stopped goes on, and gives what an unbroken one does', async () => {
  const stop = new AbortController()
  const stopped = {
    ...options,
    signal: stop.signal,
    onProgress: (done: number) => done === 8 && stop.abort(),
  }
  await assert.rejects(runEvaluation(model, stopped), { name: 'AbortError' })
  const evaluation = await runEvaluation(model, options)
  const unbroken = await runEvaluation(model, { ...options, cache: path.join(folder, 'other') })
  assert.deepEqual(JSON.stringify(evaluation), JSON.stringify(unbroken))
  assert.equal(evaluation.prompts.length, 4)
  assert.deepEqual(
    evaluation.prompts.map(({ split }) => split),
    ['seen', 'seen', 'heldOut', 'heldOut'],
  )
  // Weights that never learned: there is no body to be seen, and the report says so.
  const summary = await writeReport(model, evaluation, options, folder)
  assert.equal(summary.attributes.seen.count?.model.mean, 0)
  assert.ok(summary.autoencoder.psnr.mean < 20)
  const page = readFileSync(path.join(folder, 'index.html'), 'utf8')
  const pictures = [...page.matchAll(/src="([^"]+)"/g)].map(([, file]) => file)
  assert.ok(pictures.length >= 1 + 8 + 2, `${pictures.length} pictures`)
  for (const file of pictures) assert.ok(existsSync(path.join(folder, file)), file)
  assert.doesNotMatch(page, /https?:/)
  const report = JSON.parse(readFileSync(path.join(folder, 'report.json'), 'utf8'))
  assert.equal(report.prompts[0].films[1].seed, 10_000)
})

test('one part alone asks for nothing else', async () => {
  const { prompts, fixed, reconstructions } = await runEvaluation(model, { ...options, only: 'autoencoder' })
  assert.deepEqual([prompts.length, fixed.length, reconstructions.length], [0, 0, 1])
})
