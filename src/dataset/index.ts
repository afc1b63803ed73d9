export { type AttributeCounts, countAttributes, pickRows } from './inspect.ts'
export { type DatasetOptions, type Family, type MakeOptions, makeDataset } from './make.ts'
export {
  type Clip,
  type ClipShape,
  type DamagedShard,
  type Dataset,
  openDataset,
} from './open.ts'
export type { ClipRecord, DatasetDescription } from './record.ts'
export { startWorker } from './worker.ts'
