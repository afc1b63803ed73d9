import type { DType, OpAttributes, OpName, Value } from './op.ts'
import { type Shape, sizeOf } from './shape.ts'
import { shapeRules } from './shapes.ts'

/**
 * Adds a node to the graph; its shape and dtype come from the shape rule of `op`.
 * @throws TypeError naming the op and the shapes that do not fit.
 */
export function makeValue<K extends OpName>(
  op: K,
  inputs: readonly Value[],
  attributes: OpAttributes[K],
): Value<K> {
  const { shape, dtype } = shapeRules[op](inputs, attributes)
  return { op, inputs, attributes, shape, dtype }
}

/** Whether a node of a tree is a value of the graph. */
export const isValue = (node: unknown): node is Value =>
  typeof node === 'object' && node !== null && 'op' in node

/** A named input of the program. */
export function input(name: string, shape: Shape, dtype: DType = 'float32'): Value<'input'> {
  return makeValue('input', [], { name, shape, dtype })
}

/** Numbers known when the graph is built; a plain number is a float32 scalar. */
export function constant(
  data: number | readonly number[] | Float32Array | Int32Array,
  shape?: Shape,
): Value<'constant'> {
  const array =
    typeof data === 'number'
      ? Float32Array.of(data)
      : data instanceof Int32Array || data instanceof Float32Array
        ? data
        : Float32Array.from(data)
  const of = shape ?? (typeof data === 'number' ? [] : [array.length])
  if (sizeOf(of) !== array.length) {
    throw new TypeError(`constant: ${array.length} numbers do not fill a shape of ${sizeOf(of)}`)
  }
  const dtype = array instanceof Int32Array ? 'int32' : 'float32'
  return makeValue('constant', [], { data: array, shape: of, dtype })
}

/** Every node that `outputs` depend on, inputs before users. */
export function topologicalOrder(outputs: readonly Value[]): Value[] {
  const order: Value[] = []
  const seen = new Set<Value>()
  const stack: { value: Value; next: number }[] = []
  const visit = (value: Value) => {
    if (!seen.has(value)) {
      seen.add(value)
      stack.push({ value, next: 0 })
    }
  }
  for (const output of outputs) {
    visit(output)
    while (stack.length > 0) {
      const top = stack[stack.length - 1]
      if (top.next < top.value.inputs.length) visit(top.value.inputs[top.next++])
      else order.push(stack.pop()!.value)
    }
  }
  return order
}
