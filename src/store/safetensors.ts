import {
  closeSync,
  fstatSync,
  fsyncSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { crc32 } from 'node:zlib'
import { z } from 'zod'
import { type Shape, sizeOf, type Tensor } from '../array/index.ts'
import { fromHalves, toHalf } from './half.ts'

// The format: 8 bytes of header length, a JSON header, the data (github.com/huggingface/safetensors).

/** How numbers are stored. */
export type StoredType = 'F32' | 'F16'

const itemSizes: Readonly<Record<string, number>> = {
  ...{ F64: 8, F32: 4, F16: 2, BF16: 2 },
  ...{ I64: 8, U64: 8, I32: 4, U32: 4, I16: 2, U16: 2, I8: 1, U8: 1, BOOL: 1 },
}

/** Metadata of our own files: the CRC-32 of each tensor's bytes, as JSON. Other writers have none, and are trusted. */
const CHECKSUMS = 'crc32'

const entrySchema = z.object({
  dtype: z.string(),
  shape: z.array(z.number().int().min(0)),
  data_offsets: z.tuple([z.number().int().min(0), z.number().int().min(0)]),
})

type Entry = z.infer<typeof entrySchema>

const LARGEST_HEADER = 100_000_000

function encodeData({ data }: Tensor, dtype: StoredType): { dtype: string; bytes: Uint8Array } {
  if (data instanceof Int32Array)
    return { dtype: 'I32', bytes: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) }
  if (dtype === 'F32') return { dtype, bytes: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) }
  return { dtype, bytes: new Uint8Array(Uint16Array.from(data, toHalf).buffer) }
}

/**
 * Writes a file so that a crash at any moment leaves the old one or the new one: temporary file, sync, rename.
 * @throws Error of the file system (ENOSPC, EACCES ...); the temporary file is removed then.
 */
export function writeAtomically(file: string, parts: readonly Uint8Array[]): void {
  const temporary = `${file}.tmp`
  const descriptor = openSync(temporary, 'w')
  try {
    for (const part of parts) {
      for (let written = 0; written < part.length; ) written += writeSync(descriptor, part, written)
    }
    fsyncSync(descriptor)
    renameSync(temporary, file)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  } finally {
    closeSync(descriptor)
  }
}

/**
 * Writes tensors as safetensors.
 * @param options.dtype how float32 arrays are stored; int32 stays int32
 */
export function saveTensors(
  file: string,
  tensors: Readonly<Record<string, Tensor>>,
  { dtype = 'F32', metadata }: { dtype?: StoredType; metadata?: Readonly<Record<string, string>> } = {},
): void {
  const header: Record<string, unknown> = {}
  const checksums: Record<string, number> = {}
  const parts: Uint8Array[] = []
  let offset = 0
  for (const [name, tensor] of Object.entries(tensors)) {
    const { dtype: stored, bytes } = encodeData(tensor, dtype)
    header[name] = { dtype: stored, shape: tensor.shape, data_offsets: [offset, offset + bytes.length] }
    checksums[name] = crc32(bytes)
    offset += bytes.length
    parts.push(bytes)
  }
  header.__metadata__ = { ...metadata, [CHECKSUMS]: JSON.stringify(checksums) }
  const json = Buffer.from(JSON.stringify(header))
  const padded = Buffer.concat([json, Buffer.alloc((8 - (json.length % 8)) % 8, ' ')])
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(padded.length))
  writeAtomically(file, [length, padded, ...parts])
}

function decodeData(dtype: string, bytes: ArrayBuffer): Float32Array | Int32Array {
  switch (dtype) {
    case 'F32':
      return new Float32Array(bytes)
    case 'F16':
      return fromHalves(new Uint16Array(bytes))
    case 'BF16':
      return new Float32Array(Uint32Array.from(new Uint16Array(bytes), half => half << 16).buffer)
    case 'F64':
      return Float32Array.from(new Float64Array(bytes))
    case 'I32':
      return new Int32Array(bytes)
    case 'I16':
      return Int32Array.from(new Int16Array(bytes))
    case 'U16':
      return Int32Array.from(new Uint16Array(bytes))
    case 'I8':
      return Int32Array.from(new Int8Array(bytes))
    case 'U8':
    case 'BOOL':
      return Int32Array.from(new Uint8Array(bytes))
    case 'U32':
      return narrow(new Uint32Array(bytes))
    default:
      return narrow(dtype === 'U64' ? new BigUint64Array(bytes) : new BigInt64Array(bytes))
  }
}

/** Wide integers as int32. */
function narrow(values: Uint32Array | BigInt64Array | BigUint64Array): Int32Array {
  return Int32Array.from(values as ArrayLike<number | bigint>, value => {
    const number = Number(value)
    if (number !== (number | 0)) throw new RangeError(`holds ${value}, which does not fit in 32 bits`)
    return number
  })
}

function checkEntry(
  file: string,
  name: string,
  { dtype, shape, data_offsets: [start, end] }: Entry,
  dataSize: number,
): void {
  const fail = (problem: string) => {
    throw new Error(`${file}: tensor ${name} ${problem}`)
  }
  if (!(dtype in itemSizes))
    fail(`has the type ${dtype}, which is not supported (${Object.keys(itemSizes).join(', ')})`)
  const expected = sizeOf(shape as Shape) * itemSizes[dtype]
  if (end - start !== expected) fail(`needs ${expected} bytes for its shape, but has ${end - start}`)
  if (end > dataSize) fail(`is cut off: it ends at byte ${end} of ${dataSize} bytes of data`)
}

