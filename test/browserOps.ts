// Runs in a page: every case of every op on onnxruntime-web, against the float64 reference.
import { compile, type Device, setWasmFolder } from '../src/onnx/web.ts'
import { cases, findDifference, prepareCase } from './opCases.ts'

/** Failures by case, empty when all is well; and how many cases ran. */
async function runCases(device: Device): Promise<{ failures: string[]; count: number; device: string }> {
  setWasmFolder('/ort/')
  const failures: string[] = []
  let count = 0
  let used = ''
  for (const [op, list] of Object.entries(cases)) {
    for (const example of list) {
      const { outputs, feeds, expected } = prepareCase(op, example)
      const compiled = await compile(outputs, { device, threads: 1 })
      used = compiled.device
      const inputs = compiled.inputs.map(({ name, shape }) => [name, { shape, data: feeds[name] }])
      const results = await compiled.run(Object.fromEntries(inputs))
      await compiled.release()
      for (const name of Object.keys(outputs)) {
        const difference = findDifference(results[name].data, expected[name], 2e-4)
        if (difference) failures.push(`${op} ${name}: ${difference}`)
      }
      count++
    }
  }
  return { failures, count, device: used }
}

Object.assign(globalThis, { runCases })
