/** Compares sinks by their URLs. Pure. */

/** Whether two URLs are the same sink, however they are written. */
export function isSameSink(one: string, other: string): boolean {
  if (one === other) return true
  return URL.canParse(one) && URL.canParse(other) && new URL(one).href === new URL(other).href
}

/** Shorter paths can be guessed, so they prove nothing. */
const secretLength = 22

/** Only this project knows its secret path: whoever asked for a sink there was us, though its host has changed since. */
export function leadsToOurPath(sink: string, ourSink: string): boolean {
  const path = pathOf(ourSink)
  return path !== null && path.length > secretLength && pathOf(sink) === path
}

function pathOf(sink: string): string | null {
  return URL.canParse(sink) ? new URL(sink).pathname : null
}
