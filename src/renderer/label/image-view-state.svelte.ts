import type { Zoom } from './zoom.ts'

/** How the opened image is looked at. */
export class ImageViewState {
  zoom = $state.raw<'fit' | 'full-size' | Zoom>('fit')
}
