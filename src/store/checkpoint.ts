import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import type { Tensor } from '../array/index.ts'
import { loadTensors, type StoredType, saveTensors, writeAtomically } from './safetensors.ts'

/** A training run at one step. */
export interface Checkpoint {
  readonly step: number
  /** What the run was made with, as JSON. */
  readonly config: unknown
  readonly tensors: Readonly<Record<string, Tensor>>
}

const FORMAT_VERSION = 1

/** What turns a config.json of version i + 1 into one of version i + 2. */
const migrations: readonly ((config: unknown) => unknown)[] = []

const WEIGHTS = 'weights.safetensors'
const CONFIG = 'config.json'
const KEPT = 2

const fileSchema = z.strictObject({
  formatVersion: z.number().int().min(1),
  step: z.number().int().min(0).optional(),
  config: z.unknown(),
})

function writeConfig(folder: string, config: unknown, step?: number): void {
  const json = JSON.stringify({ formatVersion: FORMAT_VERSION, step, config }, null, 2)
  writeAtomically(path.join(folder, CONFIG), [Buffer.from(`${json}\n`)])
}

function readConfig(folder: string): { step?: number; config: unknown } {
  const file = path.join(folder, CONFIG)
  if (!existsSync(file)) throw new Error(`${file} is missing`)
  let json: unknown
  try {
    json = JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    throw new Error(`${file} is damaged: it is no JSON`)
  }
  const { formatVersion, step, config } = parseConfig(file, fileSchema, json)
  if (formatVersion > FORMAT_VERSION) {
    throw new Error(
      `${file} has format ${formatVersion}, newer than ${FORMAT_VERSION}: update aozora to read it`,
    )
  }
  return { step, config: migrations.slice(formatVersion - 1).reduce((old, migrate) => migrate(old), config) }
}

function parseConfig<T>(file: string, schema: z.ZodType<T>, json: unknown): T {
  const parsed = schema.safeParse(json)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new Error(`${file}: ${issue.path.length > 0 ? `\`${issue.path.join('.')}\` ` : ''}${issue.message}`)
}

const stepFolders = (folder: string) =>
  existsSync(folder)
    ? readdirSync(folder)
        .filter(name => /^step-\d{8}$/.test(name))
        .sort()
    : []

/**
 * Writes a checkpoint of a run and removes all but the newest two. Killed at any moment, the run still has
 * its previous checkpoint or the new one: a folder gets its name when everything is in it.
 */
export function saveCheckpoint(folder: string, { step, config, tensors }: Checkpoint): void {
  const name = `step-${String(step).padStart(8, '0')}`
  const temporary = path.join(folder, `${name}.tmp`)
  rmSync(temporary, { recursive: true, force: true })
  mkdirSync(temporary, { recursive: true })
  saveTensors(path.join(temporary, WEIGHTS), tensors)
  writeConfig(temporary, config, step)
  rmSync(path.join(folder, name), { recursive: true, force: true })
  renameSync(temporary, path.join(folder, name))
  for (const old of stepFolders(folder).slice(0, -KEPT)) rmSync(path.join(folder, old), { recursive: true })
}

/** The newest checkpoint of a run, or undefined when it has none. */
export function loadCheckpoint(folder: string): Checkpoint | undefined {
  const newest = stepFolders(folder).pop()
  if (!newest) return undefined
  const { step = 0, config } = readConfig(path.join(folder, newest))
  return { step, config, tensors: loadTensors(path.join(folder, newest, WEIGHTS)).tensors }
}

/** Writes a finished model: weights.safetensors and config.json in a folder. */
export function saveModel(
  folder: string,
  config: unknown,
  tensors: Readonly<Record<string, Tensor>>,
  dtype: StoredType = 'F16',
): void {
  mkdirSync(folder, { recursive: true })
  saveTensors(path.join(folder, WEIGHTS), tensors, { dtype })
  writeConfig(folder, config)
}

/**
 * Writes a model in the place of another; what else lies in its folder (its captioner, its upscaler) stays. Killed at any
 * moment, the old model or the new one is whole: between two renames as `folder.old`, which the next call puts back.
 */
export function replaceModel(
  folder: string,
  config: unknown,
  tensors: Readonly<Record<string, Tensor>>,
): void {
  const [made, old] = [`${folder}.tmp`, `${folder}.old`]
  if (!existsSync(folder) && existsSync(old)) renameSync(old, folder)
  for (const left of [made, old]) rmSync(left, { recursive: true, force: true })
  saveModel(made, config, tensors)
  if (existsSync(folder)) {
    for (const name of readdirSync(folder).filter(name => name !== WEIGHTS && name !== CONFIG))
      cpSync(path.join(folder, name), path.join(made, name), { recursive: true })
    renameSync(folder, old)
  }
  renameSync(made, folder)
  rmSync(old, { recursive: true, force: true })
}

/**
 * Reads the configuration of a finished model.
 * @throws Error naming the file, and the field that is missing, damaged or unknown.
 */
export function loadConfig<T>(folder: string, schema: z.ZodType<T>): T {
  return parseConfig(path.join(folder, CONFIG), schema, readConfig(folder).config)
}

/**
 * Reads a finished model.
 * @throws Error naming the file, and the tensor or the field that is missing, damaged or unknown.
 */
export function loadModel<T>(
  folder: string,
  schema: z.ZodType<T>,
): { config: T; tensors: Record<string, Tensor> } {
  const config = loadConfig(folder, schema)
  return { config, tensors: loadTensors(path.join(folder, WEIGHTS)).tensors }
}
