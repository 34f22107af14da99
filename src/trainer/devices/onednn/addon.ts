import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { OnednnBuild, type OnednnObstacle } from '../../../shared/domain/onednn-build.ts'
import { findBuiltFile } from '../../../imaging/find-built-file.ts'

declare const handle: unique symbol
/** A native tensor in whatever layout the primitive that made it preferred. */
export type Handle = number & { readonly [handle]: true }

type Shape = readonly number[]

/** A window over images: [height, width] each. */
export interface Window {
  readonly strides: Shape
  readonly before: Shape
  readonly after: Shape
}

type WindowArguments = readonly [strides: Shape, before: Shape, after: Shape]
type ConvolutionArguments = readonly [x: Shape, filter: Shape, y: Shape, ...WindowArguments]
type PoolingArguments = readonly [x: Shape, y: Shape, kernel: Shape, ...WindowArguments]
/** A handle and the shape that tfjs has for it at this moment. */
export type Operand = readonly [handle: Handle, shape: Shape]
export type OptionalOperand = Operand | readonly [null, null]

/** What native/onednn/src/addon.cc exports; operands come as two arguments each. */
export interface Addon {
  start(threads: number, isBfloat16: boolean, memoryLimitBytes: number): void
  describe(): { readonly version: string; readonly isFast: boolean; readonly hasBfloat16: boolean }
  upload(values: Float32Array): Handle
  /** `into` has as many values. */
  read(...given: readonly [...Operand, into: Float32Array]): void
  release(handle: Handle): void
  memory(): { readonly inUseBytes: number; readonly keptBytes: number }
  /** Lets go of all tensors, and gives their memory back to the system. */
  stop(): void
  conv2d(
    ...given: readonly [
      ...Operand,
      ...Operand,
      ...(readonly [...bias: OptionalOperand, ...residual: OptionalOperand]),
      ...(readonly [takesResidual: boolean, relu: boolean]),
      ...ConvolutionArguments,
    ]
  ): Handle
  conv2dInputGradient(...given: readonly [...Operand, ...Operand, ...ConvolutionArguments]): Handle
  conv2dFilterGradient(...given: readonly [...Operand, ...Operand, ...ConvolutionArguments]): Handle
  batchNorm(
    ...given: readonly [...Operand, ...Operand, ...Operand, epsilon: number, relu: boolean]
  ): readonly [y: Handle, mean: Handle, variance: Handle, inverseDeviation: Handle]
  batchNormGradient(
    ...given: readonly [...Operand, ...Operand, ...Operand, ...Operand, ...Operand, ...OptionalOperand]
  ): readonly [dx: Handle, dgamma: Handle, dbeta: Handle]
  maxPool(...given: readonly [...Operand, ...PoolingArguments]): Handle
  maxPoolGradient(...given: readonly [...Operand, ...Operand, ...Operand, ...PoolingArguments]): Handle
  spatialMean(...x: Operand): Handle
  spread(...given: readonly [...Operand, height: number, width: number]): Handle
  add(...given: readonly [...Operand, ...Operand, relu: boolean]): Handle
  relu(...x: Operand): Handle
  reluGradient(...given: readonly [...Operand, ...Operand]): Handle
  matMul(
    ...given: readonly [
      ...Operand,
      ...Operand,
      ...(readonly [batchA: number, batchB: number, rows: number, depth: number, columns: number]),
      ...(readonly [flipA: boolean, flipB: boolean]),
    ]
  ): Handle
  scaleLastAxis(...given: readonly [...Operand, ...Operand]): Handle
  softmax(...given: readonly [...Operand, logarithm: boolean]): Handle
  sgdUpdate(
    ...given: readonly [
      ...Operand,
      ...Operand,
      ...OptionalOperand,
      ...(readonly [learningRate: number, gradientScale: number, weightDecay: number, momentum: number]),
    ]
  ): void
}

/** What `native/onednn/build.ts` has built, or null. */
export function findAddonFile(): string | null {
  return findBuiltFile('onednn', 'athanor_onednn.node')
}

/** What kept it from being built when that was tried last; null where it was not tried, or nobody knows. */
export function readObstacle(): OnednnObstacle | null {
  const file = findBuiltFile('onednn', 'build.json')
  try {
    return file === null ? null : OnednnBuild.parse(JSON.parse(readFileSync(file, 'utf8'))).obstacle
  } catch {
    return null
  }
}

/** Throws where the system lacks a library that the addon needs. */
export function loadAddon(file: string): Addon {
  return createRequire(import.meta.url)(file) as Addon
}
