/** The HTTP request that hands a captured notification to the target. Pure. */

import type { HeaderPair, Notification } from '../contract/notification.ts'
import { valuesOf } from '../http/headers.ts'

/** Headers of one hop (RFC 9110 section 7.6.1), and those that the sender must write anew. */
const notForwarded = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
  'host',
  'content-length',
])

export interface Addition {
  /** The sink's public URL: the target is told where the notification really arrived. */
  sinkUrl: URL | null
  attempt: number
  replay: boolean
  /** Configured headers: they replace captured ones of the same name. */
  headers: Record<string, string>
}

/** The captured headers as they came, without those of the hop, and with ours. */
export function toDeliveryHeaders(
  notification: Pick<Notification, 'seq' | 'headers'>,
  { sinkUrl, attempt, replay, headers }: Addition,
): HeaderPair[] {
  const named = namedByConnection(notification.headers)
  const kept = notification.headers.filter(([name]) => {
    const lower = name.toLowerCase()
    return !notForwarded.has(lower) && !named.has(lower)
  })
  const ours: Record<string, string | null> = {
    ...(sinkUrl && {
      'x-forwarded-proto': sinkUrl.protocol.slice(0, -1),
      'x-forwarded-host': sinkUrl.host,
    }),
    'x-fic-dev-notification': String(notification.seq),
    'x-fic-dev-attempt': String(attempt),
    'x-fic-dev-replay': replay ? '1' : null,
    ...headers,
  }
  return setHeaders(kept, ours)
}

/** A challenge by query (docs/protocol.md#2-verification) is part of what was captured. */
export function withQueryOf(notification: Pick<Notification, 'path'>, to: URL): URL {
  const start = notification.path.indexOf('?')
  if (start === -1) return to
  const url = new URL(to)
  for (const [name, value] of new URLSearchParams(notification.path.slice(start + 1))) {
    url.searchParams.append(name, value)
  }
  return url
}

/** Sets headers, replacing all of the same name; `null` removes. */
function setHeaders(
  headers: readonly HeaderPair[],
  changes: Readonly<Record<string, string | null>>,
): HeaderPair[] {
  const changed = new Set(Object.keys(changes).map((name) => name.toLowerCase()))
  const kept = headers.filter(([name]) => !changed.has(name.toLowerCase()))
  const set = Object.entries(changes).filter((entry): entry is HeaderPair => entry[1] !== null)
  return [...kept, ...set]
}

function namedByConnection(headers: readonly HeaderPair[]): Set<string> {
  const values = valuesOf(headers, 'connection')
  return new Set(values.flatMap((value) => value.split(',').map((name) => name.trim().toLowerCase())))
}
