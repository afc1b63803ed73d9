import { availableParallelism } from 'node:os'
import { small } from '../recipes/small.ts'
import { countMultiplyAdds, createRandom, input, sizeOf, type Tensor } from '../src/array/index.ts'
import type { Dataset } from '../src/dataset/index.ts'
import {
  fixParameters,
  initializeParameters,
  type TransformerConfig,
  transformer,
  transformerSpecs,
} from '../src/model/index.ts'
import { type CompileOptions, compile } from '../src/onnx/index.ts'
import { openUpscaler } from '../src/sample/index.ts'
import { autoencoderTraining } from '../src/train/autoencoder.ts'
import {
  type LatentSet,
  MOST_BODIES,
  type Training,
  traceForward,
  transformerTraining,
} from '../src/train/index.ts'
import { measureProduct, median, time, timeTraining } from './measure.ts'

/** One measured number. */
export interface Row {
  readonly name: string
  readonly value: number
  readonly unit: string
  /** GFLOP a unit, where the unit is not GFLOP/s itself. */
  readonly perUnit?: number
  /** What it is compared with, where that is not a matrix product. */
  readonly limit?: number
}

const BATCH = 32
const STEPS = 6

/** The 5M transformer of the recipes with 128 video and 16 text tokens. */
const dit5m: TransformerConfig = {
  ...small.transformer.config,
  text: { ...small.transformer.config.text, length: 16 },
}
const window = small.transformer.window

const inputShapes = {
  latents: [BATCH, window, dit5m.latentChannels, 8, 8],
  levels: [BATCH, window],
  first: [BATCH, window],
  ids: [BATCH, dit5m.text.length],
}

function traceTransformer(params: Parameters<typeof transformer>[0]) {
  return transformer(
    params,
    {
      latents_BfZhw: input('latents', inputShapes.latents),
      levels_Bf: input('levels', inputShapes.levels),
      first_Bf: input('first', inputShapes.first),
      ids_BS: input('ids', inputShapes.ids, 'int32'),
    },
    dit5m,
  ).data
}

/** A pass of the transformer as sampling runs it, its weights fixed. */
async function benchForward(name: string, options: CompileOptions): Promise<Row[]> {
  const random = createRandom(1)
  const specs = transformerSpecs(dit5m)
  const data = traceTransformer(fixParameters(specs, initializeParameters(specs, random)))
  const compiled = await compile({ data }, options)
  const draw = (shape: readonly number[]): Tensor => ({
    shape,
    data: random.fillNormal(new Float32Array(sizeOf(shape))),
  })
  const { latents, levels, first, ids } = inputShapes
  const feeds = {
    latents: draw(latents),
    levels: draw(levels),
    first: draw(first),
    ids: { shape: ids, data: new Int32Array(sizeOf(ids)).fill(2) },
  }
  const milliseconds = await time(STEPS, () => compiled.run(feeds))
  await compiled.release()
  return [{ name, value: (2 * countMultiplyAdds([data])) / milliseconds / 1e6, unit: 'GFLOP/s' }]
}

/** GFLOP of a training step: its forward products, and twice as much for the gradients. */
function operationsOf(training: Training, batch: Readonly<Record<string, Tensor>>): number {
  return (6 * countMultiplyAdds([traceForward(training, batch)])) / 1e9
}

/** The transformer's training on latents of noise. */
function trainingOfNoise(): Training {
  const shape = [13, dit5m.latentChannels, 8, 8] as const
  const random = createRandom(1)
  const ones = new Float32Array(dit5m.latentChannels).fill(1)
  const data: LatentSet = {
    shape,
    mean: ones,
    deviation: ones,
    clips: Array.from({ length: BATCH }, () => ({
      caption: 'a red ball',
      shortCaption: 'a ball',
      looks: [],
    })),
    window: (_clip, _start, frames) => ({
      latents: random.fillNormal(new Float32Array(frames * sizeOf(shape.slice(1)))),
      coverage: new Float32Array(frames * 8 * 8 * MOST_BODIES),
      velocity: new Float32Array(frames * MOST_BODIES * 2),
    }),
  }
  return transformerTraining({
    config: dit5m,
    data: [data],
    schedule: { ...small.transformer.schedule, steps: STEPS },
    batchSize: BATCH,
    frames: window,
  })
}

