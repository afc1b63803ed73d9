import { createRandom, type Random } from '../array/index.ts'
import { FRAMES_PER_LATENT, tokenize } from '../model/index.ts'
import { decodeLatents } from './decode.ts'
import { type DenoiseOptions, denoise, frameSize, type Window } from './denoise.ts'
import type { Footage } from './footage.ts'
import type { Model } from './model.ts'
import { createPreviews } from './preview.ts'
import { fadeSeam } from './seam.ts'
import { measureChannels, steadyChannels } from './steady.ts'

/** How a film is made. */
export interface FilmOptions {
  /** Whole seconds, from 1 to 60. */
  readonly seconds?: number
  readonly seed?: number
  readonly numInferenceSteps?: number
  readonly guidanceScale?: number
  readonly negativePrompt?: string
  readonly signal?: AbortSignal
  /** Called after each denoising step. */
  readonly onProgress?: (progress: Progress) => void
  /** Called after each window: what is finished by then. */
  readonly onWindow?: (finished: Finished) => void
  /** What an earlier run with the same options had finished: this one goes on from there, to the same film. */
  readonly finished?: Finished
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
}

/** One part of a storyboard. */
export interface Shot {
  readonly prompt: string
  readonly seconds: number
}

/** Everything that is needed to make a film again. */
export interface Origin {
  readonly task:
    | 'text to video'
    | 'image to video'
    | 'extend'
    | 'extend backward'
    | 'edit'
    | 'inpaint'
    | 'connect'
    | 'loop'
    | 'storyboard'
  readonly prompt: string
  readonly negativePrompt: string
  readonly seed: number
  readonly seconds: number
  readonly numInferenceSteps: number
  readonly guidanceScale: number
  readonly strength?: number
  /** Fingerprint of the model's weights. */
  readonly model: string
}

/** A film that the model has made. */
export interface Film extends Footage {
  readonly origin: Origin
  /** Words of the prompt that the model does not know. */
  readonly unknownWords: readonly string[]
  /** Milliseconds. */
  readonly timings: { readonly denoise: number; readonly decode: number }
}

