import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Tensor } from '../array/index.ts'
import { flattenSpecs } from '../model/index.ts'
import { compile } from '../onnx/index.ts'
import { saveCheckpoint } from '../store/index.ts'
import type { Training } from './loop.ts'
import { traceForward } from './step.ts'

/** Judges a run by batches that it never learns from. */
export interface Validation {
  /** The mean loss of the averaged parameters over all batches. */
  measure(state: Readonly<Record<string, Tensor>>): Promise<number>
  release(): Promise<void>
}

/**
 * Compiles the loss without its gradients, for fixed batches: the same draws of noise every time, so that only
 * the parameters make a difference.
 * @param batches of equal shapes, at least one
 */
export async function compileValidation(
  training: Pick<Training, 'specs' | 'loss'>,
  batches: readonly Readonly<Record<string, Tensor>>[],
  threads = 0,
): Promise<Validation> {
  const specs = flattenSpecs(training.specs)
  const compiled = await compile({ loss: traceForward(training, batches[0]) }, { threads })
  // Inputs that the loss does not depend on are not there once it is compiled.
  const used = new Set(compiled.inputs.map(({ name }) => name))
  const feedsOf = (prefix: string, tensors: Iterable<readonly [string, Tensor]>) =>
    [...tensors]
      .map(([name, tensor]) => [`${prefix}.${name}`, tensor] as const)
      .filter(([name]) => used.has(name))
  return {
    async measure(state) {
      const averages = [...specs].map(
        ([name, { shape }]) => [name, { ...state[`ema.${name}`], shape }] as const,
      )
      const fixed = Object.fromEntries(feedsOf('param', averages))
      let total = 0
      for (const batch of batches) {
        const results = await compiled.run({
          ...fixed,
          ...Object.fromEntries(feedsOf('batch', Object.entries(batch))),
        })
        total += results.loss.data[0] / batches.length
      }
      return total
    },
    release: () => compiled.release(),
  }
}

/** How well a step did on what it never learns from. */
export interface Judgement {
  readonly step: number
  readonly loss: number
}

function readJudgements(file: string): Judgement[] {
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : []
  return lines.map(line => JSON.parse(line) as Judgement)
}

/**
 * Notes a validation loss in `validation.jsonl`, and keeps the averaged parameters in `best/` when no step
 * before had a lower one.
 */
export function keepBest(
  folder: string,
  { step, loss }: Judgement,
  config: unknown,
  state: Readonly<Record<string, Tensor>>,
): void {
  const file = path.join(folder, 'validation.jsonl')
  const lines = readJudgements(file)
  // A run that was killed may have noted steps after its last checkpoint.
  const earlier = lines.filter(line => line.step < step)
  if (earlier.length < lines.length) {
    writeFileSync(file, earlier.map(line => `${JSON.stringify(line)}\n`).join(''))
  }
  appendFileSync(file, `${JSON.stringify({ step, loss })}\n`)
  if (earlier.some(line => line.loss <= loss)) return
  const averages = Object.entries(state).filter(([name]) => name.startsWith('ema.'))
  saveCheckpoint(path.join(folder, 'best'), { step, config, tensors: Object.fromEntries(averages) })
}
