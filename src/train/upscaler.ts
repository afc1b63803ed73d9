import {
  add,
  div,
  log,
  mean,
  mul,
  type Random,
  reshape,
  square,
  sub,
  sum,
  type Tensor,
  type Value,
} from '../array/index.ts'
import { nestValues, type UpscalerConfig, upscale, upscalerScales, upscalerSpecs } from '../model/index.ts'
import type { Training } from './loop.ts'
import { fanInFactor, type Values } from './optimizer.ts'
import type { Schedule } from './schedule.ts'
import type { PairSet } from './upscalerPairs.ts'

// Shapes: B pairs, S side of a crop in small pixels, r scale.

/** What the training of an upscaler can vary. */
export interface UpscalerTrainingOptions {
  readonly config: UpscalerConfig
  readonly pairs: PairSet
  readonly schedule: Schedule
  readonly batchSize: number
}

/** Writes a square picture (side x side x 3, sRGB) as planes of colours from -1 to 1, mirrored or not. */
function writePlanes(planes: Float32Array, picture: Uint8Array, side: number, isMirrored: boolean): void {
  const area = side * side
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const from = (y * side + (isMirrored ? side - 1 - x : x)) * 3
      for (let c = 0; c < 3; c++) planes[c * area + y * side + x] = picture[from + c] / 127.5 - 1
    }
  }
}

/** Draws pairs, every other one with the autoencoder's picture as the small one; half of them mirrored. */
export function drawUpscalerBatch(
  random: Random,
  { pairs, batchSize: batch }: Pick<UpscalerTrainingOptions, 'pairs' | 'batchSize'>,
): Record<string, Tensor> {
  const planes = (scale: number) => {
    const side = pairs.crop * scale
    const data = new Float32Array(batch * 3 * side ** 2)
    return { side, shape: [batch, 3, side, side], data, of: (b: number) => data.subarray(b * 3 * side ** 2) }
  }
  const small = planes(1)
  const large = upscalerScales.map(scale => ({ scale, ...planes(scale) }))
  const decoded = Float32Array.from({ length: batch }, (_, b) => b % 2)
  for (let b = 0; b < batch; b++) {
    const pair = pairs.read(random.integer(pairs.count))
    const isMirrored = random.uniform() < 0.5
    writePlanes(small.of(b), decoded[b] === 1 ? pair.decoded : pair.small, small.side, isMirrored)
    for (const { scale, side, of } of large) writePlanes(of(b), pair.large[scale], side, isMirrored)
  }
  return {
    small: { shape: small.shape, data: small.data },
    decoded: { shape: [batch, 1, 1, 1], data: decoded },
    ...Object.fromEntries(large.map(({ scale, shape, data }) => [`large${scale}`, { shape, data }])),
  }
}

/** Mean square, in colours from -1 to 1, below which a crop is good enough: 47 dB. */
const GOOD_ENOUGH = 8e-5

/** Peak signal-to-noise ratio of every picture of a batch, in decibels: (B, 1, 1, 1). */
function decibels(made_BCHW: Value, truth_BCHW: Value): Value {
  const error = mean(square(sub(made_BCHW, truth_BCHW)), [1, 2, 3])
  return mul(log(mul(add(error, GOOD_ENOUGH), 1 / 4)), -10 / Math.LN10)
}

/**
 * The training of an upscaler: as many decibels as can be had, so that a crop of soft shadows counts as much as one of
 * grass whose blades nobody can know (as NAFNet is trained, 2204.04676); both scales in every step.
 */
export function upscalerTraining(options: UpscalerTrainingOptions): Training {
  const { config, schedule, batchSize } = options
  const specs = upscalerSpecs(config)
  return {
    specs,
    config,
    schedule,
    emaDecay: 0.998,
    itemsPerStep: batchSize,
    rule: () => 'adamw',
    rateFactor: (_, shape) => fanInFactor(shape),
    nextBatch: random => drawUpscalerBatch(random, options),
    loss: (values: Values, batch: Values) => {
      const params = nestValues(specs, values)
      const gains = upscalerScales.map(scale => {
        return { scale, psnr: decibels(upscale(params, batch.small, scale), batch[`large${scale}`]) }
      })
      const average = (psnr: Value, weights: Value) =>
        reshape(div(sum(mul(psnr, weights)), add(sum(weights), 1e-6)), [])
      const watch = gains.flatMap(({ scale, psnr }) => [
        [`true${scale}`, average(psnr, sub(1, batch.decoded))],
        [`decoded${scale}`, average(psnr, batch.decoded)],
      ])
      const loss = mul(gains.map(({ psnr }) => mean(psnr)).reduce(add), -1 / upscalerScales.length)
      return { loss: reshape(loss, []), watch: Object.fromEntries(watch) }
    },
  }
}
