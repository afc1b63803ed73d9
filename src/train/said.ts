import { type Random, sizeOf, type Tensor } from '../array/index.ts'
import { type TextConfig, tokenize } from '../model/index.ts'
import {
  type Attributes,
  colours,
  findAttributes,
  floors,
  lights,
  mainAction,
  materials,
  shapes,
  sizes,
  skies,
  writeCaptions,
} from '../world/index.ts'

// Shapes: C captions, S text tokens.

/** Bodies of a caption that its pooled text must tell of. */
const TOLD_BODIES = 3

/** What a caption says, each as one line: `grass`, `1 ball`. The bodies are numbered in the order of the caption. */
function linesOf({ bodies, floor, light, sky }: Attributes): (string | undefined)[] {
  const ofBodies = bodies.slice(0, TOLD_BODIES).flatMap((body, i) => {
    const meets = body.events.some(event => 'other' in event) && 'meets'
    const said = [body.colour, body.shape, body.size, body.material, mainAction(body), meets]
    return said.map(word => word && `${i} ${word}`) as (string | undefined)[]
  })
  return [floor, light, sky, ...ofBodies]
}

const actions = ['left', 'right', 'towards', 'away', 'bounce', 'topple', 'spin', 'still', 'meets']
const ofBody = [colours, sizes, materials].flatMap(Object.keys).concat(shapes, actions)
const lines: readonly string[] = [
  ...floors,
  ...lights,
  ...skies,
  ...Array.from({ length: TOLD_BODIES }, (_, i) => ofBody.map(word => `${i} ${word}`)).flat(),
]

/** What the pooled text of a caption must tell: the place, and of its first bodies how each looks and what it mostly does. */
export const SAID_FEATURES = lines.length

/** Captions and what they say: every caption that the grammar knows is told anew, in other words each time, a third of them shortly. */
export function drawSaid(
  random: Random,
  attributes: readonly Attributes[],
  count: number,
  config: TextConfig,
): Record<'captions' | 'said', Tensor> {
  const captions = { shape: [count, config.length], data: new Int32Array(count * config.length) }
  const said = { shape: [count, SAID_FEATURES], data: new Float32Array(sizeOf([count, SAID_FEATURES])) }
  for (let c = 0; c < count && attributes.length > 0; c++) {
    const told = attributes[random.integer(attributes.length)]
    const { caption, shortCaption } = writeCaptions(told, random.integer(2 ** 31))
    const isShort = random.uniform() < 1 / 3
    captions.data.set(tokenize(isShort ? shortCaption : caption, config).ids, c * config.length)
    for (const line of linesOf((isShort && findAttributes(shortCaption)) || told)) {
      if (line !== undefined) said.data[c * SAID_FEATURES + lines.indexOf(line)] = 1
    }
  }
  return { captions, said }
}
