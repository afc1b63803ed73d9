import type { Random } from '../array/index.ts'
import {
  chineseWords,
  concepts,
  heldOutContent,
  type Lexicon,
  type Request,
  type RequestBody,
  type RequestEvent,
} from '../words/index.ts'
import { pick } from './expanderRequests.ts'
import { noise, requestsFor, trainingWords } from './expanderWords.ts'

/** Words to write prompts with: for every concept those of the tables, and those of which the lexicon is sure. */
export interface PromptWords {
  readonly sure: ReadonlyMap<string, readonly string[]>
  /** Words that the lexicon only supposes to mean a concept. */
  readonly supposed: ReadonlyMap<string, readonly string[]>
  /** Things outside the worlds, doings outside them, and words that say nothing to them. */
  readonly things: readonly string[]
  readonly doings: readonly string[]
  readonly idle: readonly string[]
}

/** Collects them from a lexicon; what the evaluation holds out is left out. */
export function collectWords({ entries }: Lexicon): PromptWords {
  const [sure, supposed] = [new Map<string, string[]>(), new Map<string, string[]>()]
  const [things, doings, idle] = [[] as string[], [] as string[], [] as string[]]
  for (const [word, { kind, common, hints }] of entries) {
    if (heldOutContent.has(word) || word.length < 3) continue
    const [first, second] = hints
    if (first && !second?.isSure) {
      const [name, map] = [concepts[first.concept], first.isSure ? sure : supposed]
      if (first.isSure || (!second && common > 0)) map.set(name, [...(map.get(name) ?? []), word])
    }
    if (hints.length > 0 || common === 0) continue
    if (kind && kind !== 'x' && kind !== 'w') things.push(word)
    else if (kind === undefined && common < 5) idle.push(word)
    else if (kind === 'x' && common < 6) doings.push(word)
  }
  return { sure, supposed, things, doings, idle }
}

type Form = 's' | 'ing' | 'is ing' | 'ed' | 'base'

/** A verb with what follows it, in one of the forms of English. */
export function inflect(phrase: string, form: Form): string {
  const [verb, ...rest] = phrase.split(' ')
  const tail = rest.length > 0 ? ` ${rest.join(' ')}` : ''
  if (verb === 'not') return `${form === 'base' ? 'not' : 'does not'}${tail}`
  if (verb === 'is' || verb === 'gets') return form === 'ing' || form === 'is ing' ? `being${tail}` : phrase
  if (form === 'base') return phrase
  const doubles = /[^aeiou][aeiou][bdgmnprt]$/.test(verb) && verb.length < 5
  if (form === 's')
    return `${/(?:s|sh|ch|x|z|o)$/.test(verb) ? `${verb}es` : `${verb.replace(/([^aeiou])y$/, '$1ie')}s`}${tail}`
  const stem =
    verb === 'lie' ? 'ly' : /[^e]e$/.test(verb) ? verb.slice(0, -1) : doubles ? verb + verb.at(-1) : verb
  if (form === 'ing') return `${stem}ing${tail}`
  if (form === 'is ing') return `is ${stem}ing${tail}`
  const past: Record<string, string> = {
    fall: 'fell',
    spin: 'spun',
    hit: 'hit',
    strike: 'struck',
    go: 'went',
    run: 'ran',
    come: 'came',
    slide: 'slid',
    sit: 'sat',
    stand: 'stood',
    leave: 'left',
    hide: 'hid',
    lie: 'lay',
    get: 'got',
    make: 'made',
  }
  return `${past[verb] ?? `${stem}ed`}${tail}`
}

/** Writes one English prompt. */
class English {
  readonly mentioned = new Set<number>()
  readonly nouns: string[] = []
  readonly form: Form
  readonly random: Random
  readonly words: PromptWords
  readonly request: Request

  constructor(random: Random, words: PromptWords, request: Request) {
    this.random = random
    this.words = words
    this.request = request
    const kind = random.uniform()
    this.form = kind < 0.55 ? 's' : kind < 0.72 ? 'ing' : kind < 0.85 ? 'is ing' : kind < 0.93 ? 'ed' : 'base'
  }

