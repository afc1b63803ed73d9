import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Tensor } from '../array/index.ts'
/** Temporary: the store helper replaces this file. */
export function saveTensors(file: string, tensors: Readonly<Record<string, Tensor>>): void {
  const header: Record<string, unknown> = {}
  let offset = 0
  const parts: Uint8Array[] = []
  for (const [name, { shape, data }] of Object.entries(tensors)) {
    header[name] = { dtype: data instanceof Int32Array ? 'I32' : 'F32', shape, data_offsets: [offset, offset + data.byteLength] }
    offset += data.byteLength
    parts.push(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
  }
  let json = JSON.stringify(header)
  json += ' '.repeat((8 - (json.length % 8)) % 8)
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(json.length))
  writeFileSync(`${file}.tmp`, Buffer.concat([length, Buffer.from(json), ...parts]))
  renameSync(`${file}.tmp`, file)
}
/** Temporary. */
export function loadTensors(file: string): { tensors: Record<string, Tensor> } {
  const bytes = readFileSync(file)
  const length = Number(bytes.readBigUInt64LE())
  const header = JSON.parse(bytes.subarray(8, 8 + length).toString()) as Record<string, { shape: number[]; data_offsets: [number, number] }>
  const tensors = Object.fromEntries(Object.entries(header).map(([name, { shape, data_offsets: [a, b] }]) => {
    return [name, { shape, data: new Float32Array(bytes.buffer.slice(bytes.byteOffset + 8 + length + a, bytes.byteOffset + 8 + length + b)) }]
  }))
  return { tensors }
}
/** Temporary. */
export function saveCheckpoint(folder: string, { step, config, tensors }: { step: number; config: unknown; tensors: Readonly<Record<string, Tensor>> }): void {
  const name = `step-${String(step).padStart(8, '0')}`
  const temporary = path.join(folder, `${name}.tmp`)
  mkdirSync(temporary, { recursive: true })
  saveTensors(path.join(temporary, 'weights.safetensors'), tensors)
  writeFileSync(path.join(temporary, 'config.json'), JSON.stringify({ formatVersion: 1, step, config }))
  rmSync(path.join(folder, name), { recursive: true, force: true })
  renameSync(temporary, path.join(folder, name))
  for (const old of readdirSync(folder).filter(n => /^step-\d+$/.test(n)).sort().slice(0, -2)) rmSync(path.join(folder, old), { recursive: true })
}
/** Temporary. */
export function loadCheckpoint(folder: string): { step: number; config: unknown; tensors: Record<string, Tensor> } | undefined {
  const name = existsSync(folder) ? readdirSync(folder).filter(n => /^step-\d+$/.test(n)).sort().pop() : undefined
  if (!name) return undefined
  const { step, config } = JSON.parse(readFileSync(path.join(folder, name, 'config.json'), 'utf8'))
  return { step, config, tensors: loadTensors(path.join(folder, name, 'weights.safetensors')).tensors }
}
