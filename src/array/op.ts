import type { Shape } from './shape.ts'

/** Element types: `float32` carries gradients, the others do not. */
export type DType = 'float32' | 'int32' | 'bool'

/** The attributes of every op: one line here is one op of the language. */
export interface OpAttributes {
  input: { name: string; shape: Shape; dtype: DType }
  constant: { data: Float32Array | Int32Array; shape: Shape; dtype: DType }
  add: NoAttributes
  sub: NoAttributes
  mul: NoAttributes
  div: NoAttributes
  maximum: NoAttributes
  minimum: NoAttributes
  less: NoAttributes
  equal: NoAttributes
  and: NoAttributes
  or: NoAttributes
  not: NoAttributes
  where: NoAttributes
  cast: { dtype: DType }
  neg: NoAttributes
  abs: NoAttributes
  exp: NoAttributes
  log: NoAttributes
  sqrt: NoAttributes
  sin: NoAttributes
  cos: NoAttributes
  tanh: NoAttributes
  sigmoid: NoAttributes
  silu: NoAttributes
  relu: NoAttributes
  reluSquared: NoAttributes
  softmax: NoAttributes
  logSoftmax: NoAttributes
  sum: { axes: readonly number[] }
  max: { axes: readonly number[] }
  inverseRms: { axis: number; epsilon: number }
  matmul: { transposeA: boolean; transposeB: boolean; scale: number }
  attention: { scale: number }
  conv2d: ConvolutionAttributes
  conv2dImage: ConvolutionAttributes & { size: readonly [number, number] }
  conv2dKernel: ConvolutionAttributes & { size: readonly [number, number] }
  rotary: { inverse: boolean }
  gather: NoAttributes
  scatterAdd: { rows: number }
  reshape: { shape: Shape }
  broadcast: { shape: Shape }
  transpose: { permutation: readonly number[] }
  reverse: { axes: readonly number[] }
  slice: { starts: readonly number[]; ends: readonly number[] }
  pad: { before: readonly number[]; after: readonly number[] }
  concatenate: { axis: number }
}

/** How a kernel moves over an image: pixels from one place to the next, and zeros around all four sides. */
export interface ConvolutionAttributes {
  readonly stride: number
  readonly padding: number
}

/** An op without attributes. */
export type NoAttributes = Record<never, never>

/** The name of an op. */
export type OpName = keyof OpAttributes

/** One node of the graph: the array that `op` makes of `inputs`. Nothing is computed until it is compiled or evaluated. */
export interface Value<K extends OpName = OpName> {
  readonly op: K
  readonly inputs: readonly Value[]
  readonly attributes: OpAttributes[K]
  readonly shape: Shape
  readonly dtype: DType
}

/** The numbers of an array in memory. Booleans are int32 zeros and ones. */
export interface Tensor {
  readonly shape: Shape
  readonly data: Float32Array | Int32Array
}
