/** What opens the inspector: the token of the command line, the links that work once, and the sessions of the page. */

import { randomBytes } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { ProofAnswer } from '../contract/api.ts'
import type { PageSession, PageSessionFile } from '../store/page-sessions.ts'
import { isSame, proveDaemon, provePage, proveServer } from './proof.ts'

/** What a request shows; `page` names the session. */
export type Credential = { by: 'token' } | { by: 'page'; id: string }

export interface Session {
  credentialOf(headers: IncomingHttpHeaders): Credential | null
  /** Whether it still opens the inspector: a session expires, and can be revoked. */
  isValid(credential: Credential): boolean
  /** The path of a link that opens the inspector once. */
  createLink(): string
  /** Uses a link up; `false` when it is not (or no longer) one of ours. */
  useLink(link: string): boolean
  /** Starts a session for the page of this origin; the text that its script reads. */
  signIn(origin: string): string
  /** The daemon's proof, for the holder of the token or of a session; `null` when there is no such session. */
  prove(nonce: string, origin: string, id: string | null): ProofAnswer | null
  /** Ends all sessions and all links that were not used; the number of sessions. */
  revoke(): number
}

export interface SessionOptions {
  token: string
  /** Our own address, without a slash at the end. */
  url(): string
  sessions: PageSessionFile
  now(): Date
  /** A session that can't be written down is good until the daemon ends. */
  onWriteFailure(error: unknown): void
}

/** Unused links; older ones stop working. */
const keptLinks = 20
/** Each browser that opens a link adds one. */
const keptSessions = 100
const sessionMs = 30 * 24 * 60 * 60 * 1000

/** A browser can't set a header of a websocket's handshake but this one. */
const streamProtocol = 'fic-dev'

export function createSession({ token, url, sessions, now, onWriteFailure }: SessionOptions): Session {
  const links = new Set<string>()
  const known = new Map<string, PageSession>(sessions.read().map((session) => [session.id, session]))
  /** What the page's proof is bound to: made by no request, kept nowhere, gone with the process. */
  const run = randomBytes(32).toString('base64url')

  const ownPort = () => Number(new URL(url()).port)
  const isExpired = ({ expiresAt }: PageSession) => new Date(expiresAt) <= now()

  function find(id: string): PageSession | null {
    const session = known.get(id)
    if (session === undefined || isExpired(session)) return null
    const { daemonPort = Number(new URL(session.origin).port) } = session
    return daemonPort === ownPort() ? session : null
  }

  function readProof(proof: string, origin: string): Credential | null {
    const [id = '', given = ''] = proof.split('.')
    const session = find(id)
    if (session === null || session.origin !== origin) return null
    return isSame(given, provePage(session.key, origin, run)) ? { by: 'page', id } : null
  }

  return {
    credentialOf(headers) {
      const { scheme, value } = readAuthorization(headers)
      if (scheme === 'bearer') return isSame(value, token) ? { by: 'token' } : null
      return scheme === 'session' ? readProof(value, `http://${headers.host}`) : null
    },
    isValid: (credential) => credential.by === 'token' || find(credential.id) !== null,
    createLink() {
      const link = randomBytes(24).toString('base64url')
      links.add(link)
      for (const oldest of links) {
        if (links.size <= keptLinks) break
        links.delete(oldest)
      }
      return `/open/${link}`
    },
    useLink: (link) => links.delete(link),
    signIn(origin) {
      const id = randomBytes(16).toString('base64url')
      const key = randomBytes(32).toString('base64url')
      const expiresAt = new Date(now().getTime() + sessionMs).toISOString()
      known.set(id, { id, key, origin, daemonPort: ownPort(), expiresAt })
      for (const [oldest, session] of known) {
        if (isExpired(session) || known.size > keptSessions) known.delete(oldest)
      }
      try {
        sessions.write([...known.values()])
      } catch (error) {
        onWriteFailure(error)
      }
      return [id, key, run].join('.')
    },
    prove(nonce, origin, id) {
      if (id === null) return { proof: proveDaemon(token, nonce, url()) }
      const session = find(id)
      if (session === null || session.origin !== origin) return null
      return { proof: proveServer(session.key, origin, nonce, run), run }
    },
    revoke() {
      const revoked = [...known.values()].filter((session) => !isExpired(session)).length
      // Without sessions there is no file, and perhaps no data directory.
      if (known.size > 0) sessions.write([])
      known.clear()
      links.clear()
      return revoked
    },
  }
}

/** The page's socket can't send `Authorization`, so its proof is one of the protocols that it offers. */
function readAuthorization(headers: IncomingHttpHeaders): { scheme: string; value: string } {
  const [, scheme = '', value = ''] = /^(\w+) (.+)$/.exec(headers.authorization ?? '') ?? []
  if (scheme !== '' || headers.upgrade === undefined) return { scheme: scheme.toLowerCase(), value }
  const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map((one) => one.trim())
  const proof = offered.find((one) => one.startsWith(`${streamProtocol}.`))
  return proof === undefined
    ? { scheme: '', value: '' }
    : { scheme: 'session', value: proof.slice(streamProtocol.length + 1) }
}
