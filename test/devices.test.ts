// Every op on the devices besides the processor: WebGPU in Node, wasm and WebGPU in a browser. Without a graphics card
// Chromium's software adapter computes; where Chromium or Vulkan is not there, the tests say so and are skipped.
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { test } from 'node:test'
import { build } from 'esbuild'
import { chromium } from 'playwright-core'
import * as array from '../src/array/index.ts'
import { cases, findDifference, prepareCase } from './opCases.ts'

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  existsSync,
)
const softwareVulkan = '/usr/lib/chromium/vk_swiftshader_icd.json'
if (existsSync(softwareVulkan)) {
  process.env.VK_ICD_FILENAMES ??= softwareVulkan
  process.env.XDG_RUNTIME_DIR ??= '/tmp'
}
const { compile } = await import('../src/onnx/index.ts')

const doubled = { y: array.mul(array.input('x', [2]), 2) }

/** Why WebGPU cannot be tested here, or false. */
async function missingWebGpu(): Promise<string | false> {
  try {
    const compiled = await compile(doubled, { device: 'webgpu' })
    await compiled.release()
    return false
  } catch (error) {
    return `no WebGPU adapter here: ${(error as Error).message.split('\n')[0]}`
  }
}

test('WebGPU in Node computes every op, forward and backward', { skip: await missingWebGpu() }, async () => {
  const failures: string[] = []
  for (const [op, list] of Object.entries(cases)) {
    for (const example of list) {
      const { outputs, feeds, expected } = prepareCase(op, example)
      const compiled = await compile(outputs, { device: 'webgpu' })
      const inputs = compiled.inputs.map(({ name, shape }) => [name, { shape, data: feeds[name] }])
      const results = await compiled.run(Object.fromEntries(inputs))
      await compiled.release()
      for (const name of Object.keys(outputs)) {
        const difference = findDifference(results[name].data, expected[name], 2e-4)
        if (difference) failures.push(`${op} ${name}: ${difference}`)
      }
    }
  }
  assert.deepEqual(failures, [])
})

/** Serves the page, its script and the files of onnxruntime-web, all from this machine. */
async function servePage(): Promise<Server> {
  const bundle = await build({
    entryPoints: ['test/browserOps.ts'],
    bundle: true,
    format: 'esm',
    write: false,
    conditions: ['onnxruntime-web-use-extern-wasm'],
    platform: 'browser',
  })
  const script = bundle.outputFiles[0].contents
  const types: Record<string, string> = { '.mjs': 'text/javascript', '.wasm': 'application/wasm' }
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    const file = path.join('node_modules/onnxruntime-web/dist', path.basename(pathname))
    if (pathname === '/')
      response.setHeader('Content-Type', 'text/html').end('<script type="module" src="/test.js"></script>')
    else if (pathname === '/test.js') response.setHeader('Content-Type', 'text/javascript').end(script)
    else if (pathname.startsWith('/ort/') && existsSync(file)) {
      response.setHeader('Content-Type', types[path.extname(file)] ?? 'application/octet-stream')
      response.end(readFileSync(file))
    } else response.writeHead(404).end()
  })
  await new Promise<void>(resolve => server.listen(0, resolve))
  return server
}

test('wasm and WebGPU in a browser compute every op, forward and backward', {
  skip: !executablePath && 'no Chromium here',
}, async t => {
  const server = await servePage()
  const browser = await chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-dev-shm-usage',
      '--enable-unsafe-webgpu',
      '--enable-features=Vulkan',
      '--use-webgpu-adapter=swiftshader',
    ],
  })
  try {
    const page = await browser.newPage()
    await page.goto(`http://localhost:${(server.address() as AddressInfo).port}/`)
    await page.waitForFunction('globalThis.runCases')
    const total = Object.values(cases).reduce((sum, list) => sum + list.length, 0)
    const hasAdapter = await page.evaluate('navigator.gpu?.requestAdapter().then(Boolean) ?? false')
    for (const device of ['wasm', 'webgpu']) {
      if (device === 'webgpu' && !hasAdapter) {
        t.diagnostic('WebGPU skipped: this Chromium has no adapter')
        continue
      }
      const ran = await page.evaluate(`runCases('${device}')`)
      assert.deepEqual(ran, { failures: [], count: total, device })
    }
  } finally {
    await browser.close()
    server.close()
  }
})

test('a device that is not here is named with those that are; `auto` finds one', async () => {
  await assert.rejects(
    compile(doubled, { device: 'wasm' }),
    /`device` must be one that is here \(cpu.*got wasm/,
  )
  const compiled = await compile(doubled, { device: 'auto' })
  const { y } = await compiled.run({ x: { shape: [2], data: Float32Array.of(1, 2) } })
  assert.deepEqual([...y.data], [2, 4])
  await compiled.release()
})

test('the same graph shares a session until the last user gives it up', async () => {
  const [first, second] = [await compile(doubled), await compile(doubled)]
  await first.release()
  const { y } = await second.run({ x: { shape: [2], data: Float32Array.of(3, 4) } })
  assert.deepEqual([...y.data], [6, 8])
  await second.release()
})

test('linear layers on 8-bit integers come near the float32 ones', async () => {
  const random = array.createRandom(1)
  const draw = (shape: readonly number[]) => random.fillNormal(new Float32Array(array.sizeOf(shape)))
  const weights = array.constant(draw([256, 128]), [256, 128])
  const y = { y: array.linear(array.input('x', [4, 16, 256]), weights) }
  const x = { shape: [4, 16, 256], data: draw([4, 16, 256]) }
  const [exact, quantized] = [await compile(y), await compile(y, { quantize: 'int8' })]
  const [a, b] = [await exact.run({ x }), await quantized.run({ x })]
  await Promise.all([exact.release(), quantized.release()])
  let [error, size] = [0, 0]
  a.y.data.forEach((value, i) => {
    error += (value - b.y.data[i]) ** 2
    size += value ** 2
  })
  const relative = Math.sqrt(error / size)
  assert.ok(relative > 0 && relative < 0.03, `relative error ${relative}`)
})
