import { type Attributes, type BodyAttributes, mainAction } from '../world/index.ts'
import { mean } from './bootstrap.ts'
import type { SeenBody, SeenFilm } from './parse.ts'
import { silhouetteNames } from './silhouette.ts'

/** What is asked of every film, in the order of the report. */
export const questions = [
  'colour',
  'shape',
  'form',
  'size',
  'count',
  'direction',
  'event',
  'action',
  'bounces',
  'meeting',
  'permanence',
] as const
/** The name of a question. */
export type Question = (typeof questions)[number]

/** How far a film is right, from 0 to 1; a question that its caption does not answer is left out. */
export type Score = Readonly<Partial<Record<Question, number>>>

/** The body that a caption means: the one of its colour that is there longest. */
function identify(told: BodyAttributes, seen: readonly SeenBody[]): SeenBody | undefined {
  const alike = seen.filter(({ colour }) => colour === told.colour)
  return alike.sort((a, b) => b.presence - a.presence)[0]
}

const directions: readonly string[] = ['left', 'right', 'towards', 'away']
/** What kind of thing a body does, whichever way it goes. */
export const kindOf = (action: string) => (directions.includes(action) ? 'goes' : action)

/** Scores what the main body does. What a camera that moves does to the picture is not told from what bodies do. */
function scoreDeeds({ bodies, camera }: Attributes, seen: readonly SeenBody[]): Score {
  if (camera && camera.move !== 'still') return {}
  const body = identify(bodies[0], seen)
  const action = mainAction(bodies[0])
  const right = (is: boolean) => (body !== undefined && is ? 1 : 0)
  const rises = bodies[0].events.find(event => event.verb === 'bounces')
  const hit = bodies[0].events.find(event => event.verb === 'hits')
  const partner = hit && identify(bodies[hit.other], seen)
  return {
    ...(directions.includes(action) && { direction: right(body?.action === action) }),
    event: right(kindOf(body?.action ?? '') === kindOf(action)),
    action: right(body?.action === action),
    ...(rises?.times !== undefined && { bounces: right(body?.bounces === rises.times) }),
    ...(hit && {
      meeting: right(partner !== undefined && body?.meets.includes(seen.indexOf(partner)) === true),
    }),
  }
}

/**
 * Scores what is seen in a film against what its caption tells. Bodies are known by their colours: whatever is asked
 * of a body whose colour is not there is wrong.
 */
export function scoreFilm({ bodies: seen }: SeenFilm, told: Attributes): Score {
  const found = told.bodies.map(body => identify(body, seen))
  const share = (is: (body: SeenBody, told: BodyAttributes) => boolean, of = told.bodies) => {
    const asked = of.map(body => {
      const match = found[told.bodies.indexOf(body)]
      return match !== undefined && is(match, body) ? 1 : 0
    })
    return mean(asked)
  }
  const sized = told.bodies.filter(({ size }) => size !== undefined)
  const forms = told.bodies.flatMap(
    ({ shape }, i) => found[i]?.moving?.[silhouetteNames.indexOf(shape)] ?? [],
  )
  return {
    colour: share(() => true),
    shape: share((body, { shape }) => body.shape === shape),
    ...(forms.length > 0 && { form: mean(forms) }),
    ...(sized.length > 0 && { size: share((body, { size }) => body.size === size, sized) }),
    count: seen.length === told.bodies.length ? 1 : 0,
    ...scoreDeeds(told, seen),
    permanence: seen.length > 0 && seen.every(({ loss }) => loss === undefined) ? 1 : 0,
  }
}
