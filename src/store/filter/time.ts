/** Reads a time as a person writes it: a span before now, a clock time, a day. In the time zone of this machine. Pure. */

const unitsMs: Record<string, number> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
}

/** What `readTime` understands, for a sentence. */
export const timeForms =
  'a span such as 30m, 1h, 2d or 2w, today, a clock time such as 10:30, or a date such as 2026-03-01 or 2026-03-01T10:30'

/** `null` if it is none. `10:30` is today's; `2026-03-01` begins at midnight. */
export function readTime(text: string, now: Date): Date | null {
  const span = /^(\d{1,6})([smhdw])$/i.exec(text)
  if (span) return valid(now.getTime() - Number(span[1]) * (unitsMs[String(span[2]).toLowerCase()] ?? 0))
  if (text.toLowerCase() === 'today') return startOfDay(now)
  const clock = /^([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?$/.exec(text)
  if (clock)
    return valid(new Date(now).setHours(Number(clock[1]), Number(clock[2]), Number(clock[3] ?? 0), 0))
  const date = /^(\d{4})-(\d\d)-(\d\d)(?:[T ]([\d:.]+(?:Z|[+-]\d\d:?\d\d)?))?$/i.exec(text)
  if (!date || !isDay(Number(date[1]), Number(date[2]), Number(date[3]))) return null
  // A date alone would be read as UTC, a date with a time as local.
  return valid(Date.parse(`${text.slice(0, 10)}T${date[4] ?? '00:00'}`))
}

/** JavaScript takes February 30 for March 2. */
function isDay(year: number, month: number, day: number): boolean {
  const date = new Date(Date.UTC(year, month - 1, day))
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day
}

function startOfDay(now: Date): Date {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate())
}

function valid(ms: number): Date | null {
  return Number.isNaN(ms) || Math.abs(ms) > 8.64e15 ? null : new Date(ms)
}
