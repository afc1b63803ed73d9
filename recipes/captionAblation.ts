import type { CaptionAblation } from '../src/lab/index.ts'
import { captionWords } from '../src/world/index.ts'

/** What captions teach, small enough for half an hour of one core. */
export const captionAblation: CaptionAblation = {
  name: 'captions',
  description:
    'nine small transformers: short, detailed and written captions of the same clips; half an hour of one core',
  seeds: [1, 2, 3],
  curriculum: 'first',
  clips: 600,
  clipSeed: 400_000_000,
  transformer: {
    patch: 2,
    width: 128,
    depth: 4,
    heads: 2,
    text: { vocabulary: captionWords, length: 44, width: 128, depth: 1, heads: 2 },
  },
  window: 4,
  batchSize: 16,
  beginning: { steps: 900, warmup: 30, decay: 0.2, adamRate: 0.02, muonRate: 0.02 },
  schedule: { steps: 400, warmup: 20, decay: 0.4, adamRate: 0.02, muonRate: 0.02 },
  prompts: 32,
  steps: 20,
  guidance: 2.5,
}
