import type { Random, Tensor, Tree, Value } from '../array/index.ts'
import type { ParameterSpec } from '../model/index.ts'
import type { Rule, Values } from './optimizer.ts'
import type { Schedule } from './schedule.ts'

/** Arrays of one step, by name. */
export type Batch = Readonly<Record<string, Tensor>>

/** Everything the loop needs to know of one training: what is learned, from what, and how fast. */
export interface Training {
  readonly specs: Tree<ParameterSpec>
  /** Traces the loss, and numbers to watch, from the parameters (by dotted path) and the batch. */
  readonly loss: (params: Values, batch: Values) => { readonly loss: Value; readonly watch?: Values }
  /** Draws the batch of a step; the random source is a new one each step, so that a resumed run sees the same data. */
  readonly nextBatch: (random: Random, step: number) => Batch | Promise<Batch>
  /** Ends what draws batches, such as a worker thread; called when the run ends. */
  readonly close?: () => Promise<unknown>
  readonly rule: (path: string, shape: readonly number[]) => Rule
  readonly rateFactor: (path: string, shape: readonly number[]) => number
  /** What a parameter loses at a learning rate of 1 by weight decay: that of `optimizerDefaults` when absent. */
  readonly weightDecay?: (path: string, shape: readonly number[]) => number
  readonly schedule: Schedule
  readonly emaDecay: number
  /** Films, windows or whatever a step sees, for the speed that is shown. */
  readonly itemsPerStep: number
  readonly config: unknown
}
