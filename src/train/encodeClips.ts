import path from 'node:path'
import type { Dataset, DatasetOptions } from '../dataset/index.ts'
import type { AutoencoderConfig, Parameters } from '../model/index.ts'
import { encodeDataset } from './encodeDataset.ts'
import type { LatentSet, LatentStatistics } from './latents.ts'
import { filmClips, type RecipeOptions } from './stages.ts'

/** An encoder, and what its latents are normalised by: by their own statistics when absent. */
interface LatentEncoder {
  readonly params: Parameters
  readonly config: AutoencoderConfig
  readonly statistics?: LatentStatistics
}

/** Clips, and their latents in `folder`. */
interface EncodedClips {
  readonly dataset: Dataset
  readonly folder: string
  readonly data: LatentSet
}

/**
 * Films clips and encodes them, or what of it is missing; a dataset that is given is only encoded.
 * @param name the folder of the clips, or of the latents, within that of the recipe
 */
export async function encodeClips(
  clips: DatasetOptions,
  { params, config, statistics }: LatentEncoder,
  options: RecipeOptions,
  name = (kind: 'clips' | 'latents'): string => kind,
): Promise<EncodedClips> {
  const { threads: workers, onProgress, signal } = options
  const dataset = await filmClips(path.join(options.folder, name('clips')), clips, options)
  const folder = path.join(options.folder, name('latents'))
  const [{ clips: filmed }] = dataset.shapes
  const onEncoded = (done: number) => onProgress?.('latents', done, filmed.length)
  const encoding = { workers, onProgress: onEncoded, signal, statistics }
  return { dataset, folder, data: await encodeDataset(folder, dataset, params, config, encoding) }
}

/** How many clips are filmed in another shape than that of the model's own films; sides in pixels. */
export interface OtherShape extends Readonly<Record<'width' | 'height' | 'clips', number>> {}

/** What a recipe films, in which shapes. */
interface Filmed {
  readonly clips: DatasetOptions
  readonly shapes?: readonly OtherShape[]
}

/** The clips of each shape come from seeds so far behind those of the one before. */
const SHAPE_SEED = 1_000_000

/** Films and encodes the clips of every other shape; none where a dataset is given, which has its own shape. */
export async function encodeOtherShapes(
  { clips, shapes = [] }: Filmed,
  encoder: LatentEncoder,
  options: RecipeOptions,
): Promise<LatentSet[]> {
  const sets: LatentSet[] = []
  for (const [i, shape] of (options.dataset === undefined ? shapes : []).entries()) {
    const { width, height } = shape
    const scene = { ...clips.scene, width, height }
    const filmed = { ...clips, clips: shape.clips, seed: clips.seed + SHAPE_SEED * (i + 1), scene }
    const { data } = await encodeClips(filmed, encoder, options, kind => `${kind}-${width}x${height}`)
    sets.push(data)
  }
  return sets
}
