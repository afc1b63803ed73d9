import type { RequestEvent } from '../words/index.ts'
import type { Attributes, Colour } from '../world/index.ts'
import type { SeenFilm } from './parse.ts'
import { type Score, scoreFilm } from './score.ts'

// Scores of what words state, and of nothing that they leave open.

/** What words can state that the parser sees, in the order of the report. */
export const statedQuestions = ['colour', 'shape', 'size', 'count', 'direction', 'event'] as const
/** The name of such a question, or all of them together. */
export type StatedQuestion = (typeof statedQuestions)[number] | 'all'

/** What words state: a request or the attributes of a caption; bodies are known by their colours. */
export interface Stated {
  readonly bodies: readonly {
    readonly colour?: string
    readonly size?: string
    readonly events: readonly Pick<RequestEvent, 'verb' | 'direction'>[]
  }[]
}

/** Events of which the parser does not see whether they happen. */
const unseen: readonly string[] = ['enters', 'spins', 'passes', 'hides', 'splashes']

/**
 * Scores what is seen in a film against what words state of it.
 * @param truth all that the film shall show: what the words leave open is taken from there only to know what bodies do
 */
export function scoreStated(seen: SeenFilm, truth: Attributes, { bodies }: Stated): Score {
  const told = bodies.flatMap(({ colour, size }) => {
    const body = truth.bodies.find(other => other.colour === (colour as Colour))
    if (!body) return []
    const { size: full, ...rest } = body
    // Events that name other bodies tell nothing of the main one's own way.
    const events = body.events.filter(event => !('other' in event))
    return [{ ...rest, ...(size && full && { size: full }), events }]
  })
  if (told.length === 0) return {}
  const score = scoreFilm(seen, { ...truth, bodies: told })
  const [{ events }] = bodies
  const hasWay = events.some(({ direction }) => direction !== undefined)
  const isSeen = events.length > 0 && !events.some(({ verb }) => unseen.includes(verb))
  const isAsked = {
    colour: true,
    shape: true,
    size: true,
    count: told.length === truth.bodies.length,
    direction: hasWay,
    event: isSeen,
  }
  return Object.fromEntries(
    statedQuestions.flatMap(question => {
      const { [question]: answer } = score
      return isAsked[question] && answer !== undefined ? [[question, answer]] : []
    }),
  )
}

/** The answers to a question, or to all: each thing that is stated counts once. */
export function collectAnswers(scores: readonly Score[], question: StatedQuestion): number[] {
  const asked = question === 'all' ? statedQuestions : [question]
  return scores.flatMap(score => asked.flatMap(name => (score[name] === undefined ? [] : [score[name]])))
}

/** How much better the answers of some films are than those of others that were asked the same, film by film. */
export function collectGains(
  scores: readonly Score[],
  others: readonly Score[],
  question: StatedQuestion,
): number[] {
  const [mine, its] = [scores, others].map(list => collectAnswers(list, question))
  return mine.map((answer, i) => answer - its[i])
}
