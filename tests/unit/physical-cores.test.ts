import { availableParallelism } from 'node:os'
import { expect, test } from 'vitest'
import { countLinuxCores, countPhysicalCores } from '../../src/imaging/physical-cores.ts'

function processor(socket: number, core: number): string {
  return `processor\t: 0\nphysical id\t: ${socket}\ncore id\t\t: ${core}\n`
}

test('two threads of one core count once, equal core numbers of two sockets twice', () => {
  expect(countLinuxCores([processor(0, 0), processor(0, 0), processor(0, 1), processor(1, 0)].join('\n'))).toBe(3)
})

test('a processor that lists no cores is not guessed', () => {
  expect(countLinuxCores('processor : 0\nBogoMIPS : 50\n')).toBeUndefined()
})

test('there is at least one core and at most what may be used', () => {
  expect(countPhysicalCores()).toBeGreaterThanOrEqual(1)
  expect(countPhysicalCores()).toBeLessThanOrEqual(availableParallelism())
})
