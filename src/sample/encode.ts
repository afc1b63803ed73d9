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
import { compileRefiner, type Refiner } from './refine.ts'

/** Where in a film frames lie whose latents are refined. */
export interface Refinement {
  /** The latent frame that was found for the first frames when they ended the chunk before (Z x h x w); a film begins where there is none. */
  readonly before?: Float32Array
}

/** A compiled encoder. */
export interface Encoder {
  /**
   * Frames F x H x W x 3 (sRGB), F as compiled, to latents F / 4 x Z x h x w, not normalised.
   * @param refinement where it is given, the decoder is asked which latents paint the frames best: half a second of work for a second of film
   */
  encode(frames: Uint8Array, refinement?: Refinement): Promise<Float32Array>
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
  let refiner: Promise<Refiner> | undefined
  return {
    async encode(frames, refinement) {
      const expected = frameCount * width * height * 3
      if (frames.length !== expected) {
        throw new TypeError(`frames must hold ${expected} bytes, got ${frames.length}`)
      }
      const planes = toPlanes(frames, width * height)
      const results = await compiled.run({ video: { shape, data: planes } })
      const found = results.latents.data as Float32Array
      if (!refinement) return found
      const { before } = refinement
      if (before) found.set(before)
      refiner ??= compileRefiner(params, config, { frameCount, width, height }, options)
      await (await refiner).refine(found, planes, before === undefined)
      return found
    },
    async release() {
      await compiled.release()
      await (await refiner)?.release()
    },
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
