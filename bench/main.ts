// `npm run bench`: how fast a film is made, beside what this machine can multiply in the same run.
import { input, matmul } from '../src/array/index.ts'
import { open, textToVideo } from '../src/index.ts'
import { compile } from '../src/onnx/index.ts'

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

const limit = await measureLimit()
const started = performance.now()
const model = await open()
const opened = performance.now() - started
const prompt = 'a large red ball rolls quickly to the right on a plain grey floor'
await textToVideo(model, prompt, { seconds: 1, numInferenceSteps: 1 })

const films = []
for (let i = 0; i < ROUNDS; i++) films.push((await textToVideo(model, prompt, { seed: i })).timings)
const [denoise, decode] = [median(films.map(f => f.denoise)), median(films.map(f => f.decode))]

const { width, depth, text } = model.transformer
const tokens = (model.window * model.size.width * model.size.height) / 32 ** 2
// Two operations a multiplication: 12 D^2 a token and block, the text's keys and values, scores and sums over the keys.
const block =
  12 * width ** 2 * tokens + 2 * width ** 2 * text.length + 2 * width * tokens * (tokens + text.length)
const passes = 2 * 20 * Math.ceil(1 + (13 - model.window) / (model.window - 3))
const rate = (2 * block * depth * passes) / denoise / 1e6

console.log(`matrix product           ${limit.toFixed(0)} GFLOP/s: this machine's limit, in this run`)
console.log(`blocks while denoising   ${rate.toFixed(0)} GFLOP/s: ${(rate / limit).toFixed(2)} of the limit`)
console.log(`open the model           ${(opened / 1000).toFixed(2)} s`)
console.log(
  `a film of 4 s            ${((denoise + decode) / 1000).toFixed(2)} s: denoising ${(denoise / 1000).toFixed(2)} s, decoding ${(decode / 1000).toFixed(2)} s, median of ${ROUNDS}`,
)
console.log(`film time / clock time   ${(4000 / (denoise + decode)).toFixed(2)}`)
await model.close()
