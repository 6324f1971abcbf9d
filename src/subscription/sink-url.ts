/** Compares sinks by their URLs, and finds our own among them. Pure. */

import type { SubscriptionRecords } from '../store/subscriptions.ts'

/** Whether two URLs are the same sink, however they are written. */
export function isSameSink(one: string, other: string): boolean {
  if (one === other) return true
  return URL.canParse(one) && URL.canParse(other) && new URL(one).href === new URL(other).href
}

/** Shorter ones can be guessed, so they prove nothing. */
const secretLength = 22

/**
 * Only this project knows the secret that its sink's path ends with: a sink that has it was asked for by us, though the
 * host has changed since, or the path that a proxy puts before the secret.
 */
export function leadsToOurPath(sink: string, ourSink: string): boolean {
  const secret = secretOf(ourSink)
  return secret !== null && secret.length >= secretLength && secretOf(sink) === secret
}

function secretOf(sink: string): string | null {
  return URL.canParse(sink) ? (new URL(sink).pathname.split('/').at(-1) ?? null) : null
}

/**
 * The sink URLs of the user's own proxy and of the subscriptions that are ours. A token that names one of them is meant
 * for us, also in the moments in which the tunnel is not yet known to be up; else what comes then would count as forged.
 * `records` is `null` if no store is open.
 */
export function knownSinks(
  { publicUrl, apiBase, company }: { publicUrl: string | null; apiBase: string; company: number | null },
  records: Pick<SubscriptionRecords, 'all'> | null,
  sinkPath: string,
): string[] {
  const subscribed = company === null ? [] : (records?.all(apiBase, company) ?? []).map(({ sink }) => sink)
  // Under another path it is a sink of another project.
  const ours = subscribed.filter((sink) => URL.canParse(sink) && new URL(sink).pathname.endsWith(sinkPath))
  return publicUrl === null ? ours : [publicUrl + sinkPath, ...ours]
}
