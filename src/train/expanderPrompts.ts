import { pick, type Random, shuffle } from '../array/index.ts'
import {
  cameraName,
  concepts,
  heldOutContent,
  type Lexicon,
  type Request,
  type RequestEvent,
} from '../words/index.ts'
import { writeChinese } from './expanderChinese.ts'
import { mark } from './expanderMarks.ts'
import { type Form, inflect } from './expanderVerbs.ts'
import {
  chains,
  developmentWords,
  joins,
  noise,
  requestsFor,
  trainingWords,
  tries,
  ways,
} from './expanderWords.ts'

/** Words to write prompts with, beside the tables. */
export interface PromptWords {
  /** Words of which the lexicon is sure, by concept. */
  readonly sure: ReadonlyMap<string, readonly string[]>
  /** Words that the lexicon only supposes to mean a concept. */
  readonly supposed: ReadonlyMap<string, readonly string[]>
  /** Things outside the worlds, doings outside them, and words that say nothing to them. */
  readonly things: readonly string[]
  readonly doings: readonly string[]
  readonly idle: readonly string[]
  /** Nouns for what cannot be seen. */
  readonly matters: readonly string[]
}

/** Parts of speech, as bits, that words of a slot have. */
const partsOfSlot: Readonly<Record<string, number>> = {
  ...{ colour: 5, size: 4, material: 5, shape: 1, verb: 2, speed: 8, floor: 1, light: 1, sky: 4, camera: 2 },
}

/** Collects them from a lexicon; what is held out or set aside is left out. */
export function collectWords({ entries }: Lexicon): PromptWords {
  const aside = new Set(
    Object.values(developmentWords).flatMap(words => words.flatMap(word => word.split(' '))),
  )
  const [sure, supposed] = [new Map<string, string[]>(), new Map<string, string[]>()]
  const [things, doings, idle, matters] = [[] as string[], [] as string[], [] as string[], [] as string[]]
  for (const [word, { parts, kind, common, hints }] of entries) {
    if (heldOutContent.has(word) || aside.has(word) || word.length < 3) continue
    const [first, second] = hints
    if (first && first.level >= 4 && first.level > (second?.level ?? 0) + 2) {
      const name = concepts[first.concept]
      const map = first.level >= 7 ? sure : supposed
      const fits = (partsOfSlot[name.split(':')[0]] ?? 0) & parts
      if (fits && (common > 0 || first.level >= 8)) map.set(name, [...(map.get(name) ?? []), word])
    }
    // What cannot be seen says nothing where it stands, whatever it is like.
    if (parts & 1 && kind === 'x' && common > 2 && (first?.level ?? 0) < 9) matters.push(word)
    if ((first?.level ?? 0) > 2 || common === 0) continue
    if (parts & 1 && kind && kind !== 'x' && kind !== 'w') things.push(word)
    else if (parts & 12) idle.push(word)
    else if (parts & 2 && common < 6) doings.push(word)
  }
  return { sure, supposed, things, doings, idle, matters }
}

/** Writes one English prompt, marked. */
class English {
  readonly mentioned = new Set<number>()
  readonly nouns: string[] = []
  readonly form: Form
  readonly random: Random
  readonly words: PromptWords
  readonly request: Request
  events = 0

  constructor(random: Random, words: PromptWords, request: Request) {
    this.random = random
    this.words = words
    this.request = request
    const kind = random.uniform()
    this.form = kind < 0.5 ? 's' : kind < 0.68 ? 'ing' : kind < 0.8 ? 'is ing' : kind < 0.9 ? 'ed' : 'base'
  }

  is = (share: number) => this.random.uniform() < share
  pick = <T>(from: readonly T[]): T => pick(this.random, from)

  /** A word of a concept: of the tables, or one that only the lexicon knows, or made of what moves and where to. */
  word(concept: string): string {
    const tails = ways[concept]
    if (tails && this.is(0.15)) {
      const other = concept.startsWith('camera') ? 'verb:spins' : 'verb:drops'
      const verbs = this.words.sure.get(this.is(0.3) ? other : 'verb:moves')
      const verb = this.pick(verbs ?? trainingWords['verb:moves'])
      return concept.startsWith('camera')
        ? `${this.pick(['the camera', 'camera', 'our camera', 'the lens'])} ${inflect(verb, this.pick(['s', 's', 'ing', 'is ing']))} ${this.pick(tails)}`
        : `${verb} ${this.pick(tails)}`
    }
    const side = /^way:(left|right)$/.exec(concept)
    if (side && this.is(0.12)) {
      return `${this.pick(['to', 'towards', 'toward', 'at', 'on'])} the ${side[1]} ${this.pick(this.words.matters)}`
    }
    const kind = this.random.uniform()
    const known = kind < 0.3 ? this.words.sure : kind < 0.4 ? this.words.supposed : undefined
    const list = known?.get(concept)
    return list ? this.frame(concept, this.pick(list)) : this.pick(trainingWords[concept])
  }

