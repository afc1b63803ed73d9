import { createRandom, type Random } from '../array/index.ts'
import { heldOutWords, type Request, type RequestBody, type RequestEvent } from '../words/index.ts'
import { floors, lights, skies } from '../world/index.ts'

// Prompts whose sentences and synonyms no training prompt has, with what they ask for.

/** A prompt and what it asks for. */
export interface AskedPrompt {
  readonly prompt: string
  readonly request: Request
}

/** Words by the concept they stand for. */
type Words = Readonly<Record<string, readonly string[]>>

const pick = <T>(random: Random, from: readonly T[]): T => from[random.integer(from.length)]

/** The plain words: those of the grammar itself. */
const plainWords: Readonly<Record<string, string>> = {
  'size:large': 'big',
  'size:small': 'small',
  'verb:rolls': 'roll',
  'verb:slides': 'slide',
  'verb:drops': 'fall',
  'verb:bounces': 'bounce',
  'verb:hits': 'hit',
  'verb:topples': 'fall over',
  'verb:spins': 'spin',
  'verb:rests': 'rest',
  'verb:stops': 'stop',
  'verb:leaves': 'leave the picture',
  'verb:enters': 'come into view',
  'way:left': 'to the left',
  'way:right': 'to the right',
  'way:towards': 'towards the camera',
  'way:away': 'away from the camera',
  'floor:plain': 'on a plain floor',
  'floor:checkered': 'on a checkered floor',
  'floor:wood': 'on a wooden floor',
  'floor:grass': 'on grass',
  'floor:asphalt': 'on wet asphalt',
  'floor:water': 'in shallow water',
  'light:noon': 'at noon',
  'light:sunset': 'at sunset',
  'light:night': 'at night',
  'sky:clear': 'under a clear sky',
  'sky:cloudy': 'under a cloudy sky',
  'camera:orbit': 'the camera orbits',
  'camera:pan': 'the camera pans',
  'camera:dolly in': 'the camera moves in',
  'camera:dolly out': 'the camera moves back',
}

/** Share of the things said for which a held-out word is taken, where there is one. */
const HELD_OUT = 0.6

function say(random: Random, words: Words, concept: string): string {
  const held = words[concept]
  const plain = plainWords[concept] ?? concept.slice(concept.indexOf(':') + 1)
  return held && random.uniform() < HELD_OUT ? pick(random, held) : plain
}

/** He does. */
export const third = (phrase: string) =>
  phrase.replace(/^\w+/, verb =>
    /(?:s|sh|ch|x|z|o)$/.test(verb) ? `${verb}es` : `${verb.replace(/([^aeiou])y$/, '$1ie')}s`,
  )
/** Doing. */
export const gerund = (phrase: string) =>
  phrase.replace(/^\w+/, verb => {
    if (/[^aeiou][aeiou][bdgmnpt]$/.test(verb) && verb.length < 5) return `${verb}${verb.at(-1)}ing`
    return /[^e]e$/.test(verb) ? `${verb.slice(0, -1)}ing` : `${verb}ing`
  })

const colours = ['red', 'orange', 'yellow', 'green', 'cyan', 'blue', 'purple', 'pink'] as const
const verbs = [
  'rolls',
  'slides',
  'drops',
  'bounces',
  'topples',
  'spins',
  'rests',
  'leaves',
  'enters',
] as const

function drawEvents(random: Random): RequestEvent[] {
  const verb = pick(random, [...verbs, 'rolls', 'slides', 'drops', 'bounces'] as const)
  if (verb !== 'rolls' && verb !== 'slides') return [{ verb }]
  return [
    {
      verb,
      ...(random.uniform() < 0.7 && {
        direction: pick(random, ['left', 'right', 'left', 'right', 'towards', 'away'] as const),
      }),
      ...(random.uniform() < 0.4 && { speed: pick(random, ['slowly', 'quickly'] as const) }),
    },
    ...(random.uniform() < 0.2 ? [{ verb: 'stops' as const }] : []),
  ]
}

