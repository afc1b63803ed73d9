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
import {
  enlargedPlaces,
  nestValues,
  type UpscalerConfig,
  upscalerFeatures,
  upscalerScales,
  upscalerSpecs,
} from '../model/index.ts'
import { fanInFactor, type Values } from './optimizer.ts'
import type { Schedule } from './schedule.ts'
import type { Training } from './training.ts'
import type { PairSet } from './upscalerPairs.ts'

// Shapes: B pairs, C colour channels, H W pixels of a small crop, r scale.

/** What the training of an upscaler can vary. */
export interface UpscalerTrainingOptions {
  readonly config: UpscalerConfig
  readonly pairs: PairSet
  readonly schedule: Schedule
  readonly batchSize: number
  /** Side of the training crops in small pixels: even, no larger than those of the pairs. */
  readonly crop: number
}

/** A crop within the crop of a pair, in small pixels. */
interface Place {
  readonly left: number
  readonly top: number
  readonly isMirrored: boolean
}

/**
 * Writes a part of a square picture (r S x r S x 3, sRGB) as planes of colours from -1 to 1 (C r r, H, W), the places inside
 * each small pixel as channels.
 */
function writePlaces(
  planes: Float32Array,
  picture: Uint8Array,
  scale: number,
  crop: number,
  { left, top, isMirrored }: Place,
): void {
  const side = Math.sqrt(picture.length / 3)
  const area = crop * crop
  for (let y = 0; y < crop * scale; y++) {
    for (let x = 0; x < crop * scale; x++) {
      const column = scale * left + (isMirrored ? crop * scale - 1 - x : x)
      const from = ((scale * top + y) * side + column) * 3
      const place = (y % scale) * scale + (x % scale)
      const to = place * area + Math.floor(y / scale) * crop + Math.floor(x / scale)
      for (let c = 0; c < 3; c++) planes[c * scale * scale * area + to] = picture[from + c] / 127.5 - 1
    }
  }
}

/** Draws crops of pairs, every other one with the autoencoder's picture as the small one; half of them mirrored. */
function drawUpscalerBatch(
  random: Random,
  { pairs, batchSize: batch, crop }: Pick<UpscalerTrainingOptions, 'pairs' | 'batchSize' | 'crop'>,
): Record<string, Tensor> {
  const planes = (scale: number) => {
    const size = 3 * (scale * crop) ** 2
    const data = new Float32Array(batch * size)
    const shape = [batch, 3 * scale ** 2, crop, crop]
    return { scale, shape, data, of: (b: number) => data.subarray(b * size, (b + 1) * size) }
  }
  const small = planes(1)
  const large = upscalerScales.map(planes)
  const decoded = Float32Array.from({ length: batch }, (_, b) => b % 2)
  for (let b = 0; b < batch; b++) {
    const pair = pairs.read(random.integer(pairs.count))
    const [left, top] = [0, 0].map(() => random.integer(pairs.crop - crop + 1))
    const place = { left, top, isMirrored: random.uniform() < 0.5 }
    writePlaces(small.of(b), decoded[b] === 1 ? pair.decoded : pair.small, 1, crop, place)
    upscalerScales.forEach((scale, i) => {
      writePlaces(large[i].of(b), pair.large[scale], scale, crop, place)
    })
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
function decibels(made: Value, truth: Value): Value {
  const error = mean(square(sub(made, truth)), [1, 2, 3])
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
      const features = upscalerFeatures(params, batch.small)
      const gains = upscalerScales.map(scale => {
        const made = enlargedPlaces(params, batch.small, features, scale)
        return { scale, psnr: decibels(made, batch[`large${scale}`]) }
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
