const float = new Float32Array(1)
const bits = new Uint32Array(float.buffer)

/** The nearest half-precision number (IEEE 754 binary16, ties to even) as its 16 bits. */
export function toHalf(value: number): number {
  float[0] = value
  const x = bits[0]
  const sign = (x >>> 16) & 0x8000
  const exponent = ((x >>> 23) & 0xff) - 112
  const fraction = x & 0x7fffff
  if (exponent >= 31) return sign | (((x >>> 23) & 0xff) === 255 && fraction ? 0x7e00 : 0x7c00)
  if (exponent <= 0) {
    if (exponent < -10) return sign
    const full = fraction | 0x800000
    const shift = 14 - exponent
    const kept = full >>> shift
    const rest = full & ((1 << shift) - 1)
    const half = 1 << (shift - 1)
    return sign | (kept + (rest > half || (rest === half && kept & 1) ? 1 : 0))
  }
  const kept = (exponent << 10) | (fraction >>> 13)
  const rest = fraction & 0x1fff
  // A carry out of the fraction rightly raises the exponent, up to infinity.
  return sign | (kept + (rest > 0x1000 || (rest === 0x1000 && kept & 1) ? 1 : 0))
}

/** The value of 16 bits of half precision. */
export function fromHalf(half: number): number {
  const sign = half & 0x8000 ? -1 : 1
  const exponent = (half >>> 10) & 0x1f
  const fraction = half & 0x3ff
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 31) return fraction ? Number.NaN : sign * Infinity
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}

let table: Float32Array | undefined

/** Half-precision numbers as float32, by looking each up in a table of all 65,536: 17 million in a fraction of a second. */
export function fromHalves(halves: Uint16Array): Float32Array {
  table ??= Float32Array.from({ length: 65536 }, (_, bits) => fromHalf(bits))
  const floats = new Float32Array(halves.length)
  for (let i = 0; i < halves.length; i++) floats[i] = table[halves[i]]
  return floats
}
