import { frameSize } from './denoise.ts'
import type { Model } from './model.ts'

// Shapes: f latent frames, Z latent channels, h w latent grid; a frame is Z h w numbers.

/** Mean and deviation of each latent channel over some frames. */
export type ChannelStatistics = readonly { readonly mean: number; readonly deviation: number }[]

/** How far statistics are brought back with every window. */
const PULL = 0.5

/** Measures the channels of latents (f x Z x h x w). */
export function measureChannels(model: Model, latents: Float32Array): ChannelStatistics {
  const { latentChannels } = model.autoencoder
  const [size, area] = [frameSize(model), frameSize(model) / latentChannels]
  return Array.from({ length: latentChannels }, (_, z) => {
    let [sum, squares, count] = [0, 0, 0]
    for (let start = z * area; start < latents.length; start += size) {
      for (let i = start; i < start + area; i++) {
        sum += latents[i]
        squares += latents[i] ** 2
        count++
      }
    }
    const mean = sum / count
    return { mean, deviation: Math.sqrt(Math.max(0, squares / count - mean ** 2)) }
  })
}

/**
 * Brings the statistics of new latent frames half of the way back to those of a film's beginning: without it every
 * window adds a little colour and contrast to what it was shown, and a minute is enough to see it.
 * @param latents f x Z x h x w, changed in place
 */
export function steadyChannels(model: Model, latents: Float32Array, anchor: ChannelStatistics): void {
  const { latentChannels } = model.autoencoder
  const area = frameSize(model) / latentChannels
  const now = measureChannels(model, latents)
  for (let i = 0; i < latents.length; i++) {
    const z = Math.floor(i / area) % latentChannels
    const scale = anchor[z].deviation / Math.max(1e-6, now[z].deviation)
    const steady = (latents[i] - now[z].mean) * scale + anchor[z].mean
    latents[i] += PULL * (steady - latents[i])
  }
}
