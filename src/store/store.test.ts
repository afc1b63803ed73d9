import assert from 'node:assert/strict'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { z } from 'zod'
import type { Tensor } from '../array/index.ts'
import { fromHalf, toHalf } from './half.ts'
import {
  loadCheckpoint,
  loadModel,
  loadTensors,
  openTensors,
  replaceModel,
  saveCheckpoint,
  saveModel,
  saveTensors,
} from './index.ts'

const folder = () => mkdtempSync(path.join(tmpdir(), 'aozora-store-'))
const tensors: Record<string, Tensor> = {
  'a.weight': { shape: [2, 3], data: Float32Array.of(1, -2.5, 3.25, 0, 1e-7, 65504) },
  ids: { shape: [3], data: Int32Array.of(-1, 0, 2 ** 31 - 1) },
  scalar: { shape: [], data: Float32Array.of(Math.PI) },
}

test('tensors come back as they were, and 16-bit ones as the nearest half', () => {
  const file = path.join(folder(), 'x.safetensors')
  saveTensors(file, tensors, { metadata: { made: 'here' } })
  assert.deepEqual(loadTensors(file), { tensors, metadata: { made: 'here' } })
  saveTensors(file, tensors, { dtype: 'F16' })
  const halves = loadTensors(file).tensors
  assert.deepEqual([...halves['a.weight'].data], [1, -2.5, 3.25, 0, 1.1920928955078125e-7, 65504])
  assert.ok(Math.abs(halves.scalar.data[0] - Math.PI) < 2 ** -10)
})

test('a part of a tensor is read as the whole would give it, and a file that is cut off is not opened', () => {
  const file = path.join(folder(), 'x.safetensors')
  for (const dtype of ['F32', 'F16'] as const) {
    saveTensors(file, tensors, { dtype })
    const { 'a.weight': whole } = loadTensors(file).tensors
    const { 'a.weight': stored, ids } = openTensors(file)
    assert.deepEqual(stored.shape, [2, 3])
    assert.deepEqual(stored.readPart(1, 4), whole.data.slice(1, 5))
    assert.deepEqual(ids.readPart(2, 1), Int32Array.of(2 ** 31 - 1))
  }
  const bytes = readFileSync(file)
  writeFileSync(file, bytes.subarray(0, bytes.length - 1))
  assert.throws(() => openTensors(file), /x\.safetensors: tensor scalar is cut off/)
})

test('every half survives the way through float and back, and rounding is to nearest, ties to even', () => {
  for (let bits = 0; bits < 65536; bits++) {
    const value = fromHalf(bits)
    if (Number.isNaN(value)) assert.equal(toHalf(value) & 0x7c00, 0x7c00)
    else assert.equal(toHalf(value), bits)
  }
  assert.equal(fromHalf(toHalf(1 + 2 ** -11)), 1)
  assert.equal(fromHalf(toHalf(1 + 3 * 2 ** -11)), 1 + 2 ** -9)
  assert.equal(fromHalf(toHalf(65520)), Number.POSITIVE_INFINITY)
})

test('a file of another writer: BF16, I64, unaligned data, padded header', () => {
  const header = JSON.stringify({
    odd: { dtype: 'I64', shape: [1], data_offsets: [2, 10] },
    brain: { dtype: 'BF16', shape: [], data_offsets: [0, 2] },
  })
  const bytes = Buffer.alloc(8 + header.length + 10)
  bytes.writeBigUInt64LE(BigInt(header.length))
  bytes.write(header, 8)
  bytes.writeUInt16LE(0xc040, 8 + header.length)
  bytes.writeBigInt64LE(-7n, 8 + header.length + 2)
  const file = path.join(folder(), 'other.safetensors')
  writeFileSync(file, bytes)
  const { odd, brain } = loadTensors(file).tensors
  assert.deepEqual([odd.data, brain.data], [Int32Array.of(-7), Float32Array.of(-3)])
})

test('a file of the Python package: every type that it writes', () => {
  const { tensors, metadata } = loadTensors('test/golden/python.safetensors')
  assert.deepEqual(metadata, { format: 'pt' })
  const numbers = Object.fromEntries(Object.entries(tensors).map(([name, { data }]) => [name, [...data]]))
  const near = (name: string, expected: number[], tolerance: number) =>
    expected.forEach((value, i) => {
      assert.ok(Math.abs(numbers[name][i] - value) <= tolerance, `${name} ${i}: ${numbers[name][i]}`)
    })
  near('float32', [0, 1 / 3, 2 / 3, 1, 4 / 3, 5 / 3], 1e-7)
  near('float16', [0, 1 / 7, 2 / 7, 3 / 7], 2e-4)
  near('bfloat16', [0, 1 / 7, 2 / 7, 3 / 7], 2e-3)
  near('float64', [1e-3, 2.5], 1e-9)
  assert.deepEqual(tensors.float32.shape, [2, 3])
  assert.deepEqual(
    [numbers.int32, numbers.int64],
    [
      [1, -2],
      [3, -4, 2 ** 31 - 1],
    ],
  )
  assert.deepEqual([numbers.uint8, numbers.int8, numbers.int16], [[0, 255], [-128, 127], [-300]])
  assert.deepEqual([numbers.bool, numbers.scalar, numbers.empty], [[1, 0, 1], [4.25], []])
  assert.deepEqual([tensors.scalar.shape, tensors.empty.shape], [[], [0, 3]])
  assert.deepEqual(numbers['names/with "quotes" and ünïcode'], [1])
})

