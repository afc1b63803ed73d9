import type { Attributes, Event, ShapeName, Size } from '../world/index.ts'
import { floors, lights, type Material, skies } from '../world/index.ts'
import { type Hue, hues } from './hue.ts'

// What a prompt asks for, and the labels of words that say it. What the prompt does not say is left out.

/** A shape of the worlds, one that is not said, or a thing that the worlds do not have. */
export type RequestShape = ShapeName | 'any' | 'other'

/** Something a body shall do; `moves` says no more than that. `other` and `beside` are numbers of bodies from 0. */
export interface RequestEvent {
  readonly verb: Event['verb'] | 'moves'
  readonly direction?: 'left' | 'right' | 'towards' | 'away'
  readonly speed?: 'slowly' | 'quickly'
  readonly times?: number
  readonly other?: number
  readonly beside?: number
}

/** A body as a prompt asks for it. */
export interface RequestBody {
  readonly colour?: Hue
  readonly size?: Size
  readonly material?: Material
  readonly shape: RequestShape
  readonly events: readonly RequestEvent[]
}

/** All that a prompt asks for. */
export interface Request {
  readonly bodies: readonly RequestBody[]
  readonly floor?: Attributes['floor']
  readonly light?: Attributes['light']
  readonly sky?: Attributes['sky']
  readonly camera?: Attributes['camera']
  /** Of what the prompt seems to say something that was not understood: it is not invented either. */
  readonly open?: readonly Slot[]
}

/** What bodies do in requests. */
const requestVerbs = [
  ...([
    'rests',
    'rolls',
    'slides',
    'moves',
    'pushed',
    'bounces',
    'hits',
    'passes',
    'hides',
    'drops',
  ] as const),
  ...(['topples', 'spins', 'stops', 'splashes', 'enters', 'leaves'] as const),
]

/** Camera moves as one name each. */
const cameraNames = [
  ...(['still', 'orbit', 'orbit left', 'orbit right', 'pan', 'pan left', 'pan right'] as const),
  ...(['dolly in', 'dolly out'] as const),
]

/** What a word of a prompt can say, by what it is said of; `count` is how many alike there are. */
const slots = {
  shape: ['ball', 'cube', 'cylinder', 'cone', 'any', 'other'],
  colour: hues,
  size: ['large', 'small'],
  material: ['matte', 'metal', 'glass'],
  count: ['2', '3', '4'],
  verb: requestVerbs,
  way: ['left', 'right', 'towards', 'away'],
  speed: ['slowly', 'quickly'],
  times: ['1', '2', '3', '4'],
  floor: floors,
  light: lights,
  sky: skies,
  camera: cameraNames,
} as const satisfies Readonly<Record<string, readonly string[]>>

/** A kind of thing that words say. */
export type Slot = keyof typeof slots

/** Labels of words: number 0 says nothing, the others a value of a slot, such as `colour:red`. */
export const labels: readonly string[] = [
  'nothing',
  ...Object.entries(slots).flatMap(([slot, values]) => values.map(value => `${slot}:${value}`)),
]

/** The slot and the value of each label; the first says nothing and has neither. */
export const labelParts: readonly { readonly slot: Slot; readonly value: string }[] = labels.map(label => {
  const [slot, value = ''] = label.split(':')
  return { slot: slot as Slot, value }
})

/** The name of a camera's move. */
export const cameraName = ({ move, direction }: NonNullable<Attributes['camera']>): string =>
  direction ? `${move} ${direction}` : move

/** A camera's move by its name. */
export function cameraOf(name: string): NonNullable<Attributes['camera']> {
  const [move, direction] = name.split(' ')
  return { move, ...(direction && { direction }) } as NonNullable<Attributes['camera']>
}
