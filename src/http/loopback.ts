/** The names of this machine: those that requests are sent to, and the few under which our own servers answer. */

import dns from 'node:dns'
import type { LookupFunction } from 'node:net'

/**
 * Whether the host of a URL, as WHATWG URLs write it, is this machine: localhost and the names below it, 127.0.0.0/8, ::1,
 * and the unspecified addresses, which the system connects to itself. No DNS is asked.
 */
export function isLoopback(hostname: string): boolean {
  const host = hostname.toLowerCase()
  return (
    host === 'localhost' ||
    host.endsWith('.localhost') ||
    /^127\.\d+\.\d+\.\d+$/.test(host) ||
    ['0.0.0.0', '[::1]', '[::]'].includes(host) ||
    // The same IPv4 addresses, mapped.
    /^\[::ffff:(?:7f[\da-f]{2}:[\da-f]{1,4}|0:0)\]$/.test(host)
  )
}

const ownHost = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::([1-9]\d{0,4}))?$/i

/**
 * Whether our own servers answer under this `Host` header, against DNS rebinding. Shorter than the list above: names that
 * lead to this machine whatever a name server says. The port is free, because `ssh -L 14620:localhost:4620` or an editor
 * changes it; rebinding changes the name.
 */
export function isOwnHost(host: string): boolean {
  const match = ownHost.exec(host)
  return match !== null && Number(match[1] ?? 80) <= 65_535
}

// Read once: the localtunnel worker puts `lookup` in the place of dns.lookup, and must not call itself.
const resolve = dns.lookup

/** `dns.lookup`, but for names below `localhost` (RFC 6761 section 6.3), which not every resolver knows. */
export const lookup: LookupFunction = (hostname, options, callback) => {
  resolve(hostname.toLowerCase().endsWith('.localhost') ? 'localhost' : hostname, options, callback)
}
