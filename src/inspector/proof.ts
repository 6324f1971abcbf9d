/** HMAC proofs between the daemon and its clients, so that a server proves itself before it receives a secret. Pure. */

import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

/** The daemon proves to the command line that it holds the token of `daemon.json`. `url` ties the answer to its port. */
export function proveDaemon(token: string, nonce: string, url: string): string {
  return prove(Buffer.from(token), ['fic-dev daemon', url, nonce])
}

/** The daemon proves to the page that it holds the session's key. `web/src/session.ts` checks the same text. */
export function proveServer(key: string, origin: string, nonce: string, run: string): string {
  return prove(Buffer.from(key, 'base64url'), ['fic-dev server', origin, nonce, run])
}

/** The page proves to this run of the daemon that it can use the session's key; worthless in any other run. */
export function provePage(key: string, origin: string, run: string): string {
  return prove(Buffer.from(key, 'base64url'), ['fic-dev page', origin, run])
}

function prove(key: Buffer, lines: readonly string[]): string {
  return createHmac('sha256', key).update(lines.join('\n')).digest('base64url')
}

/** Compares digests, so that neither length nor content shows in the time it takes. */
export function isSame(given: string, wanted: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(wanted))
}
