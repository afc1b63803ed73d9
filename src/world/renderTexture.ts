import { createRandom } from '../array/index.ts'
import { fractalNoise, hash, noise } from './lightNoise.ts'
import type { Floor } from './scene.ts'

/** A floor painted once: reflectance and wetness on a square that repeats, at full size and halved again and again. */
export interface Texture {
  /** Levels of SIZE / 2^level squared x 4: red, green, blue reflectance, share of the surface that is a puddle. */
  readonly levels: readonly Float32Array[]
  /** Metres after which it repeats. */
  readonly metres: number
}

const SIZE = 512

/** Wooden planks that run away from the camera. */
function paintWood(data: Float32Array): void {
  const PLANKS = 12
  const width = SIZE / PLANKS
  for (let y = 0; y < SIZE; y++) {
    for (let x = 0; x < SIZE; x++) {
      const plank = Math.floor(x / width)
      const across = x / width - plank
      const shift = Math.floor(hash(plank, 5) * SIZE)
      const along = (y + shift) % SIZE
      const board = plank * 7 + (along < SIZE * 0.55 ? 0 : 3)
      const tone = 0.8 + 0.4 * hash(board, 11)
      // Grain: noise drawn out along the plank, with rings that bend.
      const bend = fractalNoise(x / 40 + board * 3, (y / SIZE) * 4, 3, 4)
      const rings = 0.5 + 0.5 * Math.sin((across * 9 + bend * 14 + hash(board, 3) * 6) * 2)
      const fibre = noise(x * 0.9 + board * 17, (y / SIZE) * 24, 24)
      const seam = Math.min(across * width, (1 - across) * width)
      const joint = Math.min(along, Math.abs(along - Math.floor(SIZE * 0.55)))
      const gap = Math.min(1, 0.35 + Math.min(seam / 1.6, joint / 2) * 0.65)
      const light = tone * (0.82 + 0.12 * rings + 0.14 * fibre) * gap
      data.set([0.36 * light, 0.25 * light, 0.165 * light, 0], (y * SIZE + x) * 4)
    }
  }
}

/** Grass seen from above: thousands of blades over dark earth, in patches. */
function paintGrass(data: Float32Array): void {
  const random = createRandom(77)
  for (let i = 0; i < SIZE * SIZE; i++) data.set([0.045, 0.06, 0.024, 0], i * 4)
  for (let blade = 0; blade < 26000; blade++) {
    const [x, y] = [random.uniform() * SIZE, random.uniform() * SIZE]
    const angle = (random.uniform() - 0.5) * 2.4 + Math.PI / 2
    const length = 5 + 9 * random.uniform()
    const patch = fractalNoise((x / SIZE) * 5, (y / SIZE) * 5, 3, 5)
    const light = 0.45 + 0.7 * random.uniform() * (0.5 + patch)
    const dry = Math.max(0, patch - 0.5) * 1.6 + 0.12 * random.uniform()
    const bend = (random.uniform() - 0.5) * 0.12
    for (let i = 0; i < length; i++) {
      const along = i / length
      const px = Math.floor(x + Math.cos(angle + bend * i) * i + SIZE) % SIZE
      const py = Math.floor(y - Math.sin(angle + bend * i) * i + SIZE) % SIZE
      const shine = light * (0.55 + 0.6 * along)
      data.set(
        [(0.15 + 0.13 * dry) * shine, (0.22 + 0.03 * dry) * shine, 0.075 * shine, 0],
        (py * SIZE + px) * 4,
      )
    }
  }
}

/** Wet asphalt: stones in tar, and puddles where it is low. */
function paintAsphalt(data: Float32Array): void {
  for (let y = 0; y < SIZE; y++) {
    for (let x = 0; x < SIZE; x++) {
      const low = fractalNoise((x / SIZE) * 4 + 0.3, (y / SIZE) * 4, 4, 4)
      const puddle = Math.min(1, Math.max(0, (low - 0.47) / 0.05))
      const stone = noise(x * 0.55, y * 0.55, 282) * 0.6 + hash(x, y) * 0.4
      const patch = fractalNoise((x / SIZE) * 7, (y / SIZE) * 7 + 3, 3, 7)
      const dry = (0.035 + 0.075 * stone * stone) * (0.75 + 0.5 * patch)
      const light = dry * (1 - 0.55 * puddle)
      data.set([light * 0.98, light, light * 1.06, puddle], (y * SIZE + x) * 4)
    }
  }
}

