import type { Value } from '../array/index.ts'
import type { Emitter } from './emitter.ts'

// On processors without dot products of bytes, pairs of products are added in 16 bits: 2 * 255 * 63 still fits.
const LARGEST = 63

/** Whether a product is a linear layer: one matrix of constant weights, large enough that quantising pays. */
export function isLinearLayer({ inputs: [, weights], attributes }: Value<'matmul'>): boolean {
  const { transposeA, transposeB, scale } = attributes
  const isMatrix = weights.op === 'constant' && weights.shape.length === 2 && Math.min(...weights.shape) >= 64
  return isMatrix && !transposeA && !transposeB && scale === 1
}

/** A linear layer on 8-bit integers: weights quantised here, one scale a column, inputs by ONNX Runtime as they come. */
export function lowerQuantized(emit: Emitter, input: string, weights: Value<'constant'>): string {
  const [rows, columns] = weights.shape
  const { data } = weights.attributes
  const scales = new Float32Array(columns)
  data.forEach((value, i) => {
    scales[i % columns] = Math.max(scales[i % columns], Math.abs(value) / LARGEST)
  })
  const quantized = Int8Array.from(data, (value, i) => Math.round(value / (scales[i % columns] || 1)))
  const matrix = emit.constant(quantized, 'int8', [rows, columns])
  return emit.fused('DynamicQuantizeMatMul', [input, matrix, emit.constant(scales, 'float32', [columns])])
}
