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
  if (value.op === 'reshape' && inputs[0].op === 'reshape') {
    const [source] = inputs[0].inputs
    return sameShape(source.shape, value.shape) ? source : { ...value, inputs: [source] }
  }
  const joined = value.op === 'add' && joinPadded(value)
  if (joined) return joined
  if (broadcasting.has(value.op)) {
    const scaled = scaledOf(value)
    return (scaled && scaleProduct(scaled, original, isUsedOnce)) ?? withoutBroadcasts(value)
  }
  return value
}

/** c (A B) is one product with a scale, also where its result is reshaped before it is multiplied. */
function scaleProduct(
  { of, by }: { of: Value; by: number },
  original: Value,
  isUsedOnce: (value: Value) => boolean,
): Value | undefined {
  if (of.op === 'reshape') {
    const source = original.inputs.find(part => part.op === 'reshape')
    const inner = source && isUsedOnce(source) && scaleProduct({ of: of.inputs[0], by }, source, isUsedOnce)
    return inner ? makeValue('reshape', [inner], { shape: of.shape }) : undefined
  }
  const source = original.inputs.find(part => part.op === 'matmul')
  if (of.op !== 'matmul' || !source || !isUsedOnce(source)) return undefined
  const { attributes } = of as Value<'matmul'>
  return makeValue('matmul', of.inputs, { ...attributes, scale: attributes.scale * by })
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

/** Where a padded value lies in the result, along the only axis that is padded. */
function placeOf(value: Value): { part: Value; axis: number; start: number; end: number } | undefined {
  if (value.op !== 'pad') return undefined
  const { before, after } = (value as Value<'pad'>).attributes
  const axes = value.shape.map((_, axis) => axis).filter(axis => before[axis] + after[axis] > 0)
  const [axis] = axes
  if (axes.length !== 1) return undefined
  return { part: value.inputs[0], axis, start: before[axis], end: value.shape[axis] - after[axis] }
}

/** What a sum adds up, where sums are added again. */
const summandsOf = (value: Value): Value[] =>
  value.op === 'add' ? value.inputs.flatMap(summandsOf) : [value]

/** The sum of padded parts that lie side by side, as the gradients of slices do, is one concatenation. */
function joinPadded(sum: Value): Value | undefined {
  const places = sum.inputs.flatMap(summandsOf).map(placeOf)
  if (!places.every(place => place !== undefined)) return undefined
  places.sort((a, b) => a.start - b.start)
  const [{ axis, start }] = places
  const touch = places.every(
    (place, i) => place.axis === axis && (i === 0 || place.start === places[i - 1].end),
  )
  if (!touch) return undefined
  const isJoined = (part: Value) =>
    part.op === 'concatenate' && (part as Value<'concatenate'>).attributes.axis === axis
  const parts = places.flatMap(({ part }) => (isJoined(part) ? part.inputs : [part]))
  const joined = makeValue('concatenate', parts, { axis })
  const size = sum.shape[axis]
  const rest = size - start - joined.shape[axis]
  if (start + rest === 0) return joined
  const beside = (count: number) => sum.shape.map((_, i) => (i === axis ? count : 0))
  return makeValue('pad', [joined], { before: beside(start), after: beside(rest) })
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
