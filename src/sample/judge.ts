import { existsSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { input } from '../array/index.ts'
import {
  type BytePairs,
  type CaptionerConfig,
  captionerSpecs,
  crossEntropy,
  fixParameters,
  type Parameters,
  PIXELS_PER_LATENT,
  tellFilm,
  writeTargets,
} from '../model/index.ts'
import { type Compiled, type CompileOptions, compile } from '../onnx/index.ts'
import { loadConfig, loadModel } from '../store/index.ts'

// Shapes: f latent frames, Z latent channels, h w latent grid, S tokens of a caption.

const whole = z.number().int().positive()

/** What lies beside a captioner's weights: its size, and the pairs of its tokenizer. */
export const captionerConfigSchema = z.strictObject({
  latentChannels: whole,
  patch: whole,
  frames: whole,
  height: whole,
  width: whole,
  captionLength: whole,
  language: z.strictObject({ vocabulary: whole, width: whole, depth: whole, heads: whole }),
  pairs: z.array(z.tuple([z.number().int(), z.number().int()])),
})

/** The first latent frames of a film, its last one repeated where it has fewer. */
export function fitFrames(latents: Float32Array, frames: number, size: number): Float32Array {
  const fitted = new Float32Array(frames * size)
  fitted.set(latents.subarray(0, fitted.length))
  const last = latents.subarray(latents.length - size)
  for (let at = latents.length; at < fitted.length; at += size) fitted.set(last, at)
  return fitted
}

/** Cells of one latent frame. */
type Cells = Readonly<Record<'width' | 'height', number>>

/** Cells of a larger latent frame, and where in it that of the model's own shape begins. */
type LargerCells = Cells & Readonly<Record<'left' | 'top', number>>

/** What lies in latent frames (planes of h x w) where the model's own shape does. */
function cutMiddle(latents: Float32Array, cells: LargerCells, wanted: Cells): Float32Array {
  const { left, top } = cells
  if (cells.width === wanted.width && cells.height === wanted.height) return latents
  const planes = latents.length / (cells.width * cells.height)
  const cut = new Float32Array(planes * wanted.width * wanted.height)
  for (let row = 0; row < planes * wanted.height; row++) {
    const [plane, y] = [Math.floor(row / wanted.height), row % wanted.height]
    const from = (plane * cells.height + top + y) * cells.width + left
    cut.set(latents.subarray(from, from + wanted.width), row * wanted.width)
  }
  return cut
}

/** Says how well films show what was asked for. */
export interface Judge {
  /**
   * How likely a captioner would have told a film in these words: the logarithm of the probability, 0 at most.
   * @param latents f x Z x h x w from a film's first frame on, normalised; of longer and larger films the beginning and the middle are looked at,
   * shorter ones stand still in the end
   */
  rate(latents: Float32Array, caption: string): Promise<number>
  /** Compiles it, which else the first film would wait for. */
  prepare(): Promise<unknown>
  close(): Promise<unknown>
}

/** Compiles the pass that says how likely all words of a caption are. */
function compileJudging(config: CaptionerConfig, params: Parameters, options: CompileOptions) {
  const { latentChannels, frames, height, width, captionLength } = config
  const row = [1, captionLength]
  const { logits_BSV } = tellFilm(
    fixParameters(captionerSpecs(config), params),
    input('latents', [1, frames, latentChannels, height, width]),
    input('ids', row, 'int32'),
    config,
  )
  const loss = crossEntropy(logits_BSV, input('targets', row, 'int32'), input('weights', row))
  return compile({ loss }, options)
}

/**
 * Makes a judge of a captioner; it is compiled when it is first asked.
 * @param load reads the captioner's parameters
 * @param cells of the films that it is shown, where they are larger than those of its training
 */
export function assembleJudge(
  { pairs, ...config }: CaptionerConfig & BytePairs,
  load: () => Parameters,
  options: CompileOptions = {},
  cells: LargerCells = { ...config, left: 0, top: 0 },
): Judge {
  const { latentChannels, frames, height, width, captionLength } = config
  const shape = [1, frames, latentChannels, height, width]
  let judging: Promise<Compiled> | undefined
  const prepare = () => (judging ??= compileJudging(config, load(), options))
  return {
    async rate(latents, caption) {
      const middle = cutMiddle(latents, cells, config)
      const data = fitFrames(middle, frames, latentChannels * height * width)
      const { ids, targets, weights } = writeTargets({ pairs }, caption, config)
      const row = [1, captionLength]
      const { loss } = await (await prepare()).run({
        latents: { shape, data },
        ids: { shape: row, data: ids },
        targets: { shape: row, data: targets },
        weights: { shape: row, data: weights },
      })
      return -loss.data[0] * weights.reduce((sum, weight) => sum + weight)
    },
    prepare,
    close: async () => (await judging)?.release(),
  }
}

/** The captioner beside a model that judges its films: one that has learned on for that, where there is one. */
export function findJudge(model: string): string | undefined {
  return ['judge', 'captioner'].map(name => path.resolve(model, name)).find(folder => existsSync(folder))
}

/** Films as a judge may see them, in pixels: how large, and where the model's own shape begins; and the channels of their latents. */
interface Seen extends LargerCells {
  readonly latentChannels: number
}

/**
 * Opens the judge of a model's films (`findJudge`).
 * @param model the model's folder
 * @returns undefined when there is none, or it looks at larger films
 * @throws Error naming the file, the tensor or the field that is missing or damaged.
 */
export function openJudge(model: string, seen: Seen, options: CompileOptions): Judge | undefined {
  const folder = findJudge(model)
  if (!folder) return undefined
  const config = loadConfig(folder, captionerConfigSchema)
  const load = () => loadModel(folder, captionerConfigSchema).tensors as Parameters
  const [width, height] = [seen.width / PIXELS_PER_LATENT, seen.height / PIXELS_PER_LATENT]
  const cells = { width, height, left: seen.left / PIXELS_PER_LATENT, top: seen.top / PIXELS_PER_LATENT }
  const isSmaller = cells.width < config.width || cells.height < config.height
  if (config.latentChannels !== seen.latentChannels || isSmaller) return undefined
  return assembleJudge(config, load, options, cells)
}
