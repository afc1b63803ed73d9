import { type Shape, sizeOf } from '../array/index.ts'
import type { Initializer, Node, NodeAttribute } from './protobuf.ts'

/** Collects nodes and constants while a graph is lowered; every method returns the name of its result. */
export interface Emitter {
  /** A node of ONNX's own operators. The same node asked for twice is emitted once. */
  node(type: string, inputs: readonly string[], attributes?: Record<string, NodeAttribute>): string
  /** A node of ONNX Runtime's operators (com.microsoft). */
  fused(type: string, inputs: readonly string[], attributes?: Record<string, NodeAttribute>): string
  /** Another shape of the same elements. */
  reshape(name: string, shape: Shape): string
  /** Axes, sizes and the like: int64. */
  integers(values: readonly number[]): string
  /** A constant list of indices: int32. */
  table(values: Int32Array): string
  /** A constant of the graph. */
  constant(
    data: Float32Array | Int32Array | Int8Array,
    type: 'float32' | 'int32' | 'int8' | 'bool',
    shape: Shape,
  ): string
  scalar(value: number): string
  zeros(shape: Shape): string
}

/** The bytes of numbers in memory. */
export function bytesOf(data: Float32Array | Int32Array | Int8Array | BigInt64Array): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
}

/** An emitter that adds to `nodes` and `initializers`. */
export function createEmitter(nodes: Node[], initializers: Map<string, Initializer>): Emitter {
  const emitted = new Map<string, string>()
  const emitNode = (
    type: string,
    domain: string,
    inputs: readonly string[],
    attributes: Record<string, NodeAttribute> = {},
  ) => {
    const key = JSON.stringify([type, domain, inputs, attributes])
    const before = emitted.get(key)
    if (before) return before
    const name = `n${nodes.length}`
    nodes.push({ type, domain, inputs, outputs: [name], attributes })
    emitted.set(key, name)
    return name
  }
  const initialize = (initializer: Initializer) => {
    initializers.set(initializer.name, initializer)
    return initializer.name
  }
  const integers = (values: readonly number[]) => {
    const bytes = bytesOf(BigInt64Array.from(values, BigInt))
    return initialize({ name: `i${values.join('_')}`, type: 'int64', shape: [values.length], bytes })
  }
  return {
    node: (type, inputs, attributes) => emitNode(type, '', inputs, attributes),
    fused: (type, inputs, attributes) => emitNode(type, 'com.microsoft', inputs, attributes),
    reshape: (name, shape) => emitNode('Reshape', '', [name, integers(shape)]),
    integers,
    table: values => {
      const key = `table ${values.join()}`
      const name = emitted.get(key) ?? `t${emitted.size}`
      emitted.set(key, name)
      return initialize({ name, type: 'int32', shape: [values.length], bytes: bytesOf(values) })
    },
    constant: (data, type, shape) =>
      initialize({ name: `c${initializers.size}`, type, shape, bytes: bytesOf(data) }),
    scalar: value =>
      initialize({ name: `s${value}`, type: 'float32', shape: [], bytes: bytesOf(Float32Array.of(value)) }),
    zeros: shape =>
      initialize({
        name: `z${shape.join('_')}`,
        type: 'float32',
        shape,
        bytes: new Uint8Array(4 * sizeOf(shape)),
      }),
  }
}
