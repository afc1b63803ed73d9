import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Tensor } from '../array/index.ts'
import { selectParameters } from '../model/index.ts'
import { compile } from '../onnx/index.ts'
import { named, traceForward } from './step.ts'
import type { Training } from './training.ts'

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
  const compiled = await compile({ loss: traceForward(training, batches[0]) }, { threads })
  return {
    async measure(state) {
      const params = named('param', selectParameters(state, 'ema'))
      let total = 0
      for (const batch of batches) {
        const results = await compiled.run({ ...params, ...named('batch', batch) })
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

/** Notes a validation loss in `validation.jsonl`. */
export function noteLoss(folder: string, { step, loss }: Judgement): void {
  const file = path.join(folder, 'validation.jsonl')
  const lines = readJudgements(file)
  // A run that was killed may have noted steps after its last checkpoint.
  const earlier = lines.filter(line => line.step < step)
  if (earlier.length < lines.length) {
    writeFileSync(file, earlier.map(line => `${JSON.stringify(line)}\n`).join(''))
  }
  appendFileSync(file, `${JSON.stringify({ step, loss })}\n`)
}
