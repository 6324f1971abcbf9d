/** The causes of exchanges that ended without an answer. The first that fits counts. Pure. */

import type { Reading, Rule } from './encounter.ts'
import { isLoopback } from './loopback.ts'

const oneOf = (...codes: string[]) => {
  const known = new Set(codes)
  return ({ errorCode }: Reading) => known.has(errorCode)
}

const noConnection = ({ url, error }: Reading) => `No connection to ${url.href}: ${error}.`

const withScheme = (url: URL, scheme: string) => url.href.replace(/^[a-z]+:/, scheme)

const orInsecure = ({ url }: Reading) =>
  isLoopback(url.hostname)
    ? ' Or add --insecure, which accepts any certificate of a target on this machine.'
    : ''

/** Certificates that no authority known to Node has signed. */
const isUntrusted = oneOf(
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_UNTRUSTED',
  'CERT_SIGNATURE_FAILURE',
  'INVALID_CA',
)

export const failureRules: readonly Rule[] = [
  {
    code: 'refused',
    when: oneOf('ECONNREFUSED'),
    what: noConnection,
    why: 'No program listens there.',
    todo: 'Is your app running, and on this port?',
  },
  {
    code: 'host-not-found',
    when: oneOf('ENOTFOUND', 'EAI_AGAIN', 'EAI_NODATA', 'EAI_NONAME'),
    what: noConnection,
    why: ({ url }) =>
      url.hostname.includes('.')
        ? 'This machine does not know the name.'
        : 'The name of a Docker Compose service is known only to the containers of its network.',
    todo: 'Check the address. From outside of the containers, name localhost and the published port.',
  },
  {
    code: 'proxy',
    when: oneOf('PROXY_FAILED'),
    what: noConnection,
    why: 'HTTPS_PROXY, HTTP_PROXY or ALL_PROXY sends requests to this host through a proxy.',
    todo: ({ url }) => `If it needs none, add ${url.hostname} to NO_PROXY.`,
  },
  {
    code: 'unreachable',
    when: oneOf(
      'ETIMEDOUT',
      'EHOSTUNREACH',
      'EHOSTDOWN',
      'ENETUNREACH',
      'ENETDOWN',
      'EADDRNOTAVAIL',
      'EACCES',
      'EPERM',
    ),
    what: noConnection,
    why: 'The network or a firewall does not let the connection through.',
    todo: 'Check the address, the VPN and the firewall.',
  },
  {
    code: 'too-many-files',
    when: oneOf('EMFILE', 'ENFILE', 'ENOBUFS'),
    what: noConnection,
    why: 'This machine has too many files and connections open.',
    todo: 'End other programs, or raise the limit (ulimit -n).',
  },
  {
    code: 'tls-untrusted',
    when: isUntrusted,
    what: noConnection,
    why: 'Node trusts only certificates of public authorities, not those made on this machine.',
    todo: (reading) =>
      `Start fic-dev with the certificate of the authority: NODE_EXTRA_CA_CERTS="$(mkcert -CAROOT)/rootCA.pem" if mkcert made it.${orInsecure(reading)}`,
  },
  {
    code: 'tls-expired',
    when: oneOf('CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID'),
    what: noConnection,
    why: ({ errorCode }) =>
      errorCode === 'CERT_HAS_EXPIRED'
        ? 'The certificate is too old, or the clock of this machine is ahead.'
        : 'The certificate is not valid yet, or the clock of this machine is behind.',
    todo: (reading) => `Renew the certificate.${orInsecure(reading)}`,
  },
  {
    code: 'tls-name',
    when: oneOf('ERR_TLS_CERT_ALTNAME_INVALID', 'HOSTNAME_MISMATCH'),
    what: noConnection,
    why: ({ url }) => `The certificate is not for the name ${url.hostname}.`,
    todo: (reading) => `Forward to a name that the certificate has.${orInsecure(reading)}`,
  },
  {
    code: 'http-port',
    when: ({ url, errorCode }) =>
      url.protocol === 'https:' &&
      /^(?:ERR_SSL_(?:WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST|UNEXPECTED_MESSAGE|RECORD_LAYER_FAILURE|RECORD_TOO_SMALL))$/.test(
        errorCode,
      ),
    what: noConnection,
    why: 'The server at this address does not use TLS.',
    todo: ({ url }) => `Forward to ${withScheme(url, 'http:')}`,
  },
  {
    code: 'tls-client-certificate',
    when: ({ errorCode }) => /CERTIFICATE_REQUIRED|ALERT_BAD_CERTIFICATE/.test(errorCode),
    what: noConnection,
    why: 'The server asks for a certificate of the client, which Fatture in Cloud does not have either.',
    todo: 'Do not ask for it on the webhook route.',
  },
  {
    code: 'tls-handshake',
    when: ({ errorCode }) => /^(?:ERR_SSL_|ERR_TLS_|EPROTO$|CERT_)/.test(errorCode),
    what: noConnection,
    why: ({ url }) =>
      `The server refused the TLS connection. It may not know the name ${url.hostname}, or allow only old versions of TLS.`,
    todo: 'Look at the log of the server that listens there.',
  },
  {
    code: 'https-port',
    when: oneOf('TLS_ANSWER'),
    why: 'The server at this address expects TLS.',
    todo: ({ url }) => `Forward to ${withScheme(url, 'https:')}`,
  },
  {
    code: 'headers-too-large',
    when: oneOf('HPE_HEADER_OVERFLOW'),
    why: 'The headers of the answer are longer than 16 KiB.',
    todo: 'Look for a cookie or a debug header that your app sets on every answer.',
  },
  {
    code: 'not-http',
    when: ({ errorCode }) => errorCode.startsWith('HPE_'),
    why: 'The program at this address is not an HTTP/1.1 server, or it sends a malformed answer.',
    todo: 'Check the port: is it that of your app, and not of its database or of an HTTP/2 or gRPC server?',
  },
  {
    code: 'timeout',
    when: oneOf('TIMEOUT'),
    why: 'Your app works for too long before it answers, or is halted by a debugger. Fatture in Cloud waits only a short time.',
    todo: 'Answer first and work afterwards. While you debug, --timeout 0 waits without a limit.',
  },
  {
    code: 'upgraded',
    when: oneOf('UPGRADED'),
    why: 'The server at this address speaks WebSocket: a development server, not your app.',
    todo: 'Check the port and the path.',
  },
  {
    code: 'incomplete',
    when: oneOf('INCOMPLETE'),
    why: 'Your app or a proxy in front of it ended while it answered.',
    todo: 'Look at the log of your app.',
  },
  {
    code: 'reset',
    when: oneOf('ECONNRESET', 'EPIPE', 'ECONNABORTED', 'CLOSED'),
    why: ({ url }) =>
      url.protocol === 'http:'
        ? 'Your app ended while it worked, or a container accepts connections whose app is not ready yet or listens on 127.0.0.1 only. A server that speaks TLS does the same.'
        : 'Your app ended while it worked, or a container accepts connections whose app is not ready yet or listens on 127.0.0.1 only.',
    todo: 'Look at the log of your app. In a container it has to listen on 0.0.0.0.',
  },
  {
    code: 'unsendable',
    when: oneOf('UNSENDABLE'),
    why: 'HTTP does not allow this method, path or header, so every attempt fails.',
    todo: 'Change it in a replay, on the page or with fic-dev replay.',
  },
  {
    code: 'stopped',
    when: oneOf('ABORTED'),
    why: 'fic-dev ended the attempt.',
    todo: 'A waiting delivery is retried at the next start.',
  },
  {
    code: 'no-answer',
    when: () => true,
    why: 'The reason is unknown.',
    todo: 'Look at the log of your app.',
  },
]
