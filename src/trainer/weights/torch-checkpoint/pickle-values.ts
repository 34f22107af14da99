import type { NumberFormat } from '../number-formats.ts'
import { damaged } from './checkpoint-fault.ts'
import { said, type Said } from '../../../shared/said.ts'

/** Numbers of one format, somewhere in the file. */
export interface StorageReference {
  readonly kind: 'storage'
  readonly key: string
  readonly format: NumberFormat
  /** As the pickle claims it. */
  readonly count: number
}

/** A view of a storage; every index that shape and strides allow has been found to lie in it. */
export interface TensorReference {
  readonly kind: 'tensor'
  readonly storage: StorageReference
  readonly offset: number
  readonly shape: readonly number[]
  readonly strides: readonly number[]
  readonly count: number
}

/** One of the few names that a checkpoint may use; it stands for itself and does nothing. */
export interface GlobalName {
  readonly kind: 'global'
  readonly name: string
}

export interface PickleTuple {
  readonly kind: 'tuple'
  readonly items: readonly PickleValue[]
}

/** Dictionaries are maps, so that no key can reach a prototype. */
export type PickleDictionary = Map<string | number, PickleValue>

/** Plain values: nothing here can act. */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | PickleTuple
  | PickleValue[]
  | PickleDictionary
  | GlobalName
  | StorageReference
  | TensorReference

export function isTensor(value: PickleValue | undefined): value is TensorReference {
  return isKind(value, 'tensor')
}

export function isKind<K extends 'tuple' | 'global' | 'storage' | 'tensor'>(
  value: PickleValue | undefined,
  kind: K,
): value is Extract<PickleValue, { kind: K }> {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === kind
}

export function tupleItems(value: PickleValue | undefined, what: Said): readonly PickleValue[] {
  return isKind(value, 'tuple') ? value.items : damaged(said`${what} is not a tuple`)
}

/** A number that can count something: whole, not negative, exact. */
export function countOf(value: PickleValue | undefined, what: Said): number {
  const number = typeof value === 'bigint' ? Number(value) : value
  if (typeof number !== 'number' || !Number.isSafeInteger(number) || number < 0) {
    damaged(said`${what} is not a whole number from 0 to 2^53`)
  }
  return number
}