test('a changed bit is found, and integers that do not fit are refused, by the name of the tensor', () => {
  const file = path.join(folder(), 'x.safetensors')
  saveTensors(file, tensors)
  const bytes = readFileSync(file)
  bytes[bytes.length - 20] ^= 1
  writeFileSync(file, bytes)
  assert.throws(
    () => loadTensors(file),
    /x\.safetensors: tensor (a\.weight|ids|scalar) is damaged: its checksum/,
  )
  const header = JSON.stringify({ big: { dtype: 'I64', shape: [1], data_offsets: [0, 8] } })
  const other = Buffer.alloc(8 + header.length + 8)
  other.writeBigUInt64LE(BigInt(header.length))
  other.write(header, 8)
  other.writeBigInt64LE(2n ** 31n, 8 + header.length)
  writeFileSync(file, other)
  assert.throws(() => loadTensors(file), /tensor big holds 2147483648, which does not fit in 32 bits/)
})

test('damaged files are named with what is wrong', () => {
  const file = path.join(folder(), 'x.safetensors')
  saveTensors(file, tensors)
  const whole = readFileSync(file)
  for (const [cut, message] of [
    [4, /no safetensors file/],
    [30, /header is cut off/],
    [whole.length - 2, /x\.safetensors: tensor scalar is cut off/],
  ] as const) {
    writeFileSync(file, whole.subarray(0, cut))
    assert.throws(() => loadTensors(file), message)
  }
  writeFileSync(file, Buffer.from(whole.toString('latin1').replace('"F32"', '"F99"'), 'latin1'))
  assert.throws(() => loadTensors(file), /tensor a\.weight has the type F99/)
})

test('checkpoints: the newest is loaded, two are kept, a half-written one is not seen', () => {
  const run = folder()
  assert.equal(loadCheckpoint(run), undefined)
  for (const step of [5, 10, 15]) saveCheckpoint(run, { step, config: { size: step }, tensors })
  assert.deepEqual(readdirSync(run), ['step-00000010', 'step-00000015'])
  writeFileSync(path.join(run, 'step-00000020.tmp'), 'half')
  assert.deepEqual(loadCheckpoint(run), { step: 15, config: { size: 15 }, tensors })
})

test('a model is read with its schema; a wrong field, a newer format, a missing file are named', () => {
  const model = folder()
  const schema = z.strictObject({ width: z.number() })
  saveModel(model, { width: 4 }, tensors, 'F32')
  assert.deepEqual(loadModel(model, schema), { config: { width: 4 }, tensors })
  const file = path.join(model, 'config.json')
  writeFileSync(file, JSON.stringify({ formatVersion: 1, config: { width: 'x' } }))
  assert.throws(() => loadModel(model, schema), /config\.json: `width`/)
  writeFileSync(file, JSON.stringify({ formatVersion: 99, config: {} }))
  assert.throws(() => loadModel(model, schema), /format 99, newer than/)
  writeFileSync(file, '{')
  assert.throws(() => loadModel(model, schema), /damaged/)
  assert.throws(() => loadModel(folder(), schema), /config\.json is missing/)
})

test('a model takes the place of another; what lies beside its weights stays', () => {
  const model = path.join(folder(), 'model')
  const schema = z.strictObject({ width: z.number() })
  const { scalar } = tensors
  replaceModel(model, { width: 1 }, { scalar })
  mkdirSync(path.join(model, 'captioner'))
  writeFileSync(path.join(model, 'captioner', 'config.json'), 'its own')
  replaceModel(model, { width: 2 }, { scalar })
  const expectWidth = (width: number) => {
    assert.deepEqual(loadModel(model, schema).config, { width })
    assert.equal(readFileSync(path.join(model, 'captioner', 'config.json'), 'utf8'), 'its own')
    assert.deepEqual(readdirSync(path.dirname(model)), ['model'])
  }
  expectWidth(2)
  // As if it had been killed between the two renames.
  renameSync(model, `${model}.old`)
  replaceModel(model, { width: 3 }, { scalar })
  expectWidth(3)
})

test('a file that is cut off when it is open already, or has no header, says so', () => {
  const file = path.join(folder(), 'x.safetensors')
  saveTensors(file, tensors)
  const opened = openTensors(file)
  assert.deepEqual(opened['a.weight'].readPart(1, 2), tensors['a.weight'].data.slice(1, 3))
  truncateSync(file, 40)
  assert.throws(() => opened['a.weight'].readPart(0, 6), /x\.safetensors is cut off/)
  for (const size of [40, 4, 0]) {
    truncateSync(file, size)
    assert.throws(() => openTensors(file), /x\.safetensors is no safetensors file, or its header is cut off/)
  }
})
