import type { Scene } from './scene.ts'

type Rgb = readonly [number, number, number]

/** What shines on a scene; linear light throughout. */
export interface Lighting {
  /** A lamp shines from a point; the sun from a direction. */
  readonly isLamp: boolean
  /** Unit vector to the sun, or where the lamp is. */
  readonly source: Rgb
  /** Radius of the sun's disc as a tangent, or of the lamp in metres: how soft shadows are. */
  readonly radius: number
  /** Light on a surface that faces the sun, or intensity of the lamp (light times square metre). */
  readonly colour: Rgb
  /** Light from the sky on a surface that faces up. */
  readonly sky: Rgb
}

function unit(x: number, y: number, z: number): Rgb {
  const length = Math.hypot(x, y, z)
  return [x / length, y / length, z / length]
}

const NOON = unit(-0.5, 0.85, 0.45)
const SUNSET = unit(-0.84, 0.36, 0.36)
/** The lamp hangs a little to the left of the middle, above the picture. */
const LAMP: Rgb = [-1.2, 4.4, 2.2]

const lightings = {
  noon: {
    clear: { isLamp: false, source: NOON, radius: 0.05, colour: [2.25, 2.1, 1.85], sky: [0.42, 0.5, 0.62] },
    cloudy: { isLamp: false, source: NOON, radius: 0.12, colour: [1.7, 1.62, 1.5], sky: [0.6, 0.64, 0.68] },
  },
  sunset: {
    clear: { isLamp: false, source: SUNSET, radius: 0.05, colour: [2.5, 1.68, 1.0], sky: [0.36, 0.36, 0.5] },
    cloudy: { isLamp: false, source: SUNSET, radius: 0.1, colour: [2.1, 1.4, 0.88], sky: [0.42, 0.38, 0.48] },
  },
  night: {
    clear: { isLamp: true, source: LAMP, radius: 0.22, colour: [46, 37, 26], sky: [0.11, 0.14, 0.25] },
    cloudy: { isLamp: true, source: LAMP, radius: 0.22, colour: [46, 37, 26], sky: [0.13, 0.145, 0.2] },
  },
} as const satisfies Record<Scene['light'], Record<Scene['sky'], Lighting>>

/** What shines at a time of day under a sky. */
export function lightingOf({ light, sky }: Pick<Scene, 'light' | 'sky'>): Lighting {
  return lightings[light][sky]
}

/** Where the lamp's cone of light begins to fade and where it ends, as cosines from straight down. */
const CONE = { inner: 0.84, outer: 0.38 }

/**
 * Light that arrives at a point (3) from the source when nothing is in the way.
 * @param out direction to the source (3), light on a surface that faces it (3), distance to the source
 */
export function illuminate(lighting: Lighting, point: Float64Array, out: Float64Array): void {
  const { source, colour, isLamp } = lighting
  if (!isLamp) {
    out[0] = source[0]
    out[1] = source[1]
    out[2] = source[2]
    out[3] = colour[0]
    out[4] = colour[1]
    out[5] = colour[2]
    out[6] = 1e3
    return
  }
  const dx = source[0] - point[0]
  const dy = source[1] - point[1]
  const dz = source[2] - point[2]
  const square = dx * dx + dy * dy + dz * dz
  const distance = Math.sqrt(square)
  const near = 1 / distance
  const cone = Math.min(1, Math.max(0, (dy * near - CONE.outer) / (CONE.inner - CONE.outer)))
  const strength = cone * cone * (3 - 2 * cone) * near * near
  out[0] = dx * near
  out[1] = dy * near
  out[2] = dz * near
  out[3] = colour[0] * strength
  out[4] = colour[1] * strength
  out[5] = colour[2] * strength
  out[6] = distance
}

const LEVELS = 8192
const SRGB = Uint8Array.from({ length: LEVELS + 1 }, (_, i) => {
  const linear = i / LEVELS
  return Math.round(255 * (linear <= 0.0031308 ? 12.92 * linear : 1.055 * linear ** (1 / 2.4) - 0.055))
})

const EXPOSURE = 0.9

/** Linear light to what a picture can show, 0 to 1: straight up to 0.7, then a soft shoulder that never clips. */
export function expose(light: number): number {
  const exposed = light * EXPOSURE
  return exposed < 0.7 ? exposed : 1 - 0.09 / (exposed - 0.4)
}

/** Exposed light (never outside of 0 to 1) as a byte of sRGB (IEC 61966-2-1). */
export function toSrgb(exposed: number): number {
  return SRGB[(exposed * LEVELS + 0.5) | 0]
}
