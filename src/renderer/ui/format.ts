import { language } from '../language.svelte.ts'
import { m } from '../messages.ts'

const minuteSeconds = 60
const hourSeconds = 3600
const daySeconds = 86_400

/** One formatter per language and set of options: making one is slow. */
const numberFormats = new Map<string, Intl.NumberFormat>()

function formatNumber(value: number, options: Intl.NumberFormatOptions = {}): string {
  const key = `${language.current} ${JSON.stringify(options)}`
  const known = numberFormats.get(key)
  if (known !== undefined) return known.format(value)
  const made = new Intl.NumberFormat(language.current, options)
  numberFormats.set(key, made)
  return made.format(value)
}

/** `1,240` */
export function formatCount(count: number): string {
  return formatNumber(count, { maximumFractionDigits: 0 })
}

/** `0.226`: a figure with as many digits after the point as asked for. */
export function formatDecimal(value: number, digits: number): string {
  return formatNumber(value, { minimumFractionDigits: digits, maximumFractionDigits: digits })
}

/** `93.5 %` */
export function formatPercent(ratio: number, digits = 0): string {
  return m.words_percent({ number: formatDecimal(ratio * 100, digits) })
}

/** `about 4 minutes` */
export function formatDuration(seconds: number): string {
  const { unit, count } = roundDuration(seconds)
  const shown = formatCount(count)
  if (unit === 'moment') return m.words_duration_moment()
  if (unit === 'second') return m.words_duration_seconds({ count, shown })
  if (unit === 'minute') return m.words_duration_minutes({ count, shown })
  return m.words_duration_hours({ count, shown })
}

/** `about 4 minutes left` */
export function formatTimeLeft(seconds: number): string {
  const { unit, count } = roundDuration(seconds)
  const shown = formatCount(count)
  if (unit === 'moment') return m.words_left_moment()
  if (unit === 'second') return m.words_left_seconds({ count, shown })
  if (unit === 'minute') return m.words_left_minutes({ count, shown })
  return m.words_left_hours({ count, shown })
}

/** What took so long, without rounding it to words: `12.4 s`, `4 min 12 s`, `2 h 5 min`. */
export function formatElapsed(seconds: number): string {
  if (seconds < 10) return m.words_elapsed_seconds({ seconds: formatDecimal(seconds, 1) })
  const whole = Math.round(seconds)
  if (whole < minuteSeconds) return m.words_elapsed_seconds({ seconds: formatCount(whole) })
  if (whole < hourSeconds) {
    return m.words_elapsed_minutes({
      minutes: formatCount(Math.floor(whole / minuteSeconds)),
      seconds: formatCount(whole % minuteSeconds),
    })
  }
  return m.words_elapsed_hours({
    hours: formatCount(Math.floor(whole / hourSeconds)),
    minutes: formatCount(Math.floor((whole % hourSeconds) / minuteSeconds)),
  })
}

function roundDuration(seconds: number): { unit: 'moment' | 'second' | 'minute' | 'hour'; count: number } {
  if (seconds < 3) return { unit: 'moment', count: 0 }
  if (seconds < 10) return { unit: 'second', count: Math.round(seconds) }
  if (seconds < 50) return { unit: 'second', count: Math.round(seconds / 5) * 5 }
  if (seconds < 55 * minuteSeconds) return { unit: 'minute', count: Math.max(1, Math.round(seconds / minuteSeconds)) }
  return { unit: 'hour', count: Math.max(1, Math.round(seconds / hourSeconds)) }
}

/** `44.7 MB` */
export function formatBytes(sizeBytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, sizeBytes)) / 3))
  const value = sizeBytes / 1000 ** power
  const digits = power === 0 || value >= 100 ? 0 : 1
  return `${formatNumber(value, { maximumFractionDigits: digits })} ${units[power] ?? ''}`
}

/** `310/s` */
export function formatRate(perSecond: number): string {
  const isSlow = perSecond < 10
  return m.words_rate({ number: formatNumber(perSecond, { maximumFractionDigits: isSlow ? 1 : 0 }) })
}

/** `12 March 2026, 14:05`; today only the time. */
export function formatDate(atMs: number): string {
  const date = new Date(atMs)
  const isToday = date.toDateString() === new Date().toDateString()
  const time = { hour: '2-digit', minute: '2-digit' } as const
  const day = { day: 'numeric', month: 'short', year: 'numeric' } as const
  return new Intl.DateTimeFormat(language.current, isToday ? time : { ...day, ...time }).format(date)
}

/** `a, b and c` */
export function formatList(words: readonly string[]): string {
  return new Intl.ListFormat(language.current, { type: 'conjunction' }).format(words)
}

/** `3 days ago` */
export function formatAgo(atMs: number): string {
  const seconds = (Date.now() - atMs) / 1000
  const format = new Intl.RelativeTimeFormat(language.current, { numeric: 'auto' })
  if (seconds < minuteSeconds) return m.words_just_now()
  if (seconds < hourSeconds) return format.format(-Math.round(seconds / minuteSeconds), 'minute')
  if (seconds < daySeconds) return format.format(-Math.round(seconds / hourSeconds), 'hour')
  return format.format(-Math.round(seconds / daySeconds), 'day')
}
