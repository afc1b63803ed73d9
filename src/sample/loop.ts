import { frameSize, HALF_WAY, stepsFromHalfWay } from './denoise.ts'
import { type Film, type FilmOptions, layOut, makeFilm } from './film.ts'
import type { Model } from './model.ts'
import type { Beginning, Progress } from './windows.ts'

/** How long a loop may be, in seconds: views of a longer one, which do not see one another, would not be of one world. */
export const loopBounds = { least: 2, most: 12 } as const

/** Reports one half of the work as a part of the whole. */
function tellHalf(half: 0 | 1, onProgress: FilmOptions['onProgress']) {
  return ({ step, steps, preview }: Progress) =>
    onProgress?.({ step: half * steps + step, steps: 2 * steps, preview })
}

/**
 * Makes a film that can be played round and round: one that goes straight on is noised half of the way and made in one piece, its
 * end before its beginning like any frame before the next. What moves only one way has to come back: it fades, and appears where it was.
 * @throws RangeError when it is shorter than 2 or longer than 12 seconds.
 */
export async function loop(
  model: Model,
  prompt: string,
  { seconds = 4, onProgress, onWindow, ...given }: FilmOptions = {},
): Promise<Film> {
  const { least, most } = loopBounds
  if (!(seconds >= least && seconds <= most)) {
    throw new RangeError(`\`seconds\` of a loop must be from ${least} to ${most}, got ${seconds}`)
  }
  const options = { ...given, seconds }
  const nothing = { task: 'loop', known: new Float32Array(0), isStart: false } as const
  const round: Beginning = { ...nothing, isRound: true }
  // What an earlier run had finished needs nothing more to begin with.
  if (given.finished) return makeFilm(model, prompt, round, options)
  const straight = await layOut(
    model,
    prompt,
    { ...nothing, isStart: true },
    { ...options, onProgress: tellHalf(0, onProgress) },
  )
  // The first picture of a film stands alone, and is not like the others.
  const latents = straight.latents.subarray(frameSize(model))
  const { extent, origin: begun } = straight
  const film = await makeFilm(
    model,
    prompt,
    { ...round, source: { latents, frameCount: extent.frameCount, strength: HALF_WAY } },
    {
      ...options,
      numInferenceSteps: stepsFromHalfWay(begun.numInferenceSteps),
      onProgress: tellHalf(1, onProgress),
      onWindow,
    },
  )
  const denoise = straight.denoise + film.timings.denoise
  const origin = { ...film.origin, numInferenceSteps: begun.numInferenceSteps }
  return { ...film, origin, timings: { ...film.timings, denoise } }
}
