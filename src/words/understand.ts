import { concepts } from './concepts.ts'
import { type Counted, isWorldShape, readCounts, readNumber } from './phrases.ts'
import { cameraOf, type Request, type RequestBody, type RequestEvent, type Slot } from './request.ts'
import {
  GUESSED,
  guessOwn,
  hearLooks,
  PERHAPS,
  readLabels,
  readSure,
  type Said,
  sumOf,
  type Tags,
  TOLD,
  vote,
  voteColour,
  type Word,
} from './said.ts'

// From what a tagger says of every word to what a prompt asks for. Each word counts for what it most probably says;
// several words that say different things of one body are settled by their probabilities.

/** A request, and by which word each of its bodies is named. */
export interface Understood {
  readonly request: Request
  readonly named: readonly (number | undefined)[]
  /** How many bodies the prompt tells of; more than the request has where not all can be shown. */
  readonly stated: number
}

const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0)

/** Words that name one body; the last of the first ones stands for it. */
interface Named {
  readonly at: number
  readonly said: Said[]
}

/** Gathers the words that name the same body. */
function gatherBodies(nouns: readonly Said[], { first }: Tags): Named[] {
  const places = nouns.map(({ at }) => at)
  const next = (at: number) =>
    places.reduce((best, place) => (first[at][place] > first[at][best] ? place : best), at)
  const rootOf = (at: number) => {
    let place = at
    for (let steps = 0; steps < 4 && next(place) !== place; steps++) place = next(place)
    return place
  }
  const bodies: Named[] = []
  for (const noun of nouns) {
    const at = rootOf(noun.at)
    const known = bodies.find(body => body.at === at)
    if (known) known.said.push(noun)
    else bodies.push({ at, said: [noun] })
  }
  return bodies.sort((a, b) => a.at - b.at)
}

/** Whether a body is a thing of which nothing is said, by a word that hardly names one: "my idea". */
function isIdle({ at, said }: Named, others: readonly Said[], { first, second }: Tags): boolean {
  const isThing = said.every(({ values }) =>
    ['any', 'other'].includes(vote([{ at, slot: 'shape', values }]) ?? ''),
  )
  const isSpoken = others.some(other => first[other.at][at] > 0.3 || second[other.at][at] > 0.3)
  return isThing && !isSpoken && said.every(({ values }) => sumOf(values) < 0.8)
}

/** Which of some groups of places a pointer means, and with what probability. */
function choose(row: Float32Array, groups: readonly (readonly number[])[]): { group: number; share: number } {
  const shares = groups.map(places => places.reduce((sum, place) => sum + row[place], 0))
  const group = shares.reduce((best, share, i) => (share > shares[best] ? i : best), 0)
  return { group, share: shares[group] ?? 0 }
}

/** Verbs said in one breath, such as "come to rest": what one body does. */
interface Act {
  readonly body: number
  readonly said: Said[]
}

/** Words that may stand inside a verb of several words. */
const inside = new Set(['to', 'into', 'in', 'out', 'of', 'the', 'a', 'over', 'off', 'up', 'down'])

function gatherActs(
  verbs: readonly Said[],
  bodies: readonly Named[],
  tags: Tags,
  words: readonly Word[],
): Act[] {
  const groups = bodies.map(({ said }) => said.map(({ at }) => at))
  const acts: Act[] = []
  for (const verb of verbs) {
    const body = bodies.length === 0 ? 0 : choose(tags.first[verb.at], groups).group
    const before = acts.at(-1)
    const from = before?.said.at(-1)?.at ?? 0
    const isSame = before?.body === body && vote(before.said) === vote([verb])
    const isNear = words.slice(from + 1, verb.at).every(({ word }) => inside.has(word)) && verb.at - from < 4
    if (before?.body === body && (isSame || isNear)) before.said.push(verb)
    else acts.push({ body, said: [verb] })
  }
  return acts
}

/** How much likelier than the other way of going one must be to be told where words say no more than that a body moves. */
const LIKELIER = 1.5

/** What an act is. Where it is said no more than that a body moves, words may still be nearer to rolling or to sliding. */
function tellVerb(said: readonly Said[]): RequestEvent['verb'] {
  const asked = vote(said) as RequestEvent['verb']
  if (asked !== 'moves') return asked
  const [rolls, slides] = ['rolls', 'slides'].map(verb =>
    said.reduce((sum, { values }) => sum + (values.get(verb) ?? 0), 0),
  )
  if (Math.max(rolls, slides) < GUESSED) return asked
  return rolls > LIKELIER * slides ? 'rolls' : slides > LIKELIER * rolls ? 'slides' : asked
}

