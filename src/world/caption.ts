import { createRandom } from '../array/index.ts'
import {
  type Colour,
  colours,
  floors,
  type Scene,
  type ShapeName,
  type Size,
  shapes,
  sizes,
} from './scene.ts'
import { halfHeight, type Motion } from './simulate.ts'

/** What a body does, as a caption tells it. */
export type Action = 'left' | 'right' | 'bounce' | 'still'

/** One body as a caption tells it. */
export interface BodyAttributes {
  readonly colour: Colour
  readonly shape: ShapeName
  readonly size?: Size
  readonly action: Action
  /** How often it bounces, when it does. */
  readonly bounces?: number
  /** How it moves, when it does. */
  readonly speed?: 'slowly' | 'quickly'
  /** Whether it has come to rest at the end, when it moved. */
  readonly stops?: boolean
  /** Whether it hits the other body. */
  readonly hits?: boolean
}

/** What happened, read from the simulation, or from a caption (which may leave out what is optional). */
export interface Attributes {
  readonly floor?: Scene['floor']
  readonly bodies: readonly BodyAttributes[]
}

const MOVED = 0.35

/** What happened in a scene, read from positions and contacts. */
export function describeMotion(scene: Scene, motion: Motion): Attributes {
  const bodies = scene.bodies.map((body, i): BodyAttributes => {
    const looks = { colour: body.colour, shape: body.shape, size: body.size }
    const hit = scene.bodies.some((_, other) => other !== i && movedBy(motion, other) > 0.03)
    const start = motion.frames[0][i].position
    if (body.position[1] > halfHeight(body)) {
      const floorHits = motion.contacts.filter(({ body: a, other }) => a === i && other === -1).length
      return {
        ...looks,
        action: 'bounce',
        bounces: Math.min(4, countBounces(motion, i, halfHeight(body), floorHits)),
      }
    }
    const last = motion.frames[motion.frames.length - 1][i]
    const travelled = last.position[0] - start[0]
    if (body.velocity === 0 || Math.abs(travelled) < MOVED) return { ...looks, action: 'still' }
    const fast = Math.abs(body.velocity) > (body.shape === 'ball' ? 1.15 : 2)
    return {
      ...looks,
      action: travelled < 0 ? 'left' : 'right',
      speed: fast ? 'quickly' : 'slowly',
      ...(hit ? { hits: true } : { stops: Math.hypot(...last.velocity) < 0.08 }),
    }
  })
  return { floor: scene.floor, bodies }
}

/** How far a body has come along the floor in the whole film, in metres. */
function movedBy(motion: Motion, body: number): number {
  const [from, to] = [motion.frames[0], motion.frames[motion.frames.length - 1]].map(
    frame => frame[body].position,
  )
  return Math.hypot(to[0] - from[0], to[2] - from[2])
}

/** Peaks of the height that can be seen: at least 6 cm above the floor, at most one for each contact. */
function countBounces(motion: Motion, body: number, half: number, contacts: number): number {
  const heights = motion.frames.map(frame => frame[body].position[1] - half)
  let peaks = 0
  for (let i = 1; i + 1 < heights.length; i++) {
    if (heights[i] > 0.06 && heights[i] >= heights[i - 1] && heights[i] > heights[i + 1] && i > 3) peaks++
  }
  return Math.min(peaks, contacts)
}

const COUNTS = ['', 'once', 'twice', 'three times', 'many times']
const floorWords = { plain: 'plain grey', checkered: 'checkered' } as const

function nameBody({ size, colour, shape }: BodyAttributes, detailed: boolean): string {
  if (detailed && size) return `a ${size} ${colour} ${shape}`
  return `${colour === 'orange' ? 'an' : 'a'} ${colour} ${shape}`
}

function verbOf(shape: ShapeName): string {
  return shape === 'ball' ? 'rolls' : 'slides'
}

function tellAction(body: BodyAttributes, detailed: boolean, wording: number): string {
  const { action, shape, bounces = 0, speed, stops } = body
  if (action === 'still') return wording < 0.5 ? 'stands still' : 'rests'
  if (action === 'bounce') {
    if (!detailed) return bounces > 0 ? 'bounces' : 'drops'
    return bounces > 0 ? `drops and bounces ${COUNTS[bounces]}` : 'drops'
  }
  const way = wording < 0.5 ? `to the ${action}` : action
  if (!detailed) return `${verbOf(shape)} ${way}`
  return `${verbOf(shape)} ${speed} ${way}${stops ? ' and stops' : ''}`
}

