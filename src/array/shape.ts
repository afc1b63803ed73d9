/** The size of an array along each axis, outermost first. `[]` is a scalar. */
export type Shape = readonly number[]

/** Number of elements of an array of this shape. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((product, size) => product * size, 1)
}

/** A shape as people read it: `[2, 3]`. */
export function formatShape(shape: Shape): string {
  return `[${shape.join(', ')}]`
}

/** Whether two shapes are equal, axis by axis. */
export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis])
}

/** Row-major strides, in elements. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length)
  let stride = 1
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride
    stride *= shape[axis]
  }
  return strides
}

/** NumPy's broadcasting: shapes are aligned at the right, an axis of size 1 stretches. Undefined when they do not fit. */
export function broadcastShapes(a: Shape, b: Shape): Shape | undefined {
  const rank = Math.max(a.length, b.length)
  const result = new Array<number>(rank)
  for (let back = 1; back <= rank; back++) {
    const sizeA = a[a.length - back] ?? 1
    const sizeB = b[b.length - back] ?? 1
    if (sizeA !== sizeB && sizeA !== 1 && sizeB !== 1) return undefined
    result[rank - back] = sizeA === 1 ? sizeB : sizeA
  }
  return result
}

/** Counts an axis from the end when it is negative. */
export function normalizeAxis(axis: number, rank: number): number {
  const normal = axis < 0 ? axis + rank : axis
  if (!Number.isInteger(normal) || normal < 0 || normal >= rank) {
    throw new RangeError(`axis ${axis} is outside an array of ${rank} axes`)
  }
  return normal
}