const needsOther = new Set(['hits', 'passes', 'hides'])

/** What an act is done to, or beside: another body, or none. */
function otherOf({ body, said }: Act, bodies: readonly Named[], tags: Tags): number | undefined {
  if (bodies.length < 2) return undefined
  const groups = bodies.map(({ said: names }, i) => (i === body ? [] : names.map(({ at }) => at)))
  const [{ at }] = said
  const { group, share } = choose(tags.second[at], groups)
  return share > tags.second[at][at] ? group : undefined
}

/** What a detail is of: an act, or a word that no act was seen in, as its place. */
function ownerOf(
  { at }: Said,
  groups: readonly (readonly number[])[],
  { first }: Tags,
): number | { at: number } {
  const { group, share } = choose(first[at], groups)
  const place = first[at].reduce((best, probability, i) => (probability > first[at][best] ? i : best), 0)
  return groups.length === 0 || first[at][place] > 2 * share ? { at: place } : group
}

/** What details say of an act. */
function tellDetails(said: readonly Said[]): Pick<RequestEvent, 'direction' | 'speed' | 'times'> {
  const of = (slot: Slot) => vote(said.filter(detail => detail.slot === slot))
  const [way, speed, times] = [of('way'), of('speed'), of('times')]
  return {
    ...(way && { direction: way as RequestEvent['direction'] }),
    ...(speed && { speed: speed as RequestEvent['speed'] }),
    ...(times && { times: Number(times) }),
  }
}

/** The events of every body. Details of a word that is no verb of those known are those of something that moves. */
function readEvents(
  acts: readonly Act[],
  details: readonly Said[],
  bodies: readonly Named[],
  tags: Tags,
): RequestEvent[][] {
  const groups = acts.map(({ said }) => said.map(({ at }) => at))
  const places = bodies.map(({ said }) => said.map(({ at }) => at))
  const own = acts.map(() => [] as Said[])
  const loose = bodies.map(() => [] as Said[])
  for (const detail of details) {
    const owner = ownerOf(detail, groups, tags)
    if (typeof owner === 'number') own[owner].push(detail)
    else loose[choose(tags.first[owner.at], places).group]?.push(detail)
  }
  const events = bodies.map(() => [] as RequestEvent[])
  for (const [i, act] of acts.entries()) {
    const asked = tellVerb(act.said)
    const other = otherOf(act, bodies, tags)
    // What hides behind nothing that is named is gone.
    const verb = asked === 'hides' && other === undefined ? 'leaves' : asked
    const told = {
      ...{ verb, ...tellDetails(own[i]) },
      ...(other !== undefined && needsOther.has(verb) && { other }),
      ...(other !== undefined && verb === 'rests' && { beside: other }),
    }
    const list = events[act.body]
    const same = list.findIndex(event => event.verb === verb)
    if (same >= 0) list[same] = { ...list[same], ...told }
    else list.push(told)
  }
  for (const [body, said] of loose.entries()) {
    const told = tellDetails(said)
    const going = events[body].findIndex(
      ({ verb }) => verb === 'rolls' || verb === 'slides' || verb === 'moves',
    )
    if (said.length === 0) continue
    if (going >= 0) events[body][going] = { ...told, ...events[body][going] }
    else events[body].unshift({ verb: 'moves', ...told })
  }
  return events
}

/**
 * How many there are of each body: what a number before it says goes before what the tagger hears.
 * @param lost bodies that are named, but too many
 */
function countBodies(
  named: readonly Named[],
  lost: readonly Named[],
  counts: readonly Said[][],
  words: readonly Word[],
) {
  const told = readCounts(words)
  const isOf = ({ said }: Named, { noun, end }: Counted) => said.some(({ at }) => at >= noun && at < end)
  const numberOf = (body: Named) => told.find(phrase => isOf(body, phrase))?.number
  const stated = named.map((body, i) => {
    const heard = counts[i].flatMap(({ at }) => readNumber(words, at)?.value ?? [])[0] ?? vote(counts[i])
    return numberOf(body) ?? Number(heard ?? 1)
  })
  const isUnheard = (phrase: Counted) =>
    isWorldShape(phrase) && ![...named, ...lost].some(body => isOf(body, phrase))
  const unseen = [
    ...lost.map(body => numberOf(body) ?? 1),
    ...told.filter(isUnheard).map(({ number }) => number),
  ]
  const shown = stated.map(number => Math.min(4, number))
  // Of no more than four in all, the kinds of which there are most lose first.
  while (sum(shown) > 4) shown[shown.indexOf(Math.max(...shown))]--
  return { stated: sum([...stated, ...unseen]), shown }
}

