import { topologicalOrder } from './graph.ts'
import type { Value } from './op.ts'
import { sizeOf } from './shape.ts'

/** Multiply-adds of all matrix products and convolutions that `outputs` need; a FLOP count is twice that. */
export function countMultiplyAdds(outputs: readonly Value[]): number {
  let total = 0
  for (const { op, inputs, attributes, shape } of topologicalOrder(outputs)) {
    if (op === 'matmul') {
      const [a] = inputs
      const { transposeA } = attributes as Value<'matmul'>['attributes']
      total += sizeOf(shape) * a.shape[a.shape.length - (transposeA ? 2 : 1)]
    }
    if (op === 'attention') total += (sizeOf(inputs[0].shape) + sizeOf(shape)) * inputs[1].shape[2]
    if (op === 'conv2d') total += sizeOf(shape) * sizeOf(inputs[1].shape.slice(1))
    if (op === 'conv2dImage') total += sizeOf(inputs[0].shape) * sizeOf(inputs[1].shape.slice(1))
    if (op === 'conv2dKernel') total += sizeOf(inputs[1].shape) * sizeOf(shape.slice(1))
  }
  return total
}
