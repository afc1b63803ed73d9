import assert from 'node:assert/strict'
import { test } from 'node:test'
import { countMultiplyAdds, createRandom, evaluateReference, input } from '../array/index.ts'
import { dit, ditInput, ditSizes, ditSpecs } from './dit.ts'
import { countParameters, initializeParameters, traceParameters } from './parameters.ts'

/** Parameters and 10^9 multiply-adds as published, for patches of 8, 4 and 2 (2212.09748, table 4 and its code). */
const published: Record<keyof typeof ditSizes, [number, number][]> = {
  S: [
    [33_148_160, 0.36],
    [32_945_024, 1.41],
    [32_963_360, 6.06],
  ],
  B: [
    [130_881_536, 1.42],
    [130_475_648, 5.56],
    [130_512_416, 23.01],
  ],
  L: [
    [458_594_816, 5.01],
    [458_053_760, 19.7],
    [458_102_816, 80.71],
  ],
  XL: [
    [675_683_072, 7.39],
    [675_074_432, 29.05],
    [675_129_632, 118.64],
  ],
}

for (const [name, rows] of Object.entries(published)) {
  for (const [i, [parameters, giga]] of rows.entries()) {
    const patch = [8, 4, 2][i]
    test(`DiT-${name}/${patch} has the published size`, () => {
      const config = { ...ditSizes[name as keyof typeof ditSizes], patch }
      const specs = ditSpecs(config)
      assert.equal(countParameters(specs), parameters)
      const { side, channels } = ditInput
      const latents = input('latents', [1, channels, side, side])
      const output = dit(
        traceParameters(specs, 'dit'),
        latents,
        input('times', [1]),
        input('classes', [1], 'int32'),
        config,
      )
      assert.deepEqual(output.shape, [1, 2 * channels, side, side])
      const count = countMultiplyAdds([output]) / 1e9
      // Published with two decimals: half a hundredth is rounding.
      assert.ok(Math.abs(count - giga) <= 0.005 * giga + 0.005, `${count} instead of ${giga}`)
    })
  }
}

test('a DiT begins with zeros everywhere (adaLN-zero), and once trained it hears the class', () => {
  const config = { width: 16, depth: 1, heads: 2, patch: 8 }
  const specs = ditSpecs(config)
  const params = initializeParameters(specs, createRandom(1))
  const { side, channels } = ditInput
  const shape = [1, channels, side, side]
  const inputs = [input('latents', shape), input('times', [1]), input('classes', [1], 'int32')] as const
  const output = dit(traceParameters(specs, 'dit'), ...inputs, config)
  const latents = createRandom(2).fillNormal(new Float32Array(channels * side * side))
  const run = (given: typeof params, label: number) => {
    const feeds = Object.fromEntries(Object.entries(given).map(([name, { data }]) => [`dit.${name}`, data]))
    return evaluateReference([output], { ...feeds, latents, times: [500], classes: [label] })[0].data
  }
  assert.ok(run(params, 3).every(value => value === 0))
  const random = createRandom(3)
  const moved = Object.fromEntries(
    Object.entries(params).map(([name, { shape, data }]) => [
      name,
      { shape, data: data.map(value => value + 0.1 * random.normal()) },
    ]),
  )
  assert.notDeepEqual(run(moved, 3), run(moved, 4))
  assert.deepEqual(run(moved, 3), run(moved, 3))
})
