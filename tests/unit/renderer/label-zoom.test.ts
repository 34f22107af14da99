import { expect, test } from 'vitest'
import { fit, keepInView, zoomAt } from '../../../src/renderer/label/zoom.ts'

const view = { widthPx: 800, heightPx: 600 }
const picture = { widthPx: 1_600, heightPx: 900 }
const within = { picture, view }

test('a picture fits by its longer side, in the middle', () => {
  expect(fit(picture, view)).toEqual({ scale: 0.5, xPx: 0, yPx: 0 })
})

test('a tiny picture is enlarged, but not without end', () => {
  expect(fit({ widthPx: 28, heightPx: 28 }, view).scale).toBe(12)
})

test('what lies under the pointer stays there', () => {
  const point = { xPx: 200, yPx: 100 }
  const before = { scale: 2, xPx: 30, yPx: -40 }
  const after = zoomAt(before, 1.5, point, within)
  const underPointer = (zoom: typeof before) => [
    (point.xPx - zoom.xPx) / zoom.scale,
    (point.yPx - zoom.yPx) / zoom.scale,
  ]
  expect(after.scale).toBe(3)
  expect(underPointer(after)).toEqual(underPointer(before))
})

test('zooming out ends with the whole picture', () => {
  expect(zoomAt({ scale: 1, xPx: 100, yPx: 0 }, 0.001, { xPx: 0, yPx: 0 }, within)).toEqual({
    scale: 0.5,
    xPx: 0,
    yPx: 0,
  })
})

test('a picture cannot be dragged out of sight', () => {
  expect(keepInView({ scale: 1, xPx: 9_999, yPx: -9_999 }, within)).toEqual({ scale: 1, xPx: 400, yPx: -150 })
  expect(keepInView({ scale: 0.5, xPx: 50, yPx: 50 }, within)).toEqual({ scale: 0.5, xPx: 0, yPx: 0 })
})
