import assert from 'node:assert/strict'
import { cpSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { createRandom, type Tensor } from '../array/index.ts'
import {
  adapterSpecs,
  autoencoderSizes,
  autoencoderSpecs,
  initializeParameters,
  transformerSizes,
  transformerSpecs,
} from '../model/index.ts'
import { saveModel } from '../store/index.ts'
import {
  denoise,
  fewStepsFolder,
  frameSize,
  type Model,
  type ModelConfig,
  openModel,
  textToVideo,
} from './index.ts'

const config: ModelConfig = {
  autoencoder: { latentChannels: 16, ...autoencoderSizes.tiny },
  transformer: {
    latentChannels: 16,
    patch: 2,
    ...transformerSizes.tiny,
    text: { vocabulary: ['a', 'red', 'ball'], length: 6, width: 64, depth: 1, heads: 2 },
  },
  window: 5,
  width: 32,
  height: 32,
  fps: 8,
}

/** A real model at the smallest size with adapters that were never trained, on disk. */
function saveUntrained(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'aozora-few-steps-'))
  const random = createRandom(2)
  const named = (prefix: string, params: Readonly<Record<string, Tensor>>) =>
    Object.fromEntries(Object.entries(params).map(([name, tensor]) => [`${prefix}.${name}`, tensor]))
  const specs = transformerSpecs(config.transformer)
  saveModel(folder, config, {
    ...named('autoencoder', initializeParameters(autoencoderSpecs(config.autoencoder), random)),
    ...named('transformer', initializeParameters(specs, random)),
    'latent.mean': { shape: [16], data: new Float32Array(16) },
    'latent.deviation': { shape: [16], data: new Float32Array(16).fill(1) },
  })
  const drawn = initializeParameters(
    adapterSpecs(specs, 4, () => true),
    random,
  )
  for (const { data } of Object.values(drawn)) random.fillNormal(data as Float32Array)
  const steps = { numInferenceSteps: 3, substeps: 2, guidanceScale: 2.5, rank: 4 }
  saveModel(fewStepsFolder(folder), steps, drawn)
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
  const folder = saveUntrained()
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
  await slow.close()
  await fast.close()
})

test('a guidance scale of 1 is the prompt alone: one row gives what two do', async () => {
  const model = await openModel({ folder: saveUntrained() })
  const window = {
    latents: createRandom(1).fillNormal(new Float32Array(5 * frameSize(model))),
    known: [true, false, false, false, false],
    isStart: true,
    ids: Int32Array.of(2, 3, 4, 0, 0, 0),
    negativeIds: Int32Array.of(0, 0, 0, 0, 0, 0),
  }
  const make = (guidanceScale: number) =>
    denoise(model, window, { numInferenceSteps: 4, guidanceScale, random: createRandom(5) })
  const [alone, almost] = [await make(1), await make(1 + 1e-6)]
  for (const [i, value] of alone.entries())
    assert.ok(Math.abs(value - almost[i]) < 1e-3, `${value} ${almost[i]}`)
  await model.close()
})

test('a model without adapters cannot be fast, and says what is missing', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'aozora-no-steps-'))
  for (const file of ['config.json', 'weights.safetensors'])
    cpSync(path.join(saveUntrained(), file), path.join(folder, file))
  await assert.rejects(openModel({ folder, fast: true }), /fast\/config\.json is missing/)
})
