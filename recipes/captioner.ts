import { captionerSize } from '../src/model/index.ts'
import type { CaptionerRecipe } from '../src/train/index.ts'
import { small } from './small.ts'

/** The bundled captioner: it looks at four seconds of film. */
export const captioner: CaptionerRecipe = {
  name: 'captioner',
  description: 'the bundled captioner, for the latents of --warm-start; an hour on two cores',
  seed: 1,
  clips: { ...small.clips, clips: 5000 },
  tokens: 513,
  patch: 4,
  captionLength: 60,
  size: captionerSize,
  schedule: { steps: 2400, warmup: 50, decay: 0.4, adamRate: 0.015, muonRate: 0.015 },
  batchSize: 16,
}

/** The bundled judge: a captioner that has learned on, half of its clips only begun, as it will see films. */
export const judge: CaptionerRecipe = {
  ...captioner,
  name: 'judge',
  description: 'what chooses among films that are begun, from the captioner of --warm-start on; 20 minutes',
  seed: 2,
  schedule: { ...captioner.schedule, steps: 600 },
  begun: 0.5,
}
