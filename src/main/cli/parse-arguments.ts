import { InvalidArgumentError } from 'commander'
import type { z } from 'zod'
import { AppError } from '../../shared/errors.ts'
import { said } from '../../shared/said.ts'

/** An argument or option value as its schema wants it. Throws what commander shows as a wrong argument. */
export function argumentOf<S extends z.ZodType>(schema: S): (text: string) => z.output<S> {
  return (text) => {
    const parsed = schema.safeParse(text)
    if (parsed.success) return parsed.data
    throw new InvalidArgumentError(parsed.error.issues.map(({ message }) => message).join('; '))
  }
}

/** The same for numbers. */
export function numberOf<S extends z.ZodType>(schema: S): (text: string) => z.output<S> {
  const parse = argumentOf(schema)
  return (text) => {
    const value = text.trim() === '' ? Number.NaN : Number(text)
    if (!Number.isFinite(value)) throw new InvalidArgumentError('It is not a number.')
    const issues = schema.safeParse(value)
    return issues.success ? issues.data : parse(text)
  }
}

/** For values that are looked at after parsing. Errors: bad-input. */
export function checked<S extends z.ZodType>(schema: S, value: unknown, what: string): z.output<S> {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw new AppError('bad-input', said`${what}: ${parsed.error.issues.map(({ message }) => message).join('; ')}.`)
}
