// `npm run bench [-- --only NAME]`: what this machine can multiply, and how near to it the models come, one JSON object a
// line. `limit` is the rate of a large float32 matrix product in the same run, with the same number of threads, or of one
// worker where several are measured.
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { benchmarks } from './benchmarks.ts'
import { measureProduct } from './measure.ts'

const { values } = parseArgs({ options: { only: { type: 'string' } } })
const chosen = Object.keys(benchmarks).filter(name => values.only === undefined || name === values.only)
if (chosen.length === 0) {
  console.error(`--only must be one of ${Object.keys(benchmarks).join(', ')}, got "${values.only}"`)
  process.exit(2)
}

for (const name of chosen) {
  // Measured anew beside each benchmark: other work on the machine comes and goes.
  const threads = name.endsWith('.1') ? 1 : availableParallelism()
  const before = await measureProduct(threads)
  const rows = await benchmarks[name]()
  const product = (before + (await measureProduct(threads))) / 2
  for (const { name, value, unit, perUnit = 1, limit } of rows) {
    const most = limit ?? product / perUnit
    const round = (x: number) => Number(x.toPrecision(4))
    console.log(
      JSON.stringify({ name, value: round(value), unit, limit: round(most), ratio: round(value / most) }),
    )
  }
}