  is = (share: number) => this.random.uniform() < share

  /** A word of a concept: of the tables, or one that only the lexicon knows. */
  say(concept: string): string {
    const known = (this.is(0.15) ? this.words.supposed : this.words.sure).get(concept)
    if (known && this.is(0.42)) {
      const word = pick(this.random, known)
      if (concept.startsWith('floor:'))
        return `${pick(this.random, ['on the', 'on', 'on a', 'in the', 'across the'])} ${word}`
      if (concept.startsWith('light:'))
        return `${pick(this.random, ['at', 'in the', 'at the', 'during', 'by'])} ${word}`
      if (concept.startsWith('sky:')) return this.is(0.5) ? `under a ${word} sky` : `in ${word} weather`
      if (concept === 'verb:hits' && this.is(0.6)) return `${word} ${pick(this.random, ['into', 'against'])}`
      if (concept === 'verb:topples' && this.is(0.5)) return `${word} over`
      if (concept === 'verb:drops' && this.is(0.3)) return `${word} down`
      if (!/^(?:camera|number|way):/.test(concept)) return word
    }
    return pick(this.random, trainingWords[concept])
  }

  noun(body: number): string {
    const { shape } = this.request.bodies[body]
    this.nouns[body] ??= shape === 'other' ? pick(this.random, this.words.things) : this.say(`shape:${shape}`)
    return this.nouns[body]
  }

  introduce(body: number, determiner?: string, plural = ''): string {
    this.mentioned.add(body)
    const { colour, size, material } = this.request.bodies[body]
    const noun = this.noun(body) + plural
    const looks: string[] = []
    if (size) looks.push(this.say(`size:${size}`))
    const not = this.is(0.02) ? `not ${this.say('colour:red')} but ` : ''
    if (colour) looks.push(not + this.say(`colour:${colour}`))
    const adjectives = [...looks, ...(material ? [this.say(`material:${material}`)] : [])]
    if (this.is(0.25)) adjectives.sort(() => this.random.uniform() - 0.5)
    if (this.is(0.06)) adjectives.unshift(pick(this.random, this.words.idle))
    const article = determiner ?? pick(this.random, ['a', 'a', 'a', 'one', 'the', '', 'some'])
    const way = this.random.uniform()
    if (way < 0.78 || adjectives.length === 0)
      return `${article} ${adjectives.join(this.is(0.1) ? ', ' : ' ')} ${noun}`
    if (way < 0.86 && material) {
      return `${article} ${looks.join(' ')} ${noun} ${pick(this.random, ['made of', 'of', 'out of'])} ${adjectives.find(word => !looks.includes(word)) ?? ''}`
    }
    const which = pick(
      this.random,
      plural ? [' that are ', ', ', ' which are '] : [' that is ', ', ', ' which is ', ' in '],
    )
    return `${article} ${noun}${which}${adjectives.join(' and ')}${this.is(0.5) ? ',' : ''}`
  }

  refer(body: number): string {
    const { colour } = this.request.bodies[body]
    return `the ${colour && this.is(0.6) ? `${this.say(`colour:${colour}`)} ` : ''}${this.noun(body)}`
  }

  mention = (body: number) => (this.mentioned.has(body) ? this.refer(body) : this.introduce(body))

  doing({ verb, direction, speed, times, other, beside }: RequestEvent, form: Form): string {
    const base = inflect(this.say(`verb:${verb}`), form)
    const parts = [
      ...(direction ? [this.say(`way:${direction}`)] : []),
      ...(times ? [this.say(`number:${times}`)] : []),
    ]
    const pace = speed ? this.say(`speed:${speed}`) : ''
    if (speed) parts.splice(this.is(0.5) ? 0 : parts.length, 0, pace)
    const front = speed && this.is(0.2) && form !== 'base'
    const object =
      other !== undefined
        ? ` ${this.mention(other)}`
        : verb === 'hits'
          ? ' something'
          : beside !== undefined
            ? ` ${pick(this.random, ['beside', 'next to', 'near', 'by'])} ${this.mention(beside)}`
            : ''
    const tail = parts.filter(part => !(front && part === pace)).join(' ')
    return `${front ? `${pace} ` : ''}${base}${object} ${tail}`.trim()
  }

