import { existsSync } from 'node:fs'
import type { z } from 'zod'
import type { Tensor } from '../array/index.ts'
import { type Parameters, selectParameters } from '../model/index.ts'
import { type ModelConfig, modelConfigSchema } from '../sample/index.ts'
import { loadModel } from '../store/index.ts'
import type { LatentStatistics } from './latents.ts'

/** A finished model that a run starts from. */
export interface Given {
  readonly config: ModelConfig
  readonly autoencoder: Parameters
  readonly transformer: Parameters
  readonly statistics: LatentStatistics
}

/** Rows of the words' table in the order of another vocabulary, so that every known word keeps its vector. */
export function moveWords(table: Tensor, from: readonly string[], to: readonly string[]): Tensor {
  const [rows, width] = table.shape
  const special = rows - from.length
  const data = new Float32Array((special + to.length) * width)
  data.set(table.data.subarray(0, special * width))
  // A new word begins as the unknown one, in which a prompt's rare words have met.
  const unknown = table.data.subarray((special - 1) * width, special * width)
  const rowOf = new Map(from.map((word, i) => [word, special + i]))
  for (const [i, word] of to.entries()) {
    const row = rowOf.get(word)
    const known = row === undefined ? unknown : table.data.subarray(row * width, (row + 1) * width)
    data.set(known, (special + i) * width)
  }
  return { shape: [special + to.length, width], data }
}

/** Loads the model to start from, its words in the order of another vocabulary. */
export function loadGiven(folder: string, vocabulary: readonly string[]): Given {
  const { config, tensors } = loadModel(folder, modelConfigSchema)
  const given = { ...selectParameters(tensors, 'transformer') }
  const from = config.transformer.text.vocabulary
  given['text.words'] = moveWords(given['text.words'], from, vocabulary) as Parameters[string]
  return {
    config,
    autoencoder: selectParameters(tensors, 'autoencoder'),
    transformer: given,
    statistics: {
      mean: tensors['latent.mean'].data as Float32Array,
      deviation: tensors['latent.deviation'].data as Float32Array,
    },
  }
}

/** What was trained beside a model (its captioner, its adapters), to be trained on: undefined where it has none. */
export function loadAddition<Config>(
  folder: string | undefined,
  schema: z.ZodType<Config>,
): { readonly config: Config; readonly params: Parameters } | undefined {
  if (folder === undefined || !existsSync(folder)) return undefined
  const { config, tensors } = loadModel(folder, schema)
  return { config, params: tensors as Parameters }
}