function drawBody(random: Random, events: readonly RequestEvent[]): RequestBody {
  return {
    colour: pick(random, colours),
    ...(random.uniform() < 0.5 && { size: pick(random, ['large', 'small'] as const) }),
    ...(random.uniform() < 0.3 && { material: pick(random, ['matte', 'metal', 'glass'] as const) }),
    shape: pick(random, ['ball', 'cube', 'cylinder', 'cone'] as const),
    events,
  }
}

/** Draws one or two bodies of different colours and shapes, and some of what is around them. */
function drawAsked(random: Random): Request {
  const first = drawBody(random, drawEvents(random))
  const kind = random.uniform()
  let bodies: RequestBody[] = [first]
  if (kind > 0.6) {
    let other = drawBody(random, [])
    while (other.colour === first.colour || other.shape === first.shape) other = drawBody(random, [])
    bodies =
      kind > 0.8
        ? [{ ...first, events: [{ verb: 'hits', other: 1 }] }, other]
        : [first, { ...other, events: drawEvents(random) }]
  }
  return {
    bodies,
    ...(random.uniform() < 0.4 && { floor: pick(random, floors) }),
    ...(random.uniform() < 0.35 && { light: pick(random, lights) }),
    ...(random.uniform() < 0.2 && { sky: pick(random, skies) }),
    ...(random.uniform() < 0.15 && {
      camera: pick(random, [
        { move: 'orbit' },
        { move: 'pan' },
        { move: 'dolly', direction: 'in' },
        { move: 'dolly', direction: 'out' },
      ] as const),
    }),
  }
}

const article = (words: string) => (/^[aeiou]/.test(words) ? 'an' : 'a')

function sayPieces(random: Random, words: Words, { bodies, floor, light, sky, camera }: Request) {
  const looks = bodies.map(({ size, colour, material, shape }) => {
    const adjectives = [
      ...(size ? [say(random, words, `size:${size}`)] : []),
      ...(colour ? [say(random, words, `colour:${colour}`)] : []),
      ...(material ? [say(random, words, `material:${material}`)] : []),
    ]
    return { adjectives, noun: say(random, words, `shape:${shape}`) }
  })
  const acts = bodies.map(({ events }) =>
    events.map(({ verb, direction, speed }) => ({
      verb: say(random, words, `verb:${verb}`),
      tail: [
        ...(speed ? [say(random, words, `speed:${speed}`)] : []),
        ...(direction ? [say(random, words, `way:${direction}`)] : []),
      ].join(' '),
    })),
  )
  const around = [
    ...(floor ? [say(random, words, `floor:${floor}`)] : []),
    ...(light ? [say(random, words, `light:${light}`)] : []),
    ...(sky ? [say(random, words, `sky:${sky}`)] : []),
  ]
  const shot =
    camera &&
    say(
      random,
      words,
      `camera:${camera.move}${'direction' in camera && camera.direction ? ` ${camera.direction}` : ''}`,
    )
  return { looks, acts, around, shot }
}

/** The pieces of a prompt, each in words. */
export type Pieces = ReturnType<typeof sayPieces>
/** A body with its looks. */
export const thing = ({ looks }: Pieces, i: number) => [...looks[i].adjectives, looks[i].noun].join(' ')
/** With its article. */
export const a = (words: string) => `${article(words)} ${words}`
/** What a body does, with `form` applied to its verbs. */
export const told = (pieces: Pieces, i: number, form: (verb: string) => string, and = ' and afterwards ') =>
  pieces.acts[i].map(({ verb, tail }) => `${form(verb)} ${tail}`.trim()).join(and)
/** What is around, and the camera, with `between` before each. */
export const last = (pieces: Pieces, between: string) =>
  [...pieces.around, ...(pieces.shot ? [pieces.shot] : [])].map(part => between + part).join('')
/** What the second body is told with: that it is hit, what it does, or nothing. */
export const rest = (pieces: Pieces, hits: boolean, form: (verb: string) => string, join: string) =>
  pieces.looks.length < 2
    ? ''
    : hits
      ? ` ${a(thing(pieces, 1))}`
      : `${join}${a(thing(pieces, 1))} ${told(pieces, 1, form)}`

/** A sentence of pieces; `hits` when the second body is hit by the first. */
export type Sentence = (pieces: Pieces, hits: boolean) => string

