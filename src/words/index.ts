export { askChat, type ChatExpanderOptions, chatInstructions, withChat } from './chat.ts'
export { chineseWords } from './chinese.ts'
export type { ChatOptions } from './completions.ts'
export { concepts } from './concepts.ts'
export {
  type Expander,
  type ExpanderParts,
  type ExpandOptions,
  type Expansion,
  isCaption,
  loadExpander,
  openExpander,
  saveExpander,
  tellRequest,
} from './expander.ts'
export { fillRequest } from './fill.ts'
export { heldOutContent, heldOutWords } from './heldOut.ts'
export { type Hue, hues, nearestColour, nearestHue } from './hue.ts'
export { type Entry, editDistance, type Lexicon, lookUp, readLexicon, smallWords } from './lexicon.ts'
export {
  FEATURES,
  featuresOf,
  type PromptWord,
  placeFeatures,
  promptVectors,
  type ReaderConfig,
  readerSize,
  readerSpecs,
  readWords,
  tracePrompt,
} from './reader.ts'
export {
  allowedTokens,
  decodeRequest,
  encodeRequest,
  MOST_REQUEST_TOKENS,
  REQUEST_END,
  type Request,
  type RequestBody,
  type RequestEvent,
  type RequestShape,
  requestTokens,
} from './request.ts'
export { playParts } from './standIns.ts'
export { describeFrames } from './vision.ts'
