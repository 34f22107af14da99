import { util, type DataType, type Tensor, type TensorInfo } from '@tensorflow/tfjs-core'
import type { WebGPUProgram } from '@tensorflow/tfjs-backend-webgpu'

/** A number that a program is given each time it runs, without being compiled anew. */
export interface GpuUniform {
  readonly type: 'float32' | 'int32'
  readonly data: number[]
}

/** How many floats that lie beside each other are read or written at once. */
export type Lanes = 1 | 4

/** As many as can be where so many numbers follow each other. */
export function lanesOf(count: number): Lanes {
  return count % 4 === 0 ? 4 : 1
}

/** WGSL: the type of so many floats. */
export function floatsOf(lanes: Lanes): string {
  return lanes === 4 ? 'vec4<f32>' : 'f32'
}

/** What our kernels make use of on the card that a backend computes on. */
export interface CardUse {
  /** It is a program that computes on the processor. */
  readonly isSoftware: boolean
  /** Of what is multiplied; tensors are float32 in both. */
  readonly precision: 'float32' | 'float16'
}

/** Memory on the card. */
export interface GpuBuffer {
  /** In bytes. */
  readonly size: number
  destroy(): void
}

/** The little of tfjs's WebGPU backend that our kernels need, and which card it is. */
export interface GpuBackend {
  readonly use: CardUse
  readonly device: {
    createBuffer(options: { readonly size: number; readonly usage: number }): GpuBuffer
    readonly queue: { writeBuffer(buffer: GpuBuffer, offsetBytes: number, values: Int32Array): void }
  }
  /** With `zeroCopy` it stays the caller's buffer, who has to destroy it. */
  createTensorFromGPUData(
    data: { readonly buffer: GpuBuffer; readonly zeroCopy: true },
    shape: number[],
    dtype: DataType,
  ): Tensor
  runWebGPUProgram(
    program: WebGPUProgram,
    inputs: TensorInfo[],
    outputDtype: DataType,
    uniforms?: GpuUniform[],
    output?: TensorInfo,
  ): TensorInfo
  makeTensorInfo(shape: number[], dtype: DataType, values?: Float32Array | Int32Array): TensorInfo
  disposeData(dataId: TensorInfo['dataId']): boolean
  readonly tensorMap: { get(dataId: TensorInfo['dataId']): { values: unknown } }
}

export interface GpuProgram {
  /** Unique to the code, every constant in it included: compiled programs are kept by it. */
  readonly key: string
  /** By the name that the code calls each array by. */
  readonly inputs: Readonly<Record<string, TensorInfo>>
  readonly outputShape: readonly number[]
  /** float32 where nothing is said. */
  readonly outputType?: 'float32' | 'int32'
  /** Of each input, by its name; 1 where nothing is said. */
  readonly inputLanes?: Readonly<Record<string, Lanes>>
  readonly outputLanes?: Lanes
  /** Threads of a group, along x. */
  readonly groupSize: number
  readonly groups: readonly [x: number, y: number, z: number]
  /** WGSL of functions and shared memory. */
  readonly declarations?: string
  /** WGSL of what each thread does: it writes into the array `result`. */
  readonly body: string
  /** Numbers that change from run to run, by the name that the code calls them by as `uniforms.<name>`. */
  readonly numbers?: Readonly<Record<string, number>>
  /** The same of whole numbers. */
  readonly counts?: Readonly<Record<string, number>>
}

/** Runs a program into a new tensor, or into `output`, which it may read as `result` too. */
export function runProgram(backend: GpuBackend, program: GpuProgram, output?: TensorInfo): TensorInfo {
  const { key, inputs, outputShape, groupSize, groups, declarations = '', body, numbers = {}, counts = {} } = program
  const { inputLanes = {}, outputLanes = 1, outputType = 'float32' } = program
  const shape = [...outputShape]
  const compiled: WebGPUProgram = {
    variableNames: Object.keys(inputs),
    variableComponents: Object.keys(inputs).map((name) => inputLanes[name] ?? 1),
    outputComponent: outputLanes,
    outputShape: shape,
    shaderKey: `athanor ${key}`,
    workgroupSize: [groupSize, 1, 1],
    // Along one dimension, so that tfjs does not derive coordinates of its own from it.
    dispatchLayout: { x: shape.map((_, axis) => axis) },
    dispatch: [...groups],
    uniforms: [
      ...Object.keys(numbers).map((name) => `${name} : f32, `),
      ...Object.keys(counts).map((name) => `${name} : i32, `),
    ].join(''),
    getUserCode: () => `
      ${declarations}
      fn main(index : i32) {
        // The layout is derived from the code: what it does not mention may not be given to it.
        _ = uniforms.NAN;
        ${body}
      }`,
  }
  const uniforms: GpuUniform[] = [
    ...Object.values(numbers).map((value) => ({ type: 'float32' as const, data: [value] })),
    ...Object.values(counts).map((value) => ({ type: 'int32' as const, data: [value] })),
  ]
  const made = backend.runWebGPUProgram(compiled, Object.values(inputs), outputType, uniforms, output)
  // tfjs keeps what was read last beside the tensor, and would give it again.
  if (output !== undefined) backend.tensorMap.get(output.dataId).values = null
  return made
}

const elementsPerGroup = 256

export interface Elementwise extends Pick<GpuProgram, 'key' | 'inputs' | 'outputShape' | 'numbers'> {
  /** WGSL: the value of element `i`. */
  readonly value: string
  /** WGSL that stands before it. */
  readonly before?: string
  /** So many elements, of every input too, are one for the code; 1 where nothing is said. */
  readonly lanes?: Lanes
}

/** As many elements at once as divide all of them. */
export function lanesOfShape(shape: readonly number[]): Lanes {
  return lanesOf(util.sizeFromShape([...shape]))
}

/** Computes each element for itself. */
export function runElementwise(backend: GpuBackend, given: Elementwise, output?: TensorInfo): TensorInfo {
  const { key, inputs, outputShape, value, before = '', numbers, lanes = 1 } = given
  const count = util.sizeFromShape([...outputShape]) / lanes
  const body = `
    let i = index;
    if (i >= ${count}) { return; }
    ${before}
    result[i] = ${value};`
  const groups = Math.ceil(count / elementsPerGroup)
  const program: GpuProgram = {
    ...{ key: `${key} ${count} ${lanes}`, inputs, outputShape, groupSize: elementsPerGroup, body },
    inputLanes: Object.fromEntries(Object.keys(inputs).map((name) => [name, lanes])),
    outputLanes: lanes,
    groups: [groups, 1, 1],
    ...(numbers === undefined ? {} : { numbers }),
  }
  return runProgram(backend, program, output)
}

/** WGSL takes no whole number for a float. */
export function floatLiteral(value: number): string {
  const text = String(value)
  return /[.e]/.test(text) ? text : `${text}.0`
}

/** WGSL: what is not a number stays that, so that the run hears of it; `max` would make it 0. */
export function reluOf(value: string, lanes: Lanes = 1): string {
  const zero = `${floatsOf(lanes)}(0.0)`
  return `select(${value}, ${zero}, ${value} < ${zero})`
}