/** The sentences of the evaluation; none of them is how training prompts are built. */
const sentences: readonly Sentence[] = [
  (p, hits) =>
    `Picture this: ${a(thing(p, 0))} that ${told(p, 0, third)}${rest(p, hits, third, ', whereas ')}${last(p, ', ')}!`,
  (p, hits) =>
    `${p.around.join(', ')}${p.around.length > 0 ? ': ' : ''}watch how ${a(thing(p, 0))} ${told(p, 0, third)}${rest(p, hits, third, ' and how ')}${p.shot ? ` — ${p.shot}` : ''}`,
  (p, hits) =>
    `I would love a short movie where ${a(thing(p, 0))} ${told(p, 0, third)}${rest(p, hits, third, ' and at the same time ')}${last(p, ' ')}, thanks`,
  (p, hits) =>
    `scene: ${p.looks[0].noun} (${p.looks[0].adjectives.join(', ')}) ${told(p, 0, gerund, ', finally ')}${rest(p, hits, gerund, ' / ')}${last(p, ' / ')}`,
  (p, hits) =>
    `${a(thing(p, 0))} starts to ${told(p, 0, verb => verb, ' and to ')}${rest(p, hits, third, ', meanwhile ')}${last(p, ' ')}`,
  (p, hits) =>
    `Once there was ${a(thing(p, 0))}. It ${told(p, 0, third)}${rest(p, hits, third, '. Moreover ')}${last(p, ' ')}.`,
  (p, hits) =>
    `The main character is ${a(thing(p, 0))}, and it ${told(p, 0, third, ' until it ')}${rest(p, hits, third, '; elsewhere ')}${last(p, ', ')}`,
  (p, hits) =>
    `${thing(p, 0)} ${gerund(p.acts[0][0].verb)} ${p.acts[0][0].tail}${p.acts[0]
      .slice(1)
      .map(({ verb }) => ` ending up ${gerund(verb)}`)
      .join('')}${rest(p, hits, gerund, ' plus ')}${last(p, ' ')}`,
  (p, hits) =>
    `Could we get ${a(thing(p, 0))} to ${told(p, 0, verb => verb)}${rest(p, hits, third, ' as long as ')}${last(p, ' ')}?`,
  (p, hits) =>
    `${p.around.slice(0, 1).join('')}${p.around.length > 0 ? ' ' : ''}you see ${a(thing(p, 0))} which ${told(p, 0, third)}${rest(p, hits, third, ', besides ')}${[...p.around.slice(1), ...(p.shot ? [p.shot] : [])].map(part => `, ${part}`).join('')}`,
]

/** One slip of the fingers in a long word of one prompt in ten. */
function slip(random: Random, prompt: string): string {
  if (random.uniform() > 0.1) return prompt
  const words = [...prompt.matchAll(/[a-z]{5,}/g)]
  if (words.length === 0) return prompt
  const { index, 0: word } = pick(random, words)
  const at = index + 1 + random.integer(word.length - 2)
  return prompt.slice(0, at) + prompt[at + 1] + prompt[at] + prompt.slice(at + 2)
}

/** Draws English prompts in some words and sentences. The same seed gives the same ones. */
export function drawPromptsOf(
  count: number,
  seed: number,
  words: Words,
  sentences: readonly Sentence[],
): AskedPrompt[] {
  return Array.from({ length: count }, (_, i) => {
    const random = createRandom(seed * 100_003 + i)
    const request = drawAsked(random)
    const hits = request.bodies[0].events.some(({ verb }) => verb === 'hits')
    const prompt = pick(random, sentences)(sayPieces(random, words, request), hits)
    return { prompt: slip(random, prompt), request }
  })
}

/** Draws English prompts. */
export const drawAskedPrompts = (count: number, seed: number): AskedPrompt[] =>
  drawPromptsOf(count, seed, heldOutWords, sentences)

