import { bytesField, floatField, intField, message, messageField, stringField, type Message } from './protobuf.ts'

/** The parts of onnx.proto that we write; field numbers as in ONNX 1.13 (IR version 8, opset 18). */
export const irVersion = 8
/** The first with antialiasing in Resize. */
export const opsetVersion = 18

const elementTypes = { float32: 1, uint8: 2, int64: 7 } as const
type ElementType = keyof typeof elementTypes

const attributeTypes = { float: 1, int: 2, string: 3, ints: 7 } as const

/** The value's JavaScript type gives the attribute's: numbers are ints unless wrapped as `{ float }`. */
export type Attribute = number | string | readonly number[] | { readonly float: number }

export interface NodeOptions {
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly attributes?: Readonly<Record<string, Attribute>>
}

/** NodeProto; its name is that of its first output. */
export function nodeProto(operator: string, { inputs, outputs, attributes = {} }: NodeOptions): Message {
  return message(
    ...inputs.map((name) => stringField(1, name)),
    ...outputs.map((name) => stringField(2, name)),
    stringField(3, `${operator}:${outputs[0] ?? ''}`),
    stringField(4, operator),
    ...Object.entries(attributes).map(([name, value]) => messageField(5, attributeProto(name, value))),
  )
}

function attributeProto(name: string, value: Attribute): Message {
  const head = stringField(1, name)
  if (typeof value === 'string') return message(head, stringField(4, value), intField(20, attributeTypes.string))
  if (typeof value === 'number') return message(head, intField(3, value), intField(20, attributeTypes.int))
  if ('float' in value) return message(head, floatField(2, value.float), intField(20, attributeTypes.float))
  return message(head, ...value.map((item) => intField(8, item)), intField(20, attributeTypes.ints))
}

/** TensorProto with 32-bit floats, little-endian as all machines that we run on are. */
export function floatTensor(name: string, shape: readonly number[], values: Float32Array): Message {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
  return tensorProto(name, { shape, type: 'float32', bytes })
}

export function intTensor(name: string, values: readonly number[]): Message {
  const bytes = new Uint8Array(BigInt64Array.from(values, BigInt).buffer)
  return tensorProto(name, { shape: [values.length], type: 'int64', bytes })
}

interface TensorOptions {
  readonly shape: readonly number[]
  readonly type: ElementType
  readonly bytes: Uint8Array
}

function tensorProto(name: string, { shape, type, bytes }: TensorOptions): Message {
  const dimensions = shape.map((side) => intField(1, side))
  return message(...dimensions, intField(2, elementTypes[type]), stringField(8, name), bytesField(9, bytes))
}

/** ValueInfoProto of a tensor; a dimension given by name may be of any size. */
export function valueInfo(name: string, type: ElementType, shape: readonly (number | string)[]): Message {
  const dimensions = shape.map((side) =>
    messageField(1, typeof side === 'number' ? intField(1, side) : stringField(2, side)),
  )
  const tensorType = message(intField(1, elementTypes[type]), messageField(2, message(...dimensions)))
  return message(stringField(1, name), messageField(2, messageField(1, tensorType)))
}

export interface GraphOptions {
  readonly name: string
  readonly nodes: readonly Message[]
  readonly initializers: readonly Message[]
  readonly inputs: readonly Message[]
  readonly outputs: readonly Message[]
}

export interface ModelOptions {
  readonly graph: GraphOptions
  readonly description: string
  /** For programs; texts only. */
  readonly metadata: Readonly<Record<string, string>>
}

/** ModelProto: a whole .onnx file. */
export function modelProto({ graph, description, metadata }: ModelOptions): Message {
  const graphProto = message(
    ...graph.nodes.map((node) => messageField(1, node)),
    stringField(2, graph.name),
    ...graph.initializers.map((tensor) => messageField(5, tensor)),
    ...graph.inputs.map((info) => messageField(11, info)),
    ...graph.outputs.map((info) => messageField(12, info)),
  )
  return message(
    intField(1, irVersion),
    stringField(2, 'athanor'),
    stringField(6, description),
    messageField(7, graphProto),
    messageField(8, message(stringField(1, ''), intField(2, opsetVersion))),
    ...Object.entries(metadata).map(([key, value]) =>
      messageField(14, message(stringField(1, key), stringField(2, value))),
    ),
  )
}
