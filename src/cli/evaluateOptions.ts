import type { Estimate, Part, TaskName } from '../evaluate/index.ts'
import { bundledFolder, defaultsOf, openModel, readModelConfig } from '../sample/index.ts'
import type { CurriculumName } from '../world/index.ts'
import { chooseMadeSize, choosesFast, type FilmSize } from './options.ts'

/** Parts with a page of their own, which are looked at only when they are asked for. */
export const pages = ['tasks', 'long', 'free'] as const
/** The name of such a part. */
export type Page = (typeof pages)[number]

/** Parts that judge what stands beside a model. */
export const additions = ['captions', 'expander', 'upscaler'] as const
/** The name of such a part. */
export type Addition = (typeof additions)[number]

/** What `aozora evaluate` can be told. */
export interface EvaluateOptions {
  readonly count?: number
  readonly seeds?: number
  readonly quick?: boolean
  readonly only?: Part | Addition | Page
  readonly task?: TaskName
  readonly upscaler?: string
  readonly size?: FilmSize
  readonly curriculum: CurriculumName
  readonly fast?: boolean
  readonly steps?: number
  readonly guidance?: number
  readonly candidates?: number
  readonly model?: string
  readonly output: string
}

/** Opens the model that is judged, and says how it shall make films. */
export async function openJudged(options: EvaluateOptions) {
  const { model: folder, steps, guidance, candidates, size: asked } = options
  const size = asked && chooseMadeSize(readModelConfig(folder ?? bundledFolder()), asked)
  const model = await openModel({ folder, size, fast: choosesFast(options) })
  const usual = defaultsOf(model)
  return {
    model,
    steps: steps ?? usual.numInferenceSteps,
    guidance: guidance ?? usual.guidanceScale,
    candidates: candidates ?? usual.candidates,
  }
}

/** A share with its interval, in per cent. */
export const percent = ({ mean, low, high, count }: Estimate) =>
  count === 0
    ? '-'.padStart(18)
    : `${(100 * mean).toFixed(1).padStart(5)} (${(100 * low).toFixed(0)} to ${(100 * high).toFixed(0)})`.padStart(
        18,
      )

/** An estimate with its interval. */
export const number = ({ mean, low, high, count }: Estimate, digits: number) =>
  count === 0 ? '-' : `${mean.toFixed(digits)} (${low.toFixed(digits)} to ${high.toFixed(digits)})`
