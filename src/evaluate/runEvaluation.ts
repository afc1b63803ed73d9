import { mkdirSync } from 'node:fs'
import type { Size } from '../media/index.ts'
import type { Model } from '../sample/index.ts'
import type { Attributes, CurriculumName, Film } from '../world/index.ts'
import { FILM_SECONDS, type FilmingOptions, type JudgedFilm, judgeFilm, seenOf } from './judgedFilms.ts'
import { parseBodies, type SeenFilm } from './parse.ts'
import { type CheckedPhysics, checkPhysics, noPhysics } from './physics.ts'
import { filmPrompts, fixedPrompts, halvesOf, type SplitName, tellFixed } from './prompts.ts'
import { compareFilms, type Reconstruction, roundTrip } from './reconstruction.ts'
import { type Score, scoreFilm } from './score.ts'

/** What can be evaluated alone. */
export const parts = ['autoencoder', 'prompts', 'physics'] as const
/** The name of a part. */
export type Part = (typeof parts)[number]

/** What is evaluated, and how. */
export interface EvaluationOptions extends FilmingOptions {
  readonly curriculum: CurriculumName
  /** Prompts in all: half of seen combinations, half of held-out ones. */
  readonly count: number
  /** Films of each prompt. */
  readonly seeds: number
  /** How many of the fixed prompts are filmed, with four seeds each. */
  readonly fixed: number
  /** True films that go through the autoencoder. */
  readonly reconstructed: number
  readonly only?: Part
  readonly onProgress?: (done: number, of: number) => void
}

/** A prompt, the true film of its scene, and the films that the model made of it. */
export interface JudgedPrompt {
  readonly prompt: string
  readonly split: SplitName
  readonly sceneSeed: number
  readonly attributes: Attributes
  readonly truth: { readonly seen: SeenFilm; readonly score: Score; readonly physics: CheckedPhysics }
  readonly films: readonly (JudgedFilm & { readonly score: Score })[]
}

/** A held-out film that went through the autoencoder. */
export interface JudgedReconstruction extends Reconstruction {
  readonly sceneSeed: number
  readonly truth: CheckedPhysics
  readonly decoded: CheckedPhysics
}

/** Everything that was measured of a model. */
export interface Evaluation {
  readonly model: string
  readonly settings: Pick<
    EvaluationOptions,
    'curriculum' | 'count' | 'seeds' | 'steps' | 'guidance' | 'candidates'
  > &
    Size
  readonly only?: Part
  readonly reconstructions: readonly JudgedReconstruction[]
  readonly prompts: readonly JudgedPrompt[]
  readonly fixed: readonly { readonly prompt: string; readonly films: readonly JudgedFilm[] }[]
}

/** The seed of a film: another one for every film of a scene's prompt. */
const seedOf = (prompt: number, take: number) => take * 10_000 + prompt

async function judgePrompt(
  model: Model,
  {
    truth: film,
    split,
    number,
  }: { truth: Film & { readonly seed: number }; split: SplitName; number: number },
  options: EvaluationOptions,
  step: () => void,
): Promise<JudgedPrompt> {
  const { caption: prompt, attributes, seed: sceneSeed } = film
  const bodies = parseBodies(film)
  const seen = seenOf(bodies)
  const truth = { seen, score: scoreFilm(seen, attributes), physics: checkPhysics(bodies, film) }
  const films: JudgedPrompt['films'][number][] = []
  for (let take = 0; take < options.seeds; take++) {
    const judged = await judgeFilm(model, prompt, seedOf(number, take), options)
    const isStill = (attributes.camera?.move ?? 'still') === 'still'
    const physics = isStill ? judged.physics : noPhysics
    films.push({ ...judged, physics, score: scoreFilm(judged.seen, attributes) })
    step()
  }
  return { prompt, split, sceneSeed, attributes, truth, films }
}

async function judgeReconstruction(
  model: Model,
  film: Film & { readonly seed: number },
): Promise<JudgedReconstruction> {
  const frames = await roundTrip(model, film)
  return {
    sceneSeed: film.seed,
    ...compareFilms(film, frames),
    truth: checkPhysics(parseBodies(film), film),
    decoded: checkPhysics(parseBodies({ ...film, frames }), film),
  }
}

/**
 * Evaluates a model; `loadPhysics` must have finished. The same weights and options give the same numbers, on one
 * kind of machine.
 * @throws DOMException AbortError when the signal aborts; what is finished is kept in the cache
 */
export async function runEvaluation(model: Model, options: EvaluationOptions): Promise<Evaluation> {
  const { curriculum, count, seeds, steps, guidance, candidates, only, onProgress, signal } = options
  mkdirSync(options.cache, { recursive: true })
  const scene = { ...model.size, fps: model.fps, frameCount: 1 + FILM_SECONDS * model.fps }
  const wantsPrompts = only !== 'autoencoder'
  const asked = only && only !== 'prompts' ? [] : fixedPrompts[curriculum].slice(0, options.fixed)
  const coded = only === 'prompts' ? 0 : options.reconstructed
  const total = coded + (wantsPrompts ? count * seeds : 0) + 4 * asked.length
  let done = 0
  const step = () => onProgress?.(++done, total)
  const reconstructions: JudgedReconstruction[] = []
  for (const film of filmPrompts('heldOut', curriculum, coded, scene)) {
    signal?.throwIfAborted()
    reconstructions.push(await judgeReconstruction(model, film))
    step()
  }
  const fixed: { prompt: string; films: JudgedFilm[] }[] = []
  for (const prompt of asked) {
    const films: JudgedFilm[] = []
    for (let seed = 0; seed < 4; seed++) {
      films.push(await judgeFilm(model, tellFixed(model, prompt, seed), seed, options))
      step()
    }
    fixed.push({ prompt, films })
  }
  const prompts: JudgedPrompt[] = []
  for (const half of wantsPrompts ? halvesOf(count) : []) {
    for (const truth of filmPrompts(half.split, curriculum, half.count, scene)) {
      const job = { truth, split: half.split, number: prompts.length }
      prompts.push(await judgePrompt(model, job, options, step))
    }
  }
  const settings = { curriculum, count, seeds, steps, guidance, candidates, ...model.size }
  return { model: model.fingerprint, settings, ...(only && { only }), reconstructions, prompts, fixed }
}
