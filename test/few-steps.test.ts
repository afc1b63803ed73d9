import assert from 'node:assert/strict'
import { cpSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { tiny } from '../recipes/tiny.ts'
import { createRandom } from '../src/array/index.ts'
import { timesteps } from '../src/flow/index.ts'
import {
  denoise,
  fewStepsFolder,
  frameSize,
  live,
  type Model,
  openModel,
  SAMPLING_SHIFT,
  textToVideo,
} from '../src/sample/index.ts'
import { type FewStepsRecipe, runFewStepsRecipe } from '../src/train/index.ts'
import { writeAdapters, writeTinyModel } from './serving/fixtures.ts'

/** A model of the smallest size with adapters, neither of which has learned anything. */
function writeFastModel(): string {
  const folder = writeTinyModel()
  writeAdapters(folder, { numInferenceSteps: 3, substeps: 2, guidanceScale: 2.5, rank: 4 })
  return folder
}

/** Counts the rows that a model is given in each pass. */
function countRows(model: Model): { model: Model; rows: number[] } {
  const rows: number[] = []
  const predict: Model['predict'] = feeds => {
    rows.push(feeds.latents.shape[0])
    return model.predict(feeds)
  }
  return { model: { ...model, predict }, rows }
}

test('a model with adapters takes its few steps without guidance, and makes other films than without', async () => {
  const folder = writeFastModel()
  const [slow, fast] = [await openModel({ folder }), await openModel({ folder, fast: true })]
  const watched = countRows(fast)
  const film = await textToVideo(watched.model, 'a red ball', { seconds: 1, seed: 3 })
  assert.deepEqual(watched.rows, [1, 1, 1])
  const { numInferenceSteps, guidanceScale } = film.origin
  assert.deepEqual([numInferenceSteps, guidanceScale], [3, 1])
  const other = await textToVideo(slow, 'a red ball', {
    seconds: 1,
    seed: 3,
    numInferenceSteps: 3,
    guidanceScale: 1,
  })
  assert.notEqual(slow.fingerprint, fast.fingerprint)
  assert.notDeepEqual(film.frames, other.frames)
  // What shall not be shown is heard by guidance alone: no silence about that.
  const unheard = { seconds: 1, negativePrompt: 'a blue ball' }
  const refused = { name: 'RangeError', message: /`negativePrompt` needs guidance.*got "a blue ball"/ }
  await assert.rejects(textToVideo(fast, 'a red ball', unheard), refused)
  await assert.rejects(live(fast, { prompt: 'a red ball', take: 0 }, unheard).next(), refused)
  await textToVideo(fast, 'a red ball', { ...unheard, guidanceScale: 2 })
  await slow.close()
  await fast.close()
})

test('a model of few steps noises anew what it believes; one of many goes on along its path', async () => {
  const opened = await openModel({ folder: writeFastModel(), fast: true })
  for (const fewSteps of [opened.fewSteps, undefined]) {
    const seen: Float32Array[] = []
    const predict: Model['predict'] = async ({ latents }) => {
      seen.push(Float32Array.from(latents.data))
      return new Float32Array(latents.data.length)
    }
    const size = opened.window * frameSize(opened)
    const ids = new Int32Array(8)
    const known = new Array<boolean>(opened.window).fill(false)
    const window = { latents: new Float32Array(size), known, isStart: true, ids, negativeIds: ids }
    const random = createRandom(5)
    await denoise({ ...opened, fewSteps, predict }, window, {
      numInferenceSteps: 2,
      guidanceScale: 1,
      random,
    })
    // Nothing is believed, so that what is seen at the second step is noise alone, at its level.
    const [first, second] = seen
    const level = timesteps(2, SAMPLING_SHIFT)[1]
    const mean = (of: (i: number) => number) => first.reduce((sum, _, i) => sum + of(i), 0) / size
    assert.ok(Math.abs(Math.sqrt(mean(i => second[i] ** 2)) / level - 1) < 0.1)
    const alike = mean(i => first[i] * second[i]) / level
    assert.ok(fewSteps ? Math.abs(alike) < 0.3 : alike > 0.9, `${alike}`)
  }
  await opened.close()
})

test('a guidance scale of 1 is the prompt alone: one row gives what two do', async () => {
  const model = await openModel({ folder: writeTinyModel() })
  const window = {
    latents: createRandom(1).fillNormal(new Float32Array(model.window * frameSize(model))),
    known: [true, false, false, false],
    isStart: true,
    ids: Int32Array.of(2, 3, 4, 0, 0, 0, 0, 0),
    negativeIds: new Int32Array(8),
  }
  const make = (guidanceScale: number) =>
    denoise(model, window, { numInferenceSteps: 4, guidanceScale, random: createRandom(5) })
  const [alone, almost] = [await make(1), await make(1 + 1e-6)]
  for (const [i, value] of alone.entries())
    assert.ok(Math.abs(value - almost[i]) < 1e-3, `${value} ${almost[i]}`)
  await model.close()
})

test('a model without adapters cannot be fast, and says what is missing', async () => {
  await assert.rejects(openModel({ folder: writeTinyModel(), fast: true }), /fast\/config\.json is missing/)
})

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
