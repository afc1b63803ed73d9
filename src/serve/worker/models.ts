import { chooseGrid, type Size } from '../../media/index.ts'
import { type Model, openModel, readFewSteps, readModelConfig } from '../../sample/index.ts'
import { DEFAULT_SIZE, readSize } from '../wire/schemas.ts'

/** One model, compiled for each shape of film when it is first asked for. */
export interface Models {
  /** Pixels of the model's own shape. */
  readonly own: Size
  /** @param isFast in the few steps that it has learned */
  open(size: Size, isFast?: boolean): Promise<Model>
  close(): Promise<void>
}

/** Shapes that stay compiled: each holds the weights once more. */
const MOST_SHAPES = 3

/**
 * Opens a model, and compiles it for requests that say neither size nor steps.
 * @throws Error naming the file that is missing or damaged.
 */
export async function openModels(options: { folder?: string; threads?: number } = {}): Promise<Models> {
  const { width, height } = readModelConfig(options.folder)
  const own = { width, height }
  // The one that was used longest ago is first.
  const compiled = new Map<string, Model>()
  const models: Models = {
    own,
    async open(size, isFast = false) {
      const key = `${size.width}x${size.height}${isFast ? ' fast' : ''}`
      const model = compiled.get(key) ?? (await openModel({ ...options, size, fast: isFast }))
      compiled.delete(key)
      compiled.set(key, model)
      const [oldest] = compiled.keys()
      if (compiled.size > MOST_SHAPES) {
        await compiled.get(oldest)!.close()
        compiled.delete(oldest)
      }
      return model
    },
    async close() {
      for (const model of compiled.values()) await model.close()
    },
  }
  const hasFewSteps = readFewSteps(options.folder) !== undefined
  await models.open(chooseGrid(own, readSize(DEFAULT_SIZE)), hasFewSteps)
  return models
}