  doings(events: readonly RequestEvent[], form: Form): string {
    const told = events.map(event => this.doing(event, form))
    if (this.is(0.03)) told.push(inflect(pick(this.random, this.words.doings), form))
    return told
      .map((part, i) =>
        i === 0 ? part : pick(this.random, [' and ', ', then ', ' and then ', ', ', ' before it ']) + part,
      )
      .join('')
  }

  clause(body: number, last: number | undefined): string {
    const { events } = this.request.bodies[body]
    const known = this.mentioned.has(body)
    if (known && events.length === 0) return ''
    const subject = known
      ? last === body && this.is(0.6)
        ? pick(this.random, ['which', 'that', 'and it'])
        : this.refer(body)
      : this.introduce(body)
    return events.length === 0 ? subject : `${subject} ${this.doings(events, this.form)}`
  }

  /** Several bodies of one kind in one clause. */
  group(): string {
    const { bodies } = this.request
    const count = pick(
      this.random,
      [
        ['one'],
        ['one'],
        ['two', '2', 'a pair of', 'a couple of'],
        ['three', '3', 'a trio of'],
        ['four', '4', 'several', 'many', 'five'],
      ][bodies.length],
    )
    const form = this.form === 's' ? 'base' : this.form === 'is ing' ? 'ing' : this.form
    return `${this.introduce(0, count, 's')} ${this.doings(bodies[0].events, form)}`
  }

  bodies(): string {
    const { bodies } = this.request
    const same = JSON.stringify(bodies[0])
    if (bodies.length > 1 && bodies.every(body => JSON.stringify(body) === same)) return this.group()
    let text = ''
    for (const [i, { events }] of bodies.entries()) {
      const before = bodies[i - 1]?.events.at(-1)?.other
      const clause = this.clause(i, before)
      if (clause === '') continue
      const joins =
        events.length === 0
          ? [' and ', ', ', ' with ']
          : [' and ', '. ', ' while ', ', ', '; ', ', then ', ' as ']
      text +=
        (text === '' ? '' : /^(?:which|that|and) /.test(clause) ? ', ' : pick(this.random, joins)) + clause
    }
    return text
  }

  settings(): string[] {
    const { floor, light, sky, camera } = this.request
    const parts = [
      ...(floor ? [this.say(`floor:${floor}`)] : []),
      ...(light ? [this.say(`light:${light}`)] : []),
      ...(sky ? [this.say(`sky:${sky}`)] : []),
    ]
    return [
      ...parts.sort(() => this.random.uniform() - 0.5),
      ...(camera
        ? [
            this.say(
              `camera:${[camera.move, 'direction' in camera ? camera.direction : undefined].filter(Boolean).join(' ')}`,
            ),
          ]
        : []),
    ]
  }

  write(): string {
    const front: string[] = []
    const back: string[] = []
    const told = this.bodies()
    for (const setting of this.settings()) (this.is(0.25) ? front : back).push(setting)
    const lets = this.form === 'base' ? pick(this.random, ['let ', 'make ', 'have ', '', '']) : ''
    const asks = lets
      ? lets
      : this.form === 'ing' && this.is(0.6)
        ? `${pick(this.random, requestsFor)} `
        : this.is(0.12)
          ? `${pick(this.random, requestsFor)} `
          : ''
    if (this.is(0.1)) back.push(pick(this.random, noise))
    if (this.is(0.05))
      back.push(
        `${pick(this.random, ['in the', 'on the', 'at the', 'in a'])} ${pick(this.random, this.words.things)}`,
      )
    return `${front.join(' ')}${front.length > 0 ? ', ' : ''}${asks}${told}${back.map(part => pick(this.random, [' ', ', ', '. ', ' ']) + part).join('')}`
  }
}

