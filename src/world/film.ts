import { type Attributes, describeMotion, isHeldOut, writeCaptions } from './caption.ts'
import { type Pictures, renderMotion } from './render.ts'
import { type Scene, type SceneOptions, sampleScene } from './scene.ts'
import { type Motion, simulateScene } from './simulate.ts'

/** A film with everything that is true of it. */
export interface Film extends Pictures {
  readonly width: number
  readonly height: number
  readonly frameCount: number
  readonly fps: number
  /** All that can be seen, in one sentence. */
  readonly caption: string
  /** What a person would type. */
  readonly shortCaption: string
  readonly attributes: Attributes
}

/** Films a scene; `loadPhysics` must have finished. The same scene gives the same bytes. */
export function filmScene(scene: Scene, motion: Motion = simulateScene(scene)): Film {
  const attributes = describeMotion(scene, motion)
  const { width, height, frameCount, fps } = scene
  return {
    ...renderMotion(scene, motion),
    width,
    height,
    frameCount,
    fps,
    attributes,
    ...writeCaptions(attributes, scene.seed),
  }
}

/**
 * Films the scenes of the seeds from `firstSeed` on, without end: only those of one side of the split, by
 * whether their combination of colour, shape and action is held out. `loadPhysics` must have finished.
 */
export function* filmSplit(
  family: 'tabletop',
  firstSeed: number,
  heldOut: boolean,
  options: SceneOptions = {},
): Generator<Film & { readonly seed: number }> {
  for (let seed = firstSeed; ; seed++) {
    const scene = sampleScene(family, seed, options)
    const motion = simulateScene(scene)
    // Decided before it is filmed: pictures are what costs time.
    if (isHeldOut(describeMotion(scene, motion)) === heldOut) yield { ...filmScene(scene, motion), seed }
  }
}
