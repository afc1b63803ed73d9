/** The hues that colours are sorted into: those of the worlds, and four that the worlds do not have. */
export const hues = [
  ...(['red', 'orange', 'yellow', 'green', 'cyan', 'blue', 'purple', 'pink'] as const),
  ...(['white', 'black', 'grey', 'brown'] as const),
] as const
/** A hue's name. */
export type Hue = (typeof hues)[number]

/** What stands in for hues that the worlds do not have: the nearest by eye (brown is dark orange, the rest is pale or dark). */
const standIns = { white: 'cyan', black: 'purple', grey: 'blue', brown: 'orange' } as const

/** The colour of the worlds that comes nearest to a hue. */
export function nearestColour(hue: Hue): Exclude<Hue, keyof typeof standIns> {
  return hue in standIns
    ? standIns[hue as keyof typeof standIns]
    : (hue as Exclude<Hue, keyof typeof standIns>)
}
