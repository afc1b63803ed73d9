import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { createRandom } from '../src/array/index.ts'
import { type CaptionAblation, runCaptionAblation, writeCaptionAblation } from '../src/lab/index.ts'
import { captionerSpecs, initializeParameters, transformerSizes } from '../src/model/index.ts'
import { saveModel } from '../src/store/index.ts'
import { writeTinyModel } from './serving/fixtures.ts'

const schedule = { steps: 3, warmup: 1, decay: 0.3, adamRate: 0.03, muonRate: 0.015 }
const ablation: CaptionAblation = {
  name: 'captions',
  description: '',
  seeds: [1],
  curriculum: 'first',
  clips: 4,
  clipSeed: 400_000_000,
  transformer: {
    patch: 2,
    ...transformerSizes.tiny,
    depth: 1,
    text: { vocabulary: ['a', 'red', 'ball'], length: 8, width: 16, depth: 1, heads: 2 },
  },
  window: 4,
  batchSize: 2,
  beginning: schedule,
  schedule,
  prompts: 2,
  steps: 1,
  guidance: 2,
}

/** A captioner of the smallest size that has learned nothing. */
function writeTinyCaptioner(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'aozora-captioner-'))
  const language = { vocabulary: 257, width: 16, depth: 1, heads: 2 }
  const config = { latentChannels: 4, patch: 2, frames: 4, height: 2, width: 2, captionLength: 4, language }
  const params = initializeParameters(captionerSpecs(config), createRandom(3))
  saveModel(folder, { ...config, pairs: [] }, params)
  return folder
}

test('one transformer for each kind of captions; stopped, it goes on to the same films', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'aozora-lab-'))
  const options = { folder, model: writeTinyModel(), captioner: writeTinyCaptioner(), threads: 1 }
  const stop = new AbortController()
  const onProgress = (stage: string, done: number) => stage === 'detailed-1' && done === 2 && stop.abort()
  const seen: number[] = []
  const onRun = ({ runs }: { runs: readonly unknown[] }) => void seen.push(runs.length)
  const stopped = { ...options, signal: stop.signal, onProgress, onRun }
  await assert.rejects(runCaptionAblation(ablation, stopped), { name: 'AbortError' })
  assert.deepEqual(seen, [1])
  const result = await runCaptionAblation(ablation, { ...options, onRun })
  assert.deepEqual(seen, [1, 1, 2, 3])
  const unbroken = await runCaptionAblation(ablation, { ...options, folder: path.join(folder, 'again') })
  assert.deepEqual(JSON.stringify(result), JSON.stringify(unbroken))
  const losses = result.runs.map(({ loss }) => loss)
  assert.equal(new Set(losses).size, 3, `each is told other words: ${losses.join(', ')}`)
  const output = path.join(folder, 'page')
  const { rows } = writeCaptionAblation(ablation, result, folder, output)
  assert.equal(rows.detailed.all.ceiling.count, 2)
  assert.equal(rows.detailed.colour.captions.detailed.mean, 0)
  const page = readFileSync(path.join(output, 'captions.html'), 'utf8')
  const pictures = [...page.matchAll(/src="([^"]+)"/g)].map(([, file]) => file)
  assert.equal(pictures.length, 3)
  for (const file of pictures) assert.ok(existsSync(path.join(output, file)), file)
  assert.doesNotMatch(page, /https?:|NaN/)
  await assert.rejects(runCaptionAblation({ ...ablation, steps: 2 }, options), /holds another ablation/)
})
