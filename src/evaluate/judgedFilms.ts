import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { decodePicture, encodeJpeg, joinFrames, pickFrames, splitFrames } from '../media/index.ts'
import { type Model, textToVideo } from '../sample/index.ts'
import { writeAtomically } from '../store/index.ts'
import { type ParsedBody, parseBodies, type SeenFilm } from './parse.ts'
import { measurePhysics, type SeenPhysics } from './physics.ts'

/** How films that are judged are made. */
export interface FilmingOptions {
  readonly steps: number
  readonly guidance: number
  /** Films that are begun of each, of which the best goes on; 1 is none but that. */
  readonly candidates: number
  /** Where finished films are kept, so that a run that was stopped goes on. */
  readonly cache: string
  readonly signal?: AbortSignal
}

/** One film that the model made of a prompt. */
export interface JudgedFilm {
  readonly seed: number
  readonly seen: SeenFilm
  readonly physics: SeenPhysics
  readonly unknownWords: readonly string[]
}

/** Frames of each film that the report shows. */
export const SHOWN_FRAMES = 7

/** Seconds of every film that is judged. */
export const FILM_SECONDS = 4

/** Where a film is kept: its name is the hash of all that it depends on. */
function cacheFile(model: Model, prompt: string, seed: number, options: FilmingOptions): string {
  const { steps, guidance, candidates, cache } = options
  const made = [model.fingerprint, model.size, prompt, seed, steps, guidance, candidates]
  const key = JSON.stringify([PARSER_VERSION, ...made])
  return path.join(cache, createHash('sha256').update(key).digest('hex').slice(0, 24))
}

/** Raised when the parser sees otherwise: films that were judged by an older one are made again. */
const PARSER_VERSION = 2

/** The frames of a film that the report shows, as they were when it was judged. */
export async function shownFrames(
  model: Model,
  prompt: string,
  seed: number,
  options: FilmingOptions,
): Promise<Uint8Array[]> {
  const bytes = readFileSync(`${cacheFile(model, prompt, seed, options)}.jpg`)
  return splitFrames(await decodePicture(bytes), model.size, SHOWN_FRAMES)
}

/** Makes and judges a film of a prompt, or finds what an earlier run has made. */
export async function judgeFilm(
  model: Model,
  prompt: string,
  seed: number,
  options: FilmingOptions,
): Promise<JudgedFilm> {
  options.signal?.throwIfAborted()
  const file = cacheFile(model, prompt, seed, options)
  if (existsSync(`${file}.json`)) return JSON.parse(readFileSync(`${file}.json`, 'utf8')) as JudgedFilm
  const film = await textToVideo(model, prompt, {
    seed,
    seconds: FILM_SECONDS,
    numInferenceSteps: options.steps,
    guidanceScale: options.guidance,
    candidates: options.candidates,
    signal: options.signal,
  })
  const bodies = parseBodies(film)
  const judged = {
    seed,
    seen: seenOf(bodies),
    physics: measurePhysics(bodies, film.fps),
    unknownWords: film.unknownWords,
  }
  const shown = joinFrames(pickFrames(film.frames, film, SHOWN_FRAMES), film)
  const picture = await encodeJpeg(shown, { width: SHOWN_FRAMES * film.width, height: film.height }, 90)
  writeAtomically(`${file}.jpg`, [picture])
  writeAtomically(`${file}.json`, [Buffer.from(JSON.stringify(judged))])
  return judged
}

/** What is seen of bodies, without their paths. */
export const seenOf = (bodies: readonly ParsedBody[]): SeenFilm => ({
  bodies: bodies.map(({ seen }) => seen),
})
