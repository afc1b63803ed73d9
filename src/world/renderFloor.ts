import { readTexture, type Texture, textureOf } from './renderTexture.ts'
import type { Floor } from './scene.ts'

/** A floor ready to be asked for its colour. */
export interface Ground {
  readonly floor: Floor
  readonly texture?: Texture
  /** Mean reflectance: what it throws back at the bodies above it. */
  readonly mean: readonly [number, number, number]
}

const means = {
  plain: [0.27, 0.27, 0.27],
  checkered: [0.27, 0.27, 0.27],
  wood: [0.33, 0.23, 0.15],
  grass: [0.1, 0.13, 0.05],
  asphalt: [0.09, 0.09, 0.1],
  water: [0.1, 0.13, 0.14],
} as const satisfies Record<Floor, readonly [number, number, number]>

/** Prepares a floor. */
export function groundOf(floor: Floor): Ground {
  const hasTexture = floor === 'wood' || floor === 'grass' || floor === 'asphalt'
  return { floor, mean: means[floor], ...(hasTexture ? { texture: textureOf(floor) } : {}) }
}

/** Whether bodies are seen in a floor. */
export const isMirror = (floor: Floor) => floor === 'asphalt' || floor === 'water'

/** Integral of a square wave of period 2 between -1 and 1. */
function triangle(x: number): number {
  const f = x * 0.5 - Math.floor(x * 0.5)
  return 1 - Math.abs(2 * f - 1)
}

/** Mean of a square wave over `width` around x: what a pixel sees of stripes that it cannot resolve. */
const stripes = (x: number, width: number) => (triangle(x + width / 2) - triangle(x - width / 2)) / width

const texturePlace = new Float64Array(3)

/**
 * The floor at a place: reflectance (3) and how much of it mirrors (0 to 1).
 * @param place x, z, distance from the camera, size in metres of what a pixel sees of it across the view and along it
 */
export function readFloor({ floor, texture }: Ground, place: Float64Array, out: Float64Array): void {
  if (texture) {
    texturePlace[0] = place[0]
    texturePlace[1] = place[1]
    texturePlace[2] = floor === 'wood' ? place[3] * 1.3 : Math.sqrt(place[3] * place[4])
    readTexture(texture, texturePlace, out)
    if (floor === 'asphalt') out[3] = 0.4 + 0.6 * out[3]
    return
  }
  if (floor === 'water') {
    out[0] = 0.055
    out[1] = 0.095
    out[2] = 0.115
    out[3] = 1
    return
  }
  out[3] = 0
  if (floor === 'plain') {
    out[0] = out[1] = out[2] = 0.27
    return
  }
  // Two metres a square; far squares melt into their mean before they could shimmer.
  const contrast = Math.min(1, Math.max(0, (18 - place[2]) / 9))
  const [across, along] = [Math.max(0.004, place[3] / 2), Math.max(0.004, place[4] / 2)]
  const parity = stripes(place[0] / 2, across) * stripes(place[1] / 2, along)
  out[0] = out[1] = out[2] = 0.26 + (0.01 + 0.13 * parity) * contrast
}
