import {
  type OpAttributes,
  type OpName,
  simplify,
  sizeOf,
  topologicalOrder,
  type Value,
} from '../array/index.ts'
import { lowerConvolution, lowerConvolutionImage, lowerConvolutionKernel } from './convolution.ts'
import { createEmitter, type Emitter } from './emitter.ts'
import type { Graph, Initializer, Node, Port } from './protobuf.ts'
import { isLinearLayer, lowerQuantized } from './quantize.ts'

/** The ONNX nodes of an op. */
type LoweringRule<K extends OpName> = (emit: Emitter, inputs: readonly string[], y: Value<K>) => string

const direct = (type: string) => (emit: Emitter, inputs: readonly string[]) => emit.node(type, inputs)

const MAX_INT = 2147483647

/** One lowering rule an op; ONNX Runtime's fused operators where they save a pass over memory. */
const loweringRules: { readonly [K in OpName]: LoweringRule<K> } = {
  input: (_emit, _inputs, { attributes: { name } }) => name,
  constant: (emit, _inputs, { attributes: { data }, dtype, shape }) =>
    dtype === 'float32' && shape.length === 0 ? emit.scalar(data[0]) : emit.constant(data, dtype, shape),
  add: direct('Add'),
  sub: direct('Sub'),
  mul: direct('Mul'),
  div: direct('Div'),
  maximum: direct('Max'),
  minimum: direct('Min'),
  less: direct('Less'),
  equal: direct('Equal'),
  and: direct('And'),
  or: direct('Or'),
  not: direct('Not'),
  where: direct('Where'),
  cast: (emit, inputs, { attributes: { dtype } }) =>
    emit.node('Cast', inputs, { to: { float32: 1, int32: 6, bool: 9 }[dtype] }),
  neg: direct('Neg'),
  abs: direct('Abs'),
  exp: direct('Exp'),
  log: direct('Log'),
  sqrt: direct('Sqrt'),
  sin: direct('Sin'),
  cos: direct('Cos'),
  tanh: direct('Tanh'),
  sigmoid: direct('Sigmoid'),
  silu: (emit, inputs) => emit.fused('QuickGelu', inputs, { alpha: { float: 1 } }),
  relu: direct('Relu'),
  reluSquared: (emit, inputs) => {
    const rectified = emit.node('Relu', inputs)
    return emit.node('Mul', [rectified, rectified])
  },
  logSoftmax: (emit, inputs) => emit.node('LogSoftmax', inputs, { axis: -1 }),
  max: (emit, [a], { attributes: { axes } }) =>
    emit.node('ReduceMax', [a, emit.integers(axes)], { keepdims: 1 }),
  softmax: (emit, inputs) => emit.node('Softmax', inputs, { axis: -1 }),
  sum: (emit, [a], { attributes: { axes } }) =>
    emit.node('ReduceSum', [a, emit.integers(axes)], { keepdims: 1 }),
  inverseRms: (emit, [a], { inputs: [value], shape, attributes: { axis, epsilon } }) => {
    const total = emit.node('ReduceSum', [emit.node('Mul', [a, a]), emit.integers([axis])], { keepdims: 1 })
    // Flat, because elementwise operators are slow where the last axis is 1.
    const flat = emit.reshape(total, [sizeOf(shape)])
    const mean = emit.node('Mul', [flat, emit.scalar(1 / value.shape[axis])])
    const root = emit.node('Sqrt', [emit.node('Add', [mean, emit.scalar(epsilon)])])
    return emit.reshape(emit.node('Reciprocal', [root]), shape)
  },
  matmul: (emit, [a, b], { attributes }) => lowerMatmul(emit, a, b, attributes),
  attention: (emit, [query, key, value], { attributes: { scale } }) => {
    const scores = lowerMatmul(emit, query, key, { transposeA: false, transposeB: true, scale })
    return emit.node('MatMul', [emit.node('Softmax', [scores], { axis: -1 }), value])
  },
  conv2d: lowerConvolution,
  conv2dImage: lowerConvolutionImage,
  conv2dKernel: lowerConvolutionKernel,
  rotary: (emit, [a, cos, sin], { attributes: { inverse } }) =>
    emit.fused('RotaryEmbedding', [a, emit.integers([0]), cos, inverse ? emit.node('Neg', [sin]) : sin]),
  gather: (emit, inputs) => emit.node('Gather', inputs, { axis: 0 }),
  scatterAdd: (emit, [updates, indices], { inputs, shape }) => {
    const rows = emit.reshape(indices, [...inputs[1].shape, 1])
    const places = emit.node('Cast', [rows], { to: 7 })
    return emit.node('ScatterND', [emit.zeros(shape), places, updates], { reduction: 'add' })
  },
  reshape: (emit, [a], { shape }) => emit.reshape(a, shape),
  broadcast: (emit, [a], { shape }) => emit.node('Expand', [a, emit.integers(shape)]),
  transpose: (emit, inputs, { attributes: { permutation } }) =>
    emit.node('Transpose', inputs, { perm: permutation }),
  reverse: (emit, [a], { attributes: { axes } }) => {
    const each = (value: number) => emit.integers(axes.map(() => value))
    return emit.node('Slice', [a, each(-1), each(-MAX_INT), emit.integers(axes), each(-1)])
  },
  slice: (emit, [a], { inputs, attributes: { starts, ends } }) => {
    const axes = starts.map((_, axis) => axis).filter(i => starts[i] > 0 || ends[i] < inputs[0].shape[i])
    const along = (values: readonly number[]) => emit.integers(axes.map(axis => values[axis]))
    return emit.node('Slice', [a, along(starts), along(ends), emit.integers(axes)])
  },
  pad: (emit, [a], { attributes: { before, after } }) =>
    emit.node('Pad', [a, emit.integers([...before, ...after])]),
  concatenate: (emit, inputs, { attributes: { axis } }) => emit.node('Concat', inputs, { axis }),
} satisfies { [K in OpName]: LoweringRule<K> }

