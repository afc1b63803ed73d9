import { autoencoderSizes, transformerSizes } from '../src/model/index.ts'
import type { Recipe } from '../src/train/index.ts'
import { captionWords, curricula } from '../src/world/index.ts'

/** Everything at the smallest size, to see the road from seeds to a film in a minute. */
export const tiny: Recipe = {
  name: 'tiny',
  description: 'the whole road in a minute, at 32 x 32 pixels: it shows how, not what',
  seed: 1,
  clips: {
    family: 'tabletop',
    clips: 24,
    seed: 100_000_000,
    clipsPerShard: 6,
    scene: { ...curricula.first, width: 32, height: 32, frameCount: 33, bodies: [1] },
  },
  autoencoder: {
    config: { latentChannels: 16, ...autoencoderSizes.tiny },
    schedule: { steps: 60, warmup: 10, decay: 0.4, adamRate: 0.03, muonRate: 0 },
    batchSize: 4,
    crop: 32,
    frames: 8,
  },
  transformer: {
    config: {
      latentChannels: 16,
      patch: 2,
      ...transformerSizes.tiny,
      text: { vocabulary: captionWords, length: 24, width: 64, depth: 1, heads: 2 },
    },
    schedule: { steps: 60, warmup: 10, decay: 0.4, adamRate: 0.03, muonRate: 0.015 },
    batchSize: 8,
    window: 4,
  },
}
