import { planeColours } from './planeScene.ts'

// The closed grammar of the plane's captions. A wording is a sentence with slots; a slot names an attribute and the
// table that says how it is put in words: `{bodies.0.colour|a}`. Filling the slots writes a caption, and the same
// wording read as a pattern parses it.

const speeds = ['very slow', 'slow', 'medium', 'quick', 'very quick']

/** Attribute values to words, one table a kind of slot. No two values of a table share their words. */
const words = {
  colour: table(Object.keys(planeColours), colour => colour),
  /** A colour with its article. */
  a: table(Object.keys(planeColours), colour => `${colour === 'orange' ? 'an' : 'a'} ${colour}`),
  size: table(['tiny', 'small', 'medium', 'large', 'huge'], size => size),
  speed: table(speeds, adverb),
  /** How the left, the right ball of a collision comes. */
  fromLeft: table(['still', ...speeds], speed =>
    speed === 'still' ? 'at rest' : `moving ${adverb(speed)} to the right`,
  ),
  fromRight: table(['still', ...speeds], speed =>
    speed === 'still' ? 'at rest' : `moving ${adverb(speed)} to the left`,
  ),
  /** What a ball does after a collision: it bounces back, goes on, or was at rest and is knocked away. */
  after: table(
    ['stop', ...['back', 'on', 'away'].flatMap(way => speeds.map(speed => `${way} ${speed}`))],
    after => {
      const [way, ...speed] = after.split(' ')
      if (way === 'stop') return 'stops'
      const verb = { back: 'bounces back', on: 'goes on', away: 'is knocked away' }[way]
      return `${verb} ${adverb(speed.join(' '))}`
    },
  ),
  way: table(['right', 'right up', 'up', 'left up', 'left', 'left down', 'down', 'right down'], way =>
    way.replace(' ', ' and '),
  ),
  start: table(['left', 'middle', 'right'], start =>
    start === 'middle' ? 'in the middle' : `on the ${start}`,
  ),
  height: table(['low', 'middle', 'high'], height => {
    return height === 'middle' ? 'halfway up' : height === 'low' ? 'near the bottom' : 'near the top'
  }),
  end: table(['inside', 'cut', 'right', 'bottom'], end => {
    if (end === 'inside') return 'stays in the picture'
    return end === 'cut' ? 'is half out of the picture at the end' : `leaves the picture at the ${end}`
  }),
  rod: table(['short', 'long'], rod => rod),
  swing: table(['gentle', 'wide'], swing => (swing === 'wide' ? 'widely' : 'gently')),
  side: table(['left', 'right'], side => side),
  times: table([0, 1, 2, 3, 4, 5, 6, 7], count =>
    count < 3
      ? ['never', 'once', 'twice'][count]
      : count < 7
        ? `${['three', 'four', 'five', 'six'][count - 3]} times`
        : 'many times',
  ),
} as const

function table<T>(values: readonly T[], say: (value: T) => string): ReadonlyMap<T, string> {
  return new Map(values.map(value => [value, say(value)]))
}

function adverb(speed: string): string {
  return speed === 'medium' ? 'at medium speed' : `${speed}ly`
}

/** Ways to say what happened where some attributes have the values that `fixed` says. */
export interface Production {
  /** Attributes by path that these wordings imply. */
  readonly fixed: Readonly<Record<string, string | number | boolean>>
  /** How many balls there are. */
  readonly balls: number
  readonly detailed: readonly string[]
  readonly short: readonly string[]
}

const ball = (i: number) => `a {bodies.${i}.size} {bodies.${i}.colour} ball`
const shortBall = (i: number) => `{bodies.${i}.colour|a} ball`

function listOf(parts: readonly string[]): string {
  return parts.length === 1 ? parts[0] : `${parts.slice(0, -1).join(', ')} and ${parts[parts.length - 1]}`
}

const uniform: Production[] = [
  {
    fixed: { law: 'uniform', 'bodies.0.speed': 'still' },
    balls: 1,
    detailed: [
      `${ball(0)} rests {start} {height} and {end}`,
      `${ball(0)} that stands still {start} {height} {end}`,
    ],
    short: [`${shortBall(0)} rests`, `${shortBall(0)} stands still`],
  },
  {
    fixed: { law: 'uniform' },
    balls: 1,
    detailed: [
      `${ball(0)} starts {start} {height}, moves {bodies.0.speed} to the right and {end}`,
      `{height} ${ball(0)} moves {bodies.0.speed} and evenly to the right from where it starts {start} and {end}`,
    ],
    short: [
      `${shortBall(0)} moves right`,
      `${shortBall(0)} moves to the right`,
      `${shortBall(0)} goes right evenly`,
    ],
  },
]

const parabola: Production[] = [
  {
    fixed: { law: 'parabola', 'bodies.0.speed': 'still' },
    balls: 1,
    detailed: [
      `${ball(0)} starts {start} {height}, falls straight down and {end}`,
      `${ball(0)} is let go {start} {height}, falls and {end}`,
    ],
    short: [`${shortBall(0)} falls down`, `${shortBall(0)} falls straight down`],
  },
  {
    fixed: { law: 'parabola' },
    balls: 1,
    detailed: [
      `${ball(0)} starts {start} {height}, is thrown {bodies.0.speed} to the right, falls in an arc and {end}`,
      `${ball(0)} that starts {start} {height} flies {bodies.0.speed} to the right, curves down and {end}`,
    ],
    short: [`${shortBall(0)} falls in an arc`, `${shortBall(0)} is thrown to the right`],
  },
]

