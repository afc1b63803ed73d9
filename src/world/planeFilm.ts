import { describePlane, isPlaneHeldOut, type PlaneAttributes, writePlaneCaptions } from './planeCaption.ts'
import { renderPlane } from './planeRender.ts'
import { type PlaneOptions, samplePlane } from './planeSample.ts'
import type { PlaneScene } from './planeScene.ts'
import { type PlaneMotion, simulatePlane } from './planeSimulate.ts'
import type { Pictures } from './render.ts'

/** A film of the plane with everything that is true of it. A flat world has no depth: its films have none. */
export interface PlaneFilm extends Pick<Pictures, 'frames' | 'masks'> {
  readonly width: number
  readonly height: number
  readonly frameCount: number
  readonly fps: number
  /** All that can be seen, in one sentence. */
  readonly caption: string
  /** What a person would type. */
  readonly shortCaption: string
  readonly attributes: PlaneAttributes
  /** Position and velocity of every ball in every frame, and who touched whom when. */
  readonly motion: PlaneMotion
  /** What was filmed: radii, colours, gravity, seed. */
  readonly scene: PlaneScene
}

/** Films a scene of the plane. The same scene gives the same bytes. */
export function filmPlane(
  scene: PlaneScene,
  motion: PlaneMotion = simulatePlane(scene),
  attributes: PlaneAttributes = describePlane(scene, motion),
): PlaneFilm {
  const { width, height, frameCount, fps } = scene
  return {
    ...renderPlane(scene, motion),
    width,
    height,
    frameCount,
    fps,
    attributes,
    ...writePlaneCaptions(attributes, scene.seed),
    motion,
    scene,
  }
}

/**
 * Films the scenes of the seeds from `firstSeed` on, without end: only those of one side of the split, by whether
 * their combination of law, looks and motion is held out.
 */
export function* filmPlaneSplit(
  firstSeed: number,
  heldOut: boolean,
  options: PlaneOptions = {},
): Generator<PlaneFilm & { readonly seed: number }> {
  for (let seed = firstSeed; ; seed++) {
    const scene = samplePlane(seed, options)
    const motion = simulatePlane(scene)
    const attributes = describePlane(scene, motion)
    // Decided before it is filmed: pictures are what costs time.
    if (isPlaneHeldOut(attributes) === heldOut) yield { ...filmPlane(scene, motion, attributes), seed }
  }
}
