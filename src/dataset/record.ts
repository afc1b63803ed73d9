import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import type { Attributes, PlaneAttributes, PlaneOptions, SceneOptions } from '../world/index.ts'

// A dataset is a folder: dataset.json says what it is made of; each shard is a .bin of blobs and a .json index.

/** The version of the files; what is older or newer is refused by name. */
export const FORMAT_VERSION = 1

const filmedSchema = z.strictObject({
  version: z.literal(FORMAT_VERSION),
  kind: z.literal('filmed'),
  family: z.string(),
  seed: z.number().int(),
  heldOut: z.boolean(),
  clipsPerShard: z.number().int().min(1),
  /** The world's scene options, the defaults among them. */
  scene: z.custom<SceneOptions | PlaneOptions>(value => typeof value === 'object' && value !== null),
})

const importedSchema = z.strictObject({
  version: z.literal(FORMAT_VERSION),
  kind: z.literal('imported'),
  fps: z.number().positive(),
  seconds: z.number().positive(),
  /** The sizes that films are brought to: each to the one that crops least. */
  buckets: z.array(z.tuple([z.number().int().min(1), z.number().int().min(1)])).min(1),
})

const descriptionSchema = z.discriminatedUnion('kind', [filmedSchema, importedSchema])

/** What a dataset is made of: dataset.json. */
export type DatasetDescription = z.infer<typeof descriptionSchema>

const count = z.number().int().min(0)

/** A run of bytes in a shard: offset and length. */
const blobSchema = z.tuple([count, count])
/** Chunks of frames, one behind the other: where they begin, and codec and length of each. */
const chunksSchema = z.strictObject({
  offset: count,
  chunks: z.array(z.tuple([z.enum(['delta', 'jpeg']), count])).min(1),
})

const clipSchema = z.strictObject({
  width: z.number().int().min(1),
  height: z.number().int().min(1),
  frameCount: z.number().int().min(1),
  fps: z.number().positive(),
  /** All that can be seen, in one sentence; empty when nobody said. */
  caption: z.string(),
  /** What it was before a captioner wrote `caption`. */
  originalCaption: z.string().optional(),
  /** What a person would type. */
  shortCaption: z.string(),
  /** The scene's seed, for clips of a world. */
  seed: z.number().int().optional(),
  /** What happens, for clips of a world. */
  attributes: z
    .custom<Attributes | PlaneAttributes>(value => typeof value === 'object' && value !== null)
    .optional(),
  /** The file that an imported clip is cut from, and the second where it begins. */
  source: z.strictObject({ file: z.string(), start: z.number().min(0) }).optional(),
  frames: chunksSchema,
  masks: chunksSchema.optional(),
  /** Everything else that is true of the clip: JSON, deflated. */
  truth: blobSchema.optional(),
})

const shardSchema = z.strictObject({
  version: z.literal(FORMAT_VERSION),
  bytes: count,
  sha256: z.string().length(64),
  /** A hash of the films that an imported shard is made from, and of their captions. */
  plan: z.string().optional(),
  /** Films that could not be read. */
  refused: z.array(z.strictObject({ file: z.string(), reason: z.string() })).optional(),
  clips: z.array(clipSchema),
})

/** Where frames or masks of a clip lie in its shard. */
export type StoredChunks = z.infer<typeof chunksSchema>
/** A clip as the index of its shard has it. */
export type StoredClip = z.infer<typeof clipSchema>
/** What is known of a clip without reading its pictures. */
export type ClipRecord = Readonly<Omit<StoredClip, 'frames' | 'masks' | 'truth'>>
/** The index of a shard. */
export type ShardIndex = z.infer<typeof shardSchema>

/** The names of a shard's two files, without the folder. */
export function nameShard(shard: number): { readonly bin: string; readonly json: string } {
  const name = `shard-${String(shard).padStart(5, '0')}`
  return { bin: `${name}.bin`, json: `${name}.json` }
}

function readJson<T>(file: string, schema: z.ZodType<T>): T {
  let json: unknown
  try {
    json = JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new RangeError(`${file} cannot be read: ${(error as Error).message}`)
  }
  const parsed = schema.safeParse(json)
  if (parsed.success) return parsed.data
  const [{ path: field, message }] = parsed.error.issues
  throw new RangeError(`${file} is no file of format ${FORMAT_VERSION}: \`${field.join('.')}\`: ${message}`)
}

/**
 * Reads what a dataset is made of.
 * @returns undefined when the folder holds none
 * @throws RangeError naming file and field when it is damaged or of another version.
 */
export function readDescription(folder: string): DatasetDescription | undefined {
  const file = path.join(folder, 'dataset.json')
  return existsSync(file) ? readJson(file, descriptionSchema) : undefined
}

/**
 * Reads the index of a shard.
 * @throws RangeError naming file and field when it is damaged or of another version.
 */
export function readShardIndex(folder: string, shard: number): ShardIndex {
  return readJson(path.join(folder, nameShard(shard).json), shardSchema)
}
