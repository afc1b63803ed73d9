/** One curve of a plot: a name and its points, steps and values, both above zero. */
export interface Curve {
  readonly name: string
  readonly points: readonly (readonly [number, number])[]
}

const [WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM] = [720, 420, 64, 24, 16, 44]
const COLOURS = ['#2a6fdb', '#d9483b', '#2c9c69', '#b07514', '#7b4fc9', '#1795a5']

/** A running mean in log space over a fortieth of what is there, because single batches are noisy. */
function smooth(points: Curve['points']): [number, number][] {
  const reach = Math.max(1, Math.floor(points.length / 40))
  const every = Math.max(1, Math.floor(points.length / 400))
  const smoothed: [number, number][] = []
  for (let i = 0; i < points.length; i += every) {
    const near = points.slice(Math.max(0, i - reach), i + reach + 1)
    const mean = near.reduce((sum, [, value]) => sum + Math.log(value), 0) / near.length
    smoothed.push([points[i][0], Math.exp(mean)])
  }
  return smoothed
}

/** What the axes show when there is no curve. */
const NOTHING: Curve['points'] = [
  [1, 1],
  [10, 10],
]

/** The round numbers 1, 2 and 5 times powers of ten within bounds. */
function ticksOf(low: number, high: number): number[] {
  const ticks: number[] = []
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power++) {
    for (const digit of [1, 2, 5]) {
      const tick = Number((digit * 10 ** power).toPrecision(6))
      if (tick >= low && tick <= high) ticks.push(tick)
    }
  }
  return ticks
}

/**
 * Draws curves over steps, both axes logarithmic: a power law is a straight line.
 * @returns an SVG picture; of what is not above zero nothing is drawn
 */
export function plotCurves(title: string, curves: readonly Curve[]): string {
  const drawn = curves
    .map(({ name, points }) => ({ name, points: points.filter(([x, y]) => x > 0 && y > 0 && y < Infinity) }))
    .filter(({ points }) => points.length > 0)
    .map(({ name, points }) => ({ name, points: smooth(points) }))
  const all = drawn.length > 0 ? drawn.flatMap(({ points }) => points) : NOTHING
  const [xs, ys] = [all.map(([x]) => x), all.map(([, y]) => y)]
  const [x0, x1, y0, y1] = [
    Math.min(...xs),
    Math.max(...xs) * 1.001,
    Math.min(...ys) / 1.05,
    Math.max(...ys) * 1.05,
  ]
  const along = (x: number) => LEFT + ((WIDTH - LEFT - RIGHT) * Math.log(x / x0)) / Math.log(x1 / x0)
  const up = (y: number) => HEIGHT - BOTTOM - ((HEIGHT - TOP - BOTTOM) * Math.log(y / y0)) / Math.log(y1 / y0)
  const text = (x: number, y: number, anchor: string, words: string, fill = '#555') =>
    `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}" fill="${fill}">${words}</text>`
  const line = (xa: number, ya: number, xb: number, yb: number) =>
    `<line x1="${xa.toFixed(1)}" y1="${ya.toFixed(1)}" x2="${xb.toFixed(1)}" y2="${yb.toFixed(1)}" stroke="#8884"/>`
  const grid = [
    ...ticksOf(x0, x1).flatMap(x => [
      line(along(x), TOP, along(x), HEIGHT - BOTTOM),
      text(along(x), HEIGHT - BOTTOM + 16, 'middle', `${x}`),
    ]),
    ...ticksOf(y0, y1).flatMap(y => [
      line(LEFT, up(y), WIDTH - RIGHT, up(y)),
      text(LEFT - 6, up(y) + 4, 'end', `${y}`),
    ]),
  ]
  const paths = drawn.map(({ name, points }, i) => {
    const colour = COLOURS[i % COLOURS.length]
    const path = points.map(([x, y]) => `${along(x).toFixed(1)},${up(y).toFixed(1)}`).join(' ')
    return `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="1.6"/>${text(WIDTH - RIGHT - 6, TOP + 16 + 15 * i, 'end', name, colour)}`
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="11">
<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>
${text(LEFT, 16, 'start', title, '#222')}
${text((WIDTH + LEFT) / 2, HEIGHT - 8, 'middle', 'steps')}
${grid.join('\n')}
${paths.join('\n')}
</svg>
`
}
