export { type EncodeOptions, encodeDataset, type LatentSet } from './latents.ts'
export { type RunOptions, type StepReport, selectState, type Training, train } from './loop.ts'
export {
  configOfRecipe,
  exportModel,
  gatherModel,
  type Recipe,
  type RecipeOptions,
  runRecipe,
  type Stage,
  stages,
} from './recipe.ts'
export { type Schedule, scheduleRates } from './schedule.ts'
export {
  type Clip,
  type ClipTruth,
  type Dataset,
  type DatasetOptions,
  makeDataset,
  openDataset,
} from './shards.ts'
export { type TransformerTrainingOptions, transformerTraining } from './transformer.ts'
