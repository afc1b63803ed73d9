import { small } from './small.ts'
import { tiny } from './tiny.ts'

export { small, tiny }

/** The recipes by name. */
export const recipes = { small, tiny } as const
