import { type Film, type FilmOptions, makeFilm } from './film.ts'
import type { Model } from './model.ts'

/** How long a loop may be, in seconds: views of a longer one, which do not see one another, would not be of one world. */
export const loopBounds = { least: 2, most: 12 } as const

/**
 * Makes a film that can be played round and round: made in one piece, its end before its beginning like any frame before the
 * next. What moves only one way has to come back: it fades, and appears where it was.
 * @throws RangeError when it is shorter than 2 or longer than 12 seconds.
 */
export async function loop(
  model: Model,
  prompt: string,
  { seconds = 4, ...options }: FilmOptions = {},
): Promise<Film> {
  const { least, most } = loopBounds
  if (!(seconds >= least && seconds <= most)) {
    throw new RangeError(`\`seconds\` of a loop must be from ${least} to ${most}, got ${seconds}`)
  }
  const beginning = { task: 'loop', known: new Float32Array(0), isStart: false, isRound: true } as const
  return makeFilm(model, prompt, beginning, { ...options, seconds })
}
