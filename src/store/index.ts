export {
  type Checkpoint,
  loadCheckpoint,
  loadConfig,
  loadModel,
  replaceModel,
  saveCheckpoint,
  saveModel,
} from './checkpoint.ts'
export {
  loadTensors,
  openTensors,
  type StoredTensor,
  type StoredType,
  saveTensors,
  writeAtomically,
} from './safetensors.ts'
export { VERSION } from './version.ts'
