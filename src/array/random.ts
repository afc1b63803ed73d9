/** The four 32-bit words of a generator, to save it and go on from it later. */
export type RandomState = readonly [number, number, number, number]

/** A seeded source of random numbers: the same seed gives the same numbers on every machine. */
export interface Random {
  /** Uniform in [0, 1). */
  uniform(): number
  /** Standard normal. */
  normal(): number
  /** A whole number from 0 to n - 1. */
  integer(n: number): number
  /** Fills an array with standard normal numbers, and returns it. */
  fillNormal(data: Float32Array): Float32Array
  state(): RandomState
}

/** Spreads a seed over four words (SplitMix32). */
function expandSeed(seed: number): RandomState {
  let state = seed | 0
  const next = () => {
    state = (state + 0x9e3779b9) | 0
    let z = state
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad)
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
    return z ^ (z >>> 15)
  }
  return [next(), next(), next(), next()]
}

/** xoshiro128** (Blackman and Vigna, 1805.01407), from a whole-number seed or a saved state. */
export function createRandom(from: number | { readonly state: RandomState }): Random {
  let [a, b, c, d] = typeof from === 'number' ? expandSeed(from) : from.state
  const next = () => {
    const x = Math.imul(b, 5)
    const result = Math.imul((x << 7) | (x >>> 25), 9) >>> 0
    const t = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= t
    d = (d << 11) | (d >>> 21)
    return result
  }
  const uniform = () => next() / 2 ** 32
  // Box-Muller without keeping the second number, so that the state is four words and nothing more.
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform())
  return {
    uniform,
    normal,
    integer: n => Math.floor(uniform() * n),
    fillNormal(data) {
      for (let i = 0; i < data.length; i++) data[i] = normal()
      return data
    },
    state: () => [a, b, c, d],
  }
}

/** One of a list, all alike. */
export const pick = <T>(random: Random, from: readonly T[]): T => from[random.integer(from.length)]

/** A list in another order, every order as likely as any other (Fisher-Yates). */
export function shuffle<T>(random: Random, from: readonly T[]): T[] {
  const items = [...from]
  for (let i = items.length - 1; i > 0; i--) {
    const j = random.integer(i + 1)
    ;[items[i], items[j]] = [items[j], items[i]]
  }
  return items
}
