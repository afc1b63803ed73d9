import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Footage, openModel, textToVideo } from './index.ts'

/** The mean colours of squares of 4 x 4 pixels. */
function shrink({ frames, frameCount, width, height }: Footage): Uint8Array {
  const [w, h] = [width / 4, height / 4]
  return Uint8Array.from({ length: frameCount * w * h * 3 }, (_, i) => {
    const [c, x, y] = [i % 3, Math.floor(i / 3) % w, Math.floor(i / 3 / w)]
    let sum = 0
    for (let at = 0; at < 16; at++) sum += frames[((4 * y + (at >> 2)) * width + 4 * x + (at % 4)) * 3 + c]
    return sum / 16
  })
}

test('the last preview is the film, small; only the first one needs the decoder', async () => {
  const model = await openModel()
  let decoded = 0
  const counted = {
    ...model,
    decodeChunk(latents: Float32Array) {
      decoded++
      return model.decodeChunk(latents)
    },
  }
  const previews: (() => Promise<Footage>)[] = []
  const prompt = 'a large blue cube slides to the left on a plain grey floor'
  const film = await textToVideo(counted, prompt, {
    seconds: 2,
    numInferenceSteps: 4,
    onProgress: ({ preview }) => previews.push(preview),
  })
  const alone = decoded
  const shown = await Promise.all(previews.map(preview => preview()))
  // Four latent frames, two at a time.
  assert.equal(decoded, alone + 2)
  const [last] = shown.slice(-1)
  assert.deepEqual([last.frameCount, last.width, last.height, last.fps], [29, 32, 32, 12])
  const true_ = shrink({ ...film, frameCount: 24 })
  const error = true_.reduce((sum, value, i) => sum + Math.abs(value - last.frames[i]), 0) / true_.length
  const contrast = true_.reduce(
    (sum, value, i) => sum + Math.abs(value - true_[(i + 7001) % true_.length]),
    0,
  )
  assert.ok(error < 8, `${error} of 255 from the film`)
  assert.ok(error < (0.3 * contrast) / true_.length, `${error} of ${contrast / true_.length}`)
  await model.close()
})
