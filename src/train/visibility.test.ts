import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { constant, createRandom, evaluateReference } from '../array/index.ts'
import {
  autoencoderSizes,
  autoencoderSpecs,
  decode,
  fixParameters,
  initializeParameters,
} from '../model/index.ts'
import type { LatentSet } from './latents.ts'
import { MOST_BODIES } from './truth.ts'
import { findVisibility, measureVisibility, weighChannels } from './visibility.ts'

const [frames, channels, side, cell] = [3, 4, 2, 3]
const config = { latentChannels: channels, ...autoencoderSizes.tiny }
const params = initializeParameters(autoencoderSpecs(config), createRandom(4))
const size = channels * side * side
const latents = createRandom(5).fillNormal(new Float32Array(frames * size))
const mean = Float32Array.of(0.5, -0.2, 0, 1)
const deviation = Float32Array.of(1, 0.5, 2, 0.1)

/** One clip as long as a window; a body covers one latent of its second frame. */
const data: LatentSet = {
  shape: [frames, channels, side, side],
  mean,
  deviation,
  clips: [{ caption: '', shortCaption: '', looks: [] }],
  window: () => {
    const coverage = new Float32Array(frames * side * side * MOST_BODIES)
    coverage[(side * side + cell) * MOST_BODIES] = 1
    return { latents, coverage, velocity: new Float32Array(frames * MOST_BODIES * 2) }
  },
}

/** What the decoder paints of normalised latents, in double precision. */
function paint(normalized: Float32Array): Float64Array {
  const raw = normalized.map((value, i) => {
    const channel = Math.floor(i / (side * side)) % channels
    return value * deviation[channel] + mean[channel]
  })
  const fixed = fixParameters(autoencoderSpecs(config), params)
  const painted = decode(fixed, constant(raw, [1, frames, channels, side, side]), config)
  return Float64Array.from(evaluateReference([painted], {})[0].data)
}

test('what is seen of an error is what differences of the decoder tell, with a share for all channels', async () => {
  const slopes = Array.from({ length: channels }, (_, c) => {
    const moved = [0.05, -0.05].map(step => {
      const there = latents.slice()
      there[size + c * side * side + cell] += step
      return paint(there)
    })
    return moved[0].map((value, i) => (value - moved[1][i]) / 0.1)
  })
  const products = slopes.flatMap(a =>
    slopes.map(b => a.reduce((total, value, i) => total + value * b[i], 0)),
  )
  const trace = [0, 1, 2, 3].reduce((total, c) => total + products[c * channels + c], 0)
  const expected = products.map((value, i) => {
    return (i % (channels + 1) === 0 ? 0.2 : 0) + (0.8 * channels * value) / trace
  })
  const measured = await measureVisibility(params, config, data)
  const apart = Math.hypot(...expected.map((value, i) => value - measured[i])) / Math.hypot(...expected)
  assert.ok(apart < 0.15, `${apart}: ${measured} instead of ${expected}`)
})

test('a run measures once what is seen: it goes on with that, anew for another decoder, and can be stopped', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'aozora-'))
  try {
    const stages: string[] = []
    const options = { folder, onProgress: (stage: string) => stages.push(stage) }
    const first = await findVisibility(params, config, data, options)
    const measured = stages.length
    assert.ok(stages.every(stage => stage === 'visibility') && measured > 100)
    assert.deepEqual(await findVisibility(params, config, data, options), first)
    assert.equal(stages.length, measured)
    const others = initializeParameters(autoencoderSpecs(config), createRandom(6))
    const stopped = { ...options, signal: AbortSignal.abort() }
    await assert.rejects(findVisibility(others, config, data, stopped), { name: 'AbortError' })
    assert.notDeepEqual(await findVisibility(others, config, data, options), first)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('an error is weighed by what is seen of it, and alike without', () => {
  const error = constant(Float32Array.of(1, 2, 3, 4), [1, 1, 2, 1, 2])
  const [alike, seen] = evaluateReference(
    [weighChannels(error), weighChannels(error, Float32Array.of(2, 0.5, 0.5, 1))],
    {},
  )
  assert.deepEqual(
    [alike.shape, [...alike.data]],
    [
      [1, 1, 1, 1, 2],
      [5, 10],
    ],
  )
  // 2 a a + 2 (0.5 a b) + b b, halved: a, b = 1, 3 and 2, 4.
  assert.deepEqual([...seen.data], [(2 + 3 + 9) / 2, (8 + 8 + 16) / 2])
})
