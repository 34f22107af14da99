/** The parts of TensorFlow's GraphDef, in its JSON form, that tfjs reads: bytes in base64, whole numbers as texts. */
export type Attribute =
  | { readonly type: 'DT_FLOAT' | 'DT_INT32' }
  | { readonly b: boolean }
  | { readonly i: string }
  | { readonly f: number }
  | { readonly s: string }
  | { readonly shape: TensorShape }
  | { readonly tensor: { readonly dtype: string; readonly tensorShape: TensorShape } }
  | { readonly list: { readonly i: readonly string[] } | { readonly s: readonly string[] } }

export interface TensorShape {
  readonly dim: readonly { readonly size: string }[]
}

export interface GraphNode {
  readonly name: string
  readonly op: string
  readonly input?: readonly string[]
  readonly attr: Readonly<Record<string, Attribute>>
}

/** A constant whose values lie in the weight shards. */
export interface GraphWeight {
  readonly name: string
  readonly shape: readonly number[]
  readonly values: Float32Array | Int32Array
}

export function bytesOf(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64')
}

/** -1 stands for any size. */
export function shapeOf(sides: readonly number[]): TensorShape {
  return { dim: sides.map((side) => ({ size: String(side) })) }
}

export const text = (value: string): Attribute => ({ s: bytesOf(value) })
export const texts = (values: readonly string[]): Attribute => ({ list: { s: values.map(bytesOf) } })
export const ints = (values: readonly number[]): Attribute => ({ list: { i: values.map(String) } })
export const float: Attribute = { type: 'DT_FLOAT' }
export const int32: Attribute = { type: 'DT_INT32' }

/** The node that stands for a weight. */
export function constant({ name, shape, values }: GraphWeight): GraphNode {
  const dtype = values instanceof Float32Array ? 'DT_FLOAT' : 'DT_INT32'
  return {
    name,
    op: 'Const',
    attr: { dtype: { type: dtype }, value: { tensor: { dtype, tensorShape: shapeOf(shape) } } },
  }
}