const come = `${ball(0)} {bodies.0.speed|fromLeft} and ${ball(1)} {bodies.1.speed|fromRight}`
const collision: Production[] = [
  {
    fixed: { law: 'collision', meets: true },
    balls: 2,
    detailed: [
      `${come} collide head-on {place|start} {height}, then the {bodies.0.colour} ball {bodies.0.after} and the {bodies.1.colour} ball {bodies.1.after}`,
      `{height} ${come} hit each other {place|start}, the {bodies.0.colour} one {bodies.0.after} and the {bodies.1.colour} one {bodies.1.after}`,
    ],
    short: [`${shortBall(0)} and ${shortBall(1)} collide`, `${shortBall(0)} hits ${shortBall(1)}`],
  },
  {
    fixed: { law: 'collision', meets: false },
    balls: 2,
    detailed: [`${come} do not meet {height}`, `{height} ${come} stay apart`],
    short: [`${shortBall(0)} and ${shortBall(1)} do not meet`],
  },
]

const pendulum: Production[] = [
  {
    fixed: { law: 'pendulum' },
    balls: 1,
    detailed: [
      `${ball(0)} on a {rod} rod swings {swing} from the {side} and passes the lowest point {passes|times}`,
      `a pendulum with a {rod} rod and ${ball(0)} is let go on the {side}, swings {swing} and passes the lowest point {passes|times}`,
    ],
    short: [`${shortBall(0)} swings on a rod`, `a pendulum with ${shortBall(0)} swings`],
  },
]

/** Several balls, of which the first two named in `first` are the first to meet. */
function severalBalls(balls: number): Production[] {
  const indices = Array.from({ length: balls }, (_, i) => i)
  const all = listOf(indices.map(i => `${ball(i)} moving {bodies.${i}.speed} {bodies.${i}.way}`))
  const names = listOf(indices.map(shortBall))
  const [bounce, fly] = balls === 1 ? ['bounces', 'flies'] : ['bounce', 'fly']
  const short = [`${names} ${bounce} around`, `${names} ${fly} about between the walls`]
  const walls = 'hit the walls {wallHits|times}'
  return [
    {
      fixed: { law: 'balls', impacts: 0 },
      balls,
      detailed: [`${all} never meet and ${walls}`, `${all} miss one another and ${walls}`],
      short,
    },
    {
      fixed: { law: 'balls' },
      balls,
      detailed: [
        `${all} meet {impacts|times}, first the {first.0|colour} and the {first.1|colour} ball, and ${walls}`,
        `${all} bounce off one another {impacts|times}, the {first.0|colour} ball off the {first.1|colour} ball first, and ${walls}`,
      ],
      short,
    },
  ]
}

/** The grammar: the first production that fits is the one that speaks. */
export const productions: readonly Production[] = [
  ...uniform,
  ...collision,
  ...parabola,
  ...pendulum,
  ...[1, 2, 3, 4, 5, 6].flatMap(severalBalls),
]

const SLOT = /\{([\w.]+)(?:\|(\w+))?\}/g

/** The table of a slot: the one that it names, or that of the attribute's own name. */
function tableOf(path: string, name: string | undefined): ReadonlyMap<unknown, string> {
  return words[(name ?? path.split('.').pop()) as keyof typeof words]
}

/** Puts attributes (by path) in words. */
export function fillSlots(wording: string, attributeAt: (path: string) => unknown): string {
  return wording.replace(SLOT, (_, path: string, name: string | undefined) => {
    const word = tableOf(path, name).get(attributeAt(path))
    if (word === undefined) throw new RangeError(`the caption has no word for ${path} = ${attributeAt(path)}`)
    return word
  })
}

/** A wording as a pattern, and what its groups mean. */
export interface Pattern {
  readonly production: Production
  readonly expression: RegExp
  readonly slots: readonly { readonly path: string; readonly values: ReadonlyMap<string, unknown> }[]
}

function compilePattern(production: Production, wording: string): Pattern {
  const slots: { path: string; values: ReadonlyMap<string, unknown> }[] = []
  const source = wording.replace(SLOT, (_, path: string, name: string | undefined) => {
    const values = new Map([...tableOf(path, name)].map(([value, word]) => [word, value]))
    slots.push({ path, values })
    return `(${[...values.keys()].sort((a, b) => b.length - a.length).join('|')})`
  })
  return { production, slots, expression: new RegExp(`^${source}$`) }
}

let compiled: readonly Pattern[] | undefined

/** Every wording of the grammar as a pattern; compiled when captions are read for the first time. */
export function openPatterns(): readonly Pattern[] {
  compiled ??= productions.flatMap(production =>
    [...production.detailed, ...production.short].map(wording => compilePattern(production, wording)),
  )
  return compiled
}

/** Every word that captions of the plane use: the vocabulary of the text encoder. */
export const planeCaptionWords: readonly string[] = [
  ...new Set(
    [
      ...productions
        .flatMap(({ detailed, short }) => [...detailed, ...short])
        .map(text => text.replace(SLOT, ' ')),
      ...Object.values(words).flatMap(values => [...values.values()]),
    ].flatMap(text => text.match(/[a-z]+/g) ?? []),
  ),
].sort()
