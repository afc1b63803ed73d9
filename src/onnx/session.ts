import type { InferenceSession, Tensor as OrtTensor, TypedTensor } from 'onnxruntime-common'
import { formatShape, sameShape, type Tensor, type Value } from '../array/index.ts'
import { lowerGraph } from './lowering.ts'
import { encodeModel, type Port } from './protobuf.ts'

/** Where a graph runs: `cpu` in Node and `wasm` in a browser are always there, the others where hardware and package allow. */
export type Device = 'cpu' | 'webgpu' | 'cuda' | 'coreml' | 'dml' | 'wasm'

/** How a graph is compiled. */
export interface CompileOptions {
  /** `auto` takes the first that is there of the devices that are fastest. */
  readonly device?: Device | 'auto'
  /** Threads inside one operator; 0 takes every core. */
  readonly threads?: number
  /**
   * Linear layers with constant weights as products of 8-bit integers, their inputs quantised on the fly: faster on
   * processors with int8 dot products (VNNI, SDOT), and less exact.
   */
  readonly quantize?: 'int8'
  /** Write ONNX Runtime's profile of each operator to a file that starts like this. */
  readonly profile?: string
}

/** A graph as a session of ONNX Runtime, ready to run. */
export interface Compiled {
  readonly inputs: readonly Port[]
  readonly outputs: readonly Port[]
  /** The device that was chosen. */
  readonly device: Device
  /**
   * Computes the outputs by name.
   * @param into buffers to write outputs into instead of making new ones; they must not be among the feeds
   * @throws TypeError naming the input that is missing or has the wrong shape.
   */
  run(
    feeds: Readonly<Record<string, Tensor>>,
    into?: Readonly<Record<string, Tensor>>,
  ): Promise<Record<string, Tensor>>
  /** Gives the session up; the last to do so frees its memory and ends its profile. */
  release(): Promise<void>
}

/** What `compile` needs of onnxruntime-node or onnxruntime-web. */
export interface Runtime {
  readonly InferenceSession: {
    create(model: Uint8Array, options: InferenceSession.SessionOptions): Promise<InferenceSession>
  }
  readonly Tensor: new (
    type: 'float32' | 'int32',
    data: Float32Array | Int32Array,
    shape: readonly number[],
  ) => TypedTensor<'float32' | 'int32'>
  /** Devices in the order in which `auto` tries them; the last is always there. */
  readonly automatic: readonly Device[]
  /** Every device that can be named. */
  readonly devices: readonly Device[]
}

/** A session that several compiled graphs share. */
interface Shared {
  readonly opened: Promise<Opened>
  users: number
}

interface Opened {
  readonly session: InferenceSession
  readonly device: Device
}

/** SHA-256 in hexadecimal, or undefined where a page has no cryptography (plain http). */
async function hashOf(bytes: Uint8Array): Promise<string | undefined> {
  const digest = await globalThis.crypto?.subtle?.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>)
  return digest && [...new Uint8Array(digest)].map(byte => byte.toString(16).padStart(2, '0')).join('')
}

