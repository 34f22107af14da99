/** Numbers as people read them; the same in every locale, so that output can be compared. */

export function formatCount(count: number): string {
  return count.toLocaleString('en-US', { maximumFractionDigits: 0 })
}

/** "1 image", "1,204 images". */
export function countOf(count: number, singular: string, plural = `${singular}s`): string {
  return `${formatCount(count)} ${count === 1 ? singular : plural}`
}

/** A ratio of 0..1 as "93.5 %"; null, where there was nothing to divide by, as "-". */
export function formatPercent(ratio: number | null): string {
  return ratio === null ? '-' : `${(ratio * 100).toFixed(1)} %`
}

export function formatBytes(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB']
  const power = Math.min(units.length - 1, bytes < 1 ? 0 : Math.floor(Math.log10(bytes) / 3))
  const value = bytes / 1000 ** power
  return `${power === 0 ? String(value) : value.toFixed(value < 100 ? 1 : 0)} ${units[power] ?? ''}`
}

/** "0.4 s", "8 s", "1 min 12 s", "2 h 5 min". */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 9_950) return `${(milliseconds / 1000).toFixed(1)} s`
  const seconds = Math.round(milliseconds / 1000)
  if (seconds < 60) return `${String(seconds)} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${String(minutes)} min ${String(seconds % 60)} s`
  return `${String(Math.floor(minutes / 60))} h ${String(minutes % 60)} min`
}

/** As exact as such a guess can be: "about 4 minutes left". */
export function formatTimeLeft(seconds: number): string {
  if (seconds < 8) return 'a few seconds left'
  if (seconds < 55) return `about ${String(Math.ceil(seconds / 10) * 10)} seconds left`
  const minutes = Math.round(seconds / 60)
  if (minutes < 90) return `about ${countOf(minutes, 'minute')} left`
  return `about ${countOf(Math.round(seconds / 3600), 'hour')} left`
}

/** "310", "8.2", "0.45": three digits are enough for a rate. */
export function formatRate(perSecond: number): string {
  if (perSecond >= 100) return formatCount(perSecond)
  return perSecond >= 10 ? perSecond.toFixed(0) : perSecond >= 1 ? perSecond.toFixed(1) : perSecond.toFixed(2)
}

/** Local date and time to the minute, sortable. */
export function formatTime(atMs: number): string {
  const date = new Date(atMs)
  const two = (value: number): string => String(value).padStart(2, '0')
  const day = `${String(date.getFullYear())}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`
}
