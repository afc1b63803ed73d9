import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { input, sizeOf, type Tensor } from '../array/index.ts'
import {
  type AutoencoderConfig,
  autoencoderSpecs,
  decode,
  FRAMES_PER_LATENT,
  fixParameters,
  type LearnedGrids,
  marginOf,
  type Parameters,
  PIXELS_PER_LATENT,
  selectParameters,
  type TokenGrid,
  type TransformerConfig,
  traceMerged,
  transformer,
  transformerSpecs,
} from '../model/index.ts'
import { type Compiled, compile, type Device } from '../onnx/index.ts'
import { loadConfig, loadModel } from '../store/index.ts'
import { compileEncoder, type Encoder, type Refinement } from './encode.ts'
import { type Judge, openJudge } from './judge.ts'

// Shapes: B batch (2: with and without text; 1: without guidance), f latent frames of a window, Z latent channels, h w latent grid, S text tokens.

/** A model that is ready to make films: its parameters in memory and its graphs compiled. */
export interface Model {
  readonly autoencoder: AutoencoderConfig
  readonly transformer: TransformerConfig
  /** Latent frames that are denoised together. */
  readonly window: number
  /** Pixels of a film. */
  readonly size: { readonly width: number; readonly height: number }
  readonly fps: number
  /** The first digits of the SHA-256 of the weights: which model made a film. */
  readonly fingerprint: string
  /** Mean and deviation of the latents' channels (Z). */
  readonly latentMean: Float32Array
  readonly latentDeviation: Float32Array
  /** What the model was taught to make films in few steps with, without guidance; absent where it was not. */
  readonly fewSteps?: FewStepsConfig
  /** Says how well films show what was asked for; absent where no captioner for films of this size lies beside the model. */
  readonly judge?: Judge
  /** One pass: noisy latents (B, f, Z, h, w), levels and first flags (B, f), tokens (B, S) to predicted data. */
  predict(feeds: Readonly<Record<'latents' | 'levels' | 'first' | 'ids', Tensor>>): Promise<Float32Array>
  /** Latents (1 + DECODE_CHUNK + 1, Z, h, w), not normalised, the first and the last only to be looked at, to frames from -1 to 1. */
  decodeChunk(latents: Float32Array): Promise<Float32Array>
  /** ENCODE_CHUNK latent frames' worth of frames (4 each, H x W x 3, sRGB) to latents, not normalised; refined where that is wanted. */
  encodeChunk(frames: Uint8Array, refinement?: Refinement): Promise<Float32Array>
  close(): Promise<void>
}

/** Latent frames decoded at once: memory stays the same however long the film is, and little is decoded for nothing. */
export const DECODE_CHUNK = 2

/** Candidates of a film that are begun together at most: one pass for four windows takes two thirds of the time of four passes. */
export const BEGUN_TOGETHER = 4

/** Latent frames encoded at once: what a window is shown of an earlier film, and one that is thrown away. */
export const ENCODE_CHUNK = 4

/** The configuration that lies beside a model's weights. */
export const modelConfigSchema = z.strictObject({
  autoencoder: z.strictObject({
    latentChannels: z.number().int().positive(),
    blocks: z.strictObject({ encoder: z.number().int().positive(), decoder: z.number().int().positive() }),
    channels: z.strictObject({
      quarter: z.number().int(),
      eighth: z.number().int(),
      sixteenth: z.number().int(),
      latent: z.number().int(),
    }),
  }),
  transformer: z.strictObject({
    latentChannels: z.number().int().positive(),
    patch: z.number().int().positive(),
    width: z.number().int().positive(),
    depth: z.number().int().positive(),
    heads: z.number().int().positive(),
    text: z.strictObject({
      vocabulary: z.array(z.string()),
      length: z.number().int().positive(),
      width: z.number().int().positive(),
      depth: z.number().int().positive(),
      heads: z.number().int().positive(),
    }),
  }),
  window: z.number().int().min(2),
  width: z.number().int().multipleOf(32),
  height: z.number().int().multipleOf(32),
  fps: z.number().positive(),
  /** Other shapes that it was trained on, in pixels. */
  shapes: z
    .array(
      z.strictObject({ width: z.number().int().multipleOf(32), height: z.number().int().multipleOf(32) }),
    )
    .optional(),
})

/** The configuration that lies beside a model's weights. */
export type ModelConfig = z.infer<typeof modelConfigSchema>

const steps = z.number().int().positive()

/** What lies beside the adapters that make a model one of few steps: how it was taught. */
export const fewStepsConfigSchema = z.strictObject({
  /** Steps in which a window is made. */
  numInferenceSteps: steps,
  /** Steps of the teacher in each of them, and its guidance. */
  substeps: steps,
  guidanceScale: z.number(),
  rank: steps,
})

/** How a model was taught to make films in few steps. */
export type FewStepsConfig = z.infer<typeof fewStepsConfigSchema>

