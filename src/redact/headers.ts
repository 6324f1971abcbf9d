/** Headers of a message: which of them are of its way, which hold a token, and all of them without values of a project. Pure. */

import type { HeaderPair } from '../contract/notification.ts'
import type { Replacements } from './replacements.ts'
import {
  redactMediaType,
  redactSource,
  redactSubject,
  redactTime,
  redactType,
  redactUrl,
  redactVersion,
} from './text.ts'

/** Headers of the sender, or of proxies and tunnels on the way. */
export function isOfTheWay(name: string): boolean {
  return ofTheWay.test(name)
}

const ofTheWay =
  /^(host|connection|keep-alive|content-length|transfer-encoding|te|trailer|upgrade|expect|via|forwarded|x-forwarded(-.*)?|x-real-ip|true-client-ip|cdn-loop|cf-.*|tailscale-.*|accept-encoding|proxy-.*|traceparent|tracestate|x-request-id)$/i

export function holdsToken(name: string): boolean {
  return name.toLowerCase() === 'authorization'
}

/** Names, order and repetitions stay. */
export function redactHeaders(headers: readonly HeaderPair[], replacements: Replacements): HeaderPair[] {
  return headers.map(([name, value]) => [name, redactHeader(name.toLowerCase(), value, replacements)])
}

type Redact = (value: string, replacements: Replacements) => string

const keeps =
  (pattern: RegExp): Redact =>
  (value, replacements) =>
    pattern.test(value) ? value : replacements.value(value)

const number = keeps(/^\d{1,10}$/)

const ofKnownForm = new Map<string, Redact>(
  Object.entries({
    authorization: redactAuthorization,
    'proxy-authorization': redactAuthorization,
    'ce-source': redactSource,
    'ce-specversion': redactVersion,
    'ce-subject': redactSubject,
    'ce-time': redactTime,
    'ce-type': redactType,
    connection: keeps(/^(?:keep-alive|close|upgrade)$/i),
    'content-encoding': keeps(/^(?:gzip|x-gzip|deflate|br|zstd|identity)$/i),
    'content-length': number,
    'content-type': redactMediaType,
    date: keeps(/^\w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT$/),
    host: redactHost,
    location: redactUrl,
    'retry-after': number,
    'transfer-encoding': keeps(/^chunked$/i),
    'x-fic-dev-attempt': number,
    'x-fic-dev-notification': number,
    'x-fic-dev-replay': number,
    'x-forwarded-host': redactHost,
    'x-forwarded-proto': keeps(/^https?$/i),
  }),
)

function redactHeader(name: string, value: string, replacements: Replacements): string {
  return (ofKnownForm.get(name) ?? ((text) => replacements.value(text)))(value, replacements)
}

/** The scheme stays. */
function redactAuthorization(value: string, replacements: Replacements): string {
  const [, scheme, credential] = /^(Bearer|Basic|Digest) +(.+)$/is.exec(value) ?? []
  return scheme === undefined
    ? replacements.value(value)
    : `${scheme} ${replacements.value(credential ?? '')}`
}

function redactHost(value: string, replacements: Replacements): string {
  const [, host, port = ''] = /^(\[[^\]]*\]|[^:/\s]+)(:\d{1,5})?$/.exec(value) ?? []
  return host === undefined ? replacements.value(value) : replacements.host(host) + port
}
