import type { DecoderRecipe } from '../src/train/index.ts'
import { small } from './small.ts'

/** What makes the bundled decoder paint what its transformer means. */
export const decoder: DecoderRecipe = {
  name: 'decoder',
  description:
    'a decoder that knows what the transformer of --warm-start gets wrong; half an hour on two cores',
  seed: 1,
  clips: small.clips,
  schedule: { steps: 1500, warmup: 50, decay: 0.4, adamRate: 0.006, muonRate: 0 },
  batchSize: 2,
  frames: 2,
}
