/** Times and durations for people, in their own time zone. */

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' })
const minute = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' })
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' })
const full = new Intl.DateTimeFormat('en-GB', {
  dateStyle: 'medium',
  timeStyle: 'long',
})

/** `10:12:01`, with the day before it when that is another than today's. */
export function toClock(iso: string, nowMs: number): string {
  return withDay(iso, nowMs, clock)
}

/** `10:12`, with the day before it when that is another than today's. */
export function toMinute(iso: string, nowMs: number): string {
  return withDay(iso, nowMs, minute)
}

/** Everything, for a title. */
export function toFullTime(iso: string): string {
  const date = new Date(iso)
  return Number.isNaN(date.getTime()) ? iso : full.format(date)
}

function withDay(iso: string, nowMs: number, format: Intl.DateTimeFormat): string {
  const date = new Date(iso)
  if (Number.isNaN(date.getTime())) return iso
  const time = format.format(date)
  return date.toDateString() === new Date(nowMs).toDateString() ? time : `${day.format(date)} ${time}`
}

/** `12 ms`, `1.4 s`, `2 min`. */
export function toDuration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`
  return toSpan(ms)
}

/** `40 s`, `12 min`, `2 h 14 min`, `3 days`: the two largest parts, no more. */
export function toSpan(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000))
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  if (hours < 24) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`
  const days = Math.floor(hours / 24)
  return days === 1 ? '1 day' : `${days} days`
}

/** `just now`, `3 min ago`. */
export function toAgo(iso: string, nowMs: number): string {
  const ms = nowMs - new Date(iso).getTime()
  if (Number.isNaN(ms)) return ''
  return ms < 5_000 ? 'just now' : `${toSpan(ms)} ago`
}

/** `1 byte`, `312 bytes`, `4.2 KiB`. */
export function toSize(bytes: number): string {
  if (bytes < 1_024) return bytes === 1 ? '1 byte' : `${bytes} bytes`
  if (bytes < 1_048_576) return `${(bytes / 1_024).toFixed(1)} KiB`
  return `${(bytes / 1_048_576).toFixed(1)} MiB`
}
