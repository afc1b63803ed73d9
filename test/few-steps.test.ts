import assert from 'node:assert/strict'
import { cpSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { tiny } from '../recipes/tiny.ts'
import { fewStepsFolder, openModel, textToVideo } from '../src/sample/index.ts'
import { type FewStepsRecipe, runFewStepsRecipe } from '../src/train/index.ts'
import { writeTinyModel } from './serving/fixtures.ts'

test('a model is taught few steps, the adapters beside its weights are used, and it is taught on from there', async () => {
  const [folder, model] = [mkdtempSync(path.join(tmpdir(), 'aozora-few-')), writeTinyModel()]
  const recipe: FewStepsRecipe = {
    name: 'tiny',
    description: '',
    seed: 1,
    clips: { ...tiny.clips, clips: 4 },
    steps: { numInferenceSteps: 2, substeps: 2, guidanceScale: 2.5, rank: 8 },
    schedule: { steps: 30, warmup: 3, decay: 0.3, adamRate: 0.03, muonRate: 0 },
    batchSize: 4,
  }
  const learn = async (steps: number, into: string) => {
    const losses: number[] = []
    const made = await runFewStepsRecipe(
      { ...recipe, schedule: { ...recipe.schedule, steps } },
      {
        folder: into,
        warmStart: model,
        onProgress: (_stage, _done, _of, report) => report && losses.push(report.loss),
      },
    )
    return { made, losses }
  }
  const { made, losses } = await learn(30, folder)
  const mean = (part: readonly number[]) => part.reduce((a, b) => a + b) / part.length
  assert.ok(mean(losses.slice(-5)) < mean(losses.slice(0, 5)), losses.join(' '))
  cpSync(made, fewStepsFolder(model), { recursive: true })
  const fast = await openModel({ folder: model, fast: true })
  const film = await textToVideo(fast, 'a red ball rolls left', { seconds: 1, seed: 1 })
  assert.equal(film.origin.numInferenceSteps, 2)
  await fast.close()
  const again = await learn(3, path.join(folder, 'again'))
  assert.ok(again.losses[0] < losses[0], `${again.losses[0]} after ${losses[0]}`)
})
