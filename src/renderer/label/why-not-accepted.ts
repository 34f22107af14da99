import type { Image } from '../../shared/domain/image.ts'

export type WhyNotAccepted = 'labelled' | 'no-model' | 'no-suggestion'

/** Why accepting the suggestion for an image would do nothing; null where it would label it. */
export function whyNotAccepted(
  { label, prediction }: Pick<Image, 'label' | 'prediction'>,
  hasModel: boolean,
): WhyNotAccepted | null {
  if (label !== null) return 'labelled'
  if (prediction !== null && prediction.classId !== null) return null
  return hasModel ? 'no-suggestion' : 'no-model'
}
