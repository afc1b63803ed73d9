import type { Captioner } from '../sample/index.ts'
import {
  type Attributes,
  type BodyAttributes,
  type CurriculumName,
  captionForm,
  findAttributes,
  mainAction,
} from '../world/index.ts'
import { type Estimate, estimateMean } from './bootstrap.ts'
import { filmPrompts, halvesOf, type SplitName } from './prompts.ts'
import { kindOf } from './score.ts'

/** What is asked of every caption, in the order of the report. */
export const captionQuestions = [
  'parses',
  'count',
  'colour',
  'shape',
  'size',
  'material',
  'event',
  'action',
  'floor',
  'light',
  'sky',
] as const
/** The name of a question that captions are asked. */
export type CaptionQuestion = (typeof captionQuestions)[number]

/** How far a caption is right, from 0 to 1. */
export type CaptionScore = Readonly<Record<CaptionQuestion, number>>

const deedOf = (body: BodyAttributes) => kindOf(mainAction(body))

/**
 * Scores what a caption says of a film. Bodies are known by their colours: whatever is said of a body whose colour is
 * not there is wrong.
 */
export function scoreCaption(caption: string, truth: Attributes): CaptionScore {
  const said = findAttributes(caption)
  const left = [...(said?.bodies ?? [])]
  const pairs = truth.bodies.map(body => {
    const at = left.findIndex(({ colour }) => colour === body.colour)
    return { body, match: at < 0 ? undefined : left.splice(at, 1)[0] }
  })
  const share = (is: (match: BodyAttributes, body: BodyAttributes) => boolean) =>
    pairs.reduce((sum, { match, body }) => sum + (match && is(match, body) ? 1 : 0), 0) / pairs.length
  const right = (is: boolean | undefined) => (is ? 1 : 0)
  const [first] = pairs
  return {
    parses: right(said !== undefined),
    count: right(said?.bodies.length === truth.bodies.length),
    colour: share(() => true),
    shape: share((match, { shape }) => match.shape === shape),
    size: share((match, { size }) => match.size === size),
    material: share((match, { material }) => match.material === material),
    event: right(first.match && deedOf(first.match) === deedOf(first.body)),
    action: right(first.match && mainAction(first.match) === mainAction(first.body)),
    floor: right(said?.floor === truth.floor),
    light: right(said?.light === truth.light),
    sky: right(said?.sky === truth.sky),
  }
}

/** What captions of films are like, by side of the split. */
export type CaptionSummary = Readonly<Record<SplitName, Readonly<Partial<Record<CaptionQuestion, Estimate>>>>>

/** How captions are judged. */
export interface CaptionEvaluationOptions {
  readonly curriculum: CurriculumName
  /** Films in all: half of seen combinations, half of held-out ones; none of them was a training clip. */
  readonly count: number
  readonly signal?: AbortSignal
  readonly onProgress?: (done: number, of: number) => void
}

/** Captions films that training does not show, and scores them against the truth. `loadPhysics` must have finished. */
export async function evaluateCaptions(
  captioner: Captioner,
  { curriculum, count, signal, onProgress }: CaptionEvaluationOptions,
): Promise<CaptionSummary> {
  const summary: Record<string, Partial<Record<CaptionQuestion, Estimate>>> = {}
  let done = 0
  for (const { split, count: half } of halvesOf(count)) {
    const scores: CaptionScore[] = []
    for (const film of filmPrompts(split, curriculum, half, { frameCount: 49 })) {
      signal?.throwIfAborted()
      const caption = await captioner.captionFilm(film, captionForm)
      scores.push(scoreCaption(caption, film.attributes))
      onProgress?.(++done, count)
    }
    summary[split] = Object.fromEntries(
      captionQuestions.map(question => [question, estimateMean(scores.map(score => [score[question]]))]),
    )
  }
  return summary as CaptionSummary
}
