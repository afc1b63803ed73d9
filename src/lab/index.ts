export {
  type AblationOptions,
  type AblationResult,
  type AblationRun,
  type CaptionAblation,
  type CaptionKind,
  captionKinds,
  type PromptKind,
  promptKinds,
  runCaptionAblation,
} from './captionAblation.ts'
export { type AblationSummary, captionNames, writeCaptionAblation } from './captionPage.ts'
