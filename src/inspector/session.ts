/** The session token of the inspector, the cookie that stands for it, and the links that set the cookie once. */

import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'

export interface Session {
  /** What the request shows: the token itself, the cookie, or neither. */
  proofOf(headers: IncomingHttpHeaders): 'token' | 'cookie' | 'none'
  /** The path of a link that opens the inspector once. */
  createLink(): string
  /** Uses a link up; the value of `Set-Cookie`, or `null` when it is not (or no longer) one of ours. */
  redeem(link: string): string | null
}

/** Links that nobody used; older ones stop working. */
const keptLinks = 20

/** `port` gives the cookie its name, since browsers share cookies between the ports of a host. */
export function createSession(token: string, port: () => number): Session {
  const links = new Set<string>()
  const cookieName = () => `fic_dev_${port()}`

  return {
    proofOf({ authorization, cookie }) {
      const bearer = /^bearer (.+)$/i.exec(authorization ?? '')?.[1]
      if (bearer !== undefined) return isSame(bearer, token) ? 'token' : 'none'
      const value = readCookie(cookie ?? '', cookieName())
      return value !== null && isSame(value, token) ? 'cookie' : 'none'
    },
    createLink() {
      const link = randomBytes(24).toString('base64url')
      links.add(link)
      for (const oldest of links) {
        if (links.size <= keptLinks) break
        links.delete(oldest)
      }
      return `/open/${link}`
    },
    redeem(link) {
      if (!links.delete(link)) return null
      return `${cookieName()}=${token}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${30 * 24 * 60 * 60}`
    },
  }
}

function readCookie(header: string, name: string): string | null {
  for (const pair of header.split(';')) {
    const [key, value] = pair.trim().split('=', 2)
    if (key === name && value !== undefined) return value
  }
  return null
}

/** Compares digests, so that neither length nor content shows in the time it takes. */
function isSame(given: string, wanted: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(wanted))
}
