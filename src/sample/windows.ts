import { createRandom } from '../array/index.ts'
import {
  type DenoiseOptions,
  denoise,
  frameSize,
  HALF_WAY,
  stepsFromHalfWay,
  type Window,
} from './denoise.ts'
import type { Footage } from './footage.ts'
import type { Model } from './model.ts'
import { createPreviews } from './preview.ts'
import { holdBeside, holdStill, isAtRest, measureChannels, steadyChannels } from './steady.ts'

/** What a film can be made from. */
export type FilmTask =
  | 'text to video'
  | 'image to video'
  | 'extend'
  | 'extend backward'
  | 'edit'
  | 'inpaint'
  | 'connect'
  | 'loop'
  | 'storyboard'

/** One part of a storyboard. */
export interface Shot {
  readonly prompt: string
  readonly seconds: number
}

/** How far a film is. */
export interface Progress {
  /** Denoising steps that are done. */
  readonly step: number
  /** Denoising steps in all. */
  readonly steps: number
  /** Draws the frames of the window in work as the model now believes them to be, small: 4 x 4 pixels for 16 x 16. */
  readonly preview: () => Promise<Footage>
}

/** The windows of a film that are made already. */
export interface Finished {
  readonly windows: number
  /** All latent frames of the film, those that are not yet made as zeros; normalised. */
  readonly latents: Float32Array
  /** Which of the film's candidates they are of; the first when absent. */
  readonly take?: number
}

/** The beginning of a film that another leads to: frames H x W x 3, sRGB. */
export interface FilmBehind {
  readonly first: Uint8Array
  /** What it would have shown a moment before that. */
  readonly before: Uint8Array
}

/** What a film begins with: every task is a choice of this. */
export interface Beginning {
  readonly task: FilmTask
  /** Known latent frames before what is made, normalised (n x Z x h x w, n less than a window); empty when there are none. */
  readonly known: Float32Array
  /** Known latent frames behind what is made. Without any before, the film is made from its end to its beginning. */
  readonly ending?: Float32Array
  /** Whether the ending is the film's own, and not of one that comes behind it. */
  readonly isEndingShown?: boolean
  /** Whether its end leads to its beginning: a film in one piece, of which nothing is known. */
  readonly isRound?: boolean
  /** Words that change as the film goes on; their seconds add up to the film's. */
  readonly shots?: readonly Shot[]
  /** Whether the first latent frame is the film's first, which holds one picture alone. */
  readonly isStart: boolean
  /** The frames right before and right behind what is made, where they are another film's. */
  readonly neighbours?: { readonly before?: Uint8Array; readonly behind?: FilmBehind }
  readonly source?: Source
}

/** A film to change. */
export interface Source {
  /** Latents from its first frame on, normalised. */
  readonly latents: Float32Array
  readonly frameCount: number
  /** How much of it is made anew: 1 leaves nothing. */
  readonly strength: number
  /** Cells that stay as they are: f x h x w, 1 stays; none when absent. */
  readonly kept?: Uint8Array
}

/** Latent frames of the film so far that the next window is shown. */
export const HISTORY = 3

/** Anchors that windows show in front of that: one, where there is room for something new behind it. */
export const anchorsOf = ({ window }: Pick<Model, 'window'>) => (window > HISTORY + 1 ? 1 : 0)

/** Where the film is made from: its beginning, its end, or its beginning towards its end. */
type Direction = 'forward' | 'backward' | 'between'

/** Latent frames of a film before drift is held: what goes on for four seconds has no time to drift. */
const STEADY_FROM = 12
/** The latent frame, near its third second, that a long film is shown again from then on: what fell lies there by then. */
const ANCHOR = 8

/**
 * Where each window begins, in the order in which they are made, and how many latent frames they cover together: each shows
 * the next one its last HISTORY frames, and those of a long film from STEADY_FROM on show its anchor in front of them.
 */
function planWindows(model: Model, beginning: Beginning, frames: number) {
  const { window } = model
  const { known, ending = [], isRound, source, shots } = beginning
  const direction: Direction = ending.length === 0 ? 'forward' : known.length === 0 ? 'backward' : 'between'
  const isLong = direction === 'forward' && !source && !shots
  const windows = [{ start: 0, isHeld: false }]
  if (isRound) return { direction, length: frames, windows, shift: 0 }
  let last = 0
  while (last + window < frames) {
    const next = last + window - HISTORY
    const isHeld = isLong && next > STEADY_FROM
    last = isHeld ? next - anchorsOf(model) : next
    windows.push({ start: last, isHeld })
  }
  const length = last + window
  // The last window ends where the film does, so that as much as possible of it leads to the ending.
  if (direction === 'between' && last > 0) windows[windows.length - 1].start = frames - window
  const shift = direction === 'backward' ? length - frames : 0
  return { direction, length, windows: direction === 'backward' ? windows.reverse() : windows, shift }
}

/** How many windows are made until the first `shown` of a film's latent frames are. */
export function countWindows(model: Model, beginning: Beginning, frames: number, shown: number): number {
  const { direction, windows } = planWindows(model, beginning, frames)
  const enough = windows.findIndex(({ start }) => start + model.window >= shown)
  return direction === 'forward' && enough >= 0 ? enough + 1 : windows.length
}

/** Tokens of a prompt, and of what guidance leads away from. */
export type Words = Pick<Window, 'ids' | 'negativeIds'>

/** How windows are made, one after the other. */
export interface RollOptions extends Omit<DenoiseOptions, 'onStep'> {
  readonly onProgress?: (progress: Progress) => void
  readonly onWindow?: (finished: Finished) => void
  readonly finished?: Finished
  /** How many windows are made; all when absent. */
  readonly most?: number
}

