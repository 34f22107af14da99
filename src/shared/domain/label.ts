import { z } from 'zod'
import { ClassId } from './ids.ts'
import { said } from '../said.ts'

/** Where a label came from. */
export const LabelOrigin = z.enum(['person', 'folder', 'csv', 'model'])
export type LabelOrigin = z.infer<typeof LabelOrigin>

/** One line of text, not blank, without control characters; spaces at the ends are dropped. */
export const ClassName = z
  .string()
  .trim()
  .normalize('NFC')
  .min(1, said`a class needs a name`)
  .max(100, said`a class name has at most 100 characters`)
  .regex(/^\P{Cc}*$/u, said`a class name is one line of plain text`)
export type ClassName = z.infer<typeof ClassName>

/** The keys that a class can have, in the order in which they are given. `A`, `N` and `S` are commands of the Label page. */
export const classKeys: readonly string[] = [...'1234567890qwertyuiopdfghjklzxcvbm']

export const ImageClass = z.strictObject({
  id: ClassId,
  name: ClassName,
  /** Index into the palette of the studio, 0 to 23. */
  colour: z.int().min(0).max(23),
  /** The key that labels with this class; null when all are taken. */
  key: z.string().length(1).nullable(),
  imageCount: z.int().nonnegative(),
})
export type ImageClass = z.infer<typeof ImageClass>
