import { sizeOf, topologicalOrder, type Value } from '../src/array/index.ts'

/** Floating-point operations of the matrix products and convolutions of a graph; everything else counts as nothing. */
export function countProducts(outputs: readonly Value[]): number {
  return topologicalOrder(outputs).reduce((total, value) => total + operationsOf(value), 0)
}

function operationsOf(value: Value): number {
  const [a, b] = value.inputs
  switch (value.op) {
    case 'matmul': {
      const { transposeA } = (value as Value<'matmul'>).attributes
      return 2 * sizeOf(value.shape) * a.shape[a.shape.length - (transposeA ? 2 : 1)]
    }
    case 'conv2d':
      return 2 * sizeOf(value.shape) * sizeOf(b.shape.slice(1))
    default:
      return 0
  }
}
