import type { FewStepsRecipe } from '../src/train/index.ts'
import { small } from './small.ts'

/** What makes the bundled model one of four steps: what eight guided ones of its own lead to. */
export const fewSteps: FewStepsRecipe = {
  name: 'few-steps',
  description:
    'adapters with which the model of --warm-start makes films in 4 steps; half an hour on two cores',
  seed: 1,
  clips: small.clips,
  steps: { numInferenceSteps: 4, substeps: 2, guidanceScale: 2.5, rank: 32 },
  schedule: { steps: 600, warmup: 20, decay: 0.5, adamRate: 0.01, muonRate: 0 },
  batchSize: 32,
}