/** Steps of the transformer's training as `aozora train` does them, optimizer and drawing of batches included. */
async function benchTransformer(): Promise<Row[]> {
  const training = trainingOfNoise()
  const operations = operationsOf(training, await training.nextBatch(createRandom(1), 1))
  const workers = availableParallelism()
  const seconds = (await timeTraining(training, { workers })) / 1000
  return [
    { name: 'train.dit5m', value: operations / seconds, unit: 'GFLOP/s' },
    { name: 'train.dit5m.windows', value: BATCH / seconds, unit: 'windows/s', perUnit: operations / BATCH },
  ]
}

/** What a second gradient worker brings: windows a second of two, each of one thread and half a batch, against those of one. */
async function benchGradientWorkers(): Promise<Row[]> {
  const rates: number[] = []
  for (const workers of [1, 2]) {
    rates.push((1000 * BATCH) / (await timeTraining(trainingOfNoise(), { workers, threads: workers })))
  }
  const [one, two] = rates
  return [{ name: 'train.dit5m.workers', value: two, unit: 'windows/s', limit: one }]
}

/** Steps of the bundled autoencoder's training on noise, optimizer included. */
async function benchAutoencoder(): Promise<Row[]> {
  const { config, schedule, batchSize, crop, frames } = small.autoencoder
  const random = createRandom(1)
  const draw = (shape: readonly number[], scale: number): Tensor => ({
    shape,
    data: random.fillNormal(new Float32Array(sizeOf(shape))).map(x => x * scale),
  })
  const batch = {
    video: draw([batchSize, frames, 3, crop, crop], 0.5),
    weights: {
      shape: [batchSize, frames, 1, crop, crop],
      data: new Float32Array(batchSize * frames * crop ** 2).fill(1),
    },
    noise: draw([batchSize, frames / 4, config.latentChannels, crop / 16, crop / 16], 1),
    sigma: draw([batchSize, 1, 1, 1, 1], 0.1),
  }
  const options = { config, schedule: { ...schedule, steps: STEPS }, batchSize, crop, frames }
  // The batch is drawn here: no dataset is read.
  const training = {
    ...autoencoderTraining({ ...options, dataset: { folder: '' } as Dataset }),
    nextBatch: () => batch,
  }
  const operations = operationsOf(training, batch)
  const seconds = (await timeTraining(training)) / 1000
  const perFrame = operations / (batchSize * frames)
  return [
    { name: 'train.autoencoder', value: operations / seconds, unit: 'GFLOP/s' },
    {
      name: 'train.autoencoder.frames',
      value: (batchSize * frames) / seconds,
      unit: 'frames/s',
      perUnit: perFrame,
    },
  ]
}

/** Frames that a second of film at 512 x 512 may have. */
const SMOOTH = 60
const ENLARGED_FRAMES = 24

/** Frames of 128 x 128 to 512 x 512 by the bundled upscaler, bytes to bytes. */
async function benchUpscaler(): Promise<Row[]> {
  const size = { width: 128, height: 128 }
  const frame = Uint8Array.from({ length: 3 * 128 ** 2 }, (_, i) => (i * 7) % 256)
  const all = openUpscaler()
  const milliseconds = await time(ENLARGED_FRAMES, () => all.enlargeFrame(frame, size, 4))
  await all.close()
  const one = openUpscaler({ threads: 1 })
  const times: number[] = []
  await time(ENLARGED_FRAMES, async () => {
    const before = process.cpuUsage()
    await one.enlargeFrame(frame, size, 4)
    const { user, system } = process.cpuUsage(before)
    times.push((user + system) / 1000)
  })
  await one.close()
  return [
    { name: 'upscale.512', value: 1000 / milliseconds, unit: 'frames/s', limit: SMOOTH },
    // What each core computes: what else the machine does takes no part in it, as it does in the row above.
    { name: 'upscale.512.core', value: 1000 / median(times), unit: 'frames/s', limit: SMOOTH / 2 },
  ]
}

/** Every benchmark by the name that `--only` takes; one may print several rows. */
export const benchmarks: Readonly<Record<string, () => Promise<Row[]>>> = {
  'matmul.1': async () => [{ name: 'matmul.1', value: await measureProduct(1), unit: 'GFLOP/s' }],
  'matmul.all': async () => [
    { name: 'matmul.all', value: await measureProduct(availableParallelism()), unit: 'GFLOP/s' },
  ],
  'forward.dit5m': () => benchForward('forward.dit5m', {}),
  'forward.dit5m.int8': () => benchForward('forward.dit5m.int8', { quantize: 'int8' }),
  'train.dit5m': benchTransformer,
  'train.dit5m.workers': benchGradientWorkers,
  'train.autoencoder': benchAutoencoder,
  'upscale.512': benchUpscaler,
}
