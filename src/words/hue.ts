/** The hues that colours are sorted into: those of the worlds, and four that the worlds do not have. */
export const hues = [
  ...(['red', 'orange', 'yellow', 'green', 'cyan', 'blue', 'purple', 'pink'] as const),
  ...(['white', 'black', 'grey', 'brown'] as const),
] as const
/** A hue's name. */
export type Hue = (typeof hues)[number]

/** Where each hue ends, in degrees around the colour circle. */
const ends: readonly (readonly [number, Hue])[] = [
  [14, 'red'],
  [42, 'orange'],
  [68, 'yellow'],
  [160, 'green'],
  [200, 'cyan'],
  [257, 'blue'],
  [305, 'purple'],
  [345, 'pink'],
  [360, 'red'],
]

/** The hue of a colour in sRGB, 0 to 255 each. */
export function nearestHue(red: number, green: number, blue: number): Hue {
  const [r, g, b] = [red / 255, green / 255, blue / 255]
  const [most, least] = [Math.max(r, g, b), Math.min(r, g, b)]
  const chroma = most - least
  if (most < 0.16) return 'black'
  if (chroma < 0.09 || chroma / most < 0.14) return most > 0.88 ? 'white' : most < 0.25 ? 'black' : 'grey'
  const sector =
    most === r ? ((g - b) / chroma + 6) % 6 : most === g ? (b - r) / chroma + 2 : (r - g) / chroma + 4
  const degrees = sector * 60
  const hue = ends.find(([end]) => degrees < end)?.[1] ?? 'red'
  if (hue === 'red' && most > 0.8 && least > 0.45) return 'pink'
  if (hue === 'orange' && most < 0.68) return 'brown'
  return hue
}

/** What stands in for hues that the worlds do not have: the nearest by eye (brown is dark orange, the rest is pale or dark). */
const standIns = { white: 'cyan', black: 'purple', grey: 'blue', brown: 'orange' } as const

/** The colour of the worlds that comes nearest to a hue. */
export function nearestColour(hue: Hue): Exclude<Hue, keyof typeof standIns> {
  return hue in standIns
    ? standIns[hue as keyof typeof standIns]
    : (hue as Exclude<Hue, keyof typeof standIns>)
}
