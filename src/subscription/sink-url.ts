/** Compares sinks by their URLs. Pure. */

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
