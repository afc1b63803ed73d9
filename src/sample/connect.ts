import { beginningOf, encodeEnd, encodeHead, joinFrames, lastFrame } from './extend.ts'
import { type Film, type FilmOptions, makeFilm } from './film.ts'
import { expectSize, type Footage } from './footage.ts'
import type { Model } from './model.ts'

/**
 * Makes what lies between two films: the end of the first and the head of the second are known.
 * @param films two of the model's size
 * @returns the first film, `seconds` in between, the second film
 * @throws RangeError when a film has another size.
 */
export async function connect(
  model: Model,
  [first, second]: readonly [Footage, Footage],
  prompt: string,
  options: FilmOptions = {},
): Promise<Film> {
  expectSize(model, first)
  expectSize(model, second)
  const [known, ending] = [await encodeEnd(model, first), await encodeHead(model, second)]
  const neighbours = { before: lastFrame(first), behind: beginningOf(second) }
  const beginning = { task: 'connect', known, ending, isStart: false, neighbours } as const
  const middle = await makeFilm(model, prompt, beginning, options)
  return { ...middle, ...joinFrames(first, middle, second) }
}
