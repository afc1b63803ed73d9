export { guide } from './guidance.ts'
export { type NoiseMap, sampleNoiseMap } from './noiseMap.ts'
export {
  dataFromVelocity,
  interpolate,
  SMALLEST_LEVEL,
  SMALLEST_WEIGHTED_LEVEL,
  velocityFromData,
  velocityWeight,
} from './path.ts'
export { shiftLevel, timesteps } from './schedule.ts'
export { eulerStep, multistep, type StepWeights } from './solver.ts'
