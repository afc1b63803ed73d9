import { add, matmul, type Tree, type Value } from '../array/index.ts'
import { flattenSpecs, matrix, type ParameterSpec, type Parameters } from './parameters.ts'

// Shapes: I inputs, O outputs, R rank.

/**
 * Adapters for the matrices of some parameters, flat: `path.narrow` [I, R] and `path.widen` [R, O], whose product is added
 * (LoRA, 2106.09685). The second starts at zero, so that nothing is changed at first.
 */
export function adapterSpecs(
  specs: Tree<ParameterSpec>,
  rank: number,
  isAdapted: (path: string) => boolean,
): Record<string, ParameterSpec> {
  const adapted = [...flattenSpecs(specs)].filter(
    ([path, { shape }]) => shape.length === 2 && Math.min(...shape) > rank && isAdapted(path),
  )
  return Object.fromEntries(
    adapted.flatMap(([path, { shape }]) => [
      [`${path}.narrow`, matrix(shape[0], rank)],
      [`${path}.widen`, { shape: [rank, shape[1]], start: { value: 0 } }],
    ]),
  )
}

/** Traces a matrix with its adapter, if it has one. */
export function adapt(fixed: Value, path: string, adapters: Readonly<Record<string, Value>>): Value {
  const [narrow, widen] = [adapters[`${path}.narrow`], adapters[`${path}.widen`]]
  return narrow && widen ? add(fixed, matmul(narrow, widen)) : fixed
}

/** Parameters with adapters (`path.narrow`, `path.widen`) added to their matrices: the same network, no slower. */
export function mergeAdapters(params: Parameters, adapters: Parameters): Parameters {
  const merged = Object.entries(params).map(([path, { shape, data }]) => {
    const [narrow, widen] = [adapters[`${path}.narrow`], adapters[`${path}.widen`]]
    if (!narrow || !widen) return [path, { shape, data }] as const
    const [inputs, outputs] = shape
    const rank = widen.shape[0]
    const sum = data.slice()
    for (let i = 0; i < inputs; i++) {
      for (let r = 0; r < rank; r++) {
        const share = narrow.data[i * rank + r]
        for (let o = 0; o < outputs; o++) sum[i * outputs + o] += share * widen.data[r * outputs + o]
      }
    }
    return [path, { shape, data: sum }] as const
  })
  return Object.fromEntries(merged)
}
