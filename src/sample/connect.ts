import { encodeEnd, encodeHead, firstFrame, joinFrames, lastFrame } from './extend.ts'
import { defaultsOf, type Film, type FilmOptions, makeFilm } from './film.ts'
import { expectSize, type Footage } from './footage.ts'
import type { Model } from './model.ts'
import { textToVideo } from './textToVideo.ts'

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
  const middle = await makeMiddle(model, [first, second], prompt, options, 'connect')
  return { ...middle, ...joinFrames(first, middle, second) }
}

async function makeMiddle(
  model: Model,
  [first, second]: readonly [Footage, Footage],
  prompt: string,
  options: FilmOptions,
  task: 'connect' | 'loop',
): Promise<Film> {
  expectSize(model, first)
  expectSize(model, second)
  const [known, ending] = [await encodeEnd(model, first), await encodeHead(model, second)]
  const neighbours = { before: lastFrame(first), behind: firstFrame(second) }
  return makeFilm(model, prompt, { task, known, ending, isStart: false, neighbours }, options)
}

/** Seconds in which a loop finds back to its beginning. */
const CLOSING_SECONDS = 1

/**
 * Makes a film that can be played round and round: its last second leads from its end back to its head.
 * @throws RangeError when it is shorter than 2 seconds.
 */
export async function loop(
  model: Model,
  prompt: string,
  { seconds = 4, onProgress, ...options }: FilmOptions = {},
): Promise<Film> {
  if (seconds < 2) throw new RangeError(`\`seconds\` of a loop must be at least 2, got ${seconds}`)
  let before = 0
  const { numInferenceSteps, candidates } = defaultsOf(model)
  // One window, as often as there are candidates.
  const closing = (options.numInferenceSteps ?? numInferenceSteps) * (options.candidates ?? candidates)
  const film = await textToVideo(model, prompt, {
    ...options,
    seconds: seconds - CLOSING_SECONDS,
    onProgress(progress) {
      before = progress.steps
      onProgress?.({ ...progress, steps: progress.steps + closing })
    },
  })
  const end = await makeMiddle(
    model,
    [film, film],
    prompt,
    {
      ...options,
      seconds: CLOSING_SECONDS,
      finished: undefined,
      onWindow: undefined,
      onProgress: progress =>
        onProgress?.({ ...progress, step: before + progress.step, steps: before + progress.steps }),
    },
    'loop',
  )
  const timings = {
    denoise: film.timings.denoise + end.timings.denoise,
    decode: film.timings.decode + end.timings.decode,
  }
  return { ...film, ...joinFrames(film, end), timings, origin: { ...film.origin, task: 'loop', seconds } }
}