async function createSession(runtime: Runtime, model: Uint8Array, options: CompileOptions): Promise<Opened> {
  const { device = 'cpu', threads = 0, profile } = options
  const candidates = device === 'auto' ? runtime.automatic : [device]
  let reason: unknown
  for (const candidate of candidates) {
    if (!runtime.devices.includes(candidate)) break
    try {
      const session = await runtime.InferenceSession.create(model, {
        executionProviders: [candidate],
        graphOptimizationLevel: 'all',
        intraOpNumThreads: threads,
        logSeverityLevel: 3,
        // Patterns plan one block for a whole run beside what the first run has taken: a third more memory in training, no time won.
        enableMemPattern: false,
        // Threads that wait for work by spinning take it from the next session: films took a third longer with three networks in turn.
        extra: { session: { intra_op: { allow_spinning: '0' } } },
        // Never `set_denormal_as_zero`: it changes this thread for good, and Rapier's handles are such numbers.
        ...(profile ? { enableProfiling: true, profileFilePrefix: profile } : {}),
      })
      return { session, device: candidate }
    } catch (error) {
      if (candidate === runtime.automatic[runtime.automatic.length - 1]) throw error
      reason = error
    }
  }
  const why = reason instanceof Error ? ` (${reason.message.split('\n')[0]})` : ''
  if (reason) throw new RangeError(`\`device\` ${device} does not work here${why}`)
  throw new RangeError(`\`device\` must be one that is here (${runtime.devices.join(', ')}), got ${device}`)
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

async function runSession(
  session: InferenceSession,
  toOrt: (tensor: Tensor) => OrtTensor,
  { inputs, outputs }: LoweredModel,
  feeds: Readonly<Record<string, Tensor>>,
  into: Readonly<Record<string, Tensor>>,
): Promise<Record<string, Tensor>> {
  const given = Object.fromEntries(inputs.map(port => [port.name, toOrt(checkFeed(port, feeds[port.name]))]))
  const wanted = Object.fromEntries(
    outputs.map(({ name }) => [name, into[name] ? toOrt(into[name]) : null] as const),
  )
  const results = await session.run(given, wanted)
  return Object.fromEntries(
    outputs.map(({ name, shape }) => [
      name,
      into[name] ?? { shape, data: results[name].data as Float32Array | Int32Array },
    ]),
  )
}

/** Runs graphs on one runtime; graphs with the same content and options share a session. */
export function createCompiler(runtime: Runtime) {
  const cache = new Map<string, Shared>()
  const toOrt = ({ data, shape }: Tensor): OrtTensor =>
    new runtime.Tensor(data instanceof Int32Array ? 'int32' : 'float32', data, shape)

  const share = async (model: Uint8Array, options: CompileOptions): Promise<[string | undefined, Shared]> => {
    const hash = options.profile ? undefined : await hashOf(model)
    const key = hash && `${hash} ${options.device ?? 'cpu'} ${options.threads ?? 0}`
    const known = key && cache.get(key)
    const shared = known || { opened: createSession(runtime, model, options), users: 0 }
    // Counted before it is waited for: whoever gives it up meanwhile must not take it away.
    shared.users++
    if (key) {
      cache.set(key, shared)
      shared.opened.catch(() => cache.delete(key))
    }
    return [key, shared]
  }

  /** Opens a session on a graph that was lowered before, here or in another thread. */
  async function load(model: LoweredModel, options: CompileOptions = {}): Promise<Compiled> {
    const [key, shared] = await share(model.bytes, options)
    const { session, device } = await shared.opened
    return {
      inputs: model.inputs,
      outputs: model.outputs,
      device,
      run: (feeds, into = {}) => runSession(session, toOrt, model, feeds, into),
      async release() {
        if (--shared.users > 0) return
        if (key) cache.delete(key)
        if (options.profile) session.endProfiling()
        await session.release()
      },
    }
  }

  /**
   * Compiles a graph into a session.
   * @param outputs what to compute, by name (float32 or int32)
   * @throws RangeError naming the device that is not there.
   */
  const compile = (outputs: Readonly<Record<string, Value>>, options: CompileOptions = {}) =>
    load(lowerModel(outputs, options), options)

  return { compile, load }
}

/** A graph as ONNX, as it goes from thread to thread. */
export interface LoweredModel {
  readonly bytes: Uint8Array
  readonly inputs: readonly Port[]
  readonly outputs: readonly Port[]
}

/** A graph as the bytes of an ONNX file, and what goes in and out. */
export function lowerModel(
  outputs: Readonly<Record<string, Value>>,
  options: Pick<CompileOptions, 'quantize'> = {},
): LoweredModel {
  const graph = lowerGraph(outputs, options)
  return { bytes: encodeModel(graph), inputs: graph.inputs, outputs: graph.outputs }
}