/** A body that there are several of is told as often as it is there. */
function multiply(
  bodies: readonly RequestBody[],
  counts: readonly number[],
): { bodies: RequestBody[]; from: number[] } {
  const from = bodies.flatMap((_, i) => Array.from({ length: counts[i] }, () => i))
  const place = (body: number | undefined) => (body === undefined ? undefined : from.indexOf(body))
  const copies = from.map((body): RequestBody => {
    const events = bodies[body].events.map(event => {
      const [other, beside] = [place(event.other), place(event.beside)]
      const { other: _other, beside: _beside, ...rest } = event
      return {
        ...rest,
        ...(other !== undefined && other >= 0 && { other }),
        ...(beside !== undefined && beside >= 0 && { beside }),
      }
    })
    return { ...bodies[body], events }
  })
  return { bodies: copies, from }
}

/** The shape that a body is named by. A cat is a thing too, but no thing in general. */
function tellShape({ at, said }: Named, words: readonly Word[]): RequestBody['shape'] {
  const shape = (vote(said) ?? 'any') as RequestBody['shape']
  const { kind, evidence } = words[at] ?? {}
  const isSomething = (evidence?.get(concepts.indexOf('shape:any')) ?? 0) < TOLD
  if (shape !== 'any') return shape
  if (kind && kind !== 'x' && isSomething) return 'other'
  return (guessOwn(said, words, 'shape') ?? shape) as RequestBody['shape']
}

/** Makes a request of what a tagger says of words. */
export function understand(words: readonly Word[], tags: Tags): Understood {
  const { said: heard, hinted, open } = readLabels(tags)
  const tagged = hearLooks(words.slice(0, tags.labels.length), heard)
  const said = [...tagged, ...readSure(words, tags, tagged)]
  const of = (...slots: Slot[]) => said.filter(({ slot }) => slots.includes(slot))
  const looks = of('colour', 'size', 'material', 'count')
  let named = gatherBodies(of('shape'), tags)
  named = named.filter(body => named.length === 1 || !isIdle(body, [...looks, ...of('verb')], tags))
  const lost = named.splice(4)
  // Looks and deeds of nothing that is named are those of something.
  if (named.length === 0 && looks.length + of('verb', 'way').length > 0) named = [{ at: -1, said: [] }]
  const groups = named.map(body => body.said.map(({ at }) => at))
  const owners = new Map(looks.map(look => [look, choose(tags.first[look.at], groups).group]))
  const acts = gatherActs(of('verb'), named, tags, words)
  // A body of which no verb is sure does what a word may perhaps say.
  const perhaps = hinted.filter(({ slot, values }) => slot === 'verb' && sumOf(values) > PERHAPS)
  const guesses = gatherActs(perhaps, named, tags, words).filter(({ body }) => {
    return !acts.some(act => act.body === body)
  })
  const events = readEvents([...acts, ...guesses], of('way', 'speed', 'times'), named, tags)
  const bodies = named.map((body, i): RequestBody => {
    const of = (slot: Slot) => looks.filter(one => one.slot === slot && owners.get(one) === i)
    const isOwn = ({ at, slot }: Said) =>
      slot === 'colour' && choose(tags.first[at], groups).group === i && !groups.flat().includes(at)
    const own = [...looks.filter(look => owners.get(look) === i), ...body.said]
    const colour = voteColour(of('colour')) ?? vote(hinted.filter(isOwn)) ?? guessOwn(own, words, 'colour')
    const [size, material] = [vote(of('size')), vote(of('material'))]
    return {
      ...(colour && { colour: colour as RequestBody['colour'] }),
      ...(size && { size: size as RequestBody['size'] }),
      ...(material && { material: material as RequestBody['material'] }),
      shape: tellShape(body, words),
      events: events[i],
    }
  })
  const counts = named.map((_, i) => looks.filter(one => one.slot === 'count' && owners.get(one) === i))
  const { stated, shown } = countBodies(named, lost, counts, words)
  const { bodies: all, from } = multiply(bodies, shown)
  const [floor, light, sky, camera] = (['floor', 'light', 'sky', 'camera'] as const).map(slot =>
    vote(of(slot)),
  )
  const request = {
    bodies: all,
    ...(floor && { floor }),
    ...(light && { light }),
    ...(sky && { sky }),
    ...(camera && { camera: cameraOf(camera) }),
    ...(open.size > 0 && { open: [...open] }),
  } as Request
  return { request, named: from.map(body => (named[body].at < 0 ? undefined : named[body].at)), stated }
}
