/** Signs in as a browser does: opens the link, and proves the session that the page's document holds. */

import { createHmac } from 'node:crypto'
import { askInspector } from '../security/ask-inspector.ts'

export interface SignedIn {
  id: string
  /** 256 bits. A browser can't read it once it has it. */
  key: Buffer
  /** What the proof is bound to. */
  run: string
  proof: string
  /** Header lines of the page's requests. */
  authorization: string
  protocol: string
}

/** `path` is that of a link. */
export async function signIn(port: number, path: string): Promise<SignedIn> {
  const headers = ['Sec-Fetch-Mode: navigate', 'Sec-Fetch-Dest: document']
  const { body } = await askInspector(port, { path, headers })
  return prove(readSession(body), `http://127.0.0.1:${port}`)
}

/** The session in the document that a link has opened. */
export function readSession(body: string): Pick<SignedIn, 'id' | 'key' | 'run'> {
  const [, content] = /<meta name="fic-dev-session" content="([^"]+)">/.exec(body) ?? []
  if (content === undefined) throw new Error('The link started no session.')
  const [id = '', key = '', run = ''] = content.split('.')
  return { id, key: Buffer.from(key, 'base64url'), run }
}

/** The page's proof for a run of the daemon. */
export function prove(session: Pick<SignedIn, 'id' | 'key' | 'run'>, origin: string): SignedIn {
  const proof = `${session.id}.${toMac(session.key, 'fic-dev page', origin, session.run)}`
  return {
    ...session,
    proof,
    authorization: `Authorization: Session ${proof}`,
    protocol: `Sec-WebSocket-Protocol: fic-dev, fic-dev.${proof}`,
  }
}

export function toMac(key: Buffer | string, ...lines: string[]): string {
  return createHmac('sha256', key).update(lines.join('\n')).digest('base64url')
}
