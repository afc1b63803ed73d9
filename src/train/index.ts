export { type CaptionerRecipe, runCaptionerRecipe } from './captionerRecipe.ts'
export { type DecoderTrainingOptions, decoderTraining, drawDecoderBatch } from './decoder.ts'
export { type DecoderRecipe, runDecoderRecipe } from './decoderRecipe.ts'
export { type DistillOptions, distillTraining } from './distill.ts'
export { type EncodeOptions, encodeDataset } from './encodeDataset.ts'
export { expanderTraining } from './expander.ts'
export { mark, readMarks, unmark } from './expanderMarks.ts'
export { collectWords, writePrompt } from './expanderPrompts.ts'
export {
  type ExpanderRecipe,
  type ExpanderRun,
  expanderRecipe,
  learnExpander,
} from './expanderRecipe.ts'
export { drawRequest } from './expanderRequests.ts'
export { inflect } from './expanderVerbs.ts'
export { developmentWords, trainingWords } from './expanderWords.ts'
export { type FewStepsRecipe, runFewStepsRecipe } from './fewStepsRecipe.ts'
export type { LatentSet, LatentStatistics, LatentWindow } from './latents.ts'
export { type RunOptions, type StepReport, train } from './loop.ts'
export { encodeForModel, type ModelLatents } from './modelLatents.ts'
export {
  exportModel,
  gatherModel,
  type Recipe,
  runRecipe,
} from './recipe.ts'
export { type Schedule, scheduleRates } from './schedule.ts'
export type { RecipeOptions, Stage } from './stages.ts'
export { traceForward } from './step.ts'
export type { Training } from './training.ts'
export { type TransformerTrainingOptions, transformerTraining } from './transformer.ts'
export { type BodyLooks, MOST_BODIES } from './truth.ts'
export { type UpscalerTrainingOptions, upscalerTraining } from './upscaler.ts'
export type { PairOptions, PairSet } from './upscalerPairs.ts'
export { runUpscalerRecipe, type UpscalerRecipe } from './upscalerRecipe.ts'
