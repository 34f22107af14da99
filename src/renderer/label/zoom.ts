/** How a picture lies in a view: how large, and how far its middle is from the middle of the view. */
export interface Zoom {
  /** CSS px per pixel of the picture. */
  readonly scale: number
  readonly xPx: number
  readonly yPx: number
}

export interface Box {
  readonly widthPx: number
  readonly heightPx: number
}

const largestScale = 32
/** A tiny picture is shown larger than it is, but not as a wall of squares. */
const largestFit = 12

export function fit(picture: Box, view: Box): Zoom {
  const scale = Math.min(view.widthPx / picture.widthPx, view.heightPx / picture.heightPx, largestFit)
  return { scale: Number.isFinite(scale) && scale > 0 ? scale : 1, xPx: 0, yPx: 0 }
}

/** Zooms so that what lies under a point, counted from the middle of the view, stays there. */
export function zoomAt(
  zoom: Zoom,
  factor: number,
  point: { readonly xPx: number; readonly yPx: number },
  within: { readonly picture: Box; readonly view: Box },
): Zoom {
  const smallest = Math.min(fit(within.picture, within.view).scale, 1)
  const scale = Math.min(Math.max(zoom.scale * factor, smallest), largestScale)
  const ratio = scale / zoom.scale
  return keepInView(
    { scale, xPx: point.xPx - (point.xPx - zoom.xPx) * ratio, yPx: point.yPx - (point.yPx - zoom.yPx) * ratio },
    within,
  )
}

/** A picture larger than the view covers it, a smaller one stays in the middle. */
export function keepInView(zoom: Zoom, { picture, view }: { readonly picture: Box; readonly view: Box }): Zoom {
  const roomX = Math.max((picture.widthPx * zoom.scale - view.widthPx) / 2, 0)
  const roomY = Math.max((picture.heightPx * zoom.scale - view.heightPx) / 2, 0)
  return {
    scale: zoom.scale,
    xPx: Math.min(Math.max(zoom.xPx, -roomX), roomX),
    yPx: Math.min(Math.max(zoom.yPx, -roomY), roomY),
  }
}