function tellBodies({ bodies }: Attributes, detailed: boolean, wording: number): string {
  const [first, second] = bodies
  const told = `${nameBody(first, detailed)} ${tellAction(first, detailed, wording)}`
  if (!second) return told
  const other = nameBody(second, detailed)
  if (first.hits)
    return `${nameBody(first, detailed)} ${tellAction(first, detailed, wording)} and hits ${other}`
  return `${told} beside ${other}`
}

/** The captions of a film: a detailed one and a short one, in wording that the seed chooses. */
export function writeCaptions(
  attributes: Attributes,
  seed: number,
): { caption: string; shortCaption: string } {
  const random = createRandom(seed ^ 0x5eed)
  const floor = attributes.floor ?? 'plain'
  const caption = `${tellBodies(attributes, true, random.uniform())} on a ${floorWords[floor]} floor`
  const short = tellBodies(attributes, false, random.uniform())
  const place = random.uniform()
  const shortFloor = floor === 'plain' ? 'grey' : 'checkered'
  return { caption, shortCaption: place < 0.6 ? `${short} on a ${shortFloor} floor` : short }
}

/** Every word of the grammar: the vocabulary of the text encoder. */
export const captionWords: readonly string[] = [
  'a',
  'an',
  'on',
  'floor',
  'and',
  'the',
  'to',
  'beside',
  ...shapes,
  ...Object.keys(colours),
  ...Object.keys(sizes),
  ...floors,
  'grey',
  'rolls',
  'slides',
  'drops',
  'bounces',
  'stands',
  'still',
  'rests',
  'stops',
  'hits',
  'left',
  'right',
  'slowly',
  'quickly',
  'once',
  'twice',
  'three',
  'many',
  'times',
]

const namePattern = `an? (?:(${Object.keys(sizes).join('|')}) )?(${Object.keys(colours).join('|')}) (${shapes.join('|')})`
const captionPattern = new RegExp(
  `^${namePattern} (stands still|rests|drops(?: and bounces (?:once|twice|three times|many times))?|bounces` +
    `|(?:rolls|slides)(?: (?:slowly|quickly))? (?:to the )?(?:left|right)(?: and stops)?)` +
    `(?: (and hits|beside) ${namePattern})?(?: on a (plain grey|grey|checkered) floor)?$`,
)

/**
 * Reads a caption of the grammar back.
 * @throws SyntaxError when the text is no sentence of the grammar.
 */
export function parseCaption(text: string): Attributes {
  const match = captionPattern.exec(text)
  if (!match) throw new SyntaxError(`not a caption of this world: "${text}"`)
  const [, size, colour, shape, event, relation, size2, colour2, shape2, floor] = match
  const looks = (s: string | undefined, c: string, h: string) => ({
    ...(s ? { size: s as Size } : {}),
    colour: c as Colour,
    shape: h as ShapeName,
  })
  const { stops, ...action } = parseAction(event)
  const end = relation === 'and hits' ? { hits: true } : stops === undefined ? {} : { stops }
  const first = { ...looks(size, colour, shape), ...action, ...end }
  const second = colour2 ? [{ ...looks(size2, colour2, shape2), action: 'still' as const }] : []
  return {
    ...(floor ? { floor: floor === 'checkered' ? 'checkered' : 'plain' } : {}),
    bodies: [first, ...second],
  }
}

function parseAction(event: string): Pick<BodyAttributes, 'action' | 'bounces' | 'speed' | 'stops'> {
  if (event === 'rests' || event === 'stands still') return { action: 'still' }
  if (event.startsWith('drops') || event === 'bounces') {
    const bounces = COUNTS.findIndex(count => count !== '' && event.endsWith(count))
    return { action: 'bounce', ...(bounces > 0 ? { bounces } : event === 'drops' ? { bounces: 0 } : {}) }
  }
  const speed = /slowly|quickly/.exec(event)?.[0] as 'slowly' | 'quickly' | undefined
  const detail = speed ? { speed, stops: event.endsWith('stops') } : {}
  return { action: event.includes('left') ? 'left' : 'right', ...detail }
}

/** Whether this combination of colour, shape and action of the first body is kept out of training (about one in ten). */
export function isHeldOut({ bodies: [{ colour, shape, action }] }: Attributes): boolean {
  let hash = 2166136261
  for (const letter of `${colour} ${shape} ${action}`) hash = Math.imul(hash ^ letter.charCodeAt(0), 16777619)
  return ((hash ^ (hash >>> 15)) >>> 0) % 10 === 0
}
