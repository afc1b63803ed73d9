import { type Attributes, describeMotion, writeCaptions } from './caption.ts'
import { type Pictures, renderMotion } from './render.ts'
import type { Scene } from './scene.ts'
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
