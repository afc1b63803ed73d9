import { createRandom, type Random } from '../array/index.ts'
import { type Attributes, type BodyAttributes, type Event, mainAction, orderBodies } from './attributes.ts'
import { captionGrammar } from './captionGrammar.ts'
import { type Plan, planCaption, resolvePlan } from './captionPlan.ts'
import { type Fields, readRule, spell, type Tree, wordsOf, writeRule } from './grammar.ts'

/** A caption with the tree of its sentence: the grammar's rules by name, down to the words. */
export interface Caption {
  readonly text: string
  readonly tree: Tree
}

/** Words of the longest detailed caption, where the attributes allow it. */
const MOST_WORDS = 60
const DRAWS = 16

/**
 * Tells all that the attributes hold, in a wording drawn at random; rather a short one than more than 60 words.
 * @param sentences capitals and full stops, or one line as a person types it
 * @throws RangeError when bodies are not in the order of mention (`orderBodies`)
 */
export function writeCaption(attributes: Attributes, random: Random, sentences: boolean): Caption {
  let shortest: Tree | undefined
  let least = Infinity
  for (let draw = 0; draw < DRAWS && least > MOST_WORDS; draw++) {
    const plan = planCaption(attributes, random) as unknown as Fields
    const tree = writeRule(captionGrammar, 'caption', plan, random)
    const { length } = wordsOf(spell(tree, false))
    if (length < least) [shortest, least] = [tree, length]
  }
  return { text: spell(shortest!, sentences), tree: shortest! }
}

/** A detailed caption of attributes whose bodies are in any order, in a wording drawn at random. */
export function writeAttributes(attributes: Attributes, random: Random): string {
  return writeCaption(orderBodies(attributes), random, true).text
}

/** The captions of a film and their trees. */
export interface Captions {
  /** All that varies, as a captioner would write. */
  readonly caption: string
  readonly captionTree: Tree
  /** What a person would type. */
  readonly shortCaption: string
  readonly shortCaptionTree: Tree
}

/** The captions of a film: a detailed one and a short one, in wording that the seed chooses. */
export function writeCaptions(attributes: Attributes, seed: number): Captions {
  const random = createRandom(seed ^ 0x5eed)
  const detailed = writeCaption(attributes, random, true)
  const short = writeCaption(shorten(attributes, random), random, false)
  return {
    caption: detailed.text,
    captionTree: detailed.tree,
    shortCaption: short.text,
    shortCaptionTree: short.tree,
  }
}

/** Leaves out how an event goes on, as people do. */
function shortenEvent(event: Event, random: Random): Event {
  if (event.verb === 'rolls' || event.verb === 'slides') {
    const { verb, direction, speed } = event
    return {
      verb,
      ...(direction && random.uniform() < 0.9 && { direction }),
      ...(speed && random.uniform() < 0.25 && { speed }),
    }
  }
  if (event.verb === 'bounces') return random.uniform() < 0.3 ? event : { verb: 'bounces' }
  return event
}

/** One to three events, the one that matters most among them. */
function shortenEvents({ events }: BodyAttributes, random: Random): Event[] {
  const action = mainAction({ events })
  const main = events.findIndex((_, i) => mainAction({ events: events.slice(0, i + 1) }) === action)
  const bounces = events.findIndex(({ verb }) => verb === 'bounces')
  return events
    .filter(({ verb }, i) => {
      if (action === 'bounce' && bounces >= 0)
        return i === bounces || (verb === 'drops' ? random.uniform() < 0.2 : random.uniform() < 0.35)
      return i === main || random.uniform() < 0.4
    })
    .map(event => shortenEvent(event, random))
}

/** Leaves out of the attributes what people leave out when they type. */
export function shorten(attributes: Attributes, random: Random): Attributes {
  const maybe = (share: number) => random.uniform() < share
  const tellSizes = maybe(0.25)
  const tellMaterials = maybe(0.35)
  const bodies = attributes.bodies.map((body): BodyAttributes => {
    const { colour, shape, size, material } = body
    return {
      colour,
      shape,
      ...(size && tellSizes && { size }),
      ...(material && tellMaterials && (material !== 'matte' || maybe(0.3)) && { material }),
      events: shortenEvents(body, random),
    }
  })
  const kept = [...bodies.keys()].filter(
    i => i === 0 || maybe(bodies[i].events[0]?.verb === 'rests' ? 0.5 : 0.85),
  )
  const { floor, light, sky, camera } = attributes
  const ordered = orderBodies({ bodies }, kept)
  return {
    ...ordered,
    ...(floor && maybe(0.6) && { floor }),
    ...(light && maybe(light === 'noon' ? 0.15 : 0.6) && { light }),
    ...(sky && maybe(sky === 'clear' ? 0.08 : 0.25) && { sky }),
    ...(camera && maybe(camera.move === 'still' ? 0.04 : 0.5) && { camera }),
  }
}

/**
 * Reads a caption of the grammar back, long or short, whatever its capitals, commas and full stops.
 * @throws SyntaxError, one line that names the first words that are no part of the grammar
 */
export function parseCaption(text: string): Attributes {
  return readCaption(text).attributes
}

/** Reads a caption back with the tree of its sentence (without punctuation). Errors as `parseCaption`. */
export function readCaption(text: string): { attributes: Attributes; tree: Tree } {
  const [{ fields, tree }] = readRule(captionGrammar, 'caption', text)
  return { attributes: resolvePlan(fields as unknown as Plan), tree }
}

/** What a text says, where it is a caption of the grammar; undefined where it is not. */
export function findAttributes(text: string): Attributes | undefined {
  try {
    return parseCaption(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** What the captions of this world are like: sentences of its grammar, in which a mirror exchanges left and right. */
export const captionForm = {
  isCaption: (text: string): boolean => findAttributes(text) !== undefined,
  mirror: (text: string): string =>
    text.replace(/\b(left|right)/g, side => (side === 'left' ? 'right' : 'left')),
}
