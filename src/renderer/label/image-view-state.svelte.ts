import type { Zoom } from './zoom.ts'

/** How the opened image is looked at. It stays for the next image, so that details can be compared. */
export class ImageViewState {
  zoom = $state.raw<'fit' | 'full-size' | Zoom>('fit')
}