function readHeader(file: string, bytes: Buffer): { start: number; header: Record<string, unknown> } {
  const length = bytes.length >= 8 ? Number(bytes.readBigUInt64LE()) : Number.NaN
  if (!(length <= LARGEST_HEADER && 8 + length <= bytes.length)) {
    throw new Error(`${file} is no safetensors file, or its header is cut off`)
  }
  try {
    const header: unknown = JSON.parse(bytes.toString('utf8', 8, 8 + length))
    return { start: 8 + length, header: z.record(z.string(), z.unknown()).parse(header) }
  } catch {
    throw new Error(`${file}: the header is damaged (no JSON object)`)
  }
}

/**
 * What the header says of every tensor, checked against the bytes that are there.
 * @throws Error naming the file and the tensor that is cut off, does not fit or overlaps another.
 */
function readEntries(file: string, header: Record<string, unknown>, dataSize: number): [string, Entry][] {
  const entries = Object.entries(header).map(([name, value]): [string, Entry] => {
    const parsed = entrySchema.safeParse(value)
    if (!parsed.success) throw new Error(`${file}: the header of tensor ${name} is damaged`)
    checkEntry(file, name, parsed.data, dataSize)
    return [name, parsed.data]
  })
  const placed = entries.toSorted(([, a], [, b]) => a.data_offsets[0] - b.data_offsets[0])
  const overlap = placed.findIndex(
    ([, entry], i) => i > 0 && entry.data_offsets[0] < placed[i - 1][1].data_offsets[1],
  )
  if (overlap > 0) {
    throw new Error(`${file}: tensors ${placed[overlap - 1][0]} and ${placed[overlap][0]} overlap`)
  }
  return entries
}

function readChecksums(file: string, json: string): Readonly<Record<string, number>> {
  try {
    return z.record(z.string(), z.number()).parse(JSON.parse(json))
  } catch {
    throw new Error(`${file}: the checksums in the header are damaged`)
  }
}

/**
 * Reads a safetensors file of any writer; every float type becomes float32, integers and bools int32.
 * @throws Error naming the file and the tensor that is cut off, damaged, or does not fit.
 */
export function loadTensors(file: string): {
  tensors: Record<string, Tensor>
  metadata: Readonly<Record<string, string>>
} {
  const bytes = readFileSync(file)
  const { start, header } = readHeader(file, bytes)
  const { __metadata__ = {}, ...rest } = header
  const { [CHECKSUMS]: sums = '{}', ...metadata } = __metadata__ as Record<string, string>
  const checksums = readChecksums(file, sums)
  const tensors: Record<string, Tensor> = {}
  for (const [name, { dtype, shape, data_offsets }] of readEntries(file, rest, bytes.length - start)) {
    const [from, to] = data_offsets
    // A copy, because numbers must be aligned in memory and need not be in the file.
    const data = bytes.buffer.slice(
      bytes.byteOffset + start + from,
      bytes.byteOffset + start + to,
    ) as ArrayBuffer
    if (name in checksums && crc32(new Uint8Array(data)) !== checksums[name]) {
      throw new Error(`${file}: tensor ${name} is damaged: its checksum does not fit`)
    }
    try {
      tensors[name] = { shape, data: decodeData(dtype, data) }
    } catch (error) {
      throw new Error(`${file}: tensor ${name} ${(error as Error).message}`)
    }
  }
  return { tensors, metadata }
}

/** A tensor in a file, read a part at a time. */
export interface StoredTensor {
  readonly shape: Shape
  /**
   * The `count` numbers from number `start` on, in the order of the file, as float32 (integers as int32); their checksum is not
   * looked at.
   * @throws Error naming the file when it has become shorter.
   */
  readPart(start: number, count: number): Float32Array | Int32Array
}

/**
 * Opens a safetensors file without reading its numbers; the file stays open while the process lives.
 * @throws Error naming the file and the tensor that is cut off or does not fit.
 */
export function openTensors(file: string): Readonly<Record<string, StoredTensor>> {
  const descriptor = openSync(file, 'r')
  try {
    return describeTensors(file, descriptor)
  } catch (error) {
    closeSync(descriptor)
    throw error
  }
}

function describeTensors(file: string, descriptor: number): Record<string, StoredTensor> {
  const { size } = fstatSync(descriptor)
  const read = (length: number, position: number) => {
    const bytes = Buffer.from(new ArrayBuffer(length))
    if (readSync(descriptor, bytes, 0, length, position) === length) return bytes
    throw new Error(`${file} is cut off: bytes ${position} to ${position + length} are not all there`)
  }
  const headerSize = size < 8 ? 0 : Number(read(8, 0).readBigUInt64LE())
  const front = read(Math.min(size, 8 + Math.min(LARGEST_HEADER, headerSize)), 0)
  const { start, header } = readHeader(file, front)
  const { __metadata__: _, ...rest } = header
  const opened = readEntries(file, rest, size - start).map(
    ([name, { shape, dtype, data_offsets: offsets }]) => {
      const readPart = (first: number, count: number) =>
        decodeData(
          dtype,
          read(count * itemSizes[dtype], start + offsets[0] + first * itemSizes[dtype]).buffer as ArrayBuffer,
        )
      return [name, { shape, readPart }] as const
    },
  )
  return Object.fromEntries(opened)
}
