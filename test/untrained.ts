import { createRandom, type Tensor } from '../src/array/index.ts'
import {
  autoencoderSizes,
  autoencoderSpecs,
  initializeParameters,
  transformerSizes,
  transformerSpecs,
} from '../src/model/index.ts'
import type { ModelConfig } from '../src/sample/index.ts'

/** A real model at the smallest size. */
export function describeTiny(latentChannels: number, window: number): ModelConfig {
  return {
    autoencoder: { latentChannels, ...autoencoderSizes.tiny },
    transformer: {
      latentChannels,
      patch: 2,
      ...transformerSizes.tiny,
      text: { vocabulary: ['a', 'red', 'ball'], length: 6, width: 64, depth: 1, heads: 2 },
    },
    window,
    width: 32,
    height: 32,
    fps: 8,
  }
}

/** The weights of a model that has learned nothing: what it makes is noise, but it makes it as any other does. */
export function drawWeights(
  { autoencoder, transformer }: Pick<ModelConfig, 'autoencoder' | 'transformer'>,
  seed = 2,
): Record<string, Tensor> {
  const random = createRandom(seed)
  const channels = autoencoder.latentChannels
  const parts = {
    autoencoder: initializeParameters(autoencoderSpecs(autoencoder), random),
    transformer: initializeParameters(transformerSpecs(transformer), random),
    latent: {
      mean: { shape: [channels], data: new Float32Array(channels) },
      deviation: { shape: [channels], data: new Float32Array(channels).fill(1) },
    },
  }
  const named = Object.entries(parts).flatMap(([part, params]) =>
    Object.entries(params).map(([name, tensor]) => [`${part}.${name}`, tensor] as const),
  )
  return Object.fromEntries(named)
}
