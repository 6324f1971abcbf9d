/** Proves that the public URL leads to our own sink: a request goes out with a nonce and must come back to us. */

import { createHmac, randomBytes } from 'node:crypto'

import type { Answered } from '../http/exchange.ts'
import { headerOf } from '../http/headers.ts'
import { findProxy } from '../http/proxy.ts'
import { get, type GetResult } from './get.ts'

export interface Probe {
  /** For the sink's `GET /<secret>/probe/<nonce>`. `null` for a nonce that we did not send, or that was used. */
  answer(nonce: string): string | null
  /** Never rejects. The time-out is 5 s unless told. */
  send(publicSinkUrl: string, options?: ProbeOptions): Promise<ProbeOutcome>
}

interface ProbeOptions {
  timeoutMs?: number
  /** What it means that no answer comes; `unknown` if the network between may keep this machine, but not FIC, from the URL. */
  unanswered?: 'failed' | 'unknown'
  /** With one, the request carries nothing that FIC's would not, so that a tunnel's reminder page is seen. */
  userAgent?: string
  signal?: AbortSignal
}

/** `unknown`: something on this side (name resolution, network, a proxy) kept us from asking. */
export type ProbeOutcome =
  | { outcome: 'ok'; ms: number }
  | { outcome: 'failed'; reason: string }
  | { outcome: 'unknown'; reason: string }

/** With what FIC's notifications come (docs/protocol.md#3-welcome). */
export const ficUserAgent = 'FattureInCloud/API-WEBHOOK'

/** `key` is a secret of this process or project: who does not know it cannot pass for our sink. */
export function createProbe(key: Buffer): Probe {
  const sent = new Set<string>()
  const sign = (nonce: string) => createHmac('sha256', key).update(nonce).digest('hex')

  return {
    answer: (nonce) => (sent.delete(nonce) ? sign(nonce) : null),

    async send(publicSinkUrl, { timeoutMs = 5_000, unanswered = 'failed', userAgent, signal } = {}) {
      const nonce = randomBytes(16).toString('hex')
      const startedAt = performance.now()
      sent.add(nonce)
      const result = await get(`${publicSinkUrl}/probe/${nonce}`, {
        timeoutMs,
        signal,
        headers: userAgent
          ? { 'user-agent': userAgent }
          : { 'user-agent': 'fic-dev', 'bypass-tunnel-reminder': 'yes' },
      })
      sent.delete(nonce)
      const url = new URL(publicSinkUrl)
      if (!result.isAnswered) return outcomeOf(result, url.hostname, unanswered)
      return problemOf(result, sign(nonce), url) ?? { outcome: 'ok', ms: performance.now() - startedAt }
    },
  }
}

function problemOf(answer: Answered, expected: string, url: URL): ProbeOutcome | null {
  const { status, statusText } = answer
  const body = answer.body.toString()
  if (status === 200 && body === expected) return null
  // Of a proxy for plain HTTP, and only there, a failure looks like an answer of the server.
  const isOfProxy = [502, 503, 504].includes(status) && url.protocol === 'http:' && findProxy(url) !== null
  if (status === 407 || status === 511 || isOfProxy) {
    return { outcome: 'unknown', reason: `A proxy on this side answered ${status} ${statusText}.` }
  }
  if (status === 200 && /^[0-9a-f]{64}$/.test(body)) {
    return { outcome: 'failed', reason: 'Another fic-dev answers at this address.' }
  }
  if (status === 200) {
    return { outcome: 'failed', reason: `Something else answers at this address${kindOf(answer)}.` }
  }
  const location = headerOf(answer.headers, 'location')
  if (location !== null) {
    return { outcome: 'failed', reason: `It was redirected (${status}) to ${originOf(location)}.` }
  }
  return { outcome: 'failed', reason: `The answer was ${status} ${statusText}${kindOf(answer)}.` }
}

const kindOf = (answer: Answered) =>
  headerOf(answer.headers, 'content-type')?.startsWith('text/html') ? ', with a web page' : ''

const unknownAuthority = 'The certificate is not from an authority that Node knows (NODE_EXTRA_CA_CERTS?)'

/** Which errors of Node's client say something about this machine rather than about the tunnel. */
const ownSide: Record<string, string> = {
  ENETUNREACH: 'This machine has no way to the network',
  ENETDOWN: 'This machine has no network',
  EADDRNOTAVAIL: 'This machine has no address for the network',
  EACCES: 'This machine does not allow the connection',
  EPERM: 'This machine does not allow the connection',
  // A proxy that opens TLS looks the same as a server with a home-made certificate: we cannot tell which it is.
  SELF_SIGNED_CERT_IN_CHAIN: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unknownAuthority,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: unknownAuthority,
  CERT_NOT_YET_VALID: "By this machine's clock, the certificate is not valid yet",
}

/** No connection, or none that carries an answer: what a firewall or a router between does looks the same. */
const silences = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'CLOSED',
  'ETIMEDOUT',
  'TIMEOUT',
  'EHOSTUNREACH',
])

function outcomeOf(
  failed: Exclude<GetResult, Answered>,
  host: string,
  unanswered: 'failed' | 'unknown',
): ProbeOutcome {
  const { code, reason } = failed
  if (code === 'ENOTFOUND' || code.startsWith('EAI_')) {
    return { outcome: 'unknown', reason: `The name ${host} cannot be resolved here (${code}).` }
  }
  if (code === 'TIMEOUT' && !failed.isResolved) {
    return { outcome: 'unknown', reason: `The name ${host} was not resolved in time.` }
  }
  if (code === 'ABORTED') return { outcome: 'unknown', reason: 'The probe was canceled.' }
  const ours = ownSide[code]
  if (ours) return { outcome: 'unknown', reason: `${ours} (${code}).` }
  return {
    outcome: code === 'PROXY_FAILED' ? 'unknown' : silences.has(code) ? unanswered : 'failed',
    reason: `${reason.charAt(0).toUpperCase()}${reason.slice(1)}${/^E[A-Z]+$/.test(code) ? ` (${code})` : ''}.`,
  }
}

/** Only the origin: the rest may hold the secret path. */
function originOf(location: string): string {
  return URL.canParse(location) ? new URL(location).origin : 'another path'
}
