export { type Estimate, estimateMean, mean } from './bootstrap.ts'
export {
  type CaptionEvaluationOptions,
  type CaptionQuestion,
  type CaptionScore,
  type CaptionSummary,
  captionQuestions,
  evaluateCaptions,
  scoreCaption,
} from './captions.ts'
export { type ExpansionScore, scoreExpander } from './expansion.ts'
export { drawChineseDevelopment, drawDevelopmentPrompts } from './expansionDevelopment.ts'
export { type AskedPrompt, drawAskedPrompts, drawChinesePrompts } from './expansionPrompts.ts'
export { evaluateFree, type FreeOptions, type FreeSummary, writeFree } from './free.ts'
export { evaluateLong, type LongOptions } from './long.ts'
export { type Figure, figures, renderDocument, sayEstimate, table, writePage } from './page.ts'
export { type ParsedBody, parseBodies, parseFilm, type SeenBody, type SeenFilm } from './parse.ts'
export {
  averageVelocityErrors,
  findBall,
  isCounted,
  type MeanError,
  measureFloor,
  measureVelocityError,
  type PlaneParser,
  type SeenBall,
  type SeenColour,
  type VelocityError,
} from './phyworld.ts'
export { filmPrompts, halvesOf, type SplitName } from './prompts.ts'
export { measurePsnr } from './psnr.ts'
export { writeReport } from './report.ts'
export { type Evaluation, type EvaluationOptions, type Part, parts, runEvaluation } from './runEvaluation.ts'
export { type Question, questions, type Score, scoreFilm } from './score.ts'
export { measureSsim } from './ssim.ts'
export {
  collectAnswers,
  collectGains,
  type Stated,
  type StatedQuestion,
  scoreStated,
  statedQuestions,
} from './stated.ts'
export type { Summary } from './summary.ts'
export { type LongSummary, writeLong, writeTasks } from './taskPages.ts'
export {
  evaluateTasks,
  measuredOf,
  type TaskMeasure,
  type TaskName,
  type TasksOptions,
  taskMeasures,
  taskNames,
} from './tasks.ts'
export type { TimedFootage } from './tracks.ts'
export { evaluateUpscaler, type UpscalerEvaluationOptions, type UpscalerRow } from './upscaler.ts'
