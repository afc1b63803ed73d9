import { lightingOf } from './light.ts'
import { fractalNoise, hash } from './lightNoise.ts'
import type { Scene } from './scene.ts'

type Rgb = readonly [number, number, number]

const COLUMNS = 1024
const ROWS = 128

/** The sky in every direction above the horizon, painted once. */
export interface SkyMap {
  /** ROWS x COLUMNS x 3: rows by the square root of the height, columns around. */
  readonly colours: Float32Array
  /** How bright stars are. */
  readonly stars: number
}

/** Colours at the horizon, a little above it, and overhead; the glow around the sun. */
const paints = {
  noon: {
    low: [0.62, 0.72, 0.82],
    middle: [0.4, 0.55, 0.77],
    high: [0.16, 0.36, 0.72],
    glow: [0.5, 0.45, 0.35],
  },
  sunset: {
    low: [1.05, 0.62, 0.4],
    middle: [0.62, 0.46, 0.5],
    high: [0.13, 0.18, 0.38],
    glow: [1.5, 0.75, 0.25],
  },
  night: {
    low: [0.045, 0.06, 0.11],
    middle: [0.022, 0.032, 0.07],
    high: [0.006, 0.01, 0.03],
    glow: [0, 0, 0],
  },
} as const satisfies Record<Scene['light'], Record<string, Rgb>>

const cloudPaints = {
  noon: { lit: [1.05, 1.05, 1.05], dark: [0.55, 0.6, 0.67] },
  sunset: { lit: [1.5, 0.85, 0.55], dark: [0.42, 0.3, 0.36] },
  night: { lit: [0.07, 0.075, 0.1], dark: [0.02, 0.024, 0.04] },
} as const satisfies Record<Scene['light'], Record<string, Rgb>>

const smooth = (low: number, high: number, value: number) => {
  const t = Math.min(1, Math.max(0, (value - low) / (high - low)))
  return t * t * (3 - 2 * t)
}

/** Clouds on a high plane: how much they cover and how lit they are. */
function cloudAt(dx: number, dy: number, dz: number, sun: Rgb): { cover: number; lit: number } {
  const scale = 0.55 / (dy + 0.09)
  const [x, z] = [dx * scale + 31.4, dz * scale * 1.1 + 7.7]
  const density = fractalNoise(x, z, 5)
  const toSun = fractalNoise(x + sun[0] * 0.22, z + sun[2] * 0.22, 4)
  return {
    // Far clouds melt into the haze of the horizon.
    cover: smooth(0.45, 0.62, density) * smooth(0.025, 0.13, dy),
    lit: Math.min(1, Math.max(0, 0.55 + (density - toSun) * 3.2 - smooth(0.55, 0.8, density) * 0.35)),
  }
}

function paint(
  scene: Pick<Scene, 'light' | 'sky'>,
  dx: number,
  dy: number,
  dz: number,
  out: Float32Array,
  at: number,
) {
  const { low, middle, high, glow } = paints[scene.light]
  const { source, isLamp } = lightingOf(scene)
  const height = Math.sqrt(dy)
  const sun = isLamp ? ([0, 1, 0] as const) : source
  const toward = Math.max(0, dx * sun[0] + dy * sun[1] + dz * sun[2])
  // Near the horizon the whole side of a low sun is warm.
  const flat = Math.hypot(dx, dz) * Math.hypot(sun[0], sun[2])
  const side = flat > 1e-6 ? 0.5 + (0.5 * (dx * sun[0] + dz * sun[2])) / flat : 0.5
  const spread =
    0.55 * toward ** 6 +
    0.6 * toward ** 40 +
    (scene.light === 'sunset' ? 0.3 * side ** 3 * (1 - height) ** 2 : 0)
  const cloud = scene.sky === 'cloudy' ? cloudAt(dx, dy, dz, sun) : { cover: 0, lit: 0 }
  const { lit, dark } = cloudPaints[scene.light]
  for (let c = 0; c < 3; c++) {
    const lower = Math.min(1, height * 2.6)
    const upper = Math.min(1, Math.max(0, (height * 1.3 - 0.5) / 0.5))
    const air =
      scene.light === 'noon'
        ? low[c] + (high[c] - low[c]) * Math.min(1, height * 1.3)
        : low[c] + (middle[c] - low[c]) * lower + (high[c] - middle[c]) * upper
    const clear = air + glow[c] * spread
    const white = dark[c] + (lit[c] - dark[c]) * cloud.lit + glow[c] * spread * 0.4
    out[at + c] = clear + (white - clear) * cloud.cover
  }
}

const skies = new Map<string, SkyMap>()

