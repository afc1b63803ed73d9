import { makeValue, topologicalOrder } from './graph.ts'
import type { OpName, Value } from './op.ts'
import { sameShape, sizeOf } from './shape.ts'

/** The number that a scalar constant holds, if it is one. */
function scalarOf(value: Value): number | undefined {
  if (value.op !== 'constant' || sizeOf(value.shape) !== 1 || value.dtype !== 'float32') return undefined
  return (value as Value<'constant'>).attributes.data[0]
}

/** A product with a number, as what is multiplied and the number. */
function scaledOf(value: Value): { of: Value; by: number } | undefined {
  if (value.op !== 'mul') return undefined
  for (const [of, factor] of [value.inputs, [...value.inputs].reverse()]) {
    const by = scalarOf(factor)
    if (by !== undefined && sameShape(of.shape, value.shape)) return { of, by }
  }
  return undefined
}

const broadcasting: ReadonlySet<OpName> = new Set([
  'add',
  'sub',
  'mul',
  'div',
  'maximum',
  'minimum',
  'less',
  'equal',
])

type Users = ReadonlyMap<Value, readonly Value[]>

function usersOf(order: readonly Value[]): Map<Value, Value[]> {
  const users = new Map<Value, Value[]>()
  for (const value of order) {
    for (const part of value.inputs) users.set(part, [...(users.get(part) ?? []), value])
  }
  return users
}

/** Rewrites one node whose inputs are simple already; `original` is what `users` knows it as. */
function rewrite(original: Value, inputs: readonly Value[], users: Users, kept: ReadonlySet<Value>): Value {
  const isUsedOnce = (value: Value) => !kept.has(value) && users.get(value)?.length === 1
  const value: Value = inputs.every((part, i) => part === original.inputs[i])
    ? original
    : { ...original, inputs }
  if (value.op === 'matmul') return scaleOperands(value as Value<'matmul'>)
  if (broadcasting.has(value.op)) {
    const scaled = scaledOf(value)
    const product = scaled?.of
    // c (A B) is one product with a scale.
    const source = original.inputs.find(part => part.op === 'matmul')
    if (scaled && product?.op === 'matmul' && source && isUsedOnce(source)) {
      const { attributes } = product as Value<'matmul'>
      return makeValue('matmul', product.inputs, { ...attributes, scale: attributes.scale * scaled.by })
    }
    return withoutBroadcasts(value)
  }
  return value
}

/** (c A) B is A B with a scale: what multiplies the argument is dropped, or done once less. */
function scaleOperands(value: Value<'matmul'>): Value {
  let { scale } = value.attributes
  const inputs = value.inputs.map(part => {
    const scaled = scaledOf(part)
    if (!scaled) return part
    scale *= scaled.by
    return scaled.of
  })
  return scale === value.attributes.scale
    ? value
    : makeValue('matmul', inputs, { ...value.attributes, scale })
}

/** An elementwise operator stretches its argument itself, as long as the other has the whole shape. */
function withoutBroadcasts(value: Value): Value {
  const inputs = [...value.inputs]
  inputs.forEach((part, i) => {
    const others = inputs.filter((_, j) => j !== i)
    if (part.op === 'broadcast' && others.some(({ shape }) => sameShape(shape, value.shape)))
      inputs[i] = part.inputs[0]
  })
  return inputs.every((part, i) => part === value.inputs[i]) ? value : { ...value, inputs }
}

/** The same results from fewer passes over memory: numbers move into matrix products, broadcasts into their users. */
export function simplify(outputs: Readonly<Record<string, Value>>): Record<string, Value> {
  const order = topologicalOrder(Object.values(outputs))
  const users = usersOf(order)
  const kept = new Set(Object.values(outputs))
  const simple = new Map<Value, Value>()
  for (const value of order) {
    const inputs = value.inputs.map(part => simple.get(part)!)
    simple.set(value, rewrite(value, inputs, users, kept))
  }
  return Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, simple.get(value)!]))
}
