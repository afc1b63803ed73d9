import { add, input, matmul, type Tree, type Value } from '../array/index.ts'
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

/**
 * Traces the matrices that have adapters with these added: the same network, no slower.
 * @returns `merged.path`; graph inputs are `path`, `path.narrow` and `path.widen`
 */
export function traceMerged(params: Parameters, adapters: Parameters): Record<string, Value> {
  const inputs = Object.fromEntries(
    Object.entries({ ...params, ...adapters }).map(([path, { shape }]) => [path, input(path, shape)]),
  )
  const adapted = Object.keys(params).filter(path => `${path}.narrow` in adapters)
  return Object.fromEntries(adapted.map(path => [`merged.${path}`, adapt(inputs[path], path, inputs)]))
}
