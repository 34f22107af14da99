import { z } from 'zod'

/** What a backbone sees of each image is being found out; known ones come at once. */
export const SeeingEvent = z.strictObject({
  kind: z.literal('seeing'),
  done: z.int().nonnegative(),
  total: z.int().nonnegative(),
})
export type SeeingEvent = z.infer<typeof SeeingEvent>
