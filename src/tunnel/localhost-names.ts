/**
 * Names below `localhost` (RFC 6761 section 6.3) are this machine, but not every resolver knows that. A localtunnel
 * server on the developer's own machine gives such addresses: `http://<name>.tunnel.localhost:<port>`.
 */

import dns from 'node:dns'
import type { LookupFunction } from 'node:net'

// Read once: the worker puts `lookup` in the place of dns.lookup, and must not call itself.
const resolve = dns.lookup

/** `dns.lookup`, but for names below `localhost`. */
export const lookup: LookupFunction = (hostname, options, callback) => {
  resolve(hostname.toLowerCase().endsWith('.localhost') ? 'localhost' : hostname, options, callback)
}