/** Writes one Chinese prompt. */
function writeChinese(random: Random, request: Request): string {
  const say = (concept: string) => pick(random, chineseWords[concept])
  const is = (share: number) => random.uniform() < share
  const mentioned = new Set<number>()
  const look = (body: RequestBody, count: string) => {
    const { colour, size, material, shape } = body
    const parts = [
      size && say(`size:${size}`),
      colour && say(`colour:${colour}`) + (is(0.6) ? '的' : ''),
      material && say(`material:${material}`),
    ]
    if (is(0.3)) parts.reverse()
    return `${count}${parts.filter(Boolean).join(is(0.2) ? '的' : '')}${say(`shape:${shape}`)}`
  }
  const mention = (k: number) => {
    const body = request.bodies[k]
    if (!mentioned.has(k))
      return mentioned.add(k) && look(body, pick(random, ['一个', '一个', '一只', '', '一颗']))
    return `${pick(random, ['那个', '这个', ''])}${body.colour ? say(`colour:${body.colour}`) : ''}${say(`shape:${body.shape}`)}`
  }
  const doing = ({ verb, direction, speed, times, other, beside }: RequestEvent) => {
    const front = [direction && say(`way:${direction}`), speed && say(`speed:${speed}`)].filter(Boolean)
    if (is(0.4)) front.reverse()
    const next = beside === undefined ? '' : `在${mention(beside)}旁边`
    return `${next}${front.join('')}${say(`verb:${verb}`)}${times ? (is(0.5) ? '了' : '') + say(`number:${times}`) : ''}${other === undefined ? '' : (is(0.3) ? '了' : '') + mention(other)}`
  }
  const same = JSON.stringify(request.bodies[0])
  const isGroup = request.bodies.length > 1 && request.bodies.every(body => JSON.stringify(body) === same)
  const clauses = (isGroup ? request.bodies.slice(0, 1) : request.bodies).map((body, k) => {
    const known = mentioned.has(k)
    if (known && body.events.length === 0) return ''
    const subject = isGroup ? look(body, ['', '', '两个', '三个', '四个'][request.bodies.length]) : mention(k)
    return subject + body.events.map(doing).join(pick(random, ['，然后', '，', '并', '，接着', '再']))
  })
  const { floor, light, sky, camera } = request
  const around = [
    floor && (is(0.8) ? '在' : '') + say(`floor:${floor}`),
    light && say(`light:${light}`),
    sky && say(`sky:${sky}`),
  ].filter(Boolean)
  if (is(0.5)) around.reverse()
  const told = clauses.filter(Boolean).join(pick(random, ['，', '。', '，同时', '，还有']))
  const shot = camera
    ? `，${say(`camera:${camera.move}${'direction' in camera && camera.direction ? ` ${camera.direction}` : ''}`)}`
    : ''
  const ask = is(0.15) ? pick(random, ['请生成', '我想看', '做一个视频：', '画面里', '拍一段']) : ''
  return is(0.6)
    ? `${ask}${around.join('，')}${around.length > 0 ? '，' : ''}${told}${shot}`
    : `${ask}${told}${around.map(part => `，${part}`).join('')}${shot}`
}

/** One slip of the fingers: letters swapped, left out, doubled or wrong. */
export function misspell(random: Random, word: string): string {
  const at = 1 + random.integer(Math.max(1, word.length - 1))
  const kind = random.integer(4)
  if (kind === 0) return word.slice(0, at - 1) + (word[at] ?? '') + word[at - 1] + word.slice(at + 1)
  if (kind === 1) return word.slice(0, at) + word.slice(at + 1)
  if (kind === 2) return word.slice(0, at) + word[at - 1] + word.slice(at)
  return word.slice(0, at) + String.fromCharCode(97 + random.integer(26)) + word.slice(at + 1)
}

/** Writes a prompt that asks for all that a request holds, and no more; three in ten are Chinese. */
export function writePrompt(random: Random, request: Request, words: PromptWords): string {
  const isForeign = random.uniform() < 0.28
  if (isForeign) return writeChinese(random, request)
  const text = new English(random, words, request)
    .write()
    .replace(/\s+/g, ' ')
    .replace(/ ([,.;])/g, '$1')
    .trim()
  if (random.uniform() > 0.2) return text
  const share = 0.06 + 0.1 * random.uniform()
  return text.replace(/[a-z]{4,}/g, word => (random.uniform() < share ? misspell(random, word) : word))
}
