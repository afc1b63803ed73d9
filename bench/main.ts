// `npm run bench`: how fast the bundled model trains and makes films, beside what this machine can multiply in the same run.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { small } from '../recipes/small.ts'
import { createRandom, input, matmul } from '../src/array/index.ts'
import { open, textToVideo } from '../src/index.ts'
import type { TransformerConfig } from '../src/model/index.ts'
import { compile } from '../src/onnx/index.ts'
import { train, transformerTraining } from '../src/train/index.ts'

const SIZE = 1536
const ROUNDS = 5

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]

/** GFLOP/s of one large matrix product: the limit that everything else is measured by. */
async function measureLimit(): Promise<number> {
  const [a, b] = ['a', 'b'].map(name => input(name, [SIZE, SIZE]))
  const product = await compile({ c: matmul(a, b) })
  const data = () => ({ shape: [SIZE, SIZE], data: new Float32Array(SIZE * SIZE).fill(0.5) })
  const feeds = { a: data(), b: data() }
  const times: number[] = []
  for (let i = 0; i < ROUNDS; i++) {
    const started = performance.now()
    await product.run(feeds)
    times.push(performance.now() - started)
  }
  await product.release()
  return (2 * SIZE ** 3) / median(times) / 1e6
}

/** Forward multiplications of a window's blocks, twice: 12 D^2 a token, the text's keys and values, scores and sums. */
function countOperations({ width, depth, text }: TransformerConfig, tokens: number): number {
  const linear = 12 * width ** 2 * tokens + 2 * width ** 2 * text.length
  const attention = 2 * width * tokens * (tokens + text.length)
  return 2 * depth * (linear + attention)
}

const STEPS = 6

/** Windows a second of the bundled model's training, optimizer and data included, on latents of noise. */
async function measureTraining(): Promise<number> {
  const { config, schedule, batchSize, window } = small.transformer
  const shape = [batchSize, 13, config.latentChannels, 8, 8] as const
  const latents = createRandom(1).fillNormal(new Float32Array(shape.reduce((a, b) => a * b)))
  const truths = Array.from({ length: batchSize }, (_, seed) => ({
    seed,
    caption: 'a red ball',
    shortCaption: 'a ball',
    attributes: { bodies: [] },
  }))
  const ones = new Float32Array(config.latentChannels).fill(1)
  const data = { latents, shape, mean: ones, deviation: ones, truths }
  const training = transformerTraining({
    config,
    data,
    schedule: { ...schedule, steps: STEPS },
    batchSize,
    frames: window,
  })
  const times: number[] = []
  let last = 0
  const onStep = () => {
    if (last > 0) times.push(performance.now() - last)
    last = performance.now()
  }
  const folder = mkdtempSync(path.join(tmpdir(), 'aozora-bench-'))
  await train(training, { folder, seed: 1, onStep })
  rmSync(folder, { recursive: true })
  return (1000 * batchSize) / median(times)
}

const limit = await measureLimit()
const windows = await measureTraining()
const config = small.transformer.config
// Backward is counted as twice forward.
const trained = (3 * windows * countOperations(config, small.transformer.window * 16)) / 1e9

const started = performance.now()
const model = await open()
const opened = performance.now() - started
const prompt = 'a large red ball rolls quickly to the right on a plain grey floor'
await textToVideo(model, prompt, { seconds: 1, numInferenceSteps: 1 })
const films = []
for (let i = 0; i < ROUNDS; i++) films.push((await textToVideo(model, prompt, { seed: i })).timings)
await model.close()
const [denoise, decode] = [median(films.map(f => f.denoise)), median(films.map(f => f.decode))]
// Two windows of 20 steps, each with the words and without.
const denoised = (2 * 20 * 2 * countOperations(config, model.window * 16)) / denoise / 1e6

console.log(`matrix product      ${limit.toFixed(0)} GFLOP/s: this machine's limit, in this run`)
console.log(
  `train, its blocks   ${trained.toFixed(0)} GFLOP/s: ${(trained / limit).toFixed(2)} of the limit; ${windows.toFixed(1)} windows/s`,
)
console.log(
  `denoise, its blocks ${denoised.toFixed(0)} GFLOP/s: ${(denoised / limit).toFixed(2)} of the limit`,
)
console.log(`open the model      ${(opened / 1000).toFixed(2)} s`)
console.log(
  `a film of 4 s       ${((denoise + decode) / 1000).toFixed(2)} s: denoising ${(denoise / 1000).toFixed(2)} s, decoding ${(decode / 1000).toFixed(2)} s (median of ${ROUNDS})`,
)
console.log(`film / clock        ${(4000 / (denoise + decode)).toFixed(2)}`)