/** Where the bundled model lies, or another part of what is bundled, from source and from the compiled build. */
export function bundledFolder(part = ''): string {
  const up = import.meta.url.includes('/dist/') ? '../../../weights' : '../../weights'
  return path.join(fileURLToPath(new URL(up, import.meta.url)), part)
}

/** Pixels of a frame. */
interface FrameSize extends Readonly<Record<'width' | 'height', number>> {}

/** What `openModel` can be told. */
export interface OpenOptions {
  /** Folder with weights.safetensors and config.json; the bundled model when absent. */
  readonly folder?: string
  /** Pixels of the films, other than those that the model was trained with: multiples of 32, better not less than those. */
  readonly size?: FrameSize
  readonly device?: Device
  readonly threads?: number
  /** Makes films in few steps without guidance: several times faster, a little less exact. */
  readonly fast?: boolean
  /** Compiles each network when it is first needed, not at once: for those who need few of them. */
  readonly lazily?: boolean
}

/** The folder of a model's adapters for few steps. */
export const fewStepsFolder = (folder: string = bundledFolder()) => path.join(folder, 'fast')

/**
 * Reads what a model is, without its weights.
 * @throws Error naming the file or the field that is missing or damaged.
 */
export function readModelConfig(folder: string = bundledFolder()): ModelConfig {
  return loadConfig(path.resolve(folder), modelConfigSchema)
}

/**
 * Reads how a model was taught few steps, without its adapters; undefined where it was not.
 * @throws Error naming the field that is missing or damaged.
 */
export function readFewSteps(folder?: string): FewStepsConfig | undefined {
  const adapters = fewStepsFolder(folder)
  return existsSync(adapters) ? loadConfig(path.resolve(adapters), fewStepsConfigSchema) : undefined
}

/** Parameters with adapters (`path.narrow`, `path.widen`) added to their matrices. */
export async function mergeAdapters(params: Parameters, adapters: Parameters): Promise<Parameters> {
  const compiled = await compile(traceMerged(params, adapters))
  const given = { ...params, ...adapters }
  const results = await compiled.run(
    Object.fromEntries(compiled.inputs.map(({ name }) => [name, given[name]])),
  )
  await compiled.release()
  return { ...params, ...selectParameters(results, 'merged') }
}

/**
 * Opens a model and compiles its graphs.
 * @throws Error naming the file, the tensor or the field that is missing or damaged.
 */
export async function openModel({
  folder = bundledFolder(),
  size,
  fast,
  ...given
}: OpenOptions = {}): Promise<Model> {
  const { config, tensors } = loadModel(path.resolve(folder), modelConfigSchema)
  const { latentChannels } = config.autoencoder
  const judge = openJudge(folder, { ...findOwn(config, size ?? config), latentChannels }, given)
  const options = { device: 'cpu' as const, size, judge, ...given }
  if (!fast) return assembleModel(config, tensors, options)
  const adapters = loadModel(path.resolve(fewStepsFolder(folder)), fewStepsConfigSchema)
  const merged = await mergeAdapters(selectParameters(tensors, 'transformer'), adapters.tensors as Parameters)
  const named = Object.entries(merged).map(([name, tensor]) => [`transformer.${name}`, tensor])
  const all = { ...tensors, ...Object.fromEntries(named) }
  return assembleModel(config, all, { ...options, fewSteps: adapters.config })
}

/** Pixels on a side of a token. */
const sideOfToken = ({ transformer }: ModelConfig) => PIXELS_PER_LATENT * transformer.patch

/** Tokens of a frame. */
function gridOf({ width, height }: FrameSize, token: number): TokenGrid {
  return { rows: height / token, columns: width / token }
}

/** The grids of tokens that a model was trained on, its own first. */
function learnedGrids(config: ModelConfig): LearnedGrids {
  const token = sideOfToken(config)
  return [gridOf(config, token), ...(config.shapes ?? []).map(shape => gridOf(shape, token))]
}

/** Where in a larger frame that of the model's own shape begins, in pixels. */
function findOwn(config: ModelConfig, { width, height }: FrameSize) {
  const token = sideOfToken(config)
  const { above, beside } = marginOf(gridOf({ width, height }, token), learnedGrids(config))
  return { width, height, left: beside * token, top: above * token }
}

