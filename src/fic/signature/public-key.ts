/** Public keys that sign notifications: the one of Fatture in Cloud, and how another one is read. */

import { createPublicKey, type KeyObject } from 'node:crypto'

import { FicDevError } from '../../errors.ts'

/** As Fatture in Cloud publishes it: base64 of the whole PEM text (docs/protocol.md#5-the-signature). */
const publishedKey =
  'LS0tLS1CRUdJTiBQVUJMSUMgS0VZLS0tLS0KTUZrd0V3WUhLb1pJemowQ0FRWUlLb1pJemowREFRY0RRZ0FFL1JvSElqZ1k3' +
  'aGZYZlk1cC9KeStLL0ZndU1aNAozVHZaOXQ0ZU43K2t4UTBNSnpLdG93djRDY1lURnFyQm03aE1CNVpXS25xTHoyNEQ2bFFq' +
  'U0wwWXN3PT0KLS0tLS1FTkQgUFVCTElDIEtFWS0tLS0tCg=='

export const ficPublicKeyPem = Buffer.from(publishedKey, 'base64').toString('utf8')

const pemBegin = '-----BEGIN PUBLIC KEY-----'

/**
 * The PEM of a P-256 public key, from PEM or from base64 of the whole PEM.
 * `source` says in the error where the text came from, e.g. `--public-key`.
 */
export function readPublicKey(text: string, source: string): string {
  const pem = toPem(text)
  if (pem.includes('PRIVATE KEY-----')) {
    throw keyError(source, 'is a private key; only the public half belongs here')
  }
  if (!pem.includes(pemBegin)) throw keyError(source, 'is neither a PEM public key nor base64 of one')
  const key = readPem(pem, source)
  const curve = key.asymmetricKeyDetails?.namedCurve
  if (key.asymmetricKeyType !== 'ec' || curve !== 'prime256v1') {
    throw keyError(source, `is a key of type ${[key.asymmetricKeyType, curve].filter(Boolean).join(' ')}`)
  }
  return key.export({ type: 'spki', format: 'pem' }).toString()
}

/** The form in which Fatture in Cloud publishes its key: base64 of the whole PEM text. */
export function toBase64Key(pem: string): string {
  return Buffer.from(pem, 'utf8').toString('base64')
}

function toPem(text: string): string {
  const trimmed = text.trim()
  const pem = trimmed.includes('-----BEGIN') ? trimmed : Buffer.from(trimmed, 'base64').toString('utf8')
  // In an environment file line ends are often written as \n.
  return pem.replaceAll('\\n', '\n')
}

function readPem(pem: string, source: string): KeyObject {
  try {
    return createPublicKey(pem)
  } catch (cause) {
    throw keyError(source, 'is a PEM public key that cannot be read', { cause })
  }
}

function keyError(source: string, what: string, options: { cause?: unknown } = {}): FicDevError {
  return new FicDevError('CONFIG_INVALID', `${source} ${what}.`, {
    hint: 'Give a P-256 public key: a PEM that begins with "-----BEGIN PUBLIC KEY-----", or base64 of that whole PEM.',
    ...options,
  })
}
