import { captionAblation } from './captionAblation.ts'
import { captioner, judge } from './captioner.ts'
import { decoder } from './decoder.ts'
import { fewSteps } from './fewSteps.ts'
import { shapes } from './shapes.ts'
import { small } from './small.ts'
import { tiny } from './tiny.ts'
import { upscaler } from './upscaler.ts'

/** The recipes by name. */
export const recipes = { small, shapes, tiny } as const

export { captionAblation, captioner, decoder, fewSteps, judge, upscaler }
