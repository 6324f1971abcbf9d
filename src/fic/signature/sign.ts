/** Signs as Fatture in Cloud does, with the project's own key: for replays after the three hours of the true token. */

import { generateKeyPair } from 'node:crypto'
import { promisify } from 'node:util'

import { importPKCS8, SignJWT } from 'jose'

import { ficIssuer } from './claims.ts'

/** Three hours (docs/protocol.md#5-the-signature). */
const lifetimeSeconds = 3 * 60 * 60

/** A new P-256 key pair: PKCS8 and SPKI, both PEM. */
export async function createDevKey(): Promise<{ privateKey: string; publicKey: string }> {
  return promisify(generateKeyPair)('ec', {
    namedCurve: 'P-256',
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  })
}

export interface DevClaims {
  /** The CloudEvents id. */
  id: string
  /** The CloudEvents subject, `company:<id>`. */
  subject: string
  /** Where the notification goes. */
  audience: string
  now: Date
  /** 0 where it is not known. */
  applicationId?: number
}

/** A token with every claim that Fatture in Cloud documents (docs/protocol.md#5-the-signature). */
export async function signNotification(privateKeyPem: string, claims: DevClaims): Promise<string> {
  const issuedAt = Math.floor(claims.now.getTime() / 1000)
  return new SignJWT({
    jti: claims.id,
    iss: ficIssuer,
    exp: issuedAt + lifetimeSeconds,
    iat: issuedAt,
    sub: claims.subject,
    aud: [claims.audience],
    aid: claims.applicationId ?? 0,
  })
    .setProtectedHeader({ alg: 'ES256', typ: 'JWT' })
    .sign(await importPKCS8(privateKeyPem, 'ES256'))
}
