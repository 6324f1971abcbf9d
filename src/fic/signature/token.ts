/** Takes a token apart so that it can be shown. Says nothing about whether it is true. */

export type JsonObject = Record<string, unknown>

export interface TokenParts {
  /** `null` where a part cannot be read. */
  header: JsonObject | null
  payload: JsonObject | null
  /** As it stands in the token, base64url. */
  signature: string | null
  problems: string[]
}

/** Header and payload of a JWT, as far as they can be read. */
export function readToken(token: string): TokenParts {
  const segments = token.split('.')
  if (segments.length !== 3) {
    return {
      header: null,
      payload: null,
      signature: null,
      problems: [
        `The token has ${segments.length === 1 ? '1 part' : `${segments.length} parts`} instead of 3.`,
      ],
    }
  }
  const [header, payload, signature] = segments.map((segment) => segment || null)
  const problems: string[] = []
  const read = (name: string, segment: string | null | undefined): JsonObject | null => {
    const value = toJsonObject(segment ?? '')
    if (value === null) problems.push(`The ${name} of the token is not a JSON object in base64url.`)
    return value
  }
  return {
    header: read('header', header),
    payload: read('payload', payload),
    signature: signature ?? null,
    problems,
  }
}

function toJsonObject(segment: string): JsonObject | null {
  // Buffer skips what is no base64; the signature was made over exactly these characters.
  if (!/^[\w-]+$/.test(segment)) return null
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(segment, 'base64url'))
    const value: unknown = JSON.parse(text)
    return isJsonObject(value) ? value : null
  } catch {
    return null
  }
}

function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
