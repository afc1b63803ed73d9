import path from 'node:path'
import type { DatasetOptions } from '../dataset/index.ts'
import type { AutoencoderConfig, Parameters } from '../model/index.ts'
import { encodeDataset } from './encodeDataset.ts'
import type { LatentSet, LatentStatistics } from './latents.ts'
import { filmClips, type RecipeOptions } from './stages.ts'

/** How many clips are filmed in another shape than that of the model's own films; sides in pixels. */
export interface OtherShape extends Readonly<Record<'width' | 'height' | 'clips', number>> {}

/** What a recipe films, in which shapes. */
interface Filmed {
  readonly clips: DatasetOptions
  readonly shapes?: readonly OtherShape[]
}

/** An encoder, and what its latents are normalised by. */
interface LatentEncoder {
  readonly params: Parameters
  readonly config: AutoencoderConfig
  readonly statistics: LatentStatistics
}

/** The clips of each shape come from seeds so far behind those of the one before. */
const SHAPE_SEED = 1_000_000

/** Films clips of every other shape and encodes them, or what of it is missing; none where a dataset is given, which has its own shape. */
export async function encodeOtherShapes(
  { clips, shapes = [] }: Filmed,
  { params, config, statistics }: LatentEncoder,
  options: RecipeOptions,
): Promise<LatentSet[]> {
  const { folder, dataset: given, threads: workers, onProgress, signal } = options
  const sets: LatentSet[] = []
  for (const [i, shape] of (given === undefined ? shapes : []).entries()) {
    const { width, height } = shape
    const scene = { ...clips.scene, width, height }
    const seed = clips.seed + SHAPE_SEED * (i + 1)
    const name = (kind: string) => path.join(folder, `${kind}-${width}x${height}`)
    const dataset = await filmClips(name('clips'), { ...clips, clips: shape.clips, seed, scene }, options)
    const onEncoded = (done: number) => onProgress?.('latents', done, shape.clips)
    const encoding = { workers, onProgress: onEncoded, signal, statistics }
    sets.push(await encodeDataset(name('latents'), dataset, params, config, encoding))
  }
  return sets
}
