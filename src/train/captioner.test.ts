import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRandom } from '../array/index.ts'
import { captionerTraining } from './captioner.ts'
import type { LatentSet } from './latents.ts'
import { MOST_BODIES, TRUTH_FEATURES } from './truth.ts'

const [FRAMES, CHANNELS, SIDE] = [5, 2, 4]

/** One clip of random latents, whose only body covers every cell and always moves. */
function makeLatents(): LatentSet {
  const random = createRandom(4)
  const cells = FRAMES * SIDE * SIDE
  const coverage = new Float32Array(cells * MOST_BODIES)
  for (let cell = 0; cell < cells; cell++) coverage[cell * MOST_BODIES] = random.uniform()
  const window = {
    latents: random.fillNormal(new Float32Array(cells * CHANNELS)),
    coverage,
    velocity: new Float32Array(FRAMES * MOST_BODIES * 2).fill(0.1),
  }
  const looks = [{ shape: 'ball', colour: 'red', material: 'matte' }]
  return {
    shape: [FRAMES, CHANNELS, SIDE, SIDE],
    mean: new Float32Array(CHANNELS),
    deviation: new Float32Array(CHANNELS).fill(1),
    clips: [{ caption: 'a ball', shortCaption: 'a ball', looks }],
    window: () => window,
  }
}

/** The truth of each latent frame of a clip that is begun or not. */
async function drawTruth(share: number): Promise<Float32Array[]> {
  const { nextBatch } = captionerTraining({
    config: {
      latentChannels: CHANNELS,
      patch: 2,
      frames: FRAMES,
      height: SIDE,
      width: SIDE,
      captionLength: 8,
      language: { vocabulary: 257, width: 8, depth: 1, heads: 1 },
    },
    tokenizer: { pairs: [] },
    data: makeLatents(),
    schedule: { steps: 1, warmup: 0, decay: 0, adamRate: 0, muonRate: 0 },
    batchSize: 1,
    beginnings: { share, frames: 2 },
  })
  const { truth } = await nextBatch(createRandom(1), 1)
  const size = truth.data.length / FRAMES
  return Array.from({ length: FRAMES }, (_, f) =>
    Float32Array.from(truth.data.slice(f * size, (f + 1) * size)),
  )
}

test('a clip that is only begun stays as its last frame is, and nothing moves on', async () => {
  const [whole, begun] = [await drawTruth(0), await drawTruth(1)]
  assert.deepEqual(begun.slice(0, 2), whole.slice(0, 2))
  assert.notDeepEqual(whole[3], whole[2])
  const isVelocity = (i: number) => i % TRUTH_FEATURES >= TRUTH_FEATURES - 2
  assert.ok(whole[1].some((value, i) => isVelocity(i) && value > 0))
  const resting = begun[1].map((value, i) => (isVelocity(i) ? 0 : value))
  for (const frame of begun.slice(2)) assert.deepEqual(frame, resting)
})
