import type { Kind } from './concepts.ts'
import { concepts } from './concepts.ts'
import { type Hue, nearestColour } from './hue.ts'
import { isHan, type PromptWord } from './reader.ts'
import type { Request, RequestBody } from './request.ts'

// What the worlds do not have is played by the nearest thing that they have, and that is said.

/** How each kind of thing is played: living ones roll about, grown ones stand tall, built ones have corners. */
const roles: Readonly<Record<Kind, Pick<RequestBody, 'shape' | 'size' | 'colour'>>> = {
  a: { shape: 'ball', size: 'small', colour: 'orange' },
  p: { shape: 'cylinder', size: 'large', colour: 'pink' },
  l: { shape: 'cone', size: 'large', colour: 'green' },
  f: { shape: 'ball', size: 'small', colour: 'red' },
  b: { shape: 'ball', size: 'small', colour: 'pink' },
  t: { shape: 'cube', size: 'large', colour: 'blue' },
  n: { shape: 'cone', size: 'large', colour: 'yellow' },
  w: { shape: 'cube', size: 'large', colour: 'yellow' },
  x: { shape: 'ball', size: 'large', colour: 'purple' },
}

/** The colour that a thing has by itself, such as that of a lemon. */
function ownColour({ evidence }: PromptWord): Hue | undefined {
  const likely = [...evidence].filter(([, share]) => share > 0.5).map(([concept]) => concepts[concept])
  return likely.find(name => name.startsWith('colour:'))?.slice('colour:'.length) as Hue | undefined
}

const plural = (noun: string) => `${noun.replace(/([^aeiou])y$/, '$1ie').replace(/(s|x|ch|sh)$/, '$1e')}s`

const chineseNames: Readonly<Record<string, string>> = {
  ball: '球',
  cube: '方块',
  cylinder: '圆柱',
  cone: '圆锥',
  large: '大',
  small: '小',
  red: '红色',
  orange: '橙色',
  yellow: '黄色',
  green: '绿色',
  cyan: '青色',
  blue: '蓝色',
  purple: '紫色',
  pink: '粉色',
  white: '白色',
  black: '黑色',
  grey: '灰色',
  brown: '棕色',
}

function sayStandIn(body: RequestBody, thing: PromptWord | undefined): string {
  const looks = [body.size!, body.colour!, body.shape]
  if (thing && isHan(thing.word)) {
    return `还没有${thing.begins?.word ?? thing.word}：由一个${looks.map(look => chineseNames[look] ?? '').join('')}来扮演`
  }
  const noun = thing ? plural(thing.lemma ?? thing.word) : 'such things'
  const article = /^[aeiou]/.test(looks[0]) ? 'an' : 'a'
  return `no ${noun} yet: ${article} ${looks.join(' ')} plays its part`
}

/**
 * Replaces what the worlds do not have, and says so in one line each.
 * @param named by which word each body is named
 */
export function playParts(
  request: Request,
  words: readonly PromptWord[],
  named: readonly (number | undefined)[],
): { readonly request: Request; readonly notes: readonly string[] } {
  const notes: string[] = []
  const isChinese = words.some(({ word }) => isHan(word))
  const bodies = request.bodies.map((body, i): RequestBody => {
    let played = body
    if (body.shape === 'other') {
      const thing = words[named[i] ?? -1]
      const role = roles[thing?.kind ?? 'x']
      const colour = body.colour ?? (thing && ownColour(thing)) ?? role.colour!
      played = { ...body, shape: role.shape, size: body.size ?? role.size, colour: nearestColour(colour) }
      notes.push(sayStandIn(played, thing))
    }
    const { colour } = body
    if (!colour || nearestColour(colour) === colour) return played
    const instead = nearestColour(colour)
    notes.push(
      isChinese
        ? `还没有${chineseNames[colour]}：用${chineseNames[instead]}代替`
        : `no ${colour} yet: ${instead} instead`,
    )
    return { ...played, colour: instead }
  })
  return { request: { ...request, bodies }, notes: [...new Set(notes)] }
}
