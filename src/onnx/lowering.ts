import { type OpName, type Shape, sizeOf, topologicalOrder, type Value } from '../array/index.ts'
import type { Graph, Initializer, Node, NodeAttribute, Port } from './protobuf.ts'

/** Collects nodes and constants while a graph is lowered; every method returns the name of its result. */
interface Emitter {
  node(type: string, inputs: readonly string[], attributes?: Record<string, NodeAttribute>): string
  /** A node of ONNX Runtime's own operators (com.microsoft). */
  fused(type: string, inputs: readonly string[], attributes?: Record<string, NodeAttribute>): string
  integers(values: readonly number[]): string
  zeros(shape: Shape): string
}

/** The ONNX nodes of an op. */
type LoweringRule<K extends OpName> = (emit: Emitter, inputs: readonly string[], y: Value<K>) => string

const direct = (type: string) => (emit: Emitter, inputs: readonly string[]) => emit.node(type, inputs)

const MAX_INT = 2147483647

/** One lowering rule an op; ONNX Runtime's fused operators where they save a pass over memory. */
const loweringRules: { readonly [K in OpName]: LoweringRule<K> } = {
  input: (_emit, _inputs, { attributes: { name } }) => name,
  constant: () => {
    throw new Error('constants are emitted as initializers')
  },
  add: direct('Add'),
  sub: direct('Sub'),
  mul: direct('Mul'),
  div: direct('Div'),
  maximum: direct('Max'),
  minimum: direct('Min'),
  less: direct('Less'),
  equal: direct('Equal'),
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
  softmax: (emit, inputs) => emit.node('Softmax', inputs, { axis: -1 }),
  sum: (emit, [a], { attributes: { axes } }) =>
    emit.node('ReduceSum', [a, emit.integers(axes)], { keepdims: 1 }),
  matmul: (emit, inputs, { attributes: { transposeA, transposeB } }) =>
    transposeA || transposeB
      ? emit.fused('FusedMatMul', inputs, { transA: Number(transposeA), transB: Number(transposeB) })
      : emit.node('MatMul', inputs),
  conv2d: (emit, inputs, { inputs: [, weights], attributes: { padding } }) =>
    emit.node('Conv', inputs, {
      kernel_shape: weights.shape.slice(2),
      pads: [padding, padding, padding, padding],
    }),
  rotary: (emit, [a, cos, sin], { attributes: { inverse } }) =>
    emit.fused('RotaryEmbedding', [a, emit.integers([0]), cos, inverse ? emit.node('Neg', [sin]) : sin]),
  gather: (emit, inputs) => emit.node('Gather', inputs, { axis: 0 }),
  scatterAdd: (emit, [updates, indices], { inputs, shape }) => {
    const rows = emit.node('Reshape', [indices, emit.integers([...inputs[1].shape, 1])])
    const places = emit.node('Cast', [rows], { to: 7 })
    return emit.node('ScatterND', [emit.zeros(shape), places, updates], { reduction: 'add' })
  },
  reshape: (emit, [a], { shape }) => emit.node('Reshape', [a, emit.integers(shape)]),
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

function bytesOf(data: Float32Array | Int32Array | BigInt64Array): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
}

function createEmitter(nodes: Node[], initializers: Map<string, Initializer>): Emitter {
  const emitNode = (type: string, domain: string, inputs: readonly string[], attributes = {}) => {
    const name = `n${nodes.length}`
    nodes.push({ type, domain, inputs, outputs: [name], attributes })
    return name
  }
  return {
    node: (type, inputs, attributes) => emitNode(type, '', inputs, attributes),
    fused: (type, inputs, attributes) => emitNode(type, 'com.microsoft', inputs, attributes),
    integers: values => {
      const name = `i${values.join('_')}`
      const bytes = bytesOf(BigInt64Array.from(values, BigInt))
      initializers.set(name, { name, type: 'int64', shape: [values.length], bytes })
      return name
    },
    zeros: shape => {
      const name = `z${shape.join('_')}`
      initializers.set(name, { name, type: 'float32', shape, bytes: new Uint8Array(4 * sizeOf(shape)) })
      return name
    },
  }
}

function portOf(name: string, { dtype, shape }: Value): Port {
  return { name, type: dtype, shape }
}

/**
 * Lowers a graph to ONNX.
 * @param outputs what to compute, by name
 */
export function lowerGraph(outputs: Readonly<Record<string, Value>>): Graph {
  const nodes: Node[] = []
  const initializers = new Map<string, Initializer>()
  const inputs: Port[] = []
  const names = new Map<Value, string>()
  const emit = createEmitter(nodes, initializers)
  for (const value of topologicalOrder(Object.values(outputs))) {
    if (value.op === 'constant') {
      const name = `c${initializers.size}`
      const { data } = (value as Value<'constant'>).attributes
      initializers.set(name, { name, type: value.dtype, shape: value.shape, bytes: bytesOf(data) })
      names.set(value, name)
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
  const ports = Object.entries(outputs).map(([name, value]) => {
    // An output needs a name of its own, even when it is an input or is asked for twice.
    nodes.push({ type: 'Identity', domain: '', inputs: [names.get(value)!], outputs: [name], attributes: {} })
    return portOf(name, value)
  })
  return { nodes, initializers: [...initializers.values()], inputs, outputs: ports }
}
