export { type ChatExpanderOptions, withChat } from './chat.ts'
export { chineseWords } from './chinese.ts'
export type { ChatOptions } from './completions.ts'
export { conceptSeeds, concepts } from './concepts.ts'
export {
  completeCaption,
  type Expander,
  type ExpanderParts,
  type ExpandOptions,
  type Expansion,
  isCaption,
  knowsWorlds,
  loadExpander,
  openExpander,
  saveExpander,
  tellRequest,
} from './expander.ts'
export { fillRequest } from './fill.ts'
export { heldOutContent, heldOutWords } from './heldOut.ts'
export { type Hue, hues, nearestColour } from './hue.ts'
export { type Entry, editDistance, type Lexicon, lookUp, readLexicon, smallWords } from './lexicon.ts'
export {
  type Features,
  featuresOf,
  normalizePrompt,
  PROMPT_LENGTH,
  type PromptWord,
  type ReadingOptions,
  readWords,
  taggerSize,
} from './reader.ts'
export {
  cameraName,
  labels,
  type Request,
  type RequestBody,
  type RequestEvent,
  type RequestShape,
} from './request.ts'
export { playParts } from './standIns.ts'
export { understand } from './understand.ts'
export { describeFrames } from './vision.ts'
