import type { Random } from '../../shared/random.ts'

/** Chooses and writes; everything that a picture leaves open is decided here, from one stream of random numbers. */
export interface Pen {
  between(low: number, high: number): number
  pick<T>(choices: readonly [T, ...T[]]): T
  chance(ratio: number): boolean
}

export function createPen(random: Random): Pen {
  return {
    between: (low, high) => low + (high - low) * random(),
    pick: (choices) => choices[Math.floor(random() * choices.length)] ?? choices[0],
    chance: (ratio) => random() < ratio,
  }
}

/** Colour by hue (degrees), saturation and lightness (percent), as SVG writes it. */
export interface Colour {
  readonly hue: number
  readonly saturation: number
  readonly lightness: number
}

/** `#rrggbb` of a colour (CSS Color 4, section 7.1). */
export function hex({ hue, saturation, lightness }: Colour): string {
  const light = clamp(lightness) / 100
  const amplitude = (clamp(saturation) / 100) * Math.min(light, 1 - light)
  const channel = (offset: number): string => {
    const position = (offset + (((hue % 360) + 360) % 360) / 30) % 12
    const value = light - amplitude * Math.max(-1, Math.min(position - 3, 9 - position, 1))
    return Math.round(value * 255)
      .toString(16)
      .padStart(2, '0')
  }
  return `#${channel(0)}${channel(8)}${channel(4)}`
}

/** The same colour, lighter or (negative) darker. */
export function lighter(colour: Colour, by: number): Colour {
  return { ...colour, lightness: clamp(colour.lightness + by) }
}

export function anyColour(
  pen: Pen,
  lightness: readonly [number, number],
  saturation: readonly [number, number],
): Colour {
  return {
    hue: pen.between(0, 360),
    saturation: pen.between(...saturation),
    lightness: pen.between(...lightness),
  }
}

/** A number as SVG wants it, short. */
export function n(value: number): string {
  return String(Math.round(value * 100) / 100)
}

function clamp(percent: number): number {
  return Math.max(0, Math.min(100, percent))
}
