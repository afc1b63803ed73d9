// Fits a small network to a sine: a graph, its gradient, one compiled step, a loop. Run: node --import tsx examples/04-fit-a-curve.ts
import {
  add,
  createRandom,
  input,
  linear,
  mean,
  mul,
  square,
  sub,
  type Tensor,
  tanh,
  valueAndGrad,
} from '../src/array/index.ts'
import { compile } from '../src/onnx/index.ts'

const [POINTS, WIDTH, STEPS, RATE] = [128, 32, 4000, 0.03]

// The model is a function of its parameters; nothing is computed while it is traced.
const x = input('x', [POINTS, 1])
const y = input('y', [POINTS, 1])
const params = {
  hidden: { weights: input('hidden.weights', [1, WIDTH]), bias: input('hidden.bias', [WIDTH]) },
  out: { weights: input('out.weights', [WIDTH, 1]), bias: input('out.bias', [1]) },
}
const predict = ({ hidden, out }: typeof params) =>
  add(linear(tanh(add(linear(x, hidden.weights), hidden.bias)), out.weights), out.bias)

// Gradient descent in the graph itself: new parameters are outputs.
const { value: loss, grads } = valueAndGrad(p => mean(square(sub(predict(p), y))), params)
const step = await compile({
  loss,
  'new.hidden.weights': sub(params.hidden.weights, mul(grads.hidden.weights, RATE)),
  'new.hidden.bias': sub(params.hidden.bias, mul(grads.hidden.bias, RATE)),
  'new.out.weights': sub(params.out.weights, mul(grads.out.weights, RATE)),
  'new.out.bias': sub(params.out.bias, mul(grads.out.bias, RATE)),
})

const random = createRandom(1)
const xs = Float32Array.from({ length: POINTS }, (_, i) => (6 * i) / (POINTS - 1) - 3)
const data = {
  x: { shape: [POINTS, 1], data: xs },
  y: { shape: [POINTS, 1], data: xs.map(Math.sin) },
}
let state: Record<string, Tensor> = Object.fromEntries(
  step.inputs
    .filter(({ name }) => !(name in data))
    .map(({ name, shape }) => {
      const size = shape.reduce((a, b) => a * b)
      const start = name.endsWith('bias') ? new Float32Array(size) : random.fillNormal(new Float32Array(size))
      return [name, { shape, data: name.startsWith('out') ? start.map(w => w / Math.sqrt(WIDTH)) : start }]
    }),
)
for (let i = 1; i <= STEPS; i++) {
  const { loss, ...next } = await step.run({ ...data, ...state })
  state = Object.fromEntries(
    Object.entries(next).map(([name, tensor]) => [name.slice('new.'.length), tensor]),
  )
  if (i % 1000 === 0) console.log(`step ${i}: mean squared error ${loss.data[0].toFixed(5)}`)
}
await step.release()
