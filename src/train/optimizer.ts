import {
  add,
  concatenate,
  constant,
  div,
  exp,
  gradients,
  matmul,
  minimum,
  mul,
  reshape,
  type Shape,
  sizeOf,
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
  /** Share of a parameter that is taken away at a learning rate of 1. */
  readonly weightDecay: (path: string, shape: readonly number[]) => number
}

/** 1 / sqrt(inputs) of a matrix `[I, O]` or kernel `[O, I, k, k]`; gains and biases count as 1000 inputs. */
export function fanInFactor(shape: readonly number[]): number {
  if (shape.length === 4) return 1 / Math.sqrt(shape[1] * shape[2] * shape[3])
  return 1 / Math.sqrt(shape.length === 2 ? shape[0] : 1000)
}

/**
 * What the recipes use (2502.16982 for the momentum of Muon). Matrices, tables of vectors and kernels decay; gains and biases,
 * of shape `[C]` or `[C, 1, 1]`, do not.
 */
export const optimizerDefaults = {
  adamBetas: [0.9, 0.95],
  muonMomentum: 0.95,
  weightDecay: (_: string, shape: readonly number[]) => (shape.length === 2 || shape.length === 4 ? 0.01 : 0),
} as const

/** Gradients are scaled down to at most this norm, all parameters together. */
const CLIP_NORM = 1

/** What gradients of some norm are multiplied with. */
export const clipFactor = (norm: number): number => Math.min(1, CLIP_NORM / (norm + 1e-6))

/** The norm of all gradients together, and what they are multiplied with (`clipFactor`). */
export function traceClip(grads: Values): { readonly gradientNorm: Value; readonly clip: Value } {
  const gradientNorm = sqrt(Object.values(grads).map(squaredNorm).reduce(add))
  return { gradientNorm, clip: minimum(div(CLIP_NORM, add(gradientNorm, 1e-6)), 1) }
}

/** Traced arrays by parameter path. */
export type Values = Readonly<Record<string, Value>>

/**
 * What an optimizer keeps, by parameter path, every array flat `[n]`: elementwise operators are slow on the small
 * last axes of kernels. `second` has only the parameters that AdamW updates.
 */
export interface OptimizerState {
  readonly param: Values
  readonly first: Values
  readonly second: Values
  readonly ema: Values
}

/** Step sizes and the number of this step (from 1), all scalars. */
export interface StepInputs {
  readonly adamRate: Value
  readonly muonRate: Value
  readonly step: Value
  readonly emaDecay: Value
  /** What gradients are multiplied with, so that their norm is not too large (`traceClip`). */
  readonly clip: Value
}

/** A parameter to update: its flat gradient, not clipped yet, and what the step multiplies it with. */
interface Gradient {
  readonly path: string
  readonly shape: Shape
  readonly raw: Value
  readonly clip: Value
}

/** Traces the gradients of `loss` by the parameters (in their own shapes), each flat. */
export function flatGradients(loss: Value, params: Values): Values {
  const grads = gradients(loss, Object.values(params)).map(flatten)
  return Object.fromEntries(Object.keys(params).map((path, i) => [path, grads[i]]))
}

/**
 * Traces one update of the flat state.
 * @param raw flat gradients, not clipped
 * @param shapes the parameters' own shapes, which decide about rules, rates and decay
 */
export function updateState(
  raw: Values,
  shapes: Readonly<Record<string, Shape>>,
  state: OptimizerState,
  inputs: StepInputs,
  config: OptimizerConfig,
): OptimizerState {
  const paths = Object.keys(raw)
  const { clip } = inputs
  const grads = paths.map(path => ({ path, shape: shapes[path], raw: raw[path], clip }))
  const isMuon = ({ path, shape }: Gradient) => config.rule(path, shape) === 'muon'
  const muon = updateMuon(grads.filter(isMuon), state, inputs, config)
  const scalars = prepareAdam(inputs, config)
  const others = grads
    .filter(grad => !isMuon(grad))
    .map(grad => updateAdam(grad, state, scalars, inputs, config))
  const updated = new Map([...muon, ...others].map(part => [part.path, part]))
  const pick = <K extends 'param' | 'first'>(key: K) =>
    Object.fromEntries(paths.map(path => [path, updated.get(path)![key]]))
  const param = pick('param')
  const keep = sub(1, inputs.emaDecay)
  const average = (path: string) => add(mul(state.ema[path], inputs.emaDecay), mul(param[path], keep))
  return {
    param,
    first: pick('first'),
    second: Object.fromEntries(others.map(({ path, second }) => [path, second])),
    ema: Object.fromEntries(paths.map(path => [path, average(path)])),
  }
}

const flatten = (a: Value): Value => reshape(a, [sizeOf(a.shape)])

/** The sum of squares of a flat array, as a product with itself: one pass over memory. */
function squaredNorm(a: Value): Value {
  const row = reshape(a, [1, sizeOf(a.shape)])
  return reshape(matmul(row, row, { transposeB: true }), [])
}

/** base^exponent for a constant base: e^(exponent ln base). */
function power(base: number, exponent: Value): Value {
  return exp(mul(exponent, Math.log(base)))
}

type AdamScalars = ReturnType<typeof prepareAdam>

