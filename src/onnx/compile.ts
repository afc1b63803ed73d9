import * as ort from 'onnxruntime-node'
import { createCompiler, type Device, type Runtime } from './session.ts'

// Read once, before the first session: what fails is thrown too, and a device that is only tried shall say nothing.
ort.env.logLevel = 'fatal'

// cuda, coreml and dml are tried where their package has them; webgpu only by name, since it may be emulated.
const devices: readonly Device[] = ['cpu', 'webgpu', 'cuda', 'coreml', 'dml']
const supported = new Set<string>(ort.listSupportedBackends().map(({ name }) => name))

/** Compiles graphs, and loads lowered ones, with onnxruntime-node. */
export const { compile, load } = createCompiler({
  InferenceSession: ort.InferenceSession,
  Tensor: ort.Tensor as unknown as Runtime['Tensor'],
  automatic: [...(['cuda', 'dml', 'coreml'] as const).filter(name => supported.has(name)), 'cpu'],
  devices: devices.filter(name => supported.has(name)),
})
