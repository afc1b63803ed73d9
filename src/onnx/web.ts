// The door for browsers: the same `compile` on onnxruntime-web, which the page's bundler brings. No file of this room's
// other door is loaded, so nothing of Node is needed.
import * as ort from 'onnxruntime-web/webgpu'
import { createCompiler, type Runtime } from './session.ts'

export type { Compiled, CompileOptions, Device, LoweredModel } from './session.ts'

/** Where the page serves the .wasm and .mjs files of onnxruntime-web, when not beside the page's own scripts. */
export function setWasmFolder(url: string): void {
  ort.env.wasm.wasmPaths = url
}

const { navigator: browser } = globalThis as { readonly navigator?: object }

/** Compiles graphs, and loads lowered ones, with onnxruntime-web; `auto` takes WebGPU where the browser has it. */
export const { compile, load } = createCompiler({
  InferenceSession: ort.InferenceSession,
  Tensor: ort.Tensor as unknown as Runtime['Tensor'],
  automatic: browser && 'gpu' in browser ? ['webgpu', 'wasm'] : ['wasm'],
  devices: ['wasm', 'webgpu'],
})