/** What a film begins with: every task is a choice of this. */
export interface Beginning {
  readonly task: Origin['task']
  /** Known latent frames before what is made, normalised (n x Z x h x w, n less than a window); empty when there are none. */
  readonly known: Float32Array
  /** Known latent frames behind what is made. Without any before, the film is made from its end to its beginning. */
  readonly ending?: Float32Array
  /** Whether the ending is the film's own, and not of one that comes behind it. */
  readonly isEndingShown?: boolean
  /** Words that change as the film goes on; their seconds add up to the film's. */
  readonly shots?: readonly Shot[]
  /** Whether the first latent frame is the film's first, which holds one picture alone. */
  readonly isStart: boolean
  /** The frames right before and right behind what is made (H x W x 3), where they are another film's. */
  readonly neighbours?: { readonly before?: Uint8Array; readonly behind?: Uint8Array }
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

/**
 * Checks an option that must be a whole number within bounds.
 * @throws RangeError naming the field, the rule and the value received.
 */
function expectWhole(name: string, value: number, low: number, high: number): void {
  if (!Number.isInteger(value) || value < low || value > high) {
    throw new RangeError(`\`${name}\` must be a whole number from ${low} to ${high}, got ${value}`)
  }
}

const defaults = { seconds: 4, seed: 0, numInferenceSteps: 20, guidanceScale: 2.5, negativePrompt: '' }

/** How a model makes a film when nothing else is said. */
export function defaultsOf({ fewSteps }: Pick<Model, 'fewSteps'>): typeof defaults {
  // Guidance is what such a model has learned already.
  return fewSteps
    ? { ...defaults, numInferenceSteps: fewSteps.numInferenceSteps, guidanceScale: 1 }
    : defaults
}

/**
 * Checks that a prompt of what shall not be shown is heard.
 * @throws RangeError when the model makes films in few steps without guidance, which alone hears it.
 */
export function expectGuidance(
  { fewSteps }: Pick<Model, 'fewSteps'>,
  { negativePrompt, guidanceScale }: Pick<typeof defaults, 'negativePrompt' | 'guidanceScale'>,
): void {
  if (fewSteps && negativePrompt !== '' && guidanceScale === 1) {
    throw new RangeError(
      `\`negativePrompt\` needs guidance, which this model of few steps goes without, got "${negativePrompt}"`,
    )
  }
}

function checkOptions(model: Model, options: FilmOptions) {
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
  const checked: FilmOptions & typeof defaults = { ...defaultsOf(model), ...given }
  expectWhole('seconds', checked.seconds, 1, 60)
  expectWhole('seed', checked.seed, 0, 2 ** 31 - 1)
  expectWhole('numInferenceSteps', checked.numInferenceSteps, 1, 1000)
  if (!(checked.guidanceScale >= 0 && checked.guidanceScale <= 30)) {
    throw new RangeError(`\`guidanceScale\` must be from 0 to 30, got ${checked.guidanceScale}`)
  }
  expectGuidance(model, checked)
  return checked
}

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
function planWindows(model: Model, frames: number, direction: Direction, isLong: boolean) {
  const { window } = model
  const windows = [{ start: 0, isHeld: false }]
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
  if (direction === 'backward') return { length, windows: windows.reverse(), shift: length - frames }
  return { length, windows, shift: 0 }
}

type Words = Pick<Window, 'ids' | 'negativeIds'>

/**
 * Makes what is unknown of a window.
 * @param film the latents of a long film whose anchor the window is shown; then it is also brought back to what the first window
 * was like
 */
async function makeWindow(
  model: Model,
  window: Window,
  film: Float32Array | undefined,
  options: DenoiseOptions,
): Promise<void> {
  if (!film) {
    window.latents.set(await denoise(model, window, options))
    return
  }
  const [size, anchors] = [frameSize(model), anchorsOf(model)]
  const latents = window.latents.slice()
  latents.set(film.subarray(ANCHOR * size, (ANCHOR + anchors) * size))
  const made = await denoise(model, { ...window, latents, isAnchored: anchors > 0 }, options)
  window.latents.set(made.subarray(size), size)
  // The first picture stands alone, and is not like the others.
  const begun = measureChannels(model, film.subarray(size, model.window * size))
  steadyChannels(model, window.latents.subarray((HISTORY + anchors) * size), begun)
}

/** Denoises window after window; what is known of each is what was made before, and what was known from the start. */
async function rollWindows(
  model: Model,
  { known, ending = new Float32Array(0), isStart, source, shots }: Beginning,
  frames: number,
  wordsAt: (frame: number) => Words,
  options: Omit<DenoiseOptions, 'onStep'> & Pick<FilmOptions, 'onProgress' | 'onWindow' | 'finished'>,
): Promise<Float32Array> {
  const size = frameSize(model)
  const direction = ending.length === 0 ? 'forward' : known.length === 0 ? 'backward' : 'between'
  const isLong = direction === 'forward' && !source && !shots
  const { length, windows, shift } = planWindows(model, frames, direction, isLong)
  const { numInferenceSteps, finished, onProgress } = options
  const steps = windows.length * numInferenceSteps
  const latents = new Float32Array(length * size)
  // Behind its end, where the last window may reach, a film to change stands still.
  for (let at = 0; source && at < latents.length; at += size) {
    const from = Math.min(at, source.latents.length - size)
    latents.set(source.latents.subarray(from, from + size), at)
  }
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
  for (const [i, { start, isHeld }] of windows.entries()) {
    // What the window before made without a view of the ending is made again.
    const isLast = direction === 'between' && i > 0 && i === windows.length - 1
    for (let f = start + HISTORY; isLast && f < length; f++) isMade[f] = isGiven[f]
    const window = {
      ...wordsAt(start - shift),
      latents: latents.subarray(start * size, (start + model.window) * size),
      known: isMade.slice(start, start + model.window),
      kept: keptOf(start, model.window),
      isStart: isStart && start === 0,
      strength: source?.strength,
    }
    const onStep = (step: number, data: Float32Array) => {
      const preview = () => drawPreview(data, window.isStart)
      onProgress?.({ step: i * numInferenceSteps + step, steps, preview })
    }
    // A window that is made already only draws its noise, so that the next ones find theirs.
    const isKnown = window.known.slice(0, shift + frames - start).every(Boolean)
    const isFinished = finished !== undefined && i < finished.windows
    if (isKnown || isFinished) options.random.fillNormal(new Float32Array(model.window * size))
    if (isKnown && !isFinished) onStep(numInferenceSteps, window.latents)
    if (!isKnown && !isFinished)
      await makeWindow(model, window, isHeld ? latents : undefined, { ...options, onStep })
    if (!isFinished) options.onWindow?.({ windows: i + 1, latents })
    isMade.fill(true, start, start + model.window)
  }
  return latents.subarray(shift * size, (shift + frames) * size)
}

/** The words of each latent frame: those of the shot in which the first new frame of its window lies. */
function tokenizeShots(model: Model, prompt: string, shots: readonly Shot[] | undefined, negative: string) {
  const { text } = model.transformer
  const negativeIds = tokenize(negative, text).ids
  const parts = (shots ?? [{ prompt, seconds: 0 }]).map(shot => ({ ...shot, ...tokenize(shot.prompt, text) }))
  const wordsAt = (frame: number): Words => {
    const isFirst = frame === 0
    let second = ((frame + (isFirst ? 0 : HISTORY)) * FRAMES_PER_LATENT) / model.fps
    const part = parts.find(({ seconds }) => (second -= seconds) < 0) ?? parts[parts.length - 1]
    return { ids: part.ids, negativeIds }
  }
  return { wordsAt, unknownWords: [...new Set(parts.flatMap(({ unknownWords }) => unknownWords))] }
}

function describeOrigin(
  model: Model,
  prompt: string,
  { task, source }: Beginning,
  { negativePrompt, seed, seconds, numInferenceSteps, guidanceScale }: typeof defaults,
): Origin {
  const settings = { negativePrompt, seed, seconds, numInferenceSteps, guidanceScale }
  const strength = source ? { strength: source.strength } : {}
  return { task, prompt, ...settings, ...strength, model: model.fingerprint }
}

/** Decodes a film's frames, from `first` (below 0: known ones before it) on, and fits them to their neighbours. */
async function decodeFrames(
  model: Model,
  latents: Float32Array,
  { isStart, neighbours = {} }: Beginning,
  { first, frameCount }: { first: number; frameCount: number },
): Promise<Uint8Array> {
  const bytes = model.size.width * model.size.height * 3
  const pixels = new Uint8Array(frameCount * bytes)
  let before: Uint8Array | undefined
  let f = first
  for await (const frame of decodeLatents(model, latents, isStart)) {
    if (f >= 0) pixels.set(frame, f * bytes)
    if (f === -1) before = frame
    // What is behind is another film's, which has frames of its own.
    if (++f === frameCount) break
  }
  const { width } = model.size
  const made = pixels.slice(-bytes)
  if (neighbours.before && before)
    fadeSeam(pixels, { given: neighbours.before, decoded: before }, width, 'before')
  if (neighbours.behind) fadeSeam(pixels, { given: neighbours.behind, decoded: made }, width, 'behind')
  return pixels
}

/**
 * Makes a film that goes on from a beginning.
 * @returns the frames after those that were known (with the first picture, when it starts the film)
 * @throws RangeError naming the option that is out of bounds.
 */
export async function makeFilm(
  model: Model,
  prompt: string,
  beginning: Beginning,
  given: FilmOptions,
): Promise<Film> {
  const options = checkOptions(model, given)
  const { wordsAt, unknownWords } = tokenizeShots(model, prompt, beginning.shots, options.negativePrompt)
  const { width, height } = model.size
  const frameCount = beginning.source?.frameCount ?? Math.round(options.seconds * model.fps)
  const before = beginning.isStart ? 1 : beginning.known.length / frameSize(model)
  const ending = (beginning.ending?.length ?? 0) / frameSize(model)
  // A film made backward has one latent frame more in front: the first one is decoded without what came before it.
  const isBackward = before === 0 && ending > 0
  const alone = beginning.isStart ? 1 : 0
  const made = Math.ceil((frameCount - alone) / FRAMES_PER_LATENT) + (isBackward ? 1 : 0)
  const frames = before + made + (beginning.isEndingShown ? 0 : ending)
  const random: Random = createRandom(options.seed)
  const started = performance.now()
  const latents = await rollWindows(model, beginning, frames, wordsAt, { ...options, random })
  const denoised = performance.now()
  const surplus = isBackward ? made * FRAMES_PER_LATENT - frameCount : 0
  const first = beginning.isStart ? 0 : -before * FRAMES_PER_LATENT - surplus
  const pixels = await decodeFrames(model, latents, beginning, { first, frameCount })
  const timings = { denoise: denoised - started, decode: performance.now() - denoised }
  const origin = describeOrigin(model, prompt, beginning, options)
  return { frames: pixels, frameCount, width, height, fps: model.fps, origin, unknownWords, timings }
}
