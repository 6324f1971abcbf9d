/** CloudEvents attributes as values of HTTP headers: percent-encoded UTF-8 (HTTP binding 3.1.3.2, docs/protocol.md#4-notifications). */

/** What must not stand in a header as it is: all but visible ASCII, and of that the double quote and the percent sign. */
const unsafe = /[^\x21-\x7e]|["%]/gu

/** The header value for an attribute. */
export function toHeaderValue(attribute: string): string {
  return attribute.replace(unsafe, percentEncode)
}

function percentEncode(character: string): string {
  return [...Buffer.from(character, 'utf8')]
    .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
    .join('')
}

/**
 * The attribute in a header value as Node gives it (one character per byte): unquoted, then percent-decoded once.
 * A `%` that no two hex digits follow stands for itself. `null` when the bytes are not UTF-8.
 */
export function readHeaderValue(value: string): string | null {
  const bytes = unquote(value).replace(/%([0-9a-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(bytes, 'latin1'))
  } catch {
    return null
  }
}

function unquote(value: string): string {
  const quoted = /^"((?:[^"\\]|\\.)*)"$/.exec(value)
  return quoted?.[1] === undefined ? value : quoted[1].replace(/\\(.)/g, '$1')
}