  /** A single word with the small ones that go with it. */
  frame(concept: string, word: string): string {
    const [slot] = concept.split(':')
    if (slot === 'floor') {
      return `${this.pick(['on the', 'on', 'on a', 'in the', 'across the', 'over', 'in a', 'upon the'])} ${word}`
    }
    if (slot === 'camera')
      return `${this.pick(['the camera', 'the camera', 'camera'])} ${inflect(word, this.pick(['s', 's', 'ing']))}`
    if (slot === 'light') return `${this.pick(['at', 'in the', 'at the', 'during', 'by', 'in'])} ${word}`
    if (slot === 'sky') {
      return this.pick([
        `under a ${word} sky`,
        `in ${word} weather`,
        `beneath a ${word} sky`,
        `on a ${word} day`,
      ])
    }
    if (concept === 'verb:hits' && this.is(0.6)) return `${word} ${this.pick(['into', 'against'])}`
    if (concept === 'verb:topples' && this.is(0.6)) return `${word} over`
    if (concept === 'verb:drops' && this.is(0.3)) return `${word} down`
    return concept === 'verb:passes' || concept === 'verb:hides' ? `${word} behind` : word
  }

  say = (label: string, of: string) => mark({ label, of }, this.word(label))

  noun(body: number): string {
    const { shape } = this.request.bodies[body]
    this.nouns[body] ??= shape === 'other' ? this.pick(this.words.things) : this.word(`shape:${shape}`)
    return this.nouns[body]
  }

  shape(body: number, plural = ''): string {
    return mark(
      { label: `shape:${this.request.bodies[body].shape}`, is: `b${body}` },
      this.noun(body) + plural,
    )
  }

  introduce(body: number, determiner?: string, plural = ''): string {
    this.mentioned.add(body)
    const { colour, size, material } = this.request.bodies[body]
    const of = `b${body}`
    const noun = this.shape(body, plural)
    const looks: string[] = []
    if (size)
      looks.push(
        (this.is(0.1) ? `${this.pick(['very', 'really', 'quite', 'so'])} ` : '') +
          this.say(`size:${size}`, of),
      )
    const not = this.is(0.02) ? `not ${this.pick(trainingWords['colour:red'])} but ` : ''
    if (colour) looks.push(not + this.say(`colour:${colour}`, of))
    const made = material && this.say(`material:${material}`, of)
    let adjectives = [...looks, ...(made ? [made] : [])]
    if (this.is(0.25)) adjectives = shuffle(this.random, adjectives)
    if (this.is(0.08))
      adjectives.splice(this.random.integer(adjectives.length + 1), 0, this.pick(this.words.idle))
    const article = determiner ?? this.pick(['a', 'a', 'a', 'one', 'the', '', 'some', 'this', 'my'])
    const way = this.random.uniform()
    const between = this.pick([' ', ' ', ' ', ' ', ', ', ' and '])
    if (way < 0.74 || adjectives.length === 0) return `${article} ${adjectives.join(between)} ${noun}`
    if (way < 0.84 && made) {
      return `${article} ${looks.join(' ')} ${noun} ${this.pick(['made of', 'of', 'out of', 'made from', 'in'])} ${made}`
    }
    const which = plural
      ? this.pick([' that are ', ', ', ' which are '])
      : this.pick([' that is ', ', ', ' which is ', ' in ', ' , ', '; ', ': ', ' '])
    const joined = adjectives.join(this.pick([' and ', ', ', ' ', ' , ']))
    return `${article} ${noun}${which}${joined}${this.pick([',', ',', '', ';'])}`
  }

  refer(body: number): string {
    const { colour } = this.request.bodies[body]
    const look = colour && this.is(0.5) ? `${this.say(`colour:${colour}`, `b${body}`)} ` : ''
    return `${this.pick(['the', 'the', 'that', 'this'])} ${look}${this.shape(body)}`
  }

