import { type Attributes, isHeldOut } from './attributes.ts'
import { type Captions, writeCaptions } from './caption.ts'
import { describeMotion } from './describe.ts'
import { type Pictures, type RenderOptions, renderMotion } from './render.ts'
import type { Scene, SceneOptions } from './scene.ts'
import { sampleClip } from './sceneSample.ts'
import { type Motion, simulateScene } from './simulate.ts'

/** A film with everything that is true of it. */
export interface Film extends Pictures, Captions {
  readonly width: number
  readonly height: number
  readonly frameCount: number
  readonly fps: number
  readonly scene: Scene
  readonly motion: Motion
  readonly attributes: Attributes
}

/** How a scene is filmed, and what is known of it already. */
export interface FilmOptions extends RenderOptions {
  readonly motion?: Motion
  readonly attributes?: Attributes
}

/** Films a scene; `loadPhysics` must have finished. The same scene gives the same bytes. */
export function filmScene(scene: Scene, options: FilmOptions = {}): Film {
  const { motion = simulateScene(scene), attributes = describeMotion(scene, motion) } = options
  const { width, height, frameCount, fps } = scene
  return {
    ...renderMotion(scene, motion, options),
    width,
    height,
    frameCount,
    fps,
    scene,
    motion,
    attributes,
    ...writeCaptions(attributes, scene.seed),
  }
}

/**
 * Films the scenes of the seeds from `firstSeed` on, without end: only those of one side of the split, by
 * whether their combination of colour, shape and action is held out. `loadPhysics` must have finished.
 */
export function* filmSplit(
  firstSeed: number,
  heldOut: boolean,
  options: SceneOptions = {},
): Generator<Film & { readonly seed: number }> {
  for (let seed = firstSeed; ; seed++) {
    const { scene, motion } = sampleClip(seed, options)
    const attributes = describeMotion(scene, motion)
    // Decided before it is filmed: pictures are what costs time.
    if (isHeldOut(attributes) === heldOut) yield { ...filmScene(scene, { motion, attributes }), seed }
  }
}
