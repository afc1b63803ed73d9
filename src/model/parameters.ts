import {
  constant,
  expectShape,
  flattenTree,
  input,
  type MapTree,
  mapTree,
  type Random,
  type Shape,
  sizeOf,
  stridesOf,
  type Tensor,
  type Tree,
  type Value,
} from '../array/index.ts'

/** A parameter before it has numbers: its shape and the standard deviation it starts with, or a constant. */
export interface ParameterSpec {
  readonly shape: Shape
  readonly start: { readonly deviation: number } | { readonly value: number }
}

/** A tree of parameter specifications becomes a tree of graph inputs with the same keys. */
export type Traced<Specs> = MapTree<Specs, ParameterSpec, Value>

/** Parameters with numbers, by dotted path. */
export type Parameters = Readonly<Record<string, Tensor & { readonly data: Float32Array }>>

const isSpec = (node: unknown): node is ParameterSpec =>
  typeof node === 'object' && node !== null && 'start' in node

/** A matrix `[inputs, outputs]` that keeps the variance of its input, times `gain`. */
export function matrix(inputs: number, outputs: number, gain = 1): ParameterSpec {
  return { shape: [inputs, outputs], start: { deviation: gain / Math.sqrt(inputs) } }
}

/** The kernel of a square convolution, `[outputs, inputs, size, size]`, that keeps the variance, times `gain`. */
export function kernel(inputs: number, outputs: number, size: number, gain = 1): ParameterSpec {
  return {
    shape: [outputs, inputs, size, size],
    start: { deviation: gain / Math.sqrt(inputs * size * size) },
  }
}

/** An array that starts with one number everywhere. */
export function filled(shape: Shape, value: number): ParameterSpec {
  return { shape, start: { value } }
}

/** The specifications by dotted path. */
export function flattenSpecs(specs: Tree<ParameterSpec>): Map<string, ParameterSpec> {
  return flattenTree(specs, isSpec)
}

/** Draws every parameter; the same random state gives the same numbers. */
export function initializeParameters(specs: Tree<ParameterSpec>, random: Random): Parameters {
  const drawn = [...flattenSpecs(specs)].map(([path, { shape, start }]) => {
    const data = new Float32Array(sizeOf(shape))
    if ('value' in start) data.fill(start.value)
    else for (let i = 0; i < data.length; i++) data[i] = random.normal() * start.deviation
    return [path, { shape, data }] as const
  })
  return Object.fromEntries(drawn)
}

/**
 * Copies what a trained model has into parameters of the same or a larger shape: the corner that both have, so
 * that new words, blocks or channels are added to what is known. Parameters it does not have stay as drawn.
 */
export function growParameters(drawn: Parameters, given: Readonly<Record<string, Tensor>>): void {
  for (const [name, { shape, data }] of Object.entries(drawn)) {
    const from = given[name]
    if (!from || from.shape.length !== shape.length) continue
    const shared = shape.map((size, axis) => Math.min(size, from.shape[axis]))
    const [run] = shared.slice(-1)
    const [strides, fromStrides] = [stridesOf(shape), stridesOf(from.shape)]
    for (let row = 0; row < sizeOf(shared) / Math.max(1, run ?? 1); row++) {
      let [left, to, source] = [row, 0, 0]
      for (let axis = shape.length - 2; axis >= 0; axis--) {
        const at = left % shared[axis]
        left = Math.floor(left / shared[axis])
        to += at * strides[axis]
        source += at * fromStrides[axis]
      }
      data.set(from.data.subarray(source, source + (run ?? 1)), to)
    }
  }
}

/** The tensors whose names begin with `prefix.`, without it. */
export function selectParameters(tensors: Readonly<Record<string, Tensor>>, prefix: string): Parameters {
  const chosen = Object.entries(tensors).filter(([name]) => name.startsWith(`${prefix}.`))
  return Object.fromEntries(
    chosen.map(([name, tensor]) => [name.slice(prefix.length + 1), tensor]),
  ) as Parameters
}

/** Graph inputs for every parameter, named `prefix.path`. */
export function traceParameters<Specs extends Tree<ParameterSpec>>(
  specs: Specs,
  prefix: string,
): Traced<Specs> {
  return mapTree(specs, isSpec, ({ shape }, path) => input(`${prefix}.${path}`, shape)) as Traced<Specs>
}

/** Parameters with their numbers as constants of the graph: what is compiled then runs 1.1 to 1.4 times as fast. */
export function fixParameters<Specs extends Tree<ParameterSpec>>(
  specs: Specs,
  params: Parameters,
): Traced<Specs> {
  expectParameters(specs, params)
  return mapTree(specs, isSpec, ({ shape }, path) => constant(params[path].data, shape)) as Traced<Specs>
}

/** How many numbers the parameters hold. */
export function countParameters(specs: Tree<ParameterSpec>): number {
  return [...flattenSpecs(specs).values()].reduce((total, { shape }) => total + sizeOf(shape), 0)
}

/** Puts values given by dotted path into the tree of the specifications. */
export function nestValues<Specs extends Tree<ParameterSpec>>(
  specs: Specs,
  values: Readonly<Record<string, Value>>,
): Traced<Specs> {
  return mapTree(specs, isSpec, (_, path) => values[path]) as Traced<Specs>
}

/**
 * Checks that parameters are exactly those of the specifications.
 * @throws TypeError naming the parameter that is missing, not known, or of another shape.
 */
export function expectParameters(specs: Tree<ParameterSpec>, given: Parameters): void {
  const expected = flattenSpecs(specs)
  for (const [path, { shape }] of expected) {
    if (!given[path]) throw new TypeError(`parameter ${path} is missing`)
    expectShape(`parameter ${path}`, given[path], shape)
  }
  const extra = Object.keys(given).find(path => !expected.has(path))
  if (extra) throw new TypeError(`parameter ${extra} does not belong to this model`)
}