  mention = (body: number) => (this.mentioned.has(body) ? this.refer(body) : this.introduce(body))

  doing(body: number, event: RequestEvent, form: Form): string {
    const { verb, direction, speed, times, other, beside } = event
    const id = `e${this.events++}`
    const to = other ?? beside
    const act = { label: `verb:${verb}`, of: `b${body}`, is: id, ...(to !== undefined && { to: `b${to}` }) }
    const base = mark(act, inflect(this.word(`verb:${verb}`), form))
    const parts = [
      ...(direction ? [this.say(`way:${direction}`, id)] : []),
      ...(times ? [this.say(`times:${times}`, id)] : []),
    ]
    const pace = speed ? this.say(`speed:${speed}`, id) : ''
    if (speed) parts.splice(this.is(0.5) ? 0 : parts.length, 0, pace)
    const isFront = speed && this.is(0.2) && form !== 'base'
    const object =
      other !== undefined
        ? ` ${this.mention(other)}`
        : verb === 'hits'
          ? ` ${this.pick(['something', 'it', 'that one'])}`
          : beside !== undefined
            ? ` ${this.pick(['beside', 'next to', 'near', 'by'])} ${this.mention(beside)}`
            : ''
    const tail = parts.filter(part => !(isFront && part === pace)).join(this.is(0.08) ? ', ' : ' ')
    return `${isFront ? `${pace} ` : ''}${base}${object} ${tail}`.trim()
  }

  doings(body: number, form: Form): string {
    const { events } = this.request.bodies[body]
    // "tries to roll and stop", "can be seen rolling"
    const isTried = this.is(0.28) && form !== 'ing'
    const other = this.is(0.35) ? `${inflect(this.pick(this.words.doings), form)} to` : this.pick(tries)
    const kind = isTried ? other : undefined
    const own = kind ? (kind.endsWith('ing') ? 'ing' : 'base') : form
    const told = events.map(event => this.doing(body, event, own))
    if (this.is(0.03)) told.push(inflect(this.pick(this.words.doings), own))
    const chained = told.map((part, i) => (i === 0 ? part : this.chain() + part)).join('')
    return kind ? `${kind.replace(/ing$/, '').trim()} ${chained}` : chained
  }

  /** What stands between two things that one body does. */
  chain(): string {
    return this.is(0.12) ? ` and ${this.pick(this.words.idle)} ` : this.pick(chains)
  }

  clause(body: number, last: number | undefined): string {
    const { events } = this.request.bodies[body]
    const known = this.mentioned.has(body)
    if (known && events.length === 0) return ''
    if (known) {
      const subject =
        last === body && this.is(0.6) ? this.pick(['which', 'that', 'and it', 'it', 'who']) : this.refer(body)
      return `${subject} ${this.doings(body, this.form)}`
    }
    const subject = this.introduce(body)
    if (events.length === 0) return subject
    const kind = this.random.uniform()
    const told = this.doings(body, this.form)
    if (kind < 0.1)
      return `${this.pick(['there is', 'we have', 'here comes', 'i see', 'look at'])} ${subject}. ${this.pick(['it', 'this', 'this thing', 'it then', 'he', 'she'])} ${told}`
    if (kind < 0.22)
      return `${subject} ${this.pick(['that', 'which', 'who', 'and it', ', it', 'as it', 'while it'])} ${told}`
    return `${subject} ${told}`
  }

  /** Several bodies of one kind in one clause. */
  group(): string {
    const number = this.request.bodies.length
    const count = this.pick(
      [
        [],
        [],
        ['two', '2', 'a pair of', 'a couple of'],
        ['three', '3', 'a trio of'],
        ['four', '4', 'several', 'many', 'five', 'some'],
      ][number],
    )
    const form = this.form === 's' ? 'base' : this.form === 'is ing' ? 'ing' : this.form
    const counted = mark({ label: `count:${number}`, of: 'b0' }, count)
    return `${this.introduce(0, counted, 's')} ${this.doings(0, form)}`
  }

  bodies(): string {
    const { bodies } = this.request
    const same = JSON.stringify(bodies[0])
    if (bodies.length > 1 && bodies.every(body => JSON.stringify(body) === same)) return this.group()
    let text = ''
    for (const [i, { events }] of bodies.entries()) {
      const clause = this.clause(i, bodies[i - 1]?.events.at(-1)?.other)
      if (clause === '') continue
      const join =
        events.length === 0
          ? this.pick([' and ', ', ', ' with ', ' , ', ' together with ', '; '])
          : this.is(0.12)
            ? `${this.pick([', ', '. ', ' '])}${this.pick(this.is(0.6) ? this.words.idle : this.words.matters)}${this.pick([' ', ', ', ' '])}`
            : this.pick(joins)
      text += (text === '' ? '' : /^(?:which|that|and|who) /.test(clause) ? ', ' : join) + clause
    }
    return text
  }

