import { pickFrames, type SheetRow } from '../media/index.ts'
import { FRAMES_PER_LATENT } from '../model/index.ts'
import { frameSize, type Model, textToVideo } from '../sample/index.ts'
import { type CurriculumName, mainAction } from '../world/index.ts'
import { parseFilm } from './parse.ts'
import { filmPrompts } from './prompts.ts'
import { measurePsnr } from './psnr.ts'
import { findBodies } from './tracks.ts'

/** How long films are evaluated. */
export interface LongOptions {
  readonly curriculum: CurriculumName
  /** Films. */
  readonly count: number
  /** Seconds of each. */
  readonly seconds: number
  readonly steps: number
  readonly guidance: number
  /** Films that are begun of each, of which the best goes on; 1 is none but that. */
  readonly candidates: number
  readonly signal?: AbortSignal
  readonly onProgress?: (done: number, of: number) => void
}

/** What one second of a film is like. */
export interface Second {
  /** Deviation of its normalised latents: 1 in what the model learned from. */
  readonly spread: number
  /** How far the means of the channels are from those of the film's first seconds: root mean square. */
  readonly drift: number
  /** Decibels between its middle frame and the first of second 1 where no body is seen: a background that stands still. */
  readonly background: number
}

/** One long film. */
export interface LongFilm {
  readonly prompt: string
  readonly seconds: readonly Second[]
  /** Bodies that the parser sees in its first and in its last four seconds. */
  readonly bodies: readonly [number, number]
  readonly row: SheetRow
}

/** What was measured of long films. */
export interface LongReport {
  readonly films: readonly LongFilm[]
  /** Megabytes of memory that the process had needed at most after a film of 4 s, and after the first long one. */
  readonly peak: { readonly short: number; readonly long: number }
}

/** Seconds that the rest of a film is compared with, and in which bodies are counted. */
const ENDS = 4
const SHOWN = 8

/** Megabytes that this process has needed at most. */
const measurePeak = () => process.resourceUsage().maxRSS / 1000

/** Spread and drift of each second of a film's latents (f x Z x h x w, normalised). */
export function measureLatents(
  model: Pick<Model, 'autoencoder' | 'size' | 'fps'>,
  latents: Float32Array,
  seconds: number,
): Pick<Second, 'spread' | 'drift'>[] {
  const { latentChannels } = model.autoencoder
  const size = frameSize(model)
  const area = size / latentChannels
  const perSecond = Array.from({ length: seconds }, (_, second) => {
    const [first, end] = [second, second + 1].map(at => Math.round((at * latents.length) / size / seconds))
    const means = new Float64Array(latentChannels)
    let squares = 0
    const part = latents.subarray(first * size, end * size)
    for (const [i, value] of part.entries()) {
      means[Math.floor(i / area) % latentChannels] += (value * latentChannels) / part.length
      squares += value ** 2 / part.length
    }
    const mean = means.reduce((sum, value) => sum + value, 0) / latentChannels
    return { means, spread: Math.sqrt(squares - mean ** 2) }
  })
  const early = perSecond.slice(0, ENDS)
  const reference = perSecond[0].means.map(
    (_, z) => early.reduce((sum, { means }) => sum + means[z], 0) / early.length,
  )
  return perSecond.map(({ means, spread }) => {
    const squares = means.reduce((sum, value, z) => sum + (value - reference[z]) ** 2, 0)
    return { spread, drift: Math.sqrt(squares / latentChannels) }
  })
}

/** Where neither of two frames shows a body: one number a pixel. */
function maskBackground(frames: readonly Uint8Array[], { width, height }: Model['size']): Uint8Array {
  const mask = new Uint8Array(width * height).fill(1)
  for (const frame of frames) {
    for (const { left, right, top, bottom } of findBodies(frame, width, height)) {
      for (let y = top; y <= Math.min(height - 1, bottom); y++)
        mask.fill(0, y * width + left, y * width + right + 1)
    }
  }
  return mask
}

async function judgeLongFilm(
  model: Model,
  prompt: string,
  seed: number,
  options: LongOptions,
): Promise<LongFilm> {
  const { seconds, steps, guidance, candidates, signal } = options
  let latents = new Float32Array()
  const film = await textToVideo(model, prompt, {
    seconds,
    seed,
    numInferenceSteps: steps,
    guidanceScale: guidance,
    candidates,
    signal,
    onWindow(finished) {
      latents = finished.latents as Float32Array<ArrayBuffer>
    },
  })
  const bytes = model.size.width * model.size.height * 3
  const frameAt = (second: number) => {
    const at = Math.round(second * film.fps) * bytes
    return film.frames.subarray(at, at + bytes)
  }
  const made = latents.subarray(
    0,
    (1 + Math.ceil((seconds * film.fps - 1) / FRAMES_PER_LATENT)) * frameSize(model),
  )
  const measured = measureLatents(model, made, seconds).map((second, s) => {
    const pair = [frameAt(Math.min(1, seconds - 1)), frameAt(s + 0.5)]
    const mask = maskBackground(pair, model.size)
    return { ...second, background: mask.includes(1) ? Math.min(60, measurePsnr(pair[0], pair[1], mask)) : 0 }
  })
  const count = (frames: Uint8Array) => parseFilm({ ...film, frames }).bodies.length
  const end = Math.min(ENDS, seconds) * film.fps * bytes
  const shown = pickFrames(film.frames, film, SHOWN).map(frame => frame.slice())
  const bodies = [count(film.frames.subarray(0, end)), count(film.frames.subarray(-end))] as const
  const label = `${prompt}   bodies at the beginning ${bodies[0]}, at the end ${bodies[1]}`
  return { prompt, seconds: measured, bodies, row: { label, frames: shown } }
}

/** Captions of held-out scenes whose bodies all stay: they rest, drop or topple. */
function* choosePrompts({ curriculum, count }: LongOptions, { size, fps }: Model): Generator<string> {
  let found = 0
  for (const film of filmPrompts('heldOut', curriculum, 60 * count, { ...size, fps, frameCount: 4 * fps })) {
    const { bodies, camera } = film.attributes
    const stays = bodies.every(body => ['still', 'bounce', 'topple', 'spin'].includes(mainAction(body)))
    if (!stays || (camera?.move ?? 'still') !== 'still') continue
    yield film.caption
    if (++found === count) return
  }
}

/**
 * Makes long films and looks how far they drift; `loadPhysics` must have finished.
 * @throws DOMException AbortError when the signal aborts.
 */
export async function evaluateLong(model: Model, options: LongOptions): Promise<LongReport> {
  const { steps, guidance, candidates, signal, count, onProgress } = options
  const films: LongFilm[] = []
  let peak = { short: 0, long: 0 }
  for (const prompt of choosePrompts(options, model)) {
    signal?.throwIfAborted()
    if (films.length === 0) {
      // Before anything else is looked at: what a process once needed is never less again.
      const settings = { numInferenceSteps: steps, guidanceScale: guidance, candidates, signal }
      await textToVideo(model, prompt, { ...settings, seconds: Math.min(4, options.seconds) })
      const short = measurePeak()
      await textToVideo(model, prompt, { ...settings, seconds: options.seconds })
      peak = { short, long: measurePeak() }
    }
    films.push(await judgeLongFilm(model, prompt, films.length, options))
    onProgress?.(films.length, count)
  }
  return { films, peak }
}
