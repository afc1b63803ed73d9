import { createRandom } from '../array/index.ts'
import { FRAMES_PER_LATENT, tokenize } from '../model/index.ts'
import { type Contest, chooseTake, countSteps, planRounds, seedOfTake } from './candidates.ts'
import { decodeLatents, decodeRound } from './decode.ts'
import { frameSize, HALF_WAY, stepsFromHalfWay } from './denoise.ts'
import type { Footage } from './footage.ts'
import type { Model } from './model.ts'
import { beginQuietly, fadeSeam, measureChanges, measureRound } from './seam.ts'
import {
  type Beginning,
  countWindows,
  type FilmTask,
  type Finished,
  HISTORY,
  type Progress,
  type RollOptions,
  rollWindows,
  type Shot,
  type Words,
} from './windows.ts'

/** How a film is made. */
export interface FilmOptions {
  /** Whole seconds, from 1 to 60. */
  readonly seconds?: number
  readonly seed?: number
  readonly numInferenceSteps?: number
  readonly guidanceScale?: number
  readonly negativePrompt?: string
  /**
   * How many films' worth of work goes into a choice: half as many are begun, and as many variations of the one are made whose
   * first seconds the model's judge finds likeliest; or all are made of which that goes on which joins others best. Films that have neither
   * are made once.
   */
  readonly candidates?: number
  readonly signal?: AbortSignal
  /** Called after each denoising step. */
  readonly onProgress?: (progress: Progress) => void
  /** Called after each window: what is finished by then. */
  readonly onWindow?: (finished: Finished) => void
  /** What an earlier run with the same options had finished: this one goes on from there, to the same film. */
  readonly finished?: Finished
}

/** Everything that is needed to make a film again. */
export interface Origin {
  readonly task: FilmTask
  readonly prompt: string
  readonly negativePrompt: string
  readonly seed: number
  readonly seconds: number
  readonly numInferenceSteps: number
  readonly guidanceScale: number
  /** How many films' worth of work went into a choice, where it was more than one. */
  readonly candidates?: number
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

/**
 * Checks an option that must be a whole number within bounds.
 * @throws RangeError naming the field, the rule and the value received.
 */
function expectWhole(name: string, value: number, low: number, high: number): void {
  if (!Number.isInteger(value) || value < low || value > high) {
    throw new RangeError(`\`${name}\` must be a whole number from ${low} to ${high}, got ${value}`)
  }
}

const defaults = {
  seconds: 4,
  seed: 0,
  numInferenceSteps: 20,
  guidanceScale: 2.5,
  negativePrompt: '',
  candidates: 1,
}

/** Films that a model of few steps begins, where they can be compared. */
const FAST_CANDIDATES = 8
/** Candidates of a film at most. */
const MOST_CANDIDATES = 64

/** How a model makes a film when nothing else is said. */
export function defaultsOf({ fewSteps }: Pick<Model, 'fewSteps'>): typeof defaults {
  // Guidance is what such a model has learned already.
  return fewSteps
    ? {
        ...defaults,
        numInferenceSteps: fewSteps.numInferenceSteps,
        guidanceScale: 1,
        candidates: FAST_CANDIDATES,
      }
    : defaults
}

/** What of a film only guidance or many steps give. */
type Demands = Partial<Pick<typeof defaults, 'numInferenceSteps' | 'guidanceScale' | 'negativePrompt'>>

/** Whether films are made in few steps when nobody says so: unless something is asked for that these go without. */
export const suitsFewSteps = ({ numInferenceSteps, guidanceScale, negativePrompt }: Demands): boolean =>
  numInferenceSteps === undefined && guidanceScale === undefined && !negativePrompt

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
  expectWhole('candidates', checked.candidates, 1, MOST_CANDIDATES)
  if (!(checked.guidanceScale >= 0 && checked.guidanceScale <= 30)) {
    throw new RangeError(`\`guidanceScale\` must be from 0 to 30, got ${checked.guidanceScale}`)
  }
  expectGuidance(model, checked)
  return checked
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
  candidates: number,
): Origin {
  const settings = { negativePrompt, seed, seconds, numInferenceSteps, guidanceScale }
  const several = candidates > 1 ? { candidates } : {}
  // A loop has a source too, but of its own making.
  const strength = source && task !== 'loop' ? { strength: source.strength } : {}
  return { task, prompt, ...settings, ...several, ...strength, model: model.fingerprint }
}

