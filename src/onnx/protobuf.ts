import protobuf from 'protobufjs/minimal.js'
import type { DType } from '../array/index.ts'

/** Attributes of an ONNX node: integers, lists of integers, floats (wrapped, since 1.0 is an integer here) or text. */
export type NodeAttribute = number | readonly number[] | { readonly float: number } | string

/** One ONNX node; the empty domain is ONNX's own. */
export interface Node {
  readonly type: string
  readonly domain: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly attributes: Readonly<Record<string, NodeAttribute>>
}

/** The element types that reach ONNX; int64 only for axes, shapes and the like, int8 for quantised weights. */
export type ElementType = DType | 'int64' | 'int8'

/** A constant of the graph. */
export interface Initializer {
  readonly name: string
  readonly type: ElementType
  readonly shape: readonly number[]
  readonly bytes: Uint8Array
}

/** A named and typed input or output of the graph. */
export interface Port {
  readonly name: string
  readonly type: ElementType
  readonly shape: readonly number[]
}

/** Everything that an ONNX file of ours holds. */
export interface Graph {
  readonly nodes: readonly Node[]
  readonly initializers: readonly Initializer[]
  readonly inputs: readonly Port[]
  readonly outputs: readonly Port[]
}

// Field numbers and enumerations are those of onnx.proto3, IR version 9.
const elementTypes: Record<ElementType, number> = { float32: 1, int8: 3, int32: 6, int64: 7, bool: 9 }
const LENGTH_DELIMITED = 2
const VARINT = 0
const FIXED32 = 5
const tag = (field: number, wire: number) => (field << 3) | wire

type Writer = protobuf.Writer

function writeMessage(writer: Writer, field: number, write: (inner: Writer) => void): void {
  write(writer.uint32(tag(field, LENGTH_DELIMITED)).fork())
  writer.ldelim()
}

function writeText(writer: Writer, field: number, text: string): void {
  writer.uint32(tag(field, LENGTH_DELIMITED)).string(text)
}

function writeInteger(writer: Writer, field: number, value: number): void {
  writer.uint32(tag(field, VARINT)).int64(value)
}

function writeAttribute(writer: Writer, name: string, value: NodeAttribute): void {
  writeText(writer, 1, name)
  if (typeof value === 'number') {
    writeInteger(writer, 3, value)
    writeInteger(writer, 20, 2)
  } else if (typeof value === 'string') {
    writeText(writer, 4, value)
    writeInteger(writer, 20, 3)
  } else if ('float' in value) {
    writer.uint32(tag(2, FIXED32)).float(value.float)
    writeInteger(writer, 20, 1)
  } else {
    for (const integer of value) writeInteger(writer, 8, integer)
    writeInteger(writer, 20, 7)
  }
}

function writeNode(writer: Writer, node: Node): void {
  for (const name of node.inputs) writeText(writer, 1, name)
  for (const name of node.outputs) writeText(writer, 2, name)
  writeText(writer, 4, node.type)
  for (const [name, value] of Object.entries(node.attributes)) {
    writeMessage(writer, 5, inner => writeAttribute(inner, name, value))
  }
  if (node.domain) writeText(writer, 7, node.domain)
}

function writeInitializer(writer: Writer, { name, type, shape, bytes }: Initializer): void {
  for (const size of shape) writeInteger(writer, 1, size)
  writeInteger(writer, 2, elementTypes[type])
  writeText(writer, 8, name)
  writer.uint32(tag(9, LENGTH_DELIMITED)).bytes(bytes)
}

function writePort(writer: Writer, { name, type, shape }: Port): void {
  writeText(writer, 1, name)
  writeMessage(writer, 2, typeProto =>
    writeMessage(typeProto, 1, tensorType => {
      writeInteger(tensorType, 1, elementTypes[type])
      writeMessage(tensorType, 2, sizes => {
        for (const size of shape) writeMessage(sizes, 1, dimension => writeInteger(dimension, 1, size))
      })
    }),
  )
}

/** The bytes of an ONNX model (ModelProto) of this graph. */
export function encodeModel({ nodes, initializers, inputs, outputs }: Graph): Uint8Array {
  const writer = protobuf.Writer.create()
  writeInteger(writer, 1, 9)
  writeText(writer, 2, 'aozora')
  writeMessage(writer, 7, graph => {
    for (const node of nodes) writeMessage(graph, 1, inner => writeNode(inner, node))
    writeText(graph, 2, 'aozora')
    for (const initializer of initializers)
      writeMessage(graph, 5, inner => writeInitializer(inner, initializer))
    for (const port of inputs) writeMessage(graph, 11, inner => writePort(inner, port))
    for (const port of outputs) writeMessage(graph, 12, inner => writePort(inner, port))
  })
  const opsets = { '': 20, 'com.microsoft': 1 }
  for (const [domain, version] of Object.entries(opsets)) {
    writeMessage(writer, 8, opset => {
      writeText(opset, 1, domain)
      writeInteger(opset, 2, version)
    })
  }
  return writer.finish()
}
