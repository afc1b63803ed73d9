/** A number from 0 to 1 for a whole-number place: always the same. */
export function hash(x: number, y: number): number {
  let h = Math.imul(x, 0x27d4eb2d) ^ Math.imul(y, 0x165667b1)
  h = Math.imul(h ^ (h >>> 15), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return ((h ^ (h >>> 16)) >>> 0) / 4294967296
}

/** Smooth noise from 0 to 1; `period` makes it repeat after so many cells. */
export function noise(x: number, y: number, period = 1 << 20): number {
  const ix = Math.floor(x)
  const iy = Math.floor(y)
  const fx = x - ix
  const fy = y - iy
  const x0 = ((ix % period) + period) % period
  const x1 = x0 + 1 === period ? 0 : x0 + 1
  const y0 = ((iy % period) + period) % period
  const y1 = y0 + 1 === period ? 0 : y0 + 1
  const u = fx * fx * fx * (fx * (fx * 6 - 15) + 10)
  const v = fy * fy * fy * (fy * (fy * 6 - 15) + 10)
  const top = hash(x0, y0) + (hash(x1, y0) - hash(x0, y0)) * u
  const bottom = hash(x0, y1) + (hash(x1, y1) - hash(x0, y1)) * u
  return top + (bottom - top) * v
}

/** Noise of several octaves, each of half the size and strength of the one before; 0 to 1. */
export function fractalNoise(x: number, y: number, octaves: number, period = 1 << 20): number {
  let sum = 0
  let weight = 1
  let total = 0
  for (let octave = 0; octave < octaves; octave++) {
    const scale = 1 << octave
    sum += weight * noise(x * scale + octave * 7, y * scale + octave * 13, period * scale)
    total += weight
    weight /= 2
  }
  return sum / total
}