  settings(): string[] {
    const { floor, light, sky, camera } = this.request
    const parts = shuffle(this.random, [
      ...(floor ? [this.say(`floor:${floor}`, '')] : []),
      ...(light ? [this.say(`light:${light}`, '')] : []),
      ...(sky ? [this.say(`sky:${sky}`, '')] : []),
    ])
    return camera ? [...parts, this.say(`camera:${cameraName(camera)}`, '')] : parts
  }

  /** What people say before they say what they want. */
  opening(): string {
    if (this.form === 'base') return this.pick(['let ', 'make ', 'have ', '', '', 'i want '])
    const share = this.form === 'ing' ? 0.5 : 0.2
    if (!this.is(share)) return ''
    if (this.is(0.4)) {
      // "my idea is", "a short description of"
      const matter = `${this.is(0.4) ? `${this.pick(this.words.idle)} ` : ''}${this.pick(this.words.matters)}`
      const verb = inflect(this.pick(this.words.doings), 's')
      return `${this.pick(['my', 'the', 'a', 'one', 'in this', 'this', 'for a', ''])} ${matter} ${this.pick([': ', 'is ', 'about ', 'of ', 'with ', ', ', 'where ', 'and ', `that ${verb} `, `${verb} `, 'by which '])}`
    }
    if (this.is(0.3)) {
      const filler = Array.from({ length: 1 + this.random.integer(3) }, () => this.pick(this.words.idle))
      return `${filler.join(' ')}${this.pick([': ', ', ', ' ', ' the '])}`
    }
    return `${this.pick(requestsFor)}${this.pick([' ', ' ', ': ', ' how ', ' where '])}`
  }

  write(): string {
    const [front, back] = [[] as string[], [] as string[]]
    const told = this.bodies()
    const share = this.is(0.25) ? 0.7 : 0.12
    for (const setting of this.settings()) (this.is(share) ? front : back).push(setting)
    if (this.is(0.1)) back.push(this.pick(noise))
    if (this.is(0.05))
      back.push(`${this.pick(['in the', 'on the', 'at the', 'in a'])} ${this.pick(this.words.things)}`)
    const between = this.pick([' ', ', ', '. ', ' ', ' , ', '; '])
    const end = back.map(part => (this.is(0.7) ? between : this.pick([' ', ', ', '. '])) + part).join('')
    const comma = front.length === 0 ? '' : this.pick([', ', ' ', ': ', ', '])
    return `${front.join(this.pick([' ', ', ']))}${comma}${this.opening()}${told}${end}${this.pick(['', '', '.', '!', ' please'])}`
  }
}

/** One slip of the fingers: letters swapped, left out, doubled or wrong. */
function misspell(random: Random, word: string): string {
  const at = 1 + random.integer(Math.max(1, word.length - 1))
  const kind = random.integer(4)
  if (kind === 0) return word.slice(0, at - 1) + (word[at] ?? '') + word[at - 1] + word.slice(at + 1)
  if (kind === 1) return word.slice(0, at) + word.slice(at + 1)
  if (kind === 2) return word.slice(0, at) + word[at - 1] + word.slice(at)
  return word.slice(0, at) + String.fromCharCode(97 + random.integer(26)) + word.slice(at + 1)
}

/** Writes a prompt that asks for all that a request holds, and no more, marked (`mark`); a quarter are Chinese. */
export function writePrompt(random: Random, request: Request, words: PromptWords): string {
  if (random.uniform() < 0.25) return writeChinese(random, request)
  return new English(random, words, request)
    .write()
    .replace(/\s+/g, ' ')
    .replace(/ ([,.;])/g, '$1')
    .trim()
}

/** Slips of the fingers in one prompt of five; words of less than four letters have none. */
export function drawSlips(random: Random): (text: string) => string {
  if (random.uniform() > 0.2) return text => text
  const share = 0.06 + 0.1 * random.uniform()
  return text =>
    text.replace(/[a-z]{4,}/g, word => (random.uniform() < share ? misspell(random, word) : word))
}