/** Decodes a film's frames, from `first` (below 0: known ones before it) on, and fits them to their neighbours. */
async function decodeFrames(
  model: Model,
  latents: Float32Array,
  { isStart, isRound, neighbours = {} }: Beginning,
  { first, frameCount }: Extent,
): Promise<Uint8Array> {
  const bytes = model.size.width * model.size.height * 3
  if (isRound) return beginQuietly(await decodeRound(model, latents), bytes)
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
  if (neighbours.before && before)
    fadeSeam(pixels, { given: neighbours.before, decoded: before }, width, 'before')
  const decoded = pixels.slice(-bytes)
  if (neighbours.behind) fadeSeam(pixels, { given: neighbours.behind.before, decoded }, width, 'behind')
  return pixels
}

/** What of a film is shown, in latent frames and in frames. */
interface Extent {
  /** Latent frames, with those that are known. */
  readonly frames: number
  /** The number of the first frame that is decoded: below 0 are known ones before the film. */
  readonly first: number
  readonly frameCount: number
}

function measureExtent(model: Model, beginning: Beginning, seconds: number): Extent {
  const { isStart, isRound, known, ending, source, isEndingShown } = beginning
  const frameCount = source?.frameCount ?? Math.round(seconds * model.fps)
  if (isRound) {
    const frames = Math.round(frameCount / FRAMES_PER_LATENT)
    return { frames, first: 0, frameCount: frames * FRAMES_PER_LATENT }
  }
  const before = isStart ? 1 : known.length / frameSize(model)
  const behind = (ending?.length ?? 0) / frameSize(model)
  // A film made backward has one latent frame more in front: the first one is decoded without what came before it.
  const isBackward = before === 0 && behind > 0
  const made = Math.ceil((frameCount - (isStart ? 1 : 0)) / FRAMES_PER_LATENT) + (isBackward ? 1 : 0)
  const surplus = isBackward ? made * FRAMES_PER_LATENT - frameCount : 0
  return {
    frames: before + made + (isEndingShown ? 0 : behind),
    first: isStart ? 0 : -before * FRAMES_PER_LATENT - surplus,
    frameCount,
  }
}

/** The greatest change from one latent frame of a round film to the next, in means of all. */
function measureHardest(latents: Float32Array, size: number): number {
  const changes = measureRound(latents, size)
  return (Math.max(...changes) * changes.length) / changes.reduce((a, b) => a + b)
}

/** Films that are joined, with others or with themselves, are compared by their hardest cut, others by what the judge says; some by nothing. */
function prepareContest(
  model: Model,
  prompt: string,
  beginning: Beginning,
  extent: Extent,
): Contest | undefined {
  const { isStart, isRound, ending, neighbours, source, shots } = beginning
  if (ending && neighbours) {
    const rate = async (latents: Float32Array) => {
      const made = await decodeFrames(model, latents, beginning, extent)
      const bytes = model.size.width * model.size.height * 3
      const { before = new Uint8Array(), behind } = neighbours
      const joined = Uint8Array.from(Buffer.concat([before, made, behind?.first ?? new Uint8Array()]))
      return -Math.max(...measureChanges(joined, bytes))
    }
    return { shown: extent.frames, rate, varies: false }
  }
  if (isRound) {
    const rate = async (latents: Float32Array) => -measureHardest(latents, frameSize(model))
    return { shown: extent.frames, rate, varies: false }
  }
  const { judge } = model
  if (!judge || !isStart || source || shots) return undefined
  // What a film's first window shows tells as much as all that the judge could look at, in half of the passes.
  const shown = Math.min(extent.frames, model.window)
  // What is made towards an ending cannot be given another beginning afterwards.
  return { shown, rate: latents => judge.rate(latents, prompt), varies: !ending?.length }
}

