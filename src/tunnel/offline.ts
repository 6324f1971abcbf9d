/** Tells a machine without a network from a tunnel service that fails. */

import { lookup } from '../http/loopback.ts'
import { findProxy } from '../http/proxy.ts'

/** Fatture in Cloud's API: if its name can't be resolved either, the cause is not the tunnel. */
const otherHost = 'api-v2.fattureincloud.it'

/** What resolvers, and the programs that use them, say of a name. */
const unresolved =
  /ENOTFOUND|EAI_AGAIN|no such host|could not resolve|can't be resolved|host was not found|name resolution|nodename nor servname/i

/** Whether a failure is about a name that was not found. */
export function isUnresolved(words: string): boolean {
  return unresolved.test(words)
}

export const offlineWords = `This machine is offline: no name can be resolved, not even ${otherHost}.`

/** Whether this machine resolves no names. A proxy would resolve them itself, so with one this can't be told. */
export async function isOffline(): Promise<boolean> {
  return findProxy(new URL(`https://${otherHost}`)) === null && (await resolveName(otherHost)) !== null
}

/** Returns the code of the failure; `null` if the name was resolved. */
export function resolveName(name: string): Promise<string | null> {
  return new Promise((resolve) => {
    lookup(name, { all: true }, (error) => resolve(error === null ? null : (error.code ?? 'ENOTFOUND')))
  })
}