/** Everything of AdamW's formulas that is the same for all elements, so that each array is passed over less often. */
function prepareAdam({ step, adamRate, clip }: StepInputs, { adamBetas: [beta1, beta2] }: OptimizerConfig) {
  const unbias1 = sub(1, power(beta1, step))
  const unbias2 = sqrt(sub(1, power(beta2, step)))
  return {
    first: mul(clip, 1 - beta1),
    second: mul(square(clip), 1 - beta2),
    epsilon: mul(unbias2, 1e-8),
    rate: div(mul(adamRate, unbias2), unbias1),
  }
}

/** AdamW (1711.05101): decay and step are taken from the parameter separately. */
function updateAdam(
  { path, shape, raw }: Gradient,
  state: OptimizerState,
  scalars: AdamScalars,
  { adamRate }: StepInputs,
  { adamBetas: [beta1, beta2], weightDecay, rateFactor }: OptimizerConfig,
) {
  const first = add(mul(state.first[path], beta1), mul(raw, scalars.first))
  const second = add(mul(state.second[path], beta2), mul(square(raw), scalars.second))
  const direction = div(first, add(sqrt(second), scalars.epsilon))
  const factor = rateFactor(path, shape)
  const kept = decay(state.param[path], mul(adamRate, factor), weightDecay(path, shape))
  return { path, param: sub(kept, mul(direction, mul(scalars.rate, factor))), first, second }
}

/** What weight decay leaves of a parameter. */
function decay(param: Value, rate: Value, weightDecay: number): Value {
  return weightDecay === 0 ? param : mul(param, sub(1, mul(rate, weightDecay)))
}

/** Muon: momentum, then the nearest orthogonal matrix as the step; equal shapes share one batched product. */
function updateMuon(
  grads: readonly Gradient[],
  state: OptimizerState,
  { muonRate }: StepInputs,
  { muonMomentum, weightDecay }: OptimizerConfig,
) {
  const groups = new Map<string, Gradient[]>()
  for (const grad of grads) {
    const key = grad.shape.join('x')
    groups.set(key, [...(groups.get(key) ?? []), grad])
  }
  return [...groups.values()].flatMap(group => {
    // A kernel [O, I, k, k] is the matrix [O, I k k].
    const [{ shape }] = group
    const rows = shape[0]
    const columns = sizeOf(shape) / rows
    // The momentum, and Nesterov's look ahead divided by it: the length of a step's matrix does not matter.
    const scaled = group.map(({ raw, clip }) => mul(raw, mul(clip, 1 / muonMomentum)))
    const firsts = group.map(({ path }, i) => mul(add(state.first[path], scaled[i]), muonMomentum))
    const nesterov = firsts.map((first, i) => reshape(add(first, scaled[i]), [1, rows, columns]))
    const widening = shape.length === 2 ? columns / rows : rows / columns
    const steps = orthogonalize(concatenate(nesterov, 0))
    const rate = mul(muonRate, Math.sqrt(Math.max(1, widening)))
    return group.map(({ path }, i) => {
      const kept = decay(state.param[path], muonRate, weightDecay(path, shape))
      const step = flatten(slice(steps, 0, i, i + 1))
      return { path, param: sub(kept, mul(step, rate)), first: firsts[i] }
    })
  })
}

/**
 * The polynomials a x + b x^3 + c x^5 that bring singular values from 0.003 .. 1 to 0.80 .. 1.20 in four steps, each the best
 * for what the one before leaves (Polar Express, 2505.16932, algorithm 1). Muon's usual five leave 0.68 .. 1.20.
 */
const polynomials = [
  [8.38367, -24.76591, 18.35708],
  [4.04342, -3.0114, 0.56951],
  [3.50557, -2.62665, 0.52572],
  [2.49012, -1.83428, 0.43683],
] as const

/** Newton-Schulz iteration (Keller Jordan's Muon) towards U V^T of each matrix of a stack. */
function orthogonalize(matrices: Value): Value {
  const [, rows, columns] = matrices.shape
  const norm = sqrt(add(sum(square(matrices), [1, 2]), 1e-14))
  const unit = div(matrices, norm)
  if (rows > columns) return transpose(orthogonalizeWide(transpose(unit, [0, 2, 1])), [0, 2, 1])
  return orthogonalizeWide(unit)
}

/** Matrices with at least as many columns as rows, of norm 1. */
function orthogonalizeWide(matrices: Value): Value {
  const [, rows, columns] = matrices.shape
  if (columns >= 2 * rows)
    return matmul(orthogonalizer(matmul(matrices, matrices, { transposeB: true })), matrices)
  let x = matrices
  for (const [a, b, c] of polynomials) {
    const gram = matmul(x, x, { transposeB: true })
    const mixed = add(mul(gram, b), matmul(gram, gram, { scale: c }))
    x = add(mul(x, a), matmul(mixed, x))
  }
  return x
}

/**
 * The product of all steps' polynomials, from the gram matrices X X^T alone: each step turns the gram G into P G P, so
 * that the wide matrices themselves are multiplied only at the beginning and at the end.
 */
function orthogonalizer(gram: Value): Value {
  const rows = gram.shape[1]
  const identity = new Float32Array(rows * rows)
  for (let i = 0; i < rows; i++) identity[i * rows + i] = 1
  let g = gram
  let product: Value | undefined
  polynomials.forEach(([a, b, c], step) => {
    const squared = matmul(g, g, { scale: c })
    const p = add(
      add(
        mul(g, b),
        constant(
          identity.map(x => x * a),
          [rows, rows],
        ),
      ),
      squared,
    )
    product = product ? matmul(p, product) : p
    if (step < polynomials.length - 1) g = matmul(matmul(p, g), p)
  })
  return product!
}
