import { autoencoderSizes, transformerSizes } from '../src/model/index.ts'
import type { Recipe } from '../src/train/index.ts'
import { captionWords, curricula } from '../src/world/index.ts'

/** The bundled model: 5M numbers in the autoencoder, 8M in the transformer. */
export const small: Recipe = {
  name: 'small',
  description: 'the bundled model: 128 x 128 pixels, 12 frames a second; about 2 hours on two cores',
  seed: 1,
  clips: { family: 'tabletop', clips: 4000, seed: 100_000_000, scene: curricula.first },
  autoencoder: {
    config: { latentChannels: 32, ...autoencoderSizes.small },
    schedule: { steps: 2700, warmup: 100, decay: 0.4, adamRate: 0.015, muonRate: 0 },
    batchSize: 8,
    crop: 64,
    frames: 8,
  },
  transformer: {
    config: {
      latentChannels: 32,
      patch: 2,
      ...transformerSizes.small,
      text: { vocabulary: captionWords, length: 24, width: 256, depth: 2, heads: 4 },
    },
    schedule: { steps: 3200, warmup: 100, decay: 0.35, adamRate: 0.015, muonRate: 0.015 },
    batchSize: 32,
    window: 8,
  },
}