/** Chinese words of the evaluation, by concept: none is in the expander's lexicon. */
const chinese: Readonly<Record<string, readonly string[]>> = {
  'colour:red': ['朱红色', '赤红'],
  'colour:orange': ['橘红色', '橙黄色'],
  'colour:yellow': ['鹅黄色', '亮黄色'],
  'colour:green': ['墨绿色', '嫩绿'],
  'colour:cyan': ['天青色'],
  'colour:blue': ['湛蓝', '海蓝色'],
  'colour:purple': ['紫红色', '浅紫色'],
  'colour:pink': ['浅粉色', '嫩粉'],
  'size:large': ['特大', '超大'],
  'size:small': ['小小的', '极小'],
  'shape:ball': ['圆圆的球', '球儿'],
  'shape:cube': ['正方块', '方盒子'],
  'shape:cylinder': ['圆柱形物体', '圆柱状物'],
  'shape:cone': ['圆锥形', '尖锥'],
  'verb:rolls': ['滚来滚去', '滚过去'],
  'verb:slides': ['滑过去', '滑了过去'],
  'verb:drops': ['掉下来', '往下落'],
  'verb:bounces': ['弹了起来', '蹦蹦跳跳'],
  'verb:topples': ['倒下来', '倒下去'],
  'verb:spins': ['转来转去', '转个不停'],
  'verb:rests': ['静静不动', '静静地待着'],
  'way:left': ['往左侧', '朝左边'],
  'way:right': ['往右侧', '朝右边'],
  'floor:grass': ['绿草地上', '青草上'],
  'floor:wood': ['木质地板上'],
  'floor:water': ['浅浅的水里'],
  'floor:asphalt': ['湿的柏油马路上'],
  'floor:checkered': ['格子地砖上'],
  'floor:plain': ['灰色的地面上'],
  'light:noon': ['大中午'],
  'light:sunset': ['太阳落山时', '日落时分'],
  'light:night': ['大晚上', '半夜里'],
}

/** Where, when and what: the pieces of a Chinese prompt, '' for what is not said. */
export interface ChinesePieces {
  readonly looks: string
  readonly act: string
  readonly place: string
  readonly time: string
}

const chineseSentences = [
  ({ looks, act, place, time }: ChinesePieces) =>
    `帮我做个短片：${time}${place ? `，${place}` : ''}有${looks}${act}`,
  ({ looks, act, place, time }: ChinesePieces) =>
    `${looks}${act}${place ? `，地点是${place}` : ''}${time ? `，时间是${time}` : ''}`,
  ({ looks, act, place, time }: ChinesePieces) =>
    `能不能看到${time}一个${looks}${place ? `在${place}` : ''}${act}？`,
]

/** Draws Chinese prompts in some words and sentences. */
export function drawChineseOf(
  count: number,
  seed: number,
  words: Words,
  sentences: readonly ((pieces: ChinesePieces) => string)[],
): AskedPrompt[] {
  return Array.from({ length: count }, (_, i) => {
    const random = createRandom(seed * 100_003 + 50_000 + i)
    const said = (concept: string) => pick(random, words[concept])
    const verb = pick(random, ['rolls', 'slides', 'drops', 'bounces', 'topples', 'spins', 'rests'] as const)
    const direction =
      verb === 'rolls' || verb === 'slides' ? pick(random, ['left', 'right'] as const) : undefined
    const body = drawBody(random, [{ verb, ...(direction && { direction }) }])
    const { colour, size, shape } = body
    const floor = random.uniform() < 0.5 ? pick(random, floors) : undefined
    const light = random.uniform() < 0.5 ? pick(random, lights) : undefined
    const looks = `${size ? said(`size:${size}`) : ''}${said(`colour:${colour}`)}的${said(`shape:${shape}`)}`
    const act = `${direction ? said(`way:${direction}`) : ''}${said(`verb:${verb}`)}`
    const [place, time] = [floor ? said(`floor:${floor}`) : '', light ? said(`light:${light}`) : '']
    const prompt = pick(random, sentences)({ looks, act, place, time })
    const { material: _unsaid, ...told } = body
    return { prompt, request: { bodies: [told], ...(floor && { floor }), ...(light && { light }) } }
  })
}

/** Draws Chinese prompts of words and sentences that no training prompt has. */
export const drawChinesePrompts = (count: number, seed: number): AskedPrompt[] =>
  drawChineseOf(count, seed, chinese, chineseSentences)
