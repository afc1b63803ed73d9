export {
  type Action,
  type Attributes,
  type BodyAttributes,
  countAttributes,
  type Event,
  isHeldOut,
  mainAction,
} from './attributes.ts'
export { type CameraFrame, cameraPath, type Lens, openLens, project } from './camera.ts'
export {
  type Captions,
  captionForm,
  findAttributes,
  parseCaption,
  readCaption,
  writeAttributes,
  writeCaptions,
} from './caption.ts'
export { type Description, describe, describeMotion } from './describe.ts'
export { type FamilyName, familyNames } from './family.ts'
export { type Film, filmScene, filmSplit } from './film.ts'
export type { Tree } from './grammar.ts'
export {
  describePlane,
  isPlaneHeldOut,
  type PlaneAttributes,
  type PlaneBodyAttributes,
  type PlaneSize,
  type PlaneSpeed,
  parsePlaneCaption,
  writePlaneCaptions,
} from './planeCaption.ts'
export { filmPlane, filmPlaneSplit, type PlaneFilm } from './planeFilm.ts'
export { planeCaptionWords } from './planeGrammar.ts'
export { type PlaneGrid, planeGrid } from './planeGrid.ts'
export { pixelToPlane, renderPlane } from './planeRender.ts'
export {
  type BallNumbers,
  type PhyworldLaw,
  type PlaneOptions,
  type PlaneSplit,
  phyworldLaws,
  planeDefaults,
  planeRanges,
  planeSplits,
  samplePlane,
} from './planeSample.ts'
export {
  FRAME_INTERVAL,
  PLANE_EXTENT,
  type PlaneBody,
  type PlaneColour,
  type PlaneLaw,
  type PlaneScene,
  planeColours,
  planeLaws,
  planeSceneSchema,
} from './planeScene.ts'
export { type PlaneContact, type PlaneMotion, type PlaneState, simulatePlane } from './planeSimulate.ts'
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
  type Material,
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
