import { input } from '../array/index.ts'
import {
  type AutoencoderConfig,
  autoencoderSpecs,
  encode,
  FRAMES_PER_LATENT,
  fixParameters,
  type Parameters,
} from '../model/index.ts'
import { type CompileOptions, compile } from '../onnx/index.ts'

/** A compiled encoder. */
export interface Encoder {
  /** Frames F x H x W x 3 (sRGB), F as compiled, to latents F / 4 x Z x h x w, not normalised. */
  encode(frames: Uint8Array): Promise<Float32Array>
  release(): Promise<void>
}

/** Pictures in sRGB bytes (F x H x W x 3) as planes of colours from -1 to 1 (F, 3, H, W). */
function toPlanes(frames: Uint8Array, pixels: number): Float32Array {
  const data = new Float32Array(frames.length)
  for (let start = 0; start < frames.length; start += 3 * pixels) {
    for (let i = 0; i < pixels; i++) {
      for (let c = 0; c < 3; c++) data[start + c * pixels + i] = frames[start + i * 3 + c] / 127.5 - 1
    }
  }
  return data
}

/** Compiles the encoder for films of one length (a multiple of 4 frames) and size. */
export async function compileEncoder(
  params: Parameters,
  config: AutoencoderConfig,
  { frameCount, width, height }: { frameCount: number; width: number; height: number },
  options: CompileOptions = {},
): Promise<Encoder> {
  const shape = [1, frameCount, 3, height, width]
  const latents = encode(fixParameters(autoencoderSpecs(config), params), input('video', shape), config)
  const compiled = await compile({ latents }, options)
  return {
    async encode(frames) {
      const expected = frameCount * width * height * 3
      if (frames.length !== expected) {
        throw new TypeError(`frames must hold ${expected} bytes, got ${frames.length}`)
      }
      const results = await compiled.run({ video: { shape, data: toPlanes(frames, width * height) } })
      return results.latents.data as Float32Array
    },
    release: () => compiled.release(),
  }
}

/** The frames of a film from its first on, the first one 4 times: it has a latent frame of its own. */
export function repeatFirstFrame(frames: Uint8Array, frameBytes: number): Uint8Array {
  const extra = (FRAMES_PER_LATENT - 1) * frameBytes
  const repeated = new Uint8Array(extra + frames.length)
  for (let start = 0; start < extra; start += frameBytes) repeated.set(frames.subarray(0, frameBytes), start)
  repeated.set(frames, extra)
  return repeated
}
