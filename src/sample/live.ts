import { createRandom } from '../array/index.ts'
import { tokenize } from '../model/index.ts'
import { decodeLatents } from './decode.ts'
import { denoise, frameSize } from './denoise.ts'
import { defaultsOf, expectGuidance, type FilmOptions } from './film.ts'
import type { Model } from './model.ts'
import { type ChannelStatistics, holdStill, measureChannels, steadyChannels } from './steady.ts'
import { anchorsOf, HISTORY } from './windows.ts'

/** What an endless film shows: whoever holds it may change it while the film runs. */
export interface Direction {
  /** The words from the next window on. */
  prompt: string
  /** Another number cuts: a new film begins at once. */
  take: number
}

/** How an endless film is made. */
export type LiveOptions = Pick<
  FilmOptions,
  'seed' | 'numInferenceSteps' | 'guidanceScale' | 'negativePrompt' | 'signal'
>

/** What an endless film is held to: the channels and the last latent frame of the window in which its words began. */
interface Anchor {
  readonly prompt: string
  readonly statistics: ChannelStatistics
  readonly latent: Float32Array
}

/** Denoising steps when nothing else is said: a film that is made as it is watched has no time for all of them. */
const LIVE_STEPS = 12
/** Steps of the window with which a film begins, at most: the first picture shall be there at once. */
const FIRST_STEPS = 6

/**
 * Makes a film that does not end, window after window: each goes on from the last latent frames of the one before.
 * Memory stays the same however long it runs. Nothing is made before it is asked for.
 * @param direction its words and take are read before each window
 * @returns frames, each H x W x 3 in sRGB, at the model's rate
 * @throws RangeError when a prompt of what shall not be shown would not be heard.
 * @throws DOMException AbortError when the signal aborts.
 */
export async function* live(
  model: Model,
  direction: Readonly<Direction>,
  given: LiveOptions = {},
): AsyncGenerator<Uint8Array, never> {
  const usual = defaultsOf(model)
  const numInferenceSteps = given.numInferenceSteps ?? Math.min(LIVE_STEPS, usual.numInferenceSteps)
  const { seed = usual.seed, guidanceScale = usual.guidanceScale } = given
  const { negativePrompt = usual.negativePrompt, signal } = given
  expectGuidance(model, { negativePrompt, guidanceScale })
  const { text } = model.transformer
  const random = createRandom(seed)
  const size = frameSize(model)
  const latents = new Float32Array(model.window * size)
  const negativeIds = tokenize(negativePrompt, text).ids
  for (;;) {
    const { take } = direction
    let anchor: Anchor | undefined
    for (let isStart = true; take === direction.take; isStart = false) {
      const { prompt } = direction
      // Other words may change everything: what they begin with is what is held from then on.
      if (anchor?.prompt !== prompt) anchor = undefined
      const anchors = anchor ? anchorsOf(model) : 0
      const before = isStart ? 0 : HISTORY + anchors
      latents.copyWithin(anchors * size, (model.window - HISTORY) * size)
      if (anchor && anchors > 0) latents.set(anchor.latent)
      const known = Array.from({ length: model.window }, (_, f) => f < before)
      const { ids } = tokenize(prompt, text)
      const steps = isStart ? Math.min(FIRST_STEPS, numInferenceSteps) : numInferenceSteps
      const window = { latents, known, isStart, isAnchored: anchors > 0, ids, negativeIds }
      latents.set(await denoise(model, window, { numInferenceSteps: steps, guidanceScale, random, signal }))
      const made = latents.subarray((isStart ? 1 : before) * size)
      if (anchor) {
        steadyChannels(model, made, anchor.statistics)
        holdStill(model, made, anchor.latent)
      } else anchor = { prompt, statistics: measureChannels(model, made), latent: latents.slice(-size) }
      // The last latent frame waits for the next window, at whose first new one its frames look.
      const part = { first: isStart ? 0 : before - 1, end: model.window - 1 }
      for await (const frame of decodeLatents(model, latents, isStart, part)) {
        if (take !== direction.take) break
        yield frame
      }
    }
  }
}

/**
 * Hands on frames at their rate: each when its time has come, while the next ones are made ahead.
 * @param ahead frames that wait at most: at 12 a second the next window has two thirds of a second, and a film whose
 * windows take longer stands still for a moment
 * @throws whatever the frames throw.
 */
export async function* paceFrames(
  frames: AsyncIterator<Uint8Array>,
  fps: number,
  ahead = 8,
): AsyncGenerator<Uint8Array, void> {
  const queue: Promise<IteratorResult<Uint8Array>>[] = []
  // A generator answers in order, so that as many frames are made ahead as have been asked for.
  const ask = () => {
    const answer = frames.next()
    // Said when its turn comes, not as an unhandled rejection before.
    answer.catch(() => {})
    queue.push(answer)
  }
  for (let i = 0; i < ahead; i++) ask()
  let due = 0
  try {
    for (;;) {
      const { value, done } = await queue.shift()!
      if (done) return
      ask()
      const now = performance.now()
      due = Math.max(due, now)
      if (due > now) await new Promise(resolve => setTimeout(resolve, due - now))
      due += 1000 / fps
      yield value
    }
  } finally {
    // Frames that were asked for are made before a generator can end; only then may the model be closed.
    await frames.return?.()?.catch(() => {})
  }
}
