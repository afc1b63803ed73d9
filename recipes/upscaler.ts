import { upscalerSize } from '../src/model/index.ts'
import type { UpscalerRecipe } from '../src/train/index.ts'
import { curricula } from '../src/world/index.ts'

/** The bundled upscaler. */
export const upscaler: UpscalerRecipe = {
  name: 'upscaler',
  description: 'the bundled upscaler, for the films of --warm-start; half an hour on two cores',
  seed: 1,
  pairs: {
    scenes: 480,
    pairsPerScene: 8,
    seed: 400_000_000,
    scene: curricula.second,
    crop: 64,
  },
  config: upscalerSize,
  schedule: { steps: 12000, warmup: 100, decay: 0.4, adamRate: 0.03, muonRate: 0 },
  batchSize: 4,
  crop: 48,
}
