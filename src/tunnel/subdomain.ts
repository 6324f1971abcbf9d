/** The names that a localtunnel server accepts, and a random one that a person can read. */

import { randomBytes } from 'node:crypto'

/** Without 0, 1, l and o, which are taken for each other when somebody reads the name aloud. */
const letters = 'abcdefghijkmnpqrstuvwxyz23456789'

/** For example `ficdev-x4k9hqw2mb`: 50 random bits, so that nobody else has it and nobody guesses it. */
export function randomSubdomain(): string {
  return `ficdev-${Array.from(randomBytes(10), (byte) => letters.charAt(byte % letters.length)).join('')}`
}

/** What `isSubdomain` accepts, for messages. */
export const subdomainRule =
  '4 to 63 lower-case letters, digits and hyphens (with a hyphen at least 6), with a letter or digit at both ends'

/** A localtunnel server does not reject any other name: it never answers. */
export function isSubdomain(name: string): boolean {
  return /^(?:[a-z0-9][a-z0-9-]{4,61}[a-z0-9]|[a-z0-9]{4,63})$/.test(name)
}
