export { type Checkpoint, loadCheckpoint, loadModel, saveCheckpoint, saveModel } from './checkpoint.ts'
export {
  loadTensors,
  openTensors,
  type StoredTensor,
  type StoredType,
  saveTensors,
  writeAtomically,
} from './safetensors.ts'
