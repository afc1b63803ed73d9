export { countObedience, type Footage, type Obedience, type Rate, scoreFilm } from './obedience.ts'
export { filmHeldOut } from './prompts.ts'
export { measurePsnr } from './psnr.ts'
export { measureReconstruction, type Reconstruction } from './reconstruction.ts'
