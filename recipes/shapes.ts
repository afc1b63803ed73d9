import type { Recipe } from '../src/train/index.ts'
import { small } from './small.ts'

/** The bundled model of more shapes than one. What it knows of each of them wants its own hours (docs/decisions/018). */
export const shapes: Recipe = {
  ...small,
  name: 'shapes',
  description: 'as small, with films of 16:9 and 9:16 beside square ones; more than a night',
  shapes: [
    { width: 224, height: 128, clips: 1000 },
    { width: 128, height: 224, clips: 1000 },
  ],
}
