export { countObedience, type Footage, type Obedience, type Rate, scoreFilm } from './obedience.ts'
export {
  averageVelocityErrors,
  findBall,
  isCounted,
  type MeanError,
  measureFloor,
  measureVelocityError,
  type PlaneParser,
  type SeenBall,
  type SeenColour,
  type VelocityError,
} from './phyworld.ts'
export { filmHeldOut } from './prompts.ts'
export { measurePsnr } from './psnr.ts'
export { measureReconstruction, type Reconstruction } from './reconstruction.ts'