function lowerMatmul(
  emit: Emitter,
  a: string,
  b: string,
  { transposeA, transposeB, scale }: OpAttributes['matmul'],
): string {
  if (!transposeA && !transposeB && scale === 1) return emit.node('MatMul', [a, b])
  return emit.fused('FusedMatMul', [a, b], {
    transA: Number(transposeA),
    transB: Number(transposeB),
    alpha: { float: scale },
  })
}

function portOf(name: string, { dtype, shape }: Value): Port {
  return { name, type: dtype, shape }
}

/** Gives the results their names. A copy is made only of what has another name already: an input, a constant, a result asked for twice. */
function nameOutputs(
  nodes: Node[],
  names: ReadonlyMap<Value, string>,
  outputs: Readonly<Record<string, Value>>,
): void {
  const renamed = new Map<string, string>()
  const copies: Node[] = []
  const made = new Set(nodes.flatMap(node => node.outputs))
  for (const [name, value] of Object.entries(outputs)) {
    const source = names.get(value)!
    if (made.has(source) && !renamed.has(source)) renamed.set(source, name)
    else {
      const from = renamed.get(source) ?? source
      copies.push({ type: 'Identity', domain: '', inputs: [from], outputs: [name], attributes: {} })
    }
  }
  const rename = (name: string) => renamed.get(name) ?? name
  nodes.forEach((node, i) => {
    nodes[i] = { ...node, inputs: node.inputs.map(rename), outputs: node.outputs.map(rename) }
  })
  nodes.push(...copies)
}

/**
 * Lowers a graph to ONNX.
 * @param asked what to compute, by name
 * @param options.quantize linear layers on 8-bit integers
 */
export function lowerGraph(
  asked: Readonly<Record<string, Value>>,
  { quantize }: { readonly quantize?: 'int8' } = {},
): Graph {
  const outputs = simplify(asked)
  const nodes: Node[] = []
  const initializers = new Map<string, Initializer>()
  const inputs: Port[] = []
  const names = new Map<Value, string>()
  const emit = createEmitter(nodes, initializers)
  for (const value of topologicalOrder(Object.values(outputs))) {
    if (quantize && value.op === 'matmul' && isLinearLayer(value as Value<'matmul'>)) {
      const [layerInput, weights] = value.inputs
      names.set(value, lowerQuantized(emit, names.get(layerInput)!, weights as Value<'constant'>))
      continue
    }
    const rule = loweringRules[value.op] as LoweringRule<OpName>
    const name = rule(
      emit,
      value.inputs.map(part => names.get(part)!),
      value,
    )
    if (value.op === 'input') inputs.push(portOf(name, value))
    names.set(value, name)
  }
  const taken = inputs.find(({ name }) => name in outputs)
  if (taken) throw new TypeError(`an output cannot have the name of an input, got ${taken.name} twice`)
  const ports = Object.entries(outputs).map(([name, value]) => portOf(name, value))
  nameOutputs(nodes, names, outputs)
  return { nodes, initializers: [...initializers.values()], inputs, outputs: ports }
}
