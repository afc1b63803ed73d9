export {
  type Action,
  type Attributes,
  type BodyAttributes,
  captionWords,
  isHeldOut,
  parseCaption,
  writeCaptions,
} from './caption.ts'
export { type Film, filmScene, filmSplit } from './film.ts'
export type { Pictures } from './render.ts'
export {
  type Body,
  type Colour,
  colours,
  type Scene,
  type SceneOptions,
  type ShapeName,
  type Size,
  sampleScene,
  sceneDefaults,
  sceneSchema,
  shapes,
} from './scene.ts'
export { type BodyState, type Contact, loadPhysics, type Motion, simulateScene } from './simulate.ts'
