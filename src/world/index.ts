export {
  type Action,
  type Attributes,
  type BodyAttributes,
  countAttributes,
  type Event,
  isHeldOut,
  mainAction,
} from './attributes.ts'
export type { CameraFrame } from './camera.ts'
export { type Captions, parseCaption, readCaption, writeCaptions } from './caption.ts'
export { type Description, describe, describeMotion } from './describe.ts'
export { type Family, type Film, families, filmScene, filmSplit } from './film.ts'
export type { Tree } from './grammar.ts'
export { type Pictures, renderMotion } from './render.ts'
export {
  type Body,
  type Camera,
  type Choice,
  type Colour,
  type CurriculumName,
  colours,
  curricula,
  type EventName,
  events,
  floors,
  lights,
  materials,
  type Scene,
  type SceneOptions,
  type ShapeName,
  type Size,
  sceneDefaults,
  sceneFromJson,
  sceneSchema,
  shapes,
  sizes,
  skies,
} from './scene.ts'
export { type Clip, sampleClip, sampleScene } from './sceneSample.ts'
export { type BodyState, type Contact, loadPhysics, type Motion, simulateScene } from './simulate.ts'
export { captionWords } from './vocabulary.ts'
