/** Keys and tokens made by node:crypto alone, so that no library of ours judges its own work. */

import { createHmac, generateKeyPairSync, sign, type KeyObject } from 'node:crypto'

export function makeKeys(curve: string): { privateKey: KeyObject; publicPem: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: curve })
  return { privateKey, publicPem: publicKey.export({ type: 'spki', format: 'pem' }).toString() }
}

export const fic = makeKeys('P-256')

export const sink = 'https://brave-otter.example.com/0123456789abcdef'
export const id = '198:f059b211-24f4-44ab-9859-b1613a9a0712'
export const subject = 'company:12345'
/** 2026-03-01T12:00:00Z. */
export const issuedAt = 1_772_366_400

/** Every documented claim (docs/protocol.md#5-the-signature). */
export const ficClaims = {
  jti: id,
  iss: 'https://api-v2.fattureincloud.it',
  exp: issuedAt + 3 * 3600,
  iat: issuedAt,
  sub: subject,
  aud: [sink],
  aid: 42,
}

interface TokenOptions {
  header?: unknown
  key?: KeyObject
  hash?: string
}

/** A compact JWS over the claims, or over a payload that is given as text. */
export function makeToken(claims: unknown, options: TokenOptions = {}): string {
  const { header = { alg: 'ES256', typ: 'JWT' }, key = fic.privateKey, hash = 'sha256' } = options
  const input = toInput(header, claims)
  const signature = sign(hash, Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' })
  return `${input}.${signature.toString('base64url')}`
}

export function makeHmacToken(claims: unknown, secret: string): string {
  const input = toInput({ alg: 'HS256', typ: 'JWT' }, claims)
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`
}

export function toInput(header: unknown, payload: unknown): string {
  return `${toSegment(header)}.${toSegment(payload)}`
}

export function toSegment(value: unknown): string {
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
}
