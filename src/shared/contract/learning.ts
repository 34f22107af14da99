import { z } from 'zod'

/** A network learns the labels, and is listened to. */
export const LearningEvent = z.strictObject({
  kind: z.literal('learning'),
  /** Looks at images, over all passes. */
  done: z.int().nonnegative(),
  total: z.int().positive(),
  /** Null while nothing is known of the pace. */
  secondsLeft: z.number().nonnegative().nullable(),
})
