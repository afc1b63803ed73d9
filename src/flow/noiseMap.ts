import type { Random } from '../array/index.ts'
import { shiftLevel } from './schedule.ts'

/** Which latent frames of a film are known, and how noisy each is: every task of the model is one of these. */
export interface NoiseMap {
  /** Noise level of every latent frame, 0 to 1. */
  readonly levels: readonly number[]
  readonly known: readonly boolean[]
}

/** How noisy known frames are at most in training, so that small errors of a model's own history do no harm. */
const KNOWN_LEVEL = 0.2
/** Shift of the shared noise levels: at 2.5, as films are sampled, what little noise hides is hardly ever seen. */
const TRAINING_SHIFT = 1.8

function drawSharedLevel(random: Random): number {
  return shiftLevel(1 / (1 + Math.exp(-random.normal())), TRAINING_SHIFT)
}

/** The known subset of one training film: a prefix (40 %), both ends (30 %), a suffix (15 %) or scattered frames. */
function drawKnown(random: Random, latentFrames: number): boolean[] {
  const kind = random.uniform()
  const count = 1 + random.integer(Math.max(1, latentFrames - 2))
  const isKnown = (i: number) => {
    if (kind < 0.4) return i < count
    if (kind < 0.7) return i < Math.ceil(count / 2) || i >= latentFrames - Math.max(1, Math.floor(count / 2))
    return i >= latentFrames - count
  }
  if (kind < 0.85) return Array.from({ length: latentFrames }, (_, i) => isKnown(i))
  return Array.from({ length: latentFrames }, () => random.uniform() < 0.4)
}

/**
 * Draws the noise levels of one training film: 40 % have a known subset, slightly noised,
 * and one level for the rest; 40 % one level for all; 20 % a level of its own for every latent frame.
 * @param isAnchored whether the first latent frame is an anchor, which is always known
 */
export function sampleNoiseMap(random: Random, latentFrames: number, isAnchored = false): NoiseMap {
  const { levels, known } = drawLevels(random, latentFrames)
  if (!isAnchored || known[0]) return { levels, known }
  const [, ...rest] = known
  return { levels: [KNOWN_LEVEL * random.uniform(), ...levels.slice(1)], known: [true, ...rest] }
}

function drawLevels(random: Random, latentFrames: number): NoiseMap {
  const kind = random.uniform()
  const shared = drawSharedLevel(random)
  const none = new Array<boolean>(latentFrames).fill(false)
  if (kind >= 0.6) return { levels: none.map(() => shared), known: none }
  if (kind >= 0.4) return { levels: none.map(() => random.uniform()), known: none }
  const known = drawKnown(random, latentFrames)
  const knownLevel = KNOWN_LEVEL * random.uniform()
  return { levels: known.map(isKnown => (isKnown ? knownLevel : shared)), known }
}
