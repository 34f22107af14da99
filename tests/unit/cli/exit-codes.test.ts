import { expect, test } from 'vitest'
import { describeExitCodes, exitCodeOf, exitCodes } from '../../../src/main/cli/exit-codes.ts'
import { reportError } from '../../../src/main/cli/report-error.ts'
import { AppError, AppErrorCode } from '../../../src/shared/errors.ts'
import { said } from '../../../src/shared/said.ts'
import { fakeTerminal } from '../../support/fake-terminal.ts'

test('every error ends with a code of the table that is not success', () => {
  const codes: readonly number[] = Object.values(exitCodes).map(({ code }) => code)
  for (const code of AppErrorCode.options) {
    expect(codes).toContain(exitCodeOf(code))
    expect(exitCodeOf(code)).not.toBe(0)
  }
  expect(describeExitCodes().split('\n')).toHaveLength(codes.length + 1)
})

test('an error for people is its message and nothing else', () => {
  const { terminal, written } = fakeTerminal()
  const error = new AppError('not-found', said`There is no a.jpg.`, { cause: new Error('ENOENT') })
  expect(reportError(terminal, error, { verbose: false })).toBe(2)
  expect(written).toEqual({ stdout: '', stderr: 'There is no a.jpg.\n' })
})

test('the chain of causes is there for who wants it', () => {
  const { terminal, written } = fakeTerminal()
  const error = new AppError('bad-file', said`x.pth is damaged.`, { cause: new Error('entry 3 is short') })
  reportError(terminal, error, { verbose: true })
  expect(written.stderr).toMatch(/x\.pth is damaged[\s\S]*because of:[\s\S]*entry 3 is short/)
})

test('a fault of ours says so, without a stack', () => {
  const { terminal, written } = fakeTerminal()
  expect(reportError(terminal, new TypeError('x is undefined'), { verbose: false })).toBe(1)
  expect(written.stderr).toContain('Something broke that should not: x is undefined')
  expect(written.stderr).not.toMatch(/^ *at /m)
})

test('a program gets the code', () => {
  const { terminal, written } = fakeTerminal()
  terminal.setJson(true)
  reportError(terminal, new AppError('offline', said`No network.`), { verbose: false })
  expect(JSON.parse(written.stdout)).toEqual({ error: { code: 'offline', message: 'No network.' } })
})
