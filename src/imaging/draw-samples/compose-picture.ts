import { drawBackdrop, drawClutter } from './backdrop.ts'
import { createBrush, type Brush } from './brush.ts'
import { anyColour, hex, n, type Colour, type Pen } from './pen.ts'
import type { Subject } from './subjects.ts'

/** Draws a subject upright into a square of 100 units around the origin. */
export type DrawSubject = (brush: Brush) => string

/** One picture as SVG: backdrop, shadow, subject in some pose, and at times something in front of it. */
export function composePicture(pen: Pen, subject: Subject, sidePx: number): string {
  const backdrop = drawBackdrop(pen)
  const brush = createBrush(pen, subjectColour(pen, subject, backdrop.colour))
  const size = pen.between(0.62, 1)
  const room = (1 - size) * 48
  const across = size * pen.between(0.85, 1.15) * pen.pick([-1, 1])
  const pose = [
    `translate(${n(pen.between(-room, room))} ${n(pen.between(-room, room))})`,
    `rotate(${n(pen.between(-20, 20))})`,
    `skewX(${n(pen.between(-8, 8))})`,
    `scale(${across.toFixed(3)} ${size.toFixed(3)})`,
  ].join(' ')
  const drawn = subject.draw(brush)
  const shadow = pen.chance(0.5)
    ? `<g transform="translate(${n(pen.between(1, 4))} ${n(pen.between(2, 5))})" opacity=".28" filter="url(#dark)"><g transform="${pose}">${drawn}</g></g>`
    : ''
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${sidePx}" height="${sidePx}" viewBox="-50 -50 100 100">`,
    `<filter id="dark"><feColorMatrix values="0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 1 0"/><feGaussianBlur stdDeviation="1.6"/></filter>`,
    backdrop.svg,
    shadow,
    `<g transform="${pose}">${drawn}</g>`,
    pen.chance(0.15) ? drawForeground(pen) : '',
    drawLight(pen),
    '</svg>',
  ].join('')
}

/** Mostly of the subject's hues, and far enough from the backdrop to be seen, by lightness or by hue. */
function subjectColour(pen: Pen, { hues }: Subject, backdrop: Colour): Colour {
  const isUsual = pen.chance(0.85)
  for (let attempt = 0; attempt < 30; attempt += 1) {
    const any = anyColour(pen, [22, 78], [35, 90])
    const colour = isUsual ? { ...any, hue: pen.between(...hues) } : any
    const lightness = Math.abs(colour.lightness - backdrop.lightness)
    const hue = Math.abs(((colour.hue - backdrop.hue + 540) % 360) - 180)
    if (lightness > 30 || (lightness > 16 && hue > 70 && colour.saturation > 40)) return colour
  }
  return { hue: pen.between(...hues), saturation: 60, lightness: backdrop.lightness > 50 ? 25 : 78 }
}

/** Something at the edge that covers a part of the subject. */
function drawForeground(pen: Pen): string {
  const fill = hex(anyColour(pen, [15, 80], [5, 60]))
  const angle = pen.between(0, 360)
  return pen.pick([
    `<rect x="26" y="-90" width="60" height="180" transform="rotate(${n(angle)})" fill="${fill}"/>`,
    `<circle cx="48" cy="0" r="${n(pen.between(16, 28))}" transform="rotate(${n(angle)})" fill="${fill}"/>`,
    `<rect x="${n(pen.between(-14, 10))}" y="-90" width="${n(pen.between(3, 7))}" height="180" transform="rotate(${n(angle)})" fill="${fill}"/>`,
    `<g transform="rotate(${n(angle)}) translate(38 0)">${drawClutter(pen)}</g>`,
  ])
}

/** Light from one side and a darkening towards the corners. */
function drawLight(pen: Pen): string {
  const [x, y] = [n(pen.between(0.15, 0.85)), n(pen.between(0.15, 0.85))]
  const [bright, dark] = [n(pen.between(0, 0.3)), n(pen.between(0.05, 0.5))]
  return `<defs><radialGradient id="light" cx="${x}" cy="${y}" r=".9"><stop offset="0" stop-color="#fff" stop-opacity="${bright}"/><stop offset=".5" stop-color="#888" stop-opacity="0"/><stop offset="1" stop-color="#000" stop-opacity="${dark}"/></radialGradient></defs><rect x="-50" y="-50" width="100" height="100" fill="url(#light)"/>`
}
