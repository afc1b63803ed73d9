export {
  type Action,
  type Attributes,
  type BodyAttributes,
  captionWords,
  isHeldOut,
  parseCaption,
  writeCaptions,
} from './caption.ts'
export { type FamilyName, familyNames } from './family.ts'
export { type Film, filmScene, filmSplit } from './film.ts'
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
