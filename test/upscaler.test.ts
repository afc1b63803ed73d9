import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { upscaler as recipe } from '../recipes/index.ts'
import { createRandom, input, type Tensor } from '../src/array/index.ts'
import { measurePsnr } from '../src/evaluate/index.ts'
import { open, openUpscaler, textToVideo } from '../src/index.ts'
import { gridOfPixels, readFootage, scalePicture } from '../src/media/index.ts'
import {
  fixParameters,
  initializeParameters,
  upscale,
  upscalerScales,
  upscalerSize,
  upscalerSpecs,
} from '../src/model/index.ts'
import { compile } from '../src/onnx/index.ts'
import { assembleUpscaler, chooseScale } from '../src/sample/index.ts'
import { runUpscalerRecipe } from '../src/train/index.ts'
import { curricula, loadPhysics, renderMotion, sampleClip } from '../src/world/index.ts'
import { writeTinyModel } from './serving/fixtures.ts'

const temporary = () => mkdtempSync(path.join(tmpdir(), 'aozora-upscaler-'))
const config = { width: 8, blocks: 1 }
const params = initializeParameters(upscalerSpecs(config), createRandom(1))
const traced = fixParameters(upscalerSpecs(config), params)

/** A frame of noise, H x W x 3. */
const noise = (seed: number, width: number, height: number) => {
  const random = createRandom(seed)
  return Uint8Array.from({ length: width * height * 3 }, () => random.integer(256))
}

test('an upscaler that has learned nothing enlarges by its bicubic kernel: slopes stay slopes', async () => {
  const [width, height] = [12, 8]
  const slope = (x: number, y: number, c: number) => 0.05 * x - 0.07 * y + 0.1 * c
  const frame: Tensor = { shape: [1, 3, height, width], data: new Float32Array(3 * height * width) }
  for (let i = 0; i < frame.data.length; i++) {
    frame.data[i] = slope(i % width, Math.floor(i / width) % height, Math.floor(i / width / height))
  }
  for (const scale of upscalerScales) {
    const large = upscale(traced, input('frame', frame.shape), scale)
    assert.deepEqual(large.shape, [1, 3, scale * height, scale * width])
    const network = await compile({ large }, { threads: 1 })
    const { data } = (await network.run({ frame })).large
    await network.release()
    const at = (i: number) => (i + 0.5) / scale - 0.5
    for (let c = 0; c < 3; c++) {
      for (let y = 2 * scale; y < scale * (height - 2); y++) {
        for (let x = 2 * scale; x < scale * (width - 2); x++) {
          const made = data[(c * scale * height + y) * scale * width + x]
          assert.ok(Math.abs(made - slope(at(x), at(y), c)) < 1e-5, `${scale}: ${c}, ${y}, ${x}`)
        }
      }
    }
  }
  assert.throws(() => upscale(traced, input('frame', [1, 3, 7, 8]), 2), /frames must have shape/)
})

test('frames come one after the other as they would alone, of odd sizes too; others are refused', async () => {
  const upscaler = assembleUpscaler(config, params, { threads: 1 })
  for (const [size, scale] of [
    [{ width: 10, height: 6 }, 2],
    [{ width: 7, height: 5 }, 4],
  ] as const) {
    const frames = [1, 2, 3].map(seed => noise(seed, size.width, size.height))
    let seen = 0
    for await (const frame of upscaler.enlarge(frames, size, scale)) {
      assert.equal(frame.length, 3 * scale ** 2 * size.width * size.height)
      assert.deepEqual(frame, await upscaler.enlargeFrame(frames[seen++], size, scale))
    }
    assert.equal(seen, 3)
  }
  const grey = new Uint8Array(3 * 8 * 8).fill(77)
  const large = await upscaler.enlargeFrame(grey, { width: 8, height: 8 }, 4)
  assert.ok(large.every(byte => byte === 77))
  await assert.rejects(
    upscaler.enlargeFrame(grey, { width: 8, height: 9 }, 2),
    /must hold 216 bytes, got 192/,
  )
  await upscaler.close()
})

test('a scale is chosen by what is wanted, and a grid that the model knows', () => {
  const own = { width: 128, height: 128 }
  const square = (side: number) => ({ width: side, height: side })
  assert.deepEqual(
    [100, 128, 130, 256, 300, 512, 1024].map(side => chooseScale(own, square(side))),
    [undefined, undefined, 2, 2, 4, 4, 4],
  )
  assert.deepEqual(gridOfPixels(own, { width: 160, height: 128 }), { width: 160, height: 128 })
  for (const wanted of [512, 256, 100]) assert.deepEqual(gridOfPixels(own, square(wanted)), own)
  const { width, height } = gridOfPixels(own, { width: 1280, height: 720 })
  assert.ok(width % 32 === 0 && height % 32 === 0 && width > height, `${width}x${height}`)
})

