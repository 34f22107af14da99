import type { Image } from '../../shared/domain/image.ts'
import { m } from '../messages.ts'
import { formatPercent } from '../ui/format.ts'
import { unreadableReasons } from './words.ts'

/** What a screen reader says of a tile: path, class, and what is special about it. */
export function describeTile(image: Image | undefined, labelled?: string, predicted?: string): string {
  if (image === undefined) return m.label_tile_loading()
  const parts = [image.path, labelled ?? m.label_unlabelled()]
  if (image.label === null && image.prediction !== null && predicted !== undefined) {
    parts.push(m.label_tile_suggested({ name: predicted, confidence: formatPercent(image.prediction.confidence, 0) }))
  }
  if (image.isDuplicated) parts.push(m.label_duplicate())
  if (image.isSkipped) parts.push(m.label_skipped())
  if (image.state === 'missing') parts.push(m.label_state_missing())
  if (image.state === 'unreadable') {
    parts.push(image.unreadable === null ? m.label_state_unreadable() : unreadableReasons[image.unreadable.reason]())
  }
  return parts.join(', ')
}
