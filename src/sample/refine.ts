import { abs, add, gradients, input, mean, mul, square, sub, sum, type Value } from '../array/index.ts'
import {
  type AutoencoderConfig,
  autoencoderSpecs,
  blurPlanes,
  decode,
  FRAMES_PER_LATENT,
  fixParameters,
  type Parameters,
  PIXELS_PER_LATENT,
} from '../model/index.ts'
import { type CompileOptions, compile } from '../onnx/index.ts'

// Shapes: F = 4 f pixel frames, H W pixels, f h w latent grid, Z latent channels.

/** How often the decoder is asked, how far latents move at first (they are of about unit size), and what stays of a move. */
const STEPS = 4
const RATE = 0.05
const MOMENTUM = 0.5
/** How much more a pixel counts for each level of colour (of 2 from black to white) that it differs from its row. */
const ATTENTION = 8
/** Side of the square over which that is blurred, so that both sides of an edge count the same. */
const ATTENTION_BLUR = 7

/** Improves latents that an encoder found. */
export interface Refiner {
  /**
   * @param latents f x Z x h x w as the decoder knows them, changed in place
   * @param planes what they stand for: F x 3 x H x W, from -1 to 1
   * @param isStart whether the film begins here; else the first latent frame is only what came before, and stays
   */
  refine(latents: Float32Array, planes: Float32Array, isStart: boolean): Promise<void>
  release(): Promise<void>
}

/** What is looked at: pixels that differ from the rest of their row, which is mostly floor and sky. 1 or more. */
function attend(video: Value): Value {
  const apart = mean(abs(sub(video, mean(video, [4]))), [2])
  return add(mul(blurPlanes(apart, ATTENTION_BLUR), ATTENTION), 1)
}

/**
 * Compiles what brings latents nearer to those that the decoder paints best: the encoder's guess is moved down the
 * gradient of what the decoder makes of it, a few steps of one length for every latent frame (iterative amortized inference,
 * 1807.09356, with the decoder's own gradient).
 */
export async function compileRefiner(
  params: Parameters,
  config: AutoencoderConfig,
  { frameCount, width, height }: { frameCount: number; width: number; height: number },
  options: CompileOptions = {},
): Promise<Refiner> {
  const frames = frameCount / FRAMES_PER_LATENT
  const grid = [height / PIXELS_PER_LATENT, width / PIXELS_PER_LATENT]
  const shapes = {
    latents: [1, frames, config.latentChannels, ...grid],
    video: [1, frameCount, 3, height, width],
    counts: [1, frameCount, 1, 1, 1],
  }
  const [latents, video, counts] = Object.entries(shapes).map(([name, shape]) => input(name, shape))
  const painted = decode(fixParameters(autoencoderSpecs(config), params), latents, config)
  const loss = sum(mul(mul(square(sub(painted, video)), attend(video)), counts))
  const compiled = await compile({ gradient: gradients(loss, [latents])[0] }, options)
  return {
    async refine(found, planes, isStart) {
      const size = found.length / frames
      const counted = Float32Array.from({ length: frameCount }, (_, f) =>
        isStart || f >= FRAMES_PER_LATENT ? 1 : 0,
      )
      const moves = new Float32Array(found.length)
      for (let step = 0; step < STEPS; step++) {
        const results = await compiled.run({
          latents: { shape: shapes.latents, data: found },
          video: { shape: shapes.video, data: planes },
          counts: { shape: shapes.counts, data: counted },
        })
        const gradient = results.gradient.data as Float32Array
        for (let start = isStart ? 0 : size; start < found.length; start += size) {
          const own = gradient.subarray(start, start + size)
          const length = Math.sqrt(own.reduce((total, value) => total + value * value, 0) / size)
          if (length === 0) continue
          for (let i = 0; i < size; i++) {
            moves[start + i] = MOMENTUM * moves[start + i] + own[i] / length
            found[start + i] -= RATE * (1 - step / STEPS) * moves[start + i]
          }
        }
      }
    },
    release: () => compiled.release(),
  }
}
