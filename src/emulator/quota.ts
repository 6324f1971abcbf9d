/** Counts requests against the API's limits (docs/protocol.md#7-api-error-responses), on the emulator's clock. */

import { tooEarly } from './api-failure.ts'
import type { Clock } from './clock.ts'

const shortTerm = { limit: 300, spanMs: 5 * 60 * 1000 }
const hourly = { limit: 1000, spanMs: 60 * 60 * 1000 }
const monthly = { limit: 40_000, spanMs: 30 * 24 * 60 * 60 * 1000 }

interface Counter {
  sinceMs: number
  used: number
}

interface Usage {
  /** Times of the requests within the sliding span. */
  recentMs: number[]
  hour: Counter
  month: Counter
}

export interface Quota {
  /** Counts one request of a company. Gives the headers of its answer; throws 429 or 403 beyond a limit. */
  take(company: number): Record<string, string>
  reset(): void
}

export function createQuota(clock: Clock): Quota {
  const usages = new Map<number, Usage>()
  return {
    reset: () => usages.clear(),
    take: (company) => {
      const nowMs = clock.nowMs()
      const fresh = { recentMs: [], hour: { sinceMs: nowMs, used: 0 }, month: { sinceMs: nowMs, used: 0 } }
      const usage: Usage = usages.get(company) ?? fresh
      usages.set(company, usage)
      takeRecent(usage, nowMs)
      const hourlyLeft = takeCounter(usage.hour, hourly, nowMs, 'Hourly')
      const monthlyLeft = takeCounter(usage.month, monthly, nowMs, 'Monthly')
      return {
        'RateLimit-HourlyRemaining': String(hourlyLeft),
        'RateLimit-HourlyLimit': String(hourly.limit),
        'RateLimit-MonthlyRemaining': String(monthlyLeft),
        'RateLimit-MonthlyLimit': String(monthly.limit),
      }
    },
  }
}

function takeRecent(usage: Usage, nowMs: number): void {
  usage.recentMs = usage.recentMs.filter((atMs) => atMs > nowMs - shortTerm.spanMs)
  const [oldest] = usage.recentMs
  if (oldest !== undefined && usage.recentMs.length >= shortTerm.limit) {
    throw tooEarly(429, 'Too many requests.', oldest + shortTerm.spanMs - nowMs)
  }
  usage.recentMs.push(nowMs)
}

function takeCounter(
  counter: Counter,
  { limit, spanMs }: typeof hourly,
  nowMs: number,
  name: string,
): number {
  if (nowMs >= counter.sinceMs + spanMs) Object.assign(counter, { sinceMs: nowMs, used: 0 })
  if (counter.used >= limit) {
    throw tooEarly(403, `${name} quota exceeded.`, counter.sinceMs + spanMs - nowMs)
  }
  counter.used++
  return limit - counter.used
}
