import { hex, lighter, type Colour, type Pen } from './pen.ts'

/** The colours and the line of one subject, so that its parts belong together. */
export interface Brush {
  readonly pen: Pen
  /** Attributes that fill a shape with the main colour. */
  readonly main: string
  /** The same, darker: sides, undersides, veins. */
  readonly shade: string
  /** The same, lighter: what catches the light. */
  readonly shine: string
  /** A second colour, for caps, doors, fins. */
  readonly accent: string
  /** Attributes of a line without a fill, `width` units wide. */
  readonly line: (width: number, of?: 'main' | 'accent' | 'shade') => string
}

export function createBrush(pen: Pen, main: Colour): Brush {
  const accent: Colour = {
    hue: main.hue + pen.pick([30, 60, 150, 180, 210, 300]),
    saturation: pen.between(30, 85),
    lightness: pen.between(30, 75),
  }
  const outline = pen.chance(0.5)
    ? `stroke="${hex(lighter(main, -28))}" stroke-width="${pen.pick([1.2, 2, 2.8])}" stroke-linejoin="round"`
    : ''
  const fill = (colour: Colour): string => `fill="${hex(colour)}" ${outline}`
  const colours = { main, accent, shade: lighter(main, -16) }
  return {
    pen,
    main: fill(main),
    shade: fill(colours.shade),
    shine: fill(lighter(main, 16)),
    accent: fill(accent),
    line: (width, of = 'main') =>
      `fill="none" stroke="${hex(colours[of])}" stroke-width="${width}" stroke-linecap="round" stroke-linejoin="round"`,
  }
}
