export { bucketsOf } from './cutFilm.ts'
export type { FilmFolder, FolderFilm } from './folder.ts'
export { type ImportOptions, importDataset } from './import.ts'
export { type AttributeCounts, countClips, pickRows } from './inspect.ts'
export { type DatasetOptions, type FamilyOptions, type MakeOptions, makeDataset } from './make.ts'
export {
  type Clip,
  type ClipShape,
  type Dataset,
  openDataset,
  type RefusedFile,
} from './open.ts'
export { runPool, serveShards } from './pool.ts'
export { type RecaptionOptions, recaptionDataset } from './recaption.ts'
export type { ClipRecord, DatasetDescription } from './record.ts'
export { startWorker } from './worker.ts'
