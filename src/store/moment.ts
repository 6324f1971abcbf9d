/** Reads a moment as a person names it: a span before now, a clock time, a day. In the time zone of this machine. Pure. */

const unitsMs: Record<string, number> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
}

/** `null` when it names none. `10:30` is today's; `2026-03-01` begins at midnight. */
export function readMoment(text: string, now: Date): Date | null {
  const span = /^(\d{1,6})([smhdw])$/i.exec(text)
  if (span) return valid(now.getTime() - Number(span[1]) * (unitsMs[String(span[2]).toLowerCase()] ?? 0))
  if (text.toLowerCase() === 'today') return startOfDay(now)
  const clock = /^([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?$/.exec(text)
  if (clock)
    return valid(new Date(now).setHours(Number(clock[1]), Number(clock[2]), Number(clock[3] ?? 0), 0))
  if (!/^\d{4}-\d\d-\d\d(T[\d:.]+(Z|[+-]\d\d:?\d\d)?)?$/i.test(text)) return null
  // A date alone would be read as UTC, a date with a time as local.
  return valid(Date.parse(text.length === 10 ? `${text}T00:00` : text))
}

function startOfDay(now: Date): Date {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate())
}

function valid(ms: number): Date | null {
  return Number.isNaN(ms) || Math.abs(ms) > 8.64e15 ? null : new Date(ms)
}
