import { BODY } from './intersect.ts'
import { type Lighting, lightingOf } from './light.ts'
import { type SkyMap, skyOf } from './lightSky.ts'
import { type Ground, groundOf, isMirror } from './renderFloor.ts'
import { stillWater, type Water } from './renderWater.ts'
import type { Scene } from './scene.ts'

/** How often a ray is followed: into a mirror, and from there into another. */
export const LEVELS = 3
/** Numbers of a ray: origin (3), unit direction (3), size in radians of what it stands for, metres come so far. */
export const RAY = 8
/** Numbers of a hit: distance, outward unit normal (3). */
export const HIT = 4

/** Everything that rays meet in one frame, and the arrays in which they are followed: nothing is allocated for a pixel. */
export interface Stage {
  readonly lighting: Lighting
  readonly sky: SkyMap
  readonly ground: Ground
  readonly water: Water
  readonly mirrors: boolean
  /** Light from the floor on a surface that faces down (3). */
  readonly bounce: readonly [number, number, number]
  /** Light that a floor under the open sun and sky sends back for a reflectance of 1 (3); none for a lamp. */
  readonly openFloor: readonly [number, number, number] | undefined
  readonly count: number
  /** Packed bodies. */
  readonly bodies: Float64Array
  /** One ray, one hit and one colour for each level, and for the guess after the last. */
  readonly rays: Float64Array
  readonly hits: Float64Array
  readonly light: Float64Array
}

/** Sets the stage of a scene; its bodies are packed in for each frame. */
export function setStage(scene: Scene): Stage {
  const lighting = lightingOf(scene)
  const ground = groundOf(scene.floor)
  const strength = lighting.isLamp ? 0.05 : lighting.source[1]
  const bounce = ([0, 1, 2] as const).map(
    c => 0.38 * ground.mean[c] * (lighting.colour[c] * strength + lighting.sky[c]),
  ) as unknown as Stage['bounce']
  const openFloor = ([0, 1, 2] as const).map(
    c => lighting.colour[c] * lighting.source[1] + lighting.sky[c],
  ) as unknown as Stage['bounce']
  return {
    lighting,
    ground,
    bounce,
    openFloor: lighting.isLamp ? undefined : openFloor,
    sky: skyOf(scene),
    water: stillWater(),
    mirrors: isMirror(scene.floor),
    count: scene.bodies.length,
    bodies: new Float64Array(scene.bodies.length * BODY),
    rays: new Float64Array((LEVELS + 1) * RAY),
    hits: new Float64Array((LEVELS + 1) * HIT),
    light: new Float64Array((LEVELS + 1) * 3),
  }
}