function halve(data: Float32Array, size: number): Float32Array {
  const half = size / 2
  const smaller = new Float32Array(half * half * 4)
  for (let y = 0; y < half; y++) {
    for (let x = 0; x < half; x++) {
      for (let c = 0; c < 4; c++) {
        const at = (y * 2 * size + x * 2) * 4 + c
        smaller[(y * half + x) * 4 + c] =
          (data[at] + data[at + 4] + data[at + size * 4] + data[at + size * 4 + 4]) / 4
      }
    }
  }
  return smaller
}

const painters = {
  wood: { paint: paintWood, metres: 6.4 },
  grass: { paint: paintGrass, metres: 4 },
  asphalt: { paint: paintAsphalt, metres: 9 },
} as const satisfies Partial<Record<Floor, unknown>>

const painted = new Map<string, Texture>()

/** Paints the texture of a floor, or finds it painted. */
export function textureOf(floor: keyof typeof painters): Texture {
  const known = painted.get(floor)
  if (known) return known
  const { paint, metres } = painters[floor]
  const levels: Float32Array[] = [new Float32Array(SIZE * SIZE * 4)]
  paint(levels[0])
  for (let size = SIZE; size > 1; size /= 2) levels.push(halve(levels[levels.length - 1], size))
  const texture = { levels, metres }
  painted.set(floor, texture)
  return texture
}

const FINE = 1024
/** Logarithms to the base 2 of numbers from 1 to 2. */
const LOG2 = Float64Array.from({ length: FINE }, (_, i) => Math.log2(1 + (i + 0.5) / FINE))

/** Place in a texture as shares of its size (2), weight. */
const share = new Float64Array(3)

/**
 * Reads a texture, between two levels and four points of each.
 * @param place x, z in metres, and over how many metres it is blurred
 */
export function readTexture({ levels, metres }: Texture, place: Float64Array, out: Float64Array): void {
  const width = Math.min(SIZE - 1, Math.max(1, (place[2] * SIZE) / metres))
  const level = 31 - Math.clz32(width)
  const blend = LOG2[((width / (1 << level) - 1) * FINE) | 0]
  share[0] = place[0] / metres
  share[1] = place[1] / metres
  share[2] = 1 - blend
  out[0] = out[1] = out[2] = out[3] = 0
  addLevel(levels[level], SIZE >> level, out)
  share[2] = blend
  if (blend > 0.01) addLevel(levels[level + 1], SIZE >> (level + 1), out)
}

/** Adds what one level shows at the place and with the weight in `share`. */
function addLevel(data: Float32Array, size: number, out: Float64Array): void {
  const x = (share[0] - Math.floor(share[0])) * size - 0.5
  const y = (share[1] - Math.floor(share[1])) * size - 0.5
  const weight = share[2]
  const ix = Math.floor(x)
  const iy = Math.floor(y)
  const fx = x - ix
  const fy = y - iy
  const mask = size - 1
  const left = ix & mask
  const right = (ix + 1) & mask
  const top = (iy & mask) * size
  const bottom = ((iy + 1) & mask) * size
  const a = (1 - fx) * (1 - fy) * weight
  const b = fx * (1 - fy) * weight
  const c = (1 - fx) * fy * weight
  const d = fx * fy * weight
  const p = (top + left) * 4
  const q = (top + right) * 4
  const r = (bottom + left) * 4
  const s = (bottom + right) * 4
  out[0] += data[p] * a + data[q] * b + data[r] * c + data[s] * d
  out[1] += data[p + 1] * a + data[q + 1] * b + data[r + 1] * c + data[s + 1] * d
  out[2] += data[p + 2] * a + data[q + 2] * b + data[r + 2] * c + data[s + 2] * d
  out[3] += data[p + 3] * a + data[q + 3] * b + data[r + 3] * c + data[s + 3] * d
}
