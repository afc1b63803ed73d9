import {
  add,
  concatenate,
  div,
  exp,
  gradients,
  matmul,
  minimum,
  mul,
  reshape,
  slice,
  sqrt,
  square,
  sub,
  sum,
  transpose,
  type Value,
} from '../array/index.ts'

/** How a parameter is updated: Muon for the matrices inside the blocks, AdamW for everything else. */
export type Rule = 'muon' | 'adamw'

/** Numbers of both optimizers; the learning rates are inputs of the step, since they follow a schedule. */
export interface OptimizerConfig {
  readonly rule: (path: string, shape: readonly number[]) => Rule
  /** What AdamW's learning rate is multiplied by: wide inputs need smaller steps. */
  readonly rateFactor: (path: string, shape: readonly number[]) => number
  readonly adamBetas: readonly [number, number]
  readonly muonMomentum: number
  readonly weightDecay: number
  /** Gradients are scaled down to at most this norm, all parameters together. */
  readonly clipNorm: number
}

/** 1 / sqrt(inputs) of a matrix `[I, O]` or kernel `[O, I, k, k]`; gains and biases count as 1000 inputs. */
export function fanInFactor(shape: readonly number[]): number {
  if (shape.length === 4) return 1 / Math.sqrt(shape[1] * shape[2] * shape[3])
  return 1 / Math.sqrt(shape.length === 2 ? shape[0] : 1000)
}

/** What the recipes use (MODEL.md's table; 2502.16982 for the momentum and decay of Muon). */
export const optimizerDefaults = {
  adamBetas: [0.9, 0.95],
  muonMomentum: 0.95,
  weightDecay: 0.01,
  clipNorm: 1,
} as const

/** Traced arrays by parameter path. */
export type Values = Readonly<Record<string, Value>>

/** Moments by parameter path; `second` has only the parameters that AdamW updates. */
export interface Moments {
  readonly first: Values
  readonly second: Values
}

/** Step sizes and the number of this step (from 1), all scalars. */
export interface StepInputs {
  readonly adamRate: Value
  readonly muonRate: Value
  readonly step: Value
  readonly emaDecay: Value
}

/** Everything that one step makes. */
export interface Update {
  readonly params: Values
  readonly moments: Moments
  readonly ema: Values
  readonly gradientNorm: Value
}

/** Traces the gradients of `loss` and one update of parameters, moments and moving averages. */
export function updateParameters(
  loss: Value,
  params: Values,
  moments: Moments,
  ema: Values,
  inputs: StepInputs,
  config: OptimizerConfig,
): Update {
  const paths = Object.keys(params)
  const raw = gradients(loss, Object.values(params))
  const gradientNorm = sqrt(raw.map(grad => reshape(sum(square(grad)), [])).reduce(add))
  const clip = minimum(div(config.clipNorm, add(gradientNorm, 1e-6)), 1)
  const grads = Object.fromEntries(paths.map((path, i) => [path, mul(raw[i], clip)]))
  const isMuon = (path: string) => config.rule(path, params[path].shape) === 'muon'
  const muon = updateMuon(paths.filter(isMuon), params, grads, moments, inputs, config)
  const others = paths
    .filter(path => !isMuon(path))
    .map(path => updateAdam(path, params, grads, moments, inputs, config))
  const updated = new Map([...muon, ...others].map(part => [part.path, part]))
  const pick = <K extends 'param' | 'first'>(key: K) =>
    Object.fromEntries(paths.map(p => [p, updated.get(p)![key]]))
  const newParams = pick('param')
  const keep = sub(1, inputs.emaDecay)
  return {
    params: newParams,
    moments: {
      first: pick('first'),
      second: Object.fromEntries(others.map(({ path, second }) => [path, second])),
    },
    ema: Object.fromEntries(paths.map(p => [p, add(ema[p], mul(sub(newParams[p], ema[p]), keep))])),
    gradientNorm,
  }
}

/** AdamW (1711.05101): decay and step are taken from the parameter separately. */
function updateAdam(
  path: string,
  params: Values,
  grads: Values,
  moments: Moments,
  { adamRate, step }: StepInputs,
  { adamBetas: [beta1, beta2], weightDecay, rateFactor }: OptimizerConfig,
) {
  const grad = grads[path]
  const first = add(mul(moments.first[path], beta1), mul(grad, 1 - beta1))
  const second = add(mul(moments.second[path], beta2), mul(square(grad), 1 - beta2))
  const unbias = (beta: number) => sub(1, power(beta, step))
  const direction = div(div(first, unbias(beta1)), add(sqrt(div(second, unbias(beta2))), 1e-8))
  // Gains, biases and tables are not decayed: only matrices and kernels are.
  const decay = params[path].shape.length >= 2 ? weightDecay : 0
  const moved = add(direction, mul(params[path], decay))
  return {
    path,
    param: sub(params[path], mul(moved, mul(adamRate, rateFactor(path, params[path].shape)))),
    first,
    second,
  }
}

/** base^exponent for a constant base: e^(exponent ln base). */
function power(base: number, exponent: Value): Value {
  return exp(mul(exponent, Math.log(base)))
}

/** Muon: momentum, then the nearest orthogonal matrix as the step; equal shapes share one batched product. */
function updateMuon(
  paths: readonly string[],
  params: Values,
  grads: Values,
  moments: Moments,
  { muonRate }: StepInputs,
  { muonMomentum, weightDecay }: OptimizerConfig,
) {
  const groups = new Map<string, string[]>()
  for (const path of paths) {
    const shape = params[path].shape.join('x')
    groups.set(shape, [...(groups.get(shape) ?? []), path])
  }
  return [...groups.values()].flatMap(group => {
    const [rows, columns] = params[group[0]].shape
    const firsts = group.map(path => add(mul(moments.first[path], muonMomentum), grads[path]))
    const nesterov = group.map((path, i) => add(mul(firsts[i], muonMomentum), grads[path]))
    const stacked = concatenate(
      nesterov.map(part => reshape(part, [1, rows, columns])),
      0,
    )
    const steps = mul(orthogonalize(stacked), Math.sqrt(Math.max(1, columns / rows)))
    return group.map((path, i) => {
      const step = reshape(slice(steps, 0, i, i + 1), [rows, columns])
      const moved = add(step, mul(params[path], weightDecay))
      return { path, param: sub(params[path], mul(moved, muonRate)), first: firsts[i] }
    })
  })
}

/** Newton-Schulz iteration towards U V^T of each matrix (Keller Jordan's Muon, quintic coefficients). */
function orthogonalize(matrices: Value): Value {
  const [count, rows, columns] = matrices.shape
  const tall = rows > columns
  const norm = sqrt(add(sum(square(matrices), [1, 2]), 1e-14))
  let x = div(matrices, norm)
  if (tall) x = transpose(x, [0, 2, 1])
  const [a, b, c] = [3.4445, -4.775, 2.0315]
  for (let i = 0; i < 5; i++) {
    const gram = matmul(x, x, { transposeB: true })
    const mixed = add(mul(gram, b), mul(matmul(gram, gram), c))
    x = add(mul(x, a), matmul(mixed, x))
  }
  return reshape(tall ? transpose(x, [0, 2, 1]) : x, [count, rows, columns])
}
