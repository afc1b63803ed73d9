import assert from 'node:assert/strict'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { tiny } from '../recipes/tiny.ts'
import { createRandom, type Tensor } from '../src/array/index.ts'
import { makeDataset, openDataset } from '../src/dataset/index.ts'
import { modelConfigSchema, openModel } from '../src/sample/index.ts'
import { loadModel } from '../src/store/index.ts'
import { type DecoderRecipe, drawDecoderBatch, type LatentSet, runDecoderRecipe } from '../src/train/index.ts'
import { writeTinyModel } from './serving/fixtures.ts'

const makeFolder = () => mkdtempSync(path.join(tmpdir(), 'aozora-decoder-'))

const sumOf = ({ data }: Tensor, from: number, to: number) => {
  let sum = 0
  for (let i = from; i < to; i++) sum += data[i]
  return sum
}

/** Latents in which every number is that of its latent frame. */
function countFrames(shape: LatentSet['shape'], clips: number): LatentSet {
  const [, channels, h, w] = shape
  const size = channels * h * w
  const clip = { caption: 'a red ball rolls left', shortCaption: 'a red ball', looks: [] }
  return {
    shape,
    mean: new Float32Array(channels),
    deviation: new Float32Array(channels).fill(1),
    clips: Array.from({ length: clips }, () => clip),
    window: (_, start, frames) => ({
      latents: Float32Array.from({ length: frames * size }, (_, i) => start + Math.floor(i / size)),
      coverage: new Float32Array(),
      velocity: new Float32Array(),
    }),
  }
}

test('a decoder is shown the frames that its latents stand for, between the latent frames beside them', async () => {
  const folder = makeFolder()
  await makeDataset(folder, { ...tiny.clips, clips: 1 })
  const [dataset, model] = [openDataset(folder), await openModel({ folder: writeTinyModel() })]
  const shape = [9, model.autoencoder.latentChannels, 2, 2] as const
  const clip = await dataset.clip(0)
  const pixels = 3 * clip.width * clip.height
  const [told, followed] = [new Set<number>(), new Set<number>()]
  for (let seed = 0; seed < 60; seed++) {
    const options = { batchSize: 1, frames: 2 }
    const batch = await drawDecoderBatch(createRandom(seed), model, dataset, countFrames(shape, 1), options)
    const size = batch.latents.data.length / 4
    const means = [0, 1, 2, 3].map(f => sumOf(batch.latents, f * size, (f + 1) * size) / size)
    const first = Math.round(means[1])
    // Others are guesses of a model that has learned nothing.
    const isTold = (f: number, frame: number) => Math.abs(means[f] - frame) < 0.1
    if (![0, 1, 2].every(f => isTold(f, Math.max(0, first + f - 1)))) continue
    // Behind the window's last latent frame there is none.
    assert.ok(isTold(3, first + 2) || isTold(3, 0), `${means[3]} behind ${means[2]}`)
    told.add(first)
    if (isTold(3, first + 2)) followed.add(first)
    for (let f = 0; f < 8; f++) {
      const frame = Math.max(0, 4 * first - 3 + f)
      const [red, seen] = [clip.frames[frame * pixels], batch.video.data[f * pixels]]
      assert.ok(Math.abs(seen - (red / 127.5 - 1)) < 1e-6, `latent frame ${first}, frame ${f}`)
      const whole = (sumOf(batch.video, f * pixels, (f + 1) * pixels) + pixels) * 127.5
      const sum = clip.frames.subarray(frame * pixels, (frame + 1) * pixels).reduce((a, b) => a + b)
      assert.ok(Math.abs(whole - sum) < 1, `frame ${f}`)
    }
  }
  assert.ok(told.has(0) && told.size > 4, `latent frames ${[...told]}`)
  assert.ok(followed.has(0) && followed.size > 2, `followed are ${[...followed]}`)
  await model.close()
})

test('a decoder learns from the guesses of its transformer; all else of the model stays', async () => {
  const [folder, warmStart] = [makeFolder(), writeTinyModel()]
  const recipe: DecoderRecipe = {
    name: 'tiny',
    description: '',
    seed: 1,
    clips: { ...tiny.clips, clips: 4 },
    schedule: { steps: 60, warmup: 3, decay: 0.3, adamRate: 0.03, muonRate: 0 },
    batchSize: 2,
    frames: 2,
  }
  const losses: number[] = []
  const made = await runDecoderRecipe(recipe, {
    folder,
    warmStart,
    // As many as the command takes on two cores.
    workers: 2,
    onProgress: (_stage, _done, _of, report) => report && losses.push(report.loss),
  })
  const mean = (part: readonly number[]) => part.reduce((a, b) => a + b) / part.length
  assert.ok(mean(losses.slice(-10)) < 0.8 * mean(losses.slice(0, 5)), losses.join(' '))
  const [before, after] = [warmStart, made].map(model => loadModel(model, modelConfigSchema).tensors)
  const changed = Object.keys(before).filter(
    name => Buffer.compare(Buffer.from(before[name].data.buffer), Buffer.from(after[name].data.buffer)) !== 0,
  )
  assert.deepEqual(Object.keys(after).sort(), Object.keys(before).sort())
  assert.ok(
    changed.length > 10 && changed.every(name => name.startsWith('autoencoder.decoder.')),
    changed.join(' '),
  )
  const scene = { ...recipe.clips.scene, width: 64, height: 64 }
  const large = { ...recipe, clips: { ...recipe.clips, scene } }
  await assert.rejects(
    runDecoderRecipe(large, { folder: makeFolder(), warmStart }),
    /clips must be of 32 x 32 pixels and 4 latent frames at least, got 64 x 64 x 9/,
  )
})
