export { guide } from './guidance.ts'
export { type NoiseMap, sampleNoiseMap } from './noiseMap.ts'
export {
  interpolate,
  SMALLEST_WEIGHTED_LEVEL,
  velocityWeight,
} from './path.ts'
export { shiftLevel, timesteps } from './schedule.ts'
export { eulerStep, multistep, type StepWeights } from './solver.ts'