/** The networks of a model, each compiled when it is first needed. */
function compileNetworks(
  config: ModelConfig,
  { width, height }: FrameSize,
  tensors: Readonly<Record<string, Tensor>>,
  options: Pick<OpenOptions, 'device' | 'threads'>,
) {
  const [weights, autoencoder] = ['transformer', 'autoencoder'].map(name => selectParameters(tensors, name))
  const denoisers = new Map<number, Promise<Compiled>>()
  let decoder: Promise<Compiled> | undefined
  let encoder: Promise<Encoder> | undefined
  const encoded = { frameCount: ENCODE_CHUNK * FRAMES_PER_LATENT, width, height }
  return {
    /** For that many windows at once: two are one with words and without. */
    denoiser(batch: number) {
      const known =
        denoisers.get(batch) ?? compileDenoiser(config, { width, height }, weights, batch, options)
      denoisers.set(batch, known)
      return known
    },
    decoder: () => (decoder ??= compileDecoder(config, { width, height }, autoencoder, options)),
    /** Only tasks that start from pictures need it. */
    encoder: () => (encoder ??= compileEncoder(autoencoder, config.autoencoder, encoded, options)),
    async release() {
      for (const denoiser of denoisers.values()) await (await denoiser).release()
      await (await decoder)?.release()
      await (await encoder)?.release()
    },
  }
}

/** Compiles a model from its configuration and tensors (`transformer.*`, `autoencoder.*`, `latent.mean`, `latent.deviation`). */
export async function assembleModel(
  config: ModelConfig,
  tensors: Readonly<Record<string, Tensor>>,
  {
    size: { width, height } = config,
    fewSteps,
    judge,
    lazily,
    ...options
  }: Pick<OpenOptions, 'size' | 'device' | 'threads' | 'lazily'> & Pick<Model, 'fewSteps' | 'judge'> = {},
): Promise<Model> {
  const networks = compileNetworks(config, { width, height }, tensors, options)
  if (!lazily) {
    await networks.denoiser(fewSteps ? 1 : 2)
    await networks.decoder()
    if (fewSteps && judge) {
      await networks.denoiser(BEGUN_TOGETHER)
      await judge.prepare()
    }
  }
  const { latentChannels } = config.autoencoder
  const [h, w] = [height / PIXELS_PER_LATENT, width / PIXELS_PER_LATENT]
  return {
    autoencoder: config.autoencoder,
    transformer: config.transformer,
    window: config.window,
    size: { width, height },
    fps: config.fps,
    fingerprint: fingerprintOf(tensors),
    latentMean: tensors['latent.mean'].data as Float32Array,
    latentDeviation: tensors['latent.deviation'].data as Float32Array,
    fewSteps,
    judge,
    async predict(feeds) {
      const denoiser = await networks.denoiser(feeds.latents.shape[0])
      const { data } = await denoiser.run(feeds)
      return data.data as Float32Array
    },
    async decodeChunk(latents) {
      const shape = [1, DECODE_CHUNK + 2, latentChannels, h, w]
      if (latents.length !== sizeOf(shape))
        throw new TypeError(`latents must hold ${sizeOf(shape)} numbers, got ${latents.length}`)
      const decoder = await networks.decoder()
      const { frames } = await decoder.run({ latents: { shape, data: latents } })
      return frames.data as Float32Array
    },
    encodeChunk: async (frames, refinement) => (await networks.encoder()).encode(frames, refinement),
    async close() {
      await networks.release()
      await judge?.close()
    },
  }
}

function fingerprintOf(tensors: Readonly<Record<string, Tensor>>): string {
  const hash = createHash('sha256')
  for (const name of Object.keys(tensors).sort()) {
    const { buffer, byteOffset, byteLength } = tensors[name].data
    hash.update(name).update(new Uint8Array(buffer, byteOffset, byteLength))
  }
  return hash.digest('hex').slice(0, 16)
}

function compileDenoiser(
  config: ModelConfig,
  { width, height }: FrameSize,
  weights: Parameters,
  batch: number,
  options: Pick<OpenOptions, 'device' | 'threads'>,
): Promise<Compiled> {
  const [h, w] = [height / PIXELS_PER_LATENT, width / PIXELS_PER_LATENT]
  const params = fixParameters(transformerSpecs(config.transformer), weights)
  const { data } = transformer(
    params,
    {
      latents_BfZhw: input('latents', [batch, config.window, config.autoencoder.latentChannels, h, w]),
      levels_Bf: input('levels', [batch, config.window]),
      first_Bf: input('first', [batch, config.window]),
      ids_BS: input('ids', [batch, config.transformer.text.length], 'int32'),
    },
    config.transformer,
    learnedGrids(config),
  )
  return compile({ data }, options)
}

function compileDecoder(
  config: ModelConfig,
  { width, height }: FrameSize,
  weights: Parameters,
  options: Pick<OpenOptions, 'device' | 'threads'>,
): Promise<Compiled> {
  const { latentChannels } = config.autoencoder
  const [h, w] = [height / PIXELS_PER_LATENT, width / PIXELS_PER_LATENT]
  const params = fixParameters(autoencoderSpecs(config.autoencoder), weights)
  const latents = input('latents', [1, DECODE_CHUNK + 2, latentChannels, h, w])
  return compile({ frames: decode(params, latents, config.autoencoder, { before: 1, after: 1 }) }, options)
}
