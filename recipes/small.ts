import { autoencoderSizes, transformerSizes } from '../src/model/index.ts'
import type { Recipe } from '../src/train/index.ts'
import { captionWords, curricula } from '../src/world/index.ts'

/** The bundled model: 11M numbers in the autoencoder, 8M in the transformer. */
export const small: Recipe = {
  name: 'small',
  description: 'the bundled model: 128 x 128 pixels, 12 frames a second; a night on two cores',
  seed: 1,
  clips: {
    family: 'tabletop',
    clips: 3000,
    seed: 300_000_000,
    scene: { ...curricula.second, frameCount: 49 },
  },
  autoencoder: {
    // It sees everything that the world can show, in clips as short as its windows allow.
    clips: {
      family: 'tabletop',
      clips: 2000,
      seed: 200_000_000,
      scene: { ...curricula.full, frameCount: 21 },
    },
    config: { latentChannels: 32, ...autoencoderSizes.small },
    schedule: { steps: 6000, warmup: 100, decay: 0.4, adamRate: 0.012, muonRate: 0 },
    batchSize: 4,
    crop: 64,
    // Four latent frames: with two, none has a neighbour before it that has one itself, and long films come out darker.
    frames: 16,
  },
  transformer: {
    config: {
      latentChannels: 32,
      patch: 2,
      ...transformerSizes.small,
      text: { vocabulary: captionWords, length: 48, width: 256, depth: 2, heads: 4 },
    },
    schedule: { steps: 60_000, warmup: 200, decay: 0.3, adamRate: 0.015, muonRate: 0.015 },
    batchSize: 32,
    window: 8,
  },
}
