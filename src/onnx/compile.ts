import * as ort from 'onnxruntime-node'
import { formatShape, sameShape, type Tensor, type Value } from '../array/index.ts'
import { lowerGraph } from './lowering.ts'
import { encodeModel, type Port } from './protobuf.ts'

/** Where a graph runs. More devices come with the array core. */
export type Device = 'cpu'

/** How a graph is compiled. */
export interface CompileOptions {
  readonly device?: Device
  /** Threads inside one operator; 0 takes every core. */
  readonly threads?: number
  /** Write ONNX Runtime's profile of each operator to a file that starts like this. */
  readonly profile?: string
}

/** A graph as a session of ONNX Runtime, ready to run. */
export interface Compiled {
  readonly inputs: readonly Port[]
  readonly outputs: readonly Port[]
  /**
   * Computes the outputs by name.
   * @param into buffers to write outputs into instead of making new ones; they must not be among the feeds
   * @throws TypeError naming the input that is missing or has the wrong shape.
   */
  run(
    feeds: Readonly<Record<string, Tensor>>,
    into?: Readonly<Record<string, Tensor>>,
  ): Promise<Record<string, Tensor>>
  /** Frees the memory of the session, and ends its profile. */
  release(): Promise<void>
}

function toOrt(tensor: Tensor): ort.Tensor {
  return tensor.data instanceof Int32Array
    ? new ort.Tensor('int32', tensor.data, tensor.shape)
    : new ort.Tensor('float32', tensor.data, tensor.shape)
}

function checkFeed({ name, shape, type }: Port, tensor: Tensor | undefined): Tensor {
  if (!tensor) throw new TypeError(`input ${name} was not given`)
  if (!sameShape(tensor.shape, shape)) {
    throw new TypeError(
      `input ${name} must have shape ${formatShape(shape)}, got ${formatShape(tensor.shape)}`,
    )
  }
  const isInteger = tensor.data instanceof Int32Array
  if (isInteger !== (type === 'int32')) throw new TypeError(`input ${name} must be ${type}`)
  return tensor
}

/**
 * Compiles a graph into one session.
 * @param outputs what to compute, by name (float32 or int32)
 */
export async function compile(
  outputs: Readonly<Record<string, Value>>,
  { device = 'cpu', threads = 0, profile }: CompileOptions = {},
): Promise<Compiled> {
  const graph = lowerGraph(outputs)
  const session = await ort.InferenceSession.create(encodeModel(graph), {
    executionProviders: [device],
    graphOptimizationLevel: 'all',
    intraOpNumThreads: threads,
    logSeverityLevel: 3,
    ...(profile ? { enableProfiling: true, profileFilePrefix: profile } : {}),
  })
  return {
    inputs: graph.inputs,
    outputs: graph.outputs,
    async run(feeds, into = {}) {
      const given = Object.fromEntries(
        graph.inputs.map(port => [port.name, toOrt(checkFeed(port, feeds[port.name]))]),
      )
      const wanted = Object.fromEntries(
        graph.outputs.map(({ name }) => [name, into[name] ? toOrt(into[name]) : null] as const),
      )
      const results = await session.run(given, wanted)
      return Object.fromEntries(
        graph.outputs.map(({ name, shape }) => [
          name,
          into[name] ?? { shape, data: results[name].data as Float32Array | Int32Array },
        ]),
      )
    },
    async release() {
      if (profile) session.endProfiling()
      await session.release()
    },
  }
}