test('the bundled upscaler is nearer to the scene filmed large than Lanczos, at both scales', async () => {
  await loadPhysics()
  const upscaler = openUpscaler({ threads: 1 })
  const { scene, motion } = sampleClip(7_000_001, { ...curricula.second, frameCount: 1 })
  const film = (side: number) => renderMotion({ ...scene, width: side, height: side }, motion).frames
  const small = film(128)
  for (const scale of upscalerScales) {
    const [size, to] = [128, 128 * scale].map(side => ({ width: side, height: side }))
    const large = film(to.width)
    const before = measurePsnr(await scalePicture(small, size, to), large)
    const after = measurePsnr(await upscaler.enlargeFrame(small, size, scale), large)
    assert.ok(after > before, `${scale}: ${before} to ${after}`)
  }
  await upscaler.close()
})

test('a video is saved larger than it was made, in every kind of file', async () => {
  const [folder, model] = [temporary(), await open({ folder: writeTinyModel() })]
  const upscaler = openUpscaler({ threads: 1 })
  const video = await textToVideo(model, 'a red ball', { seconds: 1, numInferenceSteps: 1 })
  const size = { width: 96, height: 64 }
  for (const name of ['film.webp', 'film.gif']) {
    await video.save(path.join(folder, name), { size, upscaler })
    const { original, frameCount } = await readFootage(
      path.join(folder, name),
      { width: 96, height: 64, fps: 12 },
      2,
    )
    assert.deepEqual([original, frameCount], [size, 12], name)
  }
  await video.save(path.join(folder, 'film.mp4'), { size, upscaler })
  await video.save(path.join(folder, 'again.mp4'), { size, upscaler })
  await video.save(path.join(folder, 'plain.mp4'), { size })
  const [one, again, plain] = ['film', 'again', 'plain'].map(name =>
    readFileSync(path.join(folder, `${name}.mp4`)),
  )
  assert.deepEqual(one, again)
  assert.notDeepEqual(one, plain)
  await upscaler.close()
  await model.close()
})

test('an upscaler is trained for a model, goes on where it was stopped, and opens', async () => {
  const folder = temporary()
  const tiny = {
    ...recipe,
    pairs: {
      ...recipe.pairs,
      scenes: 2,
      pairsPerScene: 2,
      crop: 16,
      scene: { ...curricula.first, frameCount: 13 },
    },
    config,
    schedule: { ...recipe.schedule, steps: 12, warmup: 2 },
    batchSize: 2,
    crop: 12,
  }
  const losses: number[] = []
  let filmed = 0
  const stop = new AbortController()
  const options = {
    folder,
    warmStart: writeTinyModel(),
    threads: 1,
    onProgress: (stage: string, done: number, _of: number, report?: { readonly loss: number }) => {
      if (stage === 'pairs') filmed++
      if (report) losses.push(report.loss)
      if (report && done === 6) stop.abort()
    },
  }
  await assert.rejects(runUpscalerRecipe(tiny, { ...options, signal: stop.signal }), { name: 'AbortError' })
  const made = await runUpscalerRecipe(tiny, options)
  assert.equal(losses.length, 12)
  assert.ok(losses.every(Number.isFinite))
  const upscaler = openUpscaler({ folder: made, threads: 1 })
  const frame = await upscaler.enlargeFrame(noise(1, 32, 32), { width: 32, height: 32 }, 4)
  assert.equal(frame.length, 3 * 128 * 128)
  await upscaler.close()
  assert.equal(filmed, 2)
  // Crops of another size are not those that lie there.
  await runUpscalerRecipe({ ...tiny, pairs: { ...tiny.pairs, crop: 14 } }, options)
  assert.equal(filmed, 4)
})

test('the bundled upscaler is what its recipe says; what does not go with it gets one clear line', () => {
  assert.deepEqual(recipe.config, upscalerSize)
  const bin = fileURLToPath(new URL('../bin/aozora.js', import.meta.url))
  for (const [args, message] of [
    [['train', 'upscaler', '--export'], /--export does not go with upscaler/],
    [['train', 'upscaler', '--dataset', '.'], /--dataset does not go with the upscaler/],
    [['generate', 'a', '--size', '33'], /even pixels from 32 to 2048/],
  ] as const) {
    const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...args], { encoding: 'utf8' })
    assert.deepEqual([status, stdout], [2, ''], stderr)
    assert.match(stderr, message)
    assert.equal(stderr.trim().split('\n').length, 1, stderr)
  }
})