/** Makes the latents of a film: of its candidates, where they can be compared, those of the best. */
async function makeLatents(
  model: Model,
  beginning: Beginning,
  { frames }: Extent,
  contest: Contest | undefined,
  wordsAt: (frame: number) => Words,
  options: ReturnType<typeof checkOptions>,
): Promise<Float32Array> {
  const roll = (
    model: Model,
    take: number,
    { source, ...changes }: Partial<RollOptions> & Pick<Beginning, 'source'>,
  ) =>
    rollWindows(model, source ? { ...beginning, source } : beginning, frames, wordsAt, {
      ...options,
      ...changes,
      random: createRandom(seedOfTake(options.seed, take)),
    })
  const { candidates, onProgress, onWindow } = options
  if (!contest || candidates === 1) return roll(model, 0, {})
  const most = countWindows(model, beginning, frames, contest.shown)
  const steps = most * options.numInferenceSteps
  const rounds = planRounds(contest, candidates, steps)
  const chosenAt = countSteps(rounds)
  const all = countWindows(model, beginning, frames, frames) * options.numInferenceSteps + chosenAt - steps
  const tellProgress =
    (done: number, each = 1) =>
    (now: Progress) =>
      onProgress?.({ ...now, step: done + now.step * each, steps: all })
  const begin: Parameters<typeof chooseTake>[1] = async (shared, take, best, onProgress) => {
    let finished: Finished | undefined
    const keep = (made: Finished) => (finished = { ...made, take })
    const vary = best && {
      source: { latents: best.latents, frameCount: 0, strength: HALF_WAY },
      numInferenceSteps: stepsFromHalfWay(options.numInferenceSteps),
    }
    // What is returned is the film; a film made backward has more in front of it in what is finished.
    const film = await roll(shared, take, { most, finished: undefined, onProgress, onWindow: keep, ...vary })
    const latents = film.subarray(0, contest.shown * frameSize(model))
    return { finished: best ? replaceBeginning(best.finished, latents) : finished!, latents }
  }
  const finished = options.finished ?? (await chooseTake(model, begin, contest.rate, rounds, tellProgress))
  if (!options.finished) onWindow?.(finished)
  const { take = 0 } = finished
  return roll(model, take, {
    finished,
    onProgress: tellProgress(chosenAt - steps),
    onWindow: made => onWindow?.({ ...made, take }),
  })
}

/** What is finished of a film with another beginning in its place. */
function replaceBeginning(finished: Finished, beginning: Float32Array): Finished {
  const latents = finished.latents.slice()
  latents.set(beginning)
  return { ...finished, latents }
}

/**
 * Makes the latents of a film that goes on from a beginning.
 * @throws RangeError naming the option that is out of bounds.
 */
export async function layOut(model: Model, prompt: string, beginning: Beginning, given: FilmOptions) {
  const options = checkOptions(model, given)
  const { wordsAt, unknownWords } = tokenizeShots(model, prompt, beginning.shots, options.negativePrompt)
  const extent = measureExtent(model, beginning, options.seconds)
  const contest = prepareContest(model, prompt, beginning, extent)
  const started = performance.now()
  const latents = await makeLatents(model, beginning, extent, contest, wordsAt, options)
  const origin = describeOrigin(model, prompt, beginning, options, contest ? options.candidates : 1)
  return { latents, extent, origin, unknownWords, denoise: performance.now() - started }
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
  const { latents, extent, denoise, ...told } = await layOut(model, prompt, beginning, given)
  const { width, height } = model.size
  const started = performance.now()
  const frames = await decodeFrames(model, latents, beginning, extent)
  const timings = { denoise, decode: performance.now() - started }
  return { frames, frameCount: extent.frameCount, width, height, fps: model.fps, ...told, timings }
}
