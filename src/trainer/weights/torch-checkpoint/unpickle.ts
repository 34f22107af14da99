import { callGlobal, keyOf, resolveGlobal, storageOf } from './allowed-globals.ts'
import { createByteReader } from './byte-reader.ts'
import { damaged, refused } from './checkpoint-fault.ts'
import { opcodeName } from './opcode-names.ts'
import { isKind } from './pickle-values.ts'
import type { PickleValue } from './pickle-values.ts'
import { said } from '../../../shared/said.ts'

/** Far more than any network's weights take: the largest have some thousand tensors of about twenty values each. */
const valuesMax = 250_000
/** Longer integers have no place among weights, and their arithmetic grows with the square. */
const integerBytesMax = 16

/** The values of one pickle under way: a stack, where its marks are, and what was remembered. */
interface Machine {
  readonly stack: PickleValue[]
  readonly marks: number[]
  readonly memo: Map<number, PickleValue>
  /** How many values were ever put onto the stack: what bounds the memory that a short pickle can take. */
  valueCount: number
}

function push(machine: Machine, value: PickleValue): void {
  machine.valueCount += 1
  if (machine.valueCount > valuesMax) damaged(said`it holds more than ${valuesMax} values`)
  machine.stack.push(value)
}

/** Values above the last mark are not reached by what takes one value only. */
function pop({ stack, marks }: Machine): PickleValue {
  if (stack.length <= (marks.at(-1) ?? 0)) damaged(said`it takes a value where there is none`)
  return stack.pop() as PickleValue
}

function top({ stack, marks }: Machine): PickleValue {
  return stack.length <= (marks.at(-1) ?? 0)
    ? damaged(said`it uses a value where there is none`)
    : (stack.at(-1) as PickleValue)
}

function popToMark({ stack, marks }: Machine): PickleValue[] {
  const mark = marks.pop()
  return mark === undefined ? damaged(said`it goes back to a mark that was not set`) : stack.splice(mark)
}

function popTuple(machine: Machine, length: number): void {
  const items = Array.from({ length }, () => pop(machine)).reverse()
  push(machine, { kind: 'tuple', items })
}

function remember(machine: Machine, index: number): void {
  if (machine.memo.size >= valuesMax) damaged(said`it remembers more than ${valuesMax} values`)
  machine.memo.set(index, top(machine))
}

function recall(machine: Machine, index: number): void {
  const value = machine.memo.get(index)
  push(machine, value === undefined ? damaged(said`it recalls value ${index}, which it never kept`) : value)
}

function setItems(machine: Machine, items: readonly PickleValue[]): void {
  const target = top(machine)
  if (!(target instanceof Map)) refused(said`it sets items of something that is no dictionary (opcode SETITEMS)`)
  if (items.length % 2 !== 0) damaged(said`it sets a key without a value`)
  for (let index = 0; index < items.length; index += 2) target.set(keyOf(items[index]), items[index + 1] as PickleValue)
}

function append(machine: Machine, items: readonly PickleValue[]): void {
  const target = top(machine)
  if (!Array.isArray(target)) refused(said`it appends to something that is no list (opcode APPENDS)`)
  for (const item of items) target.push(item)
}

function call(machine: Machine): void {
  const args = pop(machine)
  const callee = pop(machine)
  if (!isKind(args, 'tuple')) damaged(said`it calls with something else than a tuple`)
  push(machine, callGlobal(callee, args.items))
}

/** torch hangs `_metadata` onto its dictionaries so; it is dropped. */
function build(machine: Machine): void {
  const state = pop(machine)
  if (!(top(machine) instanceof Map)) refused(said`it sets the inner state of an object (opcode BUILD)`)
  if (!(state instanceof Map)) damaged(said`it gives a dictionary a state that is none`)
}

export interface Unpickled {
  readonly value: PickleValue
  /** Where the pickle ended. */
  readonly end: number
}

/**
 * Reads one pickle from `start` into plain values. It knows the opcodes that torch writes weights with and refuses all
 * others; a name that is not on the list is refused where it appears, whether or not it would be used.
 * Throws a CheckpointFault.
 */
export function unpickle(bytes: Uint8Array, start = 0): Unpickled {
  const reader = createByteReader(bytes, start)
  const machine: Machine = { stack: [], marks: [], memo: new Map(), valueCount: 0 }
  for (;;) {
    const opcode = reader.byte()
    const name = opcodeName(opcode)
    switch (name) {
      case 'PROTO':
        if (reader.byte() > 5) damaged(said`it is written in an unknown version of pickle`)
        break
      case 'STOP': {
        const value = pop(machine)
        if (machine.stack.length > 0 || machine.marks.length > 0) damaged(said`it leaves values over`)
        return { value, end: reader.position() }
      }
      case 'MARK':
        if (machine.marks.length >= valuesMax) damaged(said`it sets too many marks`)
        machine.marks.push(machine.stack.length)
        break
      case 'NONE':
        push(machine, null)
        break
      case 'NEWTRUE':
        push(machine, true)
        break
      case 'NEWFALSE':
        push(machine, false)
        break
      case 'BININT':
        push(machine, reader.int32())
        break
      case 'BININT1':
        push(machine, reader.byte())
        break
      case 'BININT2':
        push(machine, reader.uint16())
        break
      case 'BINFLOAT':
        push(machine, reader.float64())
        break
      case 'LONG1': {
        const byteCount = reader.byte()
        if (byteCount > integerBytesMax) damaged(said`it holds an integer of ${byteCount} bytes`)
        push(machine, reader.integer(byteCount))
        break
      }
      case 'BINUNICODE':
        push(machine, reader.text(reader.uint32()))
        break
      case 'SHORT_BINSTRING':
        push(machine, reader.text(reader.byte()))
        break
      case 'EMPTY_DICT':
        push(machine, new Map())
        break
      case 'EMPTY_LIST':
        push(machine, [])
        break
      case 'EMPTY_TUPLE':
        popTuple(machine, 0)
        break
      case 'TUPLE1':
        popTuple(machine, 1)
        break
      case 'TUPLE2':
        popTuple(machine, 2)
        break
      case 'TUPLE3':
        popTuple(machine, 3)
        break
      case 'TUPLE':
        push(machine, { kind: 'tuple', items: popToMark(machine) })
        break
      case 'APPEND':
        append(machine, [pop(machine)])
        break
      case 'APPENDS':
        append(machine, popToMark(machine))
        break
      case 'SETITEM': {
        const value = pop(machine)
        setItems(machine, [pop(machine), value])
        break
      }
      case 'SETITEMS':
        setItems(machine, popToMark(machine))
        break
      case 'BINPUT':
        remember(machine, reader.byte())
        break
      case 'LONG_BINPUT':
        remember(machine, reader.uint32())
        break
      case 'BINGET':
        recall(machine, reader.byte())
        break
      case 'LONG_BINGET':
        recall(machine, reader.uint32())
        break
      case 'GLOBAL':
        push(machine, resolveGlobal(reader.line(), reader.line()))
        break
      case 'BINPERSID':
        push(machine, storageOf(pop(machine)))
        break
      case 'REDUCE':
        call(machine)
        break
      case 'BUILD':
        build(machine)
        break
      case null:
        return damaged(said`byte ${opcode} where an instruction should be`)
      default:
        return refused(said`it uses the instruction ${name}, which weights do not need`)
    }
  }
}