/** Paints a sky, or finds it painted. */
export function skyOf(scene: Pick<Scene, 'light' | 'sky'>): SkyMap {
  const key = `${scene.light} ${scene.sky}`
  const known = skies.get(key)
  if (known) return known
  const colours = new Float32Array(ROWS * COLUMNS * 3)
  for (let row = 0; row < ROWS; row++) {
    const dy = (row / (ROWS - 1)) ** 2
    const flat = Math.sqrt(1 - dy * dy)
    for (let column = 0; column < COLUMNS; column++) {
      // The inverse of `around`: a diamond instead of a circle, which needs no arc tangent.
      const u = (column * 4) / COLUMNS
      const side = Math.floor(u)
      const f = u - side
      const [x, z] = (
        [
          [1 - f, f],
          [-f, 1 - f],
          [f - 1, -f],
          [f, f - 1],
        ] as const
      )[side]
      const length = Math.hypot(x, z)
      paint(scene, (flat * x) / length, dy, (flat * z) / length, colours, (row * COLUMNS + column) * 3)
    }
  }
  const map = { colours, stars: scene.light === 'night' && scene.sky === 'clear' ? 0.9 : 0 }
  skies.set(key, map)
  return map
}

/** The way around the horizon from 0 to 4, along a diamond. */
function around(dx: number, dz: number): number {
  const x = dx / (Math.abs(dx) + Math.abs(dz) + 1e-12)
  return dz >= 0 ? 1 - x : 3 + x
}

/**
 * Writes the light of the sky from the direction of the ray at `ray` (below the horizon, that of the horizon).
 * @param hasStars stars are seen, none of them smaller than a pixel
 */
export function skyLight(
  map: SkyMap,
  rays: Float64Array,
  ray: number,
  hasStars: boolean,
  out: Float64Array,
  at: number,
): void {
  const dy = rays[ray + 4]
  const height = Math.sqrt(Math.max(0, dy))
  const turn = around(rays[ray + 3], rays[ray + 5])
  const x = (turn * COLUMNS) / 4
  const y = height * (ROWS - 1)
  const column = Math.floor(x)
  const row = Math.min(ROWS - 2, Math.floor(y))
  const fx = x - column
  const fy = y - row
  const left = (row * COLUMNS + (column & (COLUMNS - 1))) * 3
  const right = (row * COLUMNS + ((column + 1) & (COLUMNS - 1))) * 3
  const below = left + COLUMNS * 3
  const { colours, stars } = map
  const a = (1 - fx) * (1 - fy)
  const b = fx * (1 - fy)
  const c = (1 - fx) * fy
  const d = fx * fy
  const beyond = right + COLUMNS * 3
  out[at] = colours[left] * a + colours[right] * b + colours[below] * c + colours[beyond] * d
  out[at + 1] =
    colours[left + 1] * a + colours[right + 1] * b + colours[below + 1] * c + colours[beyond + 1] * d
  out[at + 2] =
    colours[left + 2] * a + colours[right + 2] * b + colours[below + 2] * c + colours[beyond + 2] * d
  if (stars > 0 && hasStars && dy > 0) addStar(stars, turn, height, rays[ray + 6], out, at)
}

/** The light of the horizon in the direction of the ray at `ray`: what haze takes on (3). */
export function horizonLight({ colours }: SkyMap, rays: Float64Array, ray: number, out: Float64Array): void {
  const x = (around(rays[ray + 3], rays[ray + 5]) * COLUMNS) / 4
  const column = Math.floor(x)
  const share = x - column
  const left = (column & (COLUMNS - 1)) * 3
  const right = ((column + 1) & (COLUMNS - 1)) * 3
  out[0] = colours[left] + (colours[right] - colours[left]) * share
  out[1] = colours[left + 1] + (colours[right + 1] - colours[left + 1]) * share
  out[2] = colours[left + 2] + (colours[right + 2] - colours[left + 2]) * share
}

/** Cells of the sky with at most one star each. */
const STAR_CELLS = 36

function addStar(
  stars: number,
  turn: number,
  height: number,
  pixel: number,
  out: Float64Array,
  at: number,
): void {
  const x = turn * STAR_CELLS
  const y = height * STAR_CELLS
  const column = Math.floor(x)
  const row = Math.floor(y)
  const brightness = hash(column, row)
  if (brightness < 0.72) return
  const dx = (x - column - 0.25 - 0.5 * hash(column + 1000, row)) / STAR_CELLS
  const dy = (y - row - 0.25 - 0.5 * hash(column, row + 1000)) / STAR_CELLS
  // A step of `turn` is a quarter around; a step of `height` is twice the height in angle.
  const square = (dx * 1.4) ** 2 + (dy * 2 * height) ** 2
  const radius = Math.max(0.0022, 0.55 * pixel)
  // Farther out it is darker than a picture can show.
  if (square > 12 * radius * radius) return
  const shine =
    stars *
    ((brightness - 0.72) / 0.28) ** 4 *
    Math.exp(-square / (radius * radius)) *
    smooth(0.03, 0.2, height)
  for (let c = 0; c < 3; c++) out[at + c] += shine * (c === 2 ? 1.1 : 1)
}
