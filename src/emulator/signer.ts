/** Signs the emulator's messages as Fatture in Cloud does: ES256, with every documented claim (docs/protocol.md#5-the-signature). */

import { exportPKCS8, exportSPKI, generateKeyPair, importPKCS8, SignJWT } from 'jose'

export const issuer = 'https://api-v2.fattureincloud.it'

/** The one application for which the emulator's subscriptions are made: the claim `aid`. */
const applicationId = 4622

const lifetimeS = 3 * 60 * 60

export interface KeyPair {
  privatePem: string
  publicPem: string
}

interface TokenFacts {
  /** The CloudEvents id. */
  notificationId: string
  company: number
  sink: string
  issuedAtMs: number
}

export type Sign = (facts: TokenFacts) => Promise<string>

export async function createKeyPair(): Promise<KeyPair> {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
  // FIC's published key ends in a line break, so ours does: both forms of it then look alike.
  const publicPem = `${(await exportSPKI(publicKey)).trimEnd()}\n`
  return { privatePem: await exportPKCS8(privateKey), publicPem }
}

export async function createSign(keys: KeyPair): Promise<Sign> {
  const key = await importPKCS8(keys.privatePem, 'ES256')
  return ({ notificationId, company, sink, issuedAtMs }) => {
    const iat = Math.floor(issuedAtMs / 1000)
    return new SignJWT({
      jti: notificationId,
      iss: issuer,
      exp: iat + lifetimeS,
      iat,
      sub: `company:${company}`,
      aud: [sink],
      aid: applicationId,
    })
      .setProtectedHeader({ alg: 'ES256', typ: 'JWT' })
      .sign(key)
  }
}

/** The form in which Fatture in Cloud publishes its own key: base64 of the whole PEM text. */
export function toPublishedKey(publicPem: string): string {
  return Buffer.from(publicPem).toString('base64')
}
