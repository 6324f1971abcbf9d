/** Makes a bearer token readable: its claims one by one, and the token itself cut short. Checks nothing. */

import type { HeaderPair } from '../../src/contract/notification.ts'

const bearer = /^Bearer\s+([\w-]+)\.([\w-]+)\.([\w-]*)$/i

/** The claims of the token in these headers, as names and values; none where there is no token that can be read. */
export function readTokenClaims(headers: HeaderPair[]): HeaderPair[] {
  const value = headers.find(([name]) => name.toLowerCase() === 'authorization')?.[1] ?? ''
  const payload = bearer.exec(value)?.[2]
  if (payload === undefined) return []
  try {
    const bytes = Uint8Array.from(atob(payload.replaceAll('-', '+').replaceAll('_', '/')), toCode)
    const claims: unknown = JSON.parse(new TextDecoder().decode(bytes))
    if (typeof claims !== 'object' || claims === null) return []
    return Object.entries(claims).map(([name, claim]) => [
      name,
      typeof claim === 'string' ? claim : JSON.stringify(claim),
    ])
  } catch {
    return []
  }
}

function toCode(character: string): number {
  return character.charCodeAt(0)
}

/** The end of a signature tells two tokens apart. */
export function shortenTokens(headers: HeaderPair[]): HeaderPair[] {
  return headers.map(([name, value]) => [
    name,
    value.replace(
      bearer,
      (_all, head: string, _payload, signature: string) =>
        `Bearer ${head.slice(0, 8)}…${signature.slice(-16)}`,
    ),
  ])
}
