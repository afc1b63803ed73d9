import type { ConvolutionAttributes, Shape, Value } from '../array/index.ts'
import type { Emitter } from './emitter.ts'

// Shapes: B images, C channels in, O channels out, P pixels of a plane, N places of the kernel, k positions inside it.

/** Where kernel position (i, j) at `place` lies in the other plane, or `zero` when it lies in the padding. */
function tabulate(
  places: Shape,
  plane: Shape,
  kernel: Shape,
  locate: (place: number, offset: number) => number,
): Int32Array {
  const [rows, columns] = places
  const [height, width] = plane
  const table: number[] = []
  const inside = (p: number, size: number) => Number.isInteger(p) && p >= 0 && p < size
  for (let place = 0; place < rows * columns; place++) {
    for (let i = 0; i < kernel[0]; i++) {
      for (let j = 0; j < kernel[1]; j++) {
        const r = locate(Math.floor(place / columns), i)
        const s = locate(place % columns, j)
        table.push(inside(r, height) && inside(s, width) ? r * width + s : height * width)
      }
    }
  }
  return Int32Array.from(table)
}

/** Channels behind: (B, C, H, W) to (B, P, C). */
function channelsLast(emit: Emitter, name: string, [batch, channels, height, width]: Shape): string {
  const flat = emit.reshape(name, [batch, channels, height * width])
  return emit.node('Transpose', [flat], { perm: [0, 2, 1] })
}

/** Channels in front again: a product (B P, C) to (B, C, H, W). */
function channelsFirst(emit: Emitter, product: string, shape: Shape): string {
  const [batch, channels, height, width] = shape
  const planes = emit.reshape(product, [batch, height * width, channels])
  return emit.reshape(emit.node('Transpose', [planes], { perm: [0, 2, 1] }), shape)
}

/** What the kernel sees at each place, one row a place: (B N, k C). Emitted once for the convolution and its gradient. */
function gatherPatches(emit: Emitter, name: string, shape: Shape, places: Shape, table: Int32Array): string {
  const [batch, channels, height, width] = shape
  const pixels = height * width
  const count = places[0] * places[1]
  const planes = channelsLast(emit, name, shape)
  const rows = [batch * count, (table.length / count) * channels]
  if (table.length === pixels && table.every((from, i) => from === i)) return emit.reshape(planes, rows)
  const needsZero = table.includes(pixels)
  const padded = needsZero ? emit.node('Pad', [planes, emit.integers([0, 0, 0, 0, 1, 0])]) : planes
  return emit.reshape(emit.node('Gather', [padded, emit.table(table)], { axis: 1 }), rows)
}

function patchesOf(
  emit: Emitter,
  name: string,
  image: Shape,
  places: Shape,
  kernel: Shape,
  attributes: ConvolutionAttributes,
) {
  const { stride, padding } = attributes
  const table = tabulate(places, image.slice(2), kernel, (place, offset) => place * stride + offset - padding)
  return gatherPatches(emit, name, image, places, table)
}

/**
 * A convolution: ONNX Runtime's own where the kernel is known (it is packed then), else one large product of
 * gathered patches, which the gradient of the kernel shares.
 */
export function lowerConvolution(
  emit: Emitter,
  [image, weights]: readonly string[],
  y: Value<'conv2d'>,
): string {
  const [imageValue, weightsValue] = y.inputs
  const [channelsOut, channelsIn, ...kernel] = weightsValue.shape
  const { stride, padding } = y.attributes
  if (weightsValue.op === 'constant') {
    const pads = [padding, padding, padding, padding]
    return emit.node('Conv', [image, weights], { kernel_shape: kernel, pads, strides: [stride, stride] })
  }
  const patches = patchesOf(emit, image, imageValue.shape, y.shape.slice(2), kernel, y.attributes)
  const behind = emit.node('Transpose', [weights], { perm: [0, 2, 3, 1] }) // (O, k, C)
  const matrix = emit.reshape(behind, [channelsOut, kernel[0] * kernel[1] * channelsIn])
  return channelsFirst(emit, emit.fused('FusedMatMul', [patches, matrix], { transB: 1 }), y.shape)
}

/** Pixels of a plane from which on gathering patches costs more than it spares (measured: a decoder's step 1.2 times as fast). */
const LARGE_PLANE = 256

/** The gradient of an image of unmoved places: a convolution of `dy` with the kernel turned round, channels swapped. */
function convolveTurned(
  emit: Emitter,
  dy: string,
  weights: string,
  [channelsOut, channelsIn, ...kernel]: Shape,
  padding: number,
): string {
  const positions = kernel[0] * kernel[1]
  const flat = emit.reshape(weights, [channelsOut, channelsIn, positions])
  const swapped = emit.node('Transpose', [flat], { perm: [1, 0, 2] })
  const backwards = emit.table(Int32Array.from({ length: positions }, (_, i) => positions - 1 - i))
  const turned = emit.node('Gather', [swapped, backwards], { axis: 2 })
  const pads = [0, 1, 0, 1].map(axis => kernel[axis] - 1 - padding)
  const own = emit.reshape(turned, [channelsIn, channelsOut, ...kernel])
  return emit.node('Conv', [dy, own], { kernel_shape: kernel, pads, strides: [1, 1] })
}

/** The gradient of the image: every pixel gathers the places that saw it, and meets the kernel's same position there. */
export function lowerConvolutionImage(
  emit: Emitter,
  [dy, weights]: readonly string[],
  y: Value<'conv2dImage'>,
): string {
  const [dyValue, weightsValue] = y.inputs
  const [channelsOut, channelsIn, ...kernel] = weightsValue.shape
  const { stride, padding } = y.attributes
  const pixels = y.shape.slice(2)
  const isLarge = pixels[0] * pixels[1] >= LARGE_PLANE
  if (isLarge && stride === 1 && padding < Math.min(...kernel)) {
    return convolveTurned(emit, dy, weights, weightsValue.shape, padding)
  }
  const table = tabulate(
    pixels,
    dyValue.shape.slice(2),
    kernel,
    (pixel, offset) => (pixel + padding - offset) / stride,
  )
  const patches = gatherPatches(emit, dy, dyValue.shape, pixels, table)
  const front = emit.node('Transpose', [weights], { perm: [2, 3, 0, 1] }) // (k, O, C)
  const matrix = emit.reshape(front, [kernel[0] * kernel[1] * channelsOut, channelsIn])
  return channelsFirst(emit, emit.node('MatMul', [patches, matrix]), y.shape)
}

/** The gradient of the kernel: one product over all images and places. */
export function lowerConvolutionKernel(
  emit: Emitter,
  [image, dy]: readonly string[],
  y: Value<'conv2dKernel'>,
): string {
  const [imageValue, dyValue] = y.inputs
  const [channelsOut, channelsIn, ...kernel] = y.shape
  const [batch, , rows, columns] = dyValue.shape
  const patches = patchesOf(emit, image, imageValue.shape, [rows, columns], kernel, y.attributes)
  const flat = emit.reshape(channelsLast(emit, dy, dyValue.shape), [batch * rows * columns, channelsOut])
  const product = emit.fused('FusedMatMul', [flat, patches], { transA: 1 }) // (O, k C)
  const behind = emit.reshape(product, [channelsOut, ...kernel, channelsIn])
  return emit.node('Transpose', [behind], { perm: [0, 3, 1, 2] })
}