/**
 * Makes what is unknown of a window of a long film, which is shown the film's anchor; then it is brought back to what the first
 * window was like, and what has not moved to what the anchor shows.
 * @param film all latents of the film
 */
async function makeHeldWindow(
  model: Model,
  window: Window,
  film: Float32Array,
  options: DenoiseOptions,
): Promise<void> {
  const [size, anchors] = [frameSize(model), anchorsOf(model)]
  const given = HISTORY + anchors
  const anchor = film.subarray(ANCHOR * size, (ANCHOR + 1) * size)
  const latents = window.latents.slice()
  latents.set(anchor.subarray(0, anchors * size))
  const isStill = isAtRest(model, window.latents.subarray((given - 2) * size, given * size))
  if (isStill) {
    for (let f = given; f < model.window; f++) latents.copyWithin(f * size, (given - 1) * size, given * size)
  }
  const strength = isStill ? HALF_WAY : undefined
  const told = { ...window, latents, strength, isAnchored: anchors > 0 }
  const made = await denoise(model, told, isStill ? skipHalf(options) : options)
  window.latents.set(made.subarray(size), size)
  // The first picture stands alone, and is not like the others.
  const begun = measureChannels(model, film.subarray(size, model.window * size))
  const fresh = window.latents.subarray(given * size)
  steadyChannels(model, fresh, begun)
  holdStill(model, fresh, anchor)
}

/** Makes what is unknown of a window, like the known frames beside it where a film is joined to them. */
async function makeWindow(
  model: Model,
  window: Window,
  isJoined: boolean,
  options: DenoiseOptions,
): Promise<void> {
  window.latents.set(await denoise(model, window, options))
  if (isJoined) holdBeside(model, window)
}

/** The second half of the steps alone. */
function skipHalf(options: DenoiseOptions): DenoiseOptions {
  const numInferenceSteps = stepsFromHalfWay(options.numInferenceSteps)
  const skipped = options.numInferenceSteps - numInferenceSteps
  return { ...options, numInferenceSteps, onStep: (step, data) => options.onStep?.(skipped + step, data) }
}

/** Latents of so many frames: those that are given, and behind them, where the last window may reach, the last of them. */
function standStill(given: Float32Array, size: number, frames: number): Float32Array {
  const latents = new Float32Array(frames * size)
  for (let at = 0; at < latents.length; at += size) {
    const from = Math.min(at, given.length - size)
    latents.set(given.subarray(from, from + size), at)
  }
  return latents
}

/**
 * Denoises window after window; what is known of each is what was made before, and what was known from the start.
 * @param frames latent frames of the film, with those that are known
 * @param wordsAt the words of the window that begins with a latent frame
 * @returns frames x Z x h x w, normalised
 * @throws DOMException AbortError when the signal aborts.
 */
export async function rollWindows(
  model: Model,
  beginning: Beginning,
  frames: number,
  wordsAt: (frame: number) => Words,
  options: RollOptions,
): Promise<Float32Array> {
  const { known, ending = new Float32Array(0), isStart, isRound, source, neighbours } = beginning
  const span = isRound ? frames : model.window
  const size = frameSize(model)
  const { direction, length, windows, shift } = planWindows(model, beginning, frames)
  const { numInferenceSteps, finished, onProgress } = options
  const steps = windows.length * numInferenceSteps
  const latents = source ? standStill(source.latents, size, length) : new Float32Array(length * size)
  latents.set(known)
  latents.set(ending, (shift + frames) * size - ending.length)
  const area = size / model.autoencoder.latentChannels
  const keptOf = (f: number, count: number) => source?.kept?.subarray(f * area, (f + count) * area)
  const isGiven = Array.from({ length }, (_, f) => {
    const at = (f - shift) * size
    if (source?.kept) return f < frames && keptOf(f, 1)!.every(cell => cell === 1)
    return at >= 0 && (at < known.length || (at < frames * size && at >= frames * size - ending.length))
  })
  const isMade = [...isGiven]
  const drawPreview = createPreviews(model)
  if (finished) latents.set(finished.latents)
  for (const [i, { start, isHeld }] of windows.slice(0, options.most).entries()) {
    // What the window before made without a view of the ending is made again.
    const isLast = direction === 'between' && i > 0 && i === windows.length - 1
    for (let f = start + HISTORY; isLast && f < length; f++) isMade[f] = isGiven[f]
    const window = {
      ...wordsAt(start - shift),
      latents: latents.subarray(start * size, (start + span) * size),
      known: isMade.slice(start, start + span),
      kept: keptOf(start, span),
      isStart: isStart && start === 0,
      isRound,
      strength: source?.strength,
    }
    const onStep = (step: number, data: Float32Array) => {
      const preview = () => drawPreview(data, window.isStart)
      onProgress?.({ step: i * numInferenceSteps + step, steps, preview })
    }
    const isKnown = window.known.slice(0, shift + frames - start).every(Boolean)
    const isFinished = finished !== undefined && i < finished.windows
    // A window has random numbers of its own, so that those that are made already take none from the next ones.
    const random = createRandom(options.random.integer(2 ** 31))
    if (isKnown && !isFinished) onStep(numInferenceSteps, window.latents)
    if (!isKnown && !isFinished) {
      const how = { ...options, random, onStep }
      if (isHeld) await makeHeldWindow(model, window, latents, how)
      else await makeWindow(model, window, neighbours !== undefined, how)
    }
    if (!isFinished) options.onWindow?.({ windows: i + 1, latents })
    isMade.fill(true, start, start + span)
  }
  return latents.subarray(shift * size, (shift + frames) * size)
}
