import { anyColour, hex, lighter, n, type Colour, type Pen } from './pen.ts'

/** What stands behind the subject, in a square of 100 units around the origin; its main colour decides the subject's. */
export interface Backdrop {
  readonly svg: string
  readonly colour: Colour
}

export function drawBackdrop(pen: Pen): Backdrop {
  const colour = anyColour(pen, [20, 90], [4, 45])
  const pattern = pen.pick([drawPlain, drawPlain, drawPlain, drawStripes, drawDots, drawHills, drawCloth, drawTiles])
  return { colour, svg: drawGradient(pen, colour) + pattern(pen, colour) + drawClutter(pen) }
}

/** Loose shapes that mean nothing, so that an outline alone does not give the subject away. */
export function drawClutter(pen: Pen): string {
  return Array.from({ length: Math.floor(pen.between(0, 4)) }, () => {
    const place = `transform="translate(${n(pen.between(-55, 55))} ${n(pen.between(-55, 55))}) rotate(${n(pen.between(0, 360))})"`
    const fill = `fill="${hex(anyColour(pen, [20, 85], [10, 80]))}" fill-opacity="${n(pen.between(0.35, 0.95))}"`
    const size = pen.between(3, 9)
    return pen.pick([
      `<circle r="${n(size)}" ${place} ${fill}/>`,
      `<rect x="${n(-size)}" y="${n(-size / 2)}" width="${n(size * 2)}" height="${n(size)}" rx="2" ${place} ${fill}/>`,
      `<path d="M0 ${n(-size)} L${n(size)} ${n(size)} L${n(-size)} ${n(size)}Z" ${place} ${fill}/>`,
      `<path d="M${n(-size)} 0 Q0 ${n(-size * 1.6)} ${n(size)} 0 Q0 ${n(size * 0.4)} ${n(-size)} 0Z" ${place} ${fill}/>`,
    ])
  }).join('')
}

function drawGradient(pen: Pen, colour: Colour): string {
  const end = hex(lighter({ ...colour, hue: colour.hue + pen.between(-40, 40) }, pen.between(-22, 22)))
  const [x, y] = [pen.between(0, 1), pen.between(0, 1)]
  return `<defs><linearGradient id="sky" x1="${n(x)}" y1="0" x2="${n(y)}" y2="1"><stop offset="0" stop-color="${hex(colour)}"/><stop offset="1" stop-color="${end}"/></linearGradient></defs><rect x="-75" y="-75" width="150" height="150" fill="url(#sky)"/>`
}

function drawPlain(): string {
  return ''
}

function drawStripes(pen: Pen, colour: Colour): string {
  const step = pen.between(7, 18)
  const fill = hex(lighter(colour, pen.pick([-9, -6, 6, 9])))
  const bars = Array.from({ length: Math.ceil(200 / step) }, (_, index) => `M${n(-100 + index * step)} -100v200`)
  return `<path d="${bars.join('')}" stroke="${fill}" stroke-width="${n(step * pen.between(0.2, 0.55))}" transform="rotate(${n(pen.between(0, 180))})"/>`
}

function drawDots(pen: Pen, colour: Colour): string {
  const step = pen.between(10, 20)
  const radius = step * pen.between(0.12, 0.34)
  const fill = hex(lighter({ ...colour, hue: colour.hue + pen.between(0, 60) }, pen.pick([-11, 10])))
  const dots: string[] = []
  for (let y = -60; y < 60; y += step) {
    for (let x = -60; x < 60; x += step) dots.push(`<circle cx="${n(x)}" cy="${n(y)}" r="${n(radius)}"/>`)
  }
  return `<g fill="${fill}" transform="rotate(${n(pen.between(0, 90))})">${dots.join('')}</g>`
}

function drawHills(pen: Pen, colour: Colour): string {
  return [0, 1, 2]
    .map((index) => {
      const y = pen.between(0, 20) + index * 14
      const fill = hex(lighter({ ...colour, hue: colour.hue + pen.between(-60, 60) }, -8 - index * 7))
      return `<path d="M-75 ${n(y)} Q${n(pen.between(-50, -10))} ${n(y - pen.between(8, 30))} 0 ${n(y)} T75 ${n(y)} V75 H-75Z" fill="${fill}"/>`
    })
    .join('')
}

function drawCloth(pen: Pen): string {
  const seed = Math.floor(pen.between(0, 10_000))
  const frequency = `${n(pen.between(0.02, 0.2))} ${n(pen.between(0.02, 0.2))}`
  return `<filter id="cloth" x="0" y="0" width="1" height="1"><feTurbulence type="fractalNoise" baseFrequency="${frequency}" numOctaves="3" seed="${seed}"/><feColorMatrix values="0 0 0 0 .5 0 0 0 0 .5 0 0 0 0 .5 0.8 0 0 0 -.2"/></filter><rect x="-75" y="-75" width="150" height="150" filter="url(#cloth)"/>`
}

function drawTiles(pen: Pen, colour: Colour): string {
  const step = pen.between(14, 30)
  const tiles: string[] = []
  for (let y = -75; y < 75; y += step) {
    for (let x = -75; x < 75; x += step) {
      const fill = hex(lighter(colour, pen.between(-7, 7)))
      tiles.push(`<rect x="${n(x)}" y="${n(y)}" width="${n(step - 0.8)}" height="${n(step - 0.8)}" fill="${fill}"/>`)
    }
  }
  return tiles.join('')
}
