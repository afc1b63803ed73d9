import assert from 'node:assert/strict'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { createRandom } from '../array/index.ts'
import { makeDataset, openDataset, recaptionDataset } from '../dataset/index.ts'
import { autoencoderSizes, autoencoderSpecs, initializeParameters } from '../model/index.ts'
import { curricula } from '../world/index.ts'
import { encodeDataset } from './encodeDataset.ts'

test('latents of another encoder or of other captions are made anew, all others stay', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'aozora-encode-'))
  const [clips, latents] = [path.join(folder, 'clips'), path.join(folder, 'latents')]
  const scene = { ...curricula.first, width: 32, height: 32, frameCount: 13 }
  await makeDataset(clips, { family: 'tabletop', clips: 2, seed: 1, scene }, { workers: 1 })
  const config = { latentChannels: 4, ...autoencoderSizes.tiny }
  const draw = (seed: number) => initializeParameters(autoencoderSpecs(config), createRandom(seed))
  const [params, others] = [draw(1), draw(2)]
  /** What is encoded, and how many clips had to be. */
  const encode = async (given: typeof params) => {
    let encoded = 0
    const options = { workers: 1, onProgress: () => void encoded++ }
    const set = await encodeDataset(latents, openDataset(clips), given, config, options)
    return { encoded, set }
  }
  const first = await encode(params)
  assert.equal(first.encoded, 2)
  assert.equal((await encode(params)).encoded, 0)
  assert.equal((await encode({ ...params, 'decoder.stem': others['decoder.stem'] })).encoded, 0)
  const second = await encode(others)
  assert.equal(second.encoded, 2)
  assert.notDeepEqual(second.set.window(0, 0, 1).latents, first.set.window(0, 0, 1).latents)
  await recaptionDataset(clips, async () => 'a red ball')
  const third = await encode(others)
  assert.equal(third.encoded, 2)
  assert.equal(third.set.clips[0].caption, 'a red ball')
})
